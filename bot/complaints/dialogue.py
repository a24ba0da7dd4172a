"""What one word of the customer does to a complaint: the values that go in and come out. Pure.

`View` is the case as it stands, `Heard` what was said, `Move` what follows: steps of the table, facts, words, or a
person. The stages themselves are in listening.py, clarifying.py and settling.py; answering.py is the door to them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from bot.complaints.complaint import Event, Kind, Stage, advance
from bot.complaints.policy import ComplaintPolicy, Fact, Hint
from bot.handoff.queue import Reason
from bot.messages import Button, Say
from bot.shop.order import Order

MOST_WORDS = 40
"""Passages of the customer's own story that a case keeps; the thread has them all."""


class Asking(StrEnum):
    """The question that is open in a complaint."""

    STORY = "story"
    WHAT = "what"
    ORDER = "order"
    PHONE = "phone"
    PHOTO = "photo"
    WISH = "wish"
    SUMMARY = "summary"
    CORRECTION = "correction"
    CHOICE = "choice"
    SOLVED = "solved"
    WITHDRAW = "withdraw"


ABOUT_THE_WISH = frozenset({Asking.WISH, Asking.CHOICE, Asking.SUMMARY, Asking.CORRECTION})
"""Questions in whose answer a plain word ("delivery") is a wish."""

EXPECTING: dict[Asking, str] = {
    Asking.STORY: "text",
    Asking.WHAT: "text",
    Asking.ORDER: "fact",
    Asking.PHONE: "fact",
    Asking.PHOTO: "fact",
    Asking.WISH: "choice",
    Asking.SUMMARY: "yes_no",
    Asking.CORRECTION: "text",
    Asking.CHOICE: "choice",
    Asking.SOLVED: "choice",
    Asking.WITHDRAW: "yes_no",
}
"""What each question expects, in the words of the Rasa domain."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A value that lies in the database as JSON; unknown keys of another version are left out."""

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Self:
        known = {f.name for f in fields(cls)}
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in raw.items() if k in known})

    def stored(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Facts(Stored):
    """What is known. Never lost on the way back, nor after a week's silence."""

    told: tuple[str, ...] = ()
    order: str | None = None
    verified: bool = False
    """The order was found in the linked customer's own orders."""
    product: str | None = None
    """Id in data/products.yml, once it is sure which one is meant."""
    products: tuple[str, ...] = ()
    """Every product that may be meant: a fridge is four of them."""
    product_words: str = ""
    """What the customer calls it."""
    photos: tuple[str, ...] = ()
    wish: str | None = None
    paid_cents: int | None = None
    delivered: bool = False
    """The order has arrived."""


@dataclass(frozen=True, slots=True)
class Memory(Stored):
    """What the conversation about the case must remember between turns."""

    asking: str | None = None
    asking_before: str | None = None
    """The question that "shall I close it?" has put aside."""
    asked: Mapping[str, int] = field(default_factory=dict)
    questions: int = 0
    listening_turns: int = 0
    rising_turns: int = 0
    empathy_turns: int = 0
    empathy_used: tuple[str, ...] = ()
    level_at_stage: int = 0
    denials: int = 0
    rejected: tuple[str, ...] = ()
    rejections: int = 0
    chased: int = 0
    unclear: int = 0
    also: Mapping[str, str] | None = None
    """What the customer wants besides (see bot/wish.py); it is offered when the complaint is agreed or over."""


@dataclass(frozen=True, slots=True)
class View:
    """A case as it stands before an answer."""

    stage: Stage
    kind: Kind
    level: int
    """The customer's emotion in this turn, 0 to 3."""
    facts: Facts
    memory: Memory
    policy: ComplaintPolicy
    number: str
    language: str = ""
    """zh or en."""
    failure_count: int = 0
    is_linked: bool = False
    orders: tuple[Order, ...] = ()
    """The linked customer's own, newest first."""
    options: tuple[str, ...] = ()
    """Remedies on the table now."""
    to_approve: tuple[str, ...] = ()
    """Those of them that a colleague has to approve."""
    is_late: bool = False
    """A promise of this case is past its time."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the customer said, as far as a complaint needs it."""

    text: str = ""
    intent: str = ""
    choice: str = ""
    """The value of a button."""
    hints: frozenset[Hint] = frozenset()
    wish: str | None = None
    order: str | None = None
    products: tuple[str, ...] = ()
    product_words: str = ""
    photos: tuple[str, ...] = ()
    grievance: Kind | None = None
    """The model heard a complaint of this kind."""
    link_failed: bool = False
    """Order number and phone did not fit together."""
    at: datetime | None = None

    @property
    def says_yes(self) -> bool:
        return self.choice == "yes" or self.intent == "affirm"

    @property
    def says_no(self) -> bool:
        return self.choice == "no" or self.intent == "deny"


class Then(StrEnum):
    """What the service has to work out, because it needs the calendar or the ledger."""

    OFFER = "offer"
    COMMIT = "commit"
    STATUS = "status"
    GOODWILL = "goodwill"


@dataclass(frozen=True, slots=True)
class Move:
    """What follows. Built up by `and_…`, each of which gives a new one."""

    stage: Stage
    facts: Facts
    memory: Memory
    events: tuple[tuple[Event, str], ...] = ()
    says: tuple[Say, ...] = ()
    reason: Reason | None = None
    """A person takes over, for this."""
    then: Then | None = None
    option: str = ""
    """COMMIT: the remedy that was accepted."""

    @classmethod
    def none(cls, view: View) -> "Move":
        return cls(view.stage, view.facts, view.memory)

    def step(self, event: Event, level: int, note: str = "") -> "Move":
        """Take a step of the table. The counters of a stage begin anew with it."""
        after = advance(self.stage, event)
        memory = (
            self.memory
            if after is self.stage
            else replace(
                self.memory,
                level_at_stage=level,
                listening_turns=0,
                rising_turns=0,
                empathy_turns=0,
                unclear=0,
            )
        )
        return replace(self, stage=after, memory=memory, events=(*self.events, (event, note)))

    def say(self, key: str, buttons: tuple[Button, ...] = (), file: str = "complaints", **values: Any) -> "Move":
        return replace(self, says=(*self.says, Say(f"{file}.{key}", values, buttons)))

    def ask(self, asking: Asking | None) -> "Move":
        return replace(self, memory=replace(self.memory, asking=asking))

    def remember(self, **changes: Any) -> "Move":
        return replace(self, memory=replace(self.memory, **changes))

    def person(self, reason: Reason) -> "Move":
        return replace(self, reason=reason)


def button(key: str, value: str, asking: Asking, **values: Any) -> Button:
    """A choice in a complaint; `asking` lets a tap on an old question be recognised."""
    return Button(f"complaints.{key}", "action_continue_complaint", {"choice": value, "asking": asking}, values)


def is_due(fact: Fact, view: View, facts: Facts, memory: Memory) -> bool:
    """Whether this fact is still to be asked for."""
    match fact:
        case Fact.WHAT:
            return not view.policy.is_story("".join(facts.told)) and not memory.asked.get(Fact.WHAT, 0) > 1
        case Fact.ORDER:
            return not (facts.order and facts.verified)
        case Fact.PHOTO:
            return not facts.photos and not memory.asked.get(Fact.PHOTO)
        case Fact.WISH:
            return facts.wish is None
