"""What a turn, a tap or a correction teaches, and which label may be given to it. Pure."""

import difflib
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.complaints.emotion import Mood
from bot.errors import NotFound
from bot.phrases import fold
from bot.rasa import Decision

LONGEST = 500
"""Characters that are kept of a message: what a customer wants stands in fewer."""
MOST_GUESSES = 5
NOT_UNDERSTOOD_KEYS = frozenset(
    {
        "talk.not_understood",
        "talk.not_understood_again",
        "talk.please_choose",
        "talk.number_or_phone",
        "talk.which_order",
    }
)
"""Answers of bot/enquiries/talk.py that say so."""
COMPLAINT_ACTION = "action_continue_complaint"
ASKED_AGAIN = frozenset(
    {
        "complaints.summary_unclear",
        "complaints.which_option",
        "complaints.ask_which_order_again",
        "complaints.ask_order_again",
        "complaints.ask_order_needed",
        "complaints.ask_wish_again",
        "complaints.is_it_solved_first",
        "complaints.sure_to_withdraw",
    }
)
"""Answers in a complaint that ask the same once more."""
OPEN_ASKING = frozenset({"", "story", "what", "correction"})
"""Questions of a complaint that any words answer: nothing can be misunderstood there."""
PERSON_COMES = "handoff."
"""How the keys begin that say that a person takes over."""
NOT_FOUND_KEYS = frozenset({"products.not_found", "products.not_found_but", "products.not_found_but_price"})
"""Answers of bot/enquiries/articles.py that say that nothing is written on it."""
SIGNS = re.compile(r"[\W_]+")
HALF_WORD = re.compile(r"[A-Za-z0-9@.+_-]+$")


class Why(StrEnum):
    """Why a message is worth a look, the weakest reason first: a stronger one replaces it."""

    NOT_FOUND = "not_found"
    """It was understood as a question, and no article answers it: somebody may write one, the model has no fault."""
    NOT_UNDERSTOOD = "not_understood"
    GUESS_REJECTED = "guess_rejected"
    GUESS_TAKEN = "guess_taken"
    EMOTION_CORRECTED = "emotion_corrected"
    INTENT_CORRECTED = "intent_corrected"


STRONGER: Mapping[Why, tuple[Why, ...]] = {why: tuple(Why)[place + 1 :] for place, why in enumerate(Why)}
"""The reasons that are not replaced by this one."""


class State(StrEnum):
    NEW = "new"
    LABELLED = "labelled"
    DROPPED = "dropped"
    """Somebody decided that nothing is to be learned from it."""
    EXPORTED = "exported"
    """It is among the examples."""


@dataclass(frozen=True, slots=True)
class Met:
    """A message that something can be learned from, as it came: it is masked when it is stored."""

    why: Why
    text: str
    language: str = ""
    """zh or en."""
    script: str | None = None
    intent: str = ""
    """What the model thought, as are `confidence` (0 to 1), `emotion` and the first of `ranking`."""
    confidence: float = 0.0
    emotion: str = ""
    ranking: tuple[tuple[str, float], ...] = ()
    journey: str = ""
    stage: str = ""
    """In a complaint with what was asked: clarify:wish."""
    suggested: str = ""
    """The intent that the customer chose among the guesses."""

    @property
    def is_a_message(self) -> bool:
        """Whether it counts: a tap is about a message that was counted when it came."""
        return self.why in (Why.NOT_UNDERSTOOD, Why.NOT_FOUND)


def met(why: Why, text: str, decision: Decision | None, context: Mapping[str, Any], suggested: str = "") -> Met:
    """The message with what the model made of it; `context` is what nlu was told of the talk."""
    journey, stage = str(context.get("journey", "")), str(context.get("stage", ""))
    if asking := context.get("asking"):
        stage = f"{stage}:{asking}"
    if decision is None:
        return Met(why, text, journey=journey, stage=stage, suggested=suggested)
    return Met(
        why=why,
        text=text,
        language=decision.language,
        script=decision.script,
        intent=decision.intent,
        confidence=decision.confidence,
        emotion=decision.mood,
        ranking=decision.ranking[:MOST_GUESSES],
        journey=journey,
        stage=stage,
        suggested=suggested,
    )


def of_turn(
    action: str,
    text: str,
    decision: Decision | None,
    args: Mapping[str, Any],
    said: Iterable[str],
    context: Mapping[str, Any],
) -> Met | None:
    """What a turn teaches, None for nothing: it was not understood, or one of the guesses (or none) was tapped.

    `said` are the keys of the answer; `args` is what a button carries (see bot/enquiries/guess.py).
    """
    if decision is not None and action == "action_continue" and NOT_UNDERSTOOD_KEYS & set(said) and text.strip():
        return met(Why.NOT_UNDERSTOOD, text, decision, context)
    if decision is not None and action == COMPLAINT_ACTION and _is_lost_in_complaint(decision, said, context):
        return met(Why.NOT_UNDERSTOOD, text, decision, context) if text.strip() else None
    if decision is not None and NOT_FOUND_KEYS & set(said) and text.strip():
        return met(Why.NOT_FOUND, text, decision, context)
    words = str(args.get("text", ""))
    if decision is None and "guessed" in args and words.strip():
        if action == "action_something_else":
            return met(Why.GUESS_REJECTED, words, None, context)
        return met(Why.GUESS_TAKEN, words, None, context, suggested=str(args.get("intent", "")))
    return None


def _is_lost_in_complaint(decision: Decision, said: Iterable[str], context: Mapping[str, Any]) -> bool:
    """The bot had asked for something definite, the model made nothing of the answer, and neither did the stages."""
    if decision.understood or str(context.get("asking") or "") in OPEN_ASKING:
        return False
    return any(key in ASKED_AGAIN or key.startswith(PERSON_COMES) for key in said)


def cut(text: str) -> str:
    """The beginning of a long message in one line; the word that was cut in two goes (it may be half a number)."""
    line = " ".join(text[:LONGEST].split())
    return HALF_WORD.sub("", line).rstrip() if len(text) >= LONGEST else line


def key(masked: str) -> str:
    """The same for texts that differ in nothing that matters (case, width, script, spaces)."""
    return hashlib.sha256(fold(masked).encode()).hexdigest()[:32]


def bare_key(masked: str) -> str:
    """The same for texts that differ in signs only, too; for texts of signs alone it is their key."""
    return key(SIGNS.sub("", fold(masked)) or masked)


def checked_intent(name: str, known: Collection[str]) -> str:
    """The intent, as it is called. Raises NotFound with the names that are nearest."""
    wanted = name.strip().lower().replace(" ", "_").replace("-", "_")
    if wanted in known:
        return wanted
    near = difflib.get_close_matches(wanted, known, n=4, cutoff=0.4)
    near += [other for other in sorted(known) if wanted and wanted in other and other not in near][:4]
    remedy = f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(sorted(known))}"
    raise NotFound(f"there is no intent '{name}'; {remedy}")


def checked_emotion(name: str) -> str:
    """The emotion, or "" for none. Raises NotFound with those that there are."""
    wanted = name.strip().lower()
    if wanted and wanted not in set(Mood):
        near = difflib.get_close_matches(wanted, list(Mood), n=1)
        raise NotFound(f"there is no emotion '{name}'; {f'did you mean {near[0]}?' if near else ', '.join(Mood)}")
    return wanted
