"""Waiting for a person: why, how urgent, and an honest word about when. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


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


PRIORITY: dict[Reason, int] = {
    Reason.SAFETY: 1,
    Reason.LIFE_EVENT: 1,
    Reason.LEGAL: 1,
    Reason.PRIVACY: 1,
    Reason.FRAUD: 1,
    Reason.PAYMENT_DISPUTE: 2,
    Reason.MISSED_PROMISE: 2,
    Reason.FAILED_TWICE: 2,
    Reason.KEY_ACCOUNT: 2,
    Reason.ABUSE: 2,
    Reason.NOT_CALMING: 2,
}
USUAL_PRIORITY = 3

AROUND_THE_CLOCK = frozenset({Reason.SAFETY, Reason.LIFE_EVENT})
"""Somebody is called out of hours for these."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How it goes in the queue now: conversations ahead, and the recent working minutes between two taken ones."""

    ahead: int
    minutes_each: float


def priority(reason: Reason, severity: int | None = None) -> int:
    """1 (now) to 4 (when there is time): the reason's own, or the severity of the open complaint if that is higher."""
    own = PRIORITY.get(reason, USUAL_PRIORITY)
    return min(own, severity) if severity else own


def wait(pace: Pace) -> timedelta:
    """The wait to tell a customer: rounded up to five minutes, never under five."""
    minutes = (pace.ahead + 1) * pace.minutes_each
    return timedelta(minutes=max(5, -(-int(minutes) // 5) * 5))


def is_late(expected_at: datetime, told_at: datetime | None, at: datetime) -> bool:
    """Whether the estimate has passed and the customer was not told so yet."""
    return told_at is None and at > expected_at
