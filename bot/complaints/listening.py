"""The first two stages: let them speak, and acknowledge. Feeling first, matter second. Pure."""

from dataclasses import replace

from bot.complaints import clarifying
from bot.complaints.complaint import Event, Kind, Stage
from bot.complaints.dialogue import Asking, Heard, Move, View
from bot.complaints.policy import Hint
from bot.handoff.queue import Reason
from bot.messages import Text

MORE_EMPATHY = ("acknowledge_more_1", "acknowledge_more_2", "acknowledge_more_3")
"""Further lines, none of them said twice in a case. When they are used up, words are not what is needed."""
CALM = 1
"""Up to this level facts can be asked for at once."""


def opening(view: View, heard: Heard) -> Move:
    """The first word of a complaint. Who is calm and has told what happened need not be asked to tell it.

    Not in Chinese: there being heard weighs more than compensation (Hui & Au 2001), so it is never cut short.
    """
    move = Move.none(view)
    if view.stage is Stage.ACKNOWLEDGE:
        return acknowledge(view, move, "acknowledge_repeat")
    told = view.policy.is_story(heard.text)
    if view.level == 0 and told and view.language != "zh" and (view.facts.order or heard.products):
        return acknowledge(view, move.step(Event.HEARD, view.level, "calm, and the facts are there"))
    line = "listen_on" if told else "listen"
    return move.say(line, about=about(view)).ask(Asking.STORY).remember(listening_turns=1, level_at_stage=view.level)


def about(view: View) -> Text:
    """What the customer complains about, in their own terms where a product was named."""
    if view.facts.product_words and view.kind is Kind.PRODUCT:
        return Text("complaints.about_the_product", {"product": view.facts.product_words})
    return Text(f"complaints.about_{view.kind}")


def vent(view: View, heard: Heard) -> Move:
    """Listen until a turn brings nothing new, or the customer asks what will be done."""
    move = Move.none(view)
    turns, rising = (
        view.memory.listening_turns + 1,
        view.memory.rising_turns + (view.level >= max(2, view.memory.level_at_stage)),
    )
    move = move.remember(listening_turns=turns, rising_turns=rising)
    if rising >= view.policy.limits.listening_turns and turns > view.policy.limits.listening_turns:
        return move.person(Reason.NOT_CALMING)
    if _has_more_to_say(view, heard) and turns <= view.policy.limits.listening_turns:
        return move.say(f"listen_more_{min(turns - 1, 2)}").ask(Asking.STORY)
    return acknowledge(view, move.step(Event.HEARD, view.level))


def _has_more_to_say(view: View, heard: Heard) -> bool:
    if Hint.WHAT_WILL_YOU_DO in heard.hints or heard.says_yes or heard.says_no or heard.choice:
        return False
    return heard.grievance is not None or view.level > view.memory.level_at_stage


def acknowledge(view: View, move: Move, key: str = "") -> Move:
    """Name the feeling and its reason, apologise for the experience, own it; a calm customer is asked on at once."""
    line = _next_line(view, move, key)
    if line is None:
        return move.person(Reason.NOT_CALMING)
    used = (*move.memory.empathy_used, line)
    move = move.say(line, about=about(view)).remember(empathy_used=used, empathy_turns=move.memory.empathy_turns + 1)
    if view.level <= CALM:
        return clarifying.begin(view, move.step(Event.FELT_UNDERSTOOD, view.level))
    return move.ask(None).say("go_on_when_ready")


def _next_line(view: View, move: Move, key: str) -> str | None:
    """The line of empathy that fits best and was not used in this case."""
    lines = [*([key] if key else []), f"acknowledge_{view.kind}", *MORE_EMPATHY]
    return next((line for line in lines if line not in move.memory.empathy_used), None)


def acknowledged(view: View, heard: Heard) -> Move:
    """After words of understanding: on to the facts when they helped, when facts come, or after two turns of them."""
    move = Move.none(view)
    if Hint.ONLY_APOLOGISE in heard.hints:
        return clarifying.begin(view, move.step(Event.FELT_UNDERSTOOD, view.level, "wants deeds"), "no_more_apologies")
    enough = (
        heard.says_yes
        or heard.order
        or heard.photos
        or heard.wish
        or view.level <= CALM
        or Hint.WHAT_WILL_YOU_DO in heard.hints
        or view.memory.empathy_turns >= view.policy.limits.empathy_turns
    )
    if enough:
        return clarifying.begin(view, move.step(Event.FELT_UNDERSTOOD, view.level))
    return acknowledge(view, move)


def fall_back(view: View, heard: Heard, event: Event, key: str = "") -> Move:
    """A step back: to listening for a new grievance, else to words of understanding. All facts are kept."""
    move = Move.none(view).step(event, view.level)
    if move.stage is Stage.VENT:
        return move.say("listen_again").ask(Asking.STORY).remember(listening_turns=1)
    fresh = replace(view, stage=move.stage, memory=move.memory)
    return acknowledge(fresh, move, key)
