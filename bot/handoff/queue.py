"""Waiting for a person: why, how urgent, and an honest word about when. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MOST_URGENT, USUAL, LEAST_URGENT = 1, 3, 4
"""Priorities: 1 now, 4 when there is time."""


class Reason(StrEnum):
    """Why a conversation needs a person. The customer is never asked for one."""

    ASKED = "asked"
    SAFETY = "safety"
    LEGAL = "legal"
    ABUSE = "abuse"
    PRIVACY = "privacy"
    FRAUD = "fraud"
    PAYMENT_DISPUTE = "payment_dispute"
    LIFE_EVENT = "life_event"
    """Self-harm, a death, a minor: no machine talks here."""
    REFUSAL = "refusal"
    AUTHORITY = "authority"
    MISSED_PROMISE = "missed_promise"
    FAILED_TWICE = "failed_twice"
    KEY_ACCOUNT = "key_account"
    REPEAT = "repeat"
    NOT_CALMING = "not_calming"
    OFFERS_REJECTED = "offers_rejected"
    FACTS_DISPUTED = "facts_disputed"
    FACTS_MISSING = "facts_missing"
    CHASED = "chased"
    BOT_REJECTED = "bot_rejected"
    NOT_UNDERSTOOD = "not_understood"
    OVERDUE = "overdue"
    STAFF_ONLY = "staff_only"
    """Something only staff can do (an order packed already, an account to delete)."""
    ENGINE_DOWN = "engine_down"
    ACTION_FAILED = "action_failed"
    STEPPED_IN = "stepped_in"
    """Nobody had called: a person took the conversation out of their own will."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What makes a waiting conversation urgent. `severity` 1 to 4 of the complaint, `level` 0 to 3 of the emotion."""

    reason: Reason
    severity: int | None = None
    tier: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Urgency:
    """How urgent what is. Source: data/policy/desk.yml, `priority`."""

    usual: int
    reasons: Mapping[Reason, int]
    tiers: Mapping[str, int]
    """Steps up for customers of this tier."""
    emotion: Mapping[int, int]
    """Steps up at this level of emotion."""
    waiting: timedelta
    """One step up for each such time waited."""
    limit: int
    """Tier, emotion and waiting lift nobody above this: what is above stays for danger and law."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How it goes at the desk now."""

    ahead: int
    """Conversations that wait and are at least as urgent."""
    minutes_each: float
    """Working minutes between two conversations taken: of the recent past, or by the policy."""
    room: int | None = None
    """How many more conversations the people online can take; None: nobody says whether they are there."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Source: data/policy/desk.yml."""

    first_minutes: int
    """Somebody is there and free."""
    nobody_minutes: int
    """Added while nobody is at the desk in working hours."""
    again: tuple[timedelta, ...]
    """After a late estimate: so long until the next truthful word, at least; the last one repeats."""


def priority(urgency: Urgency, signals: Signals, waited: timedelta = timedelta()) -> int:
    """1 (now) to 4 (when there is time).

    The reason's own or the severity of the complaint, whichever is graver; tier, emotion and the time waited lift it.
    """
    base = min(urgency.reasons.get(signals.reason, urgency.usual), signals.severity or LEAST_URGENT)
    steps = urgency.tiers.get(signals.tier, 0) + urgency.emotion.get(signals.level, 0)
    steps += max(waited, timedelta()) // urgency.waiting
    return max(base - steps, min(base, urgency.limit), MOST_URGENT)


def wait(pace: Pace, estimates: Estimates) -> timedelta:
    """The working time to tell a customer: rounded up to five minutes, never under five."""
    if pace.room is not None and pace.room > pace.ahead:
        minutes: float = estimates.first_minutes
    else:
        minutes = (pace.ahead - (pace.room or 0) + 1) * pace.minutes_each
    return timedelta(minutes=in_fives(minutes))


def wait_for_nobody(pace: Pace, estimates: Estimates) -> timedelta:
    """The same while nobody is at the desk: somebody has to come first."""
    minutes = estimates.nobody_minutes + (pace.ahead + 1) * pace.minutes_each
    return timedelta(minutes=in_fives(minutes))


def in_fives(minutes: float) -> int:
    """Rounded up to five minutes, never under five: "about 19 minutes" would be a precision nobody has."""
    return max(5, -int(-minutes // 5) * 5)


def is_late(
    expected_at: datetime, told_at: datetime | None, times: int, again: Sequence[timedelta], at: datetime
) -> bool:
    """Whether the estimate has passed and the customer is to hear so (again).

    `told_at`: when they last heard that it is late, `times`: how often so far.
    """
    if at <= expected_at:
        return False
    if told_at is None or not times:
        return True
    return at >= told_at + again[min(times, len(again)) - 1]
