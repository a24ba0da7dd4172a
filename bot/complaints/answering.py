"""The door to the stages: what outranks them all, and which of them answers. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.complaints import clarifying, listening, settling
from bot.complaints.complaint import Event, Stage
from bot.complaints.dialogue import Asking, Heard, Move, View
from bot.complaints.policy import Hint

STAGES: Mapping[Stage, Callable[[View, Heard], Move]] = {
    Stage.VENT: listening.vent,
    Stage.ACKNOWLEDGE: listening.acknowledged,
    Stage.CLARIFY: clarifying.clarify,
    Stage.RESOLVE: settling.resolve,
    Stage.COMMIT: settling.commit,
    Stage.RESTORE: settling.restore,
}

WANTS_DEEDS = frozenset({Hint.ONLY_APOLOGISE, Hint.ALREADY_TOLD})
"""Who says so has had enough of being listened to: going back would prove them right."""
MUCH = 2
"""A rise of so many levels goes back to the feeling, whatever the stage; in clarify one is enough."""


def answer(view: View, heard: Heard) -> Move:
    """What follows when the customer says this in this case."""
    if (move := settling.withdraw(view, heard)) is not None:
        return move
    if view.memory.asking == Asking.WITHDRAW:  # neither yes nor no: the talk goes on where it was
        view = replace(view, memory=replace(view.memory, asking=view.memory.asking_before, asking_before=None))
    if (event := _falls_back(view, heard)) is not None:
        return listening.fall_back(view, heard, event)
    return STAGES[view.stage](view, heard)


def _falls_back(view: View, heard: Heard) -> Event | None:
    """Emotion or a new grievance leads back. A tap is an answer, never an outburst."""
    if view.stage is Stage.VENT or heard.choice or heard.hints & WANTS_DEEDS:
        return None
    if heard.grievance is not None and heard.grievance is not view.kind and _is_new(view, heard):
        return Event.NEW_GRIEVANCE
    rise = view.level - view.memory.level_at_stage
    enough = 1 if view.stage is Stage.CLARIFY else MUCH
    if view.stage is not Stage.ACKNOWLEDGE and view.level >= MUCH and rise >= enough:
        return Event.HURT
    return None


def _is_new(view: View, heard: Heard) -> bool:
    """While facts are asked for, a story that only sounds like another kind is part of the answer."""
    if view.stage is Stage.COMMIT and heard.intent in settling.CHASING:
        return False
    return view.memory.asking not in (Asking.STORY, Asking.WHAT, Asking.CORRECTION, Asking.WISH)
