"""The way of one outgoing message: its states, and what a sending error means for it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.errors import OurFault, SendingError, Stopped, TryLater, Unknown

RETRY_UNKNOWN = 1
"""How many times a reply of unknown fate is sent again (a repeated word is better than a missing one)."""
MOST_ATTEMPTS = 12
LEASE = timedelta(seconds=60)
"""A claim older than this belongs to a dead process. Longer than any network time-out of a channel."""


class State(StrEnum):
    """due → claimed → sending (committed before the network) → sent | failed | unknown."""

    DUE = "due"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


WAITING = frozenset({State.DUE, State.CLAIMED, State.SENDING})


class Lane(StrEnum):
    """Who goes first when the channel is busy. Of unknown fate, only a reply is repeated; the others are held."""

    REPLY = "reply"
    SERVICE = "service"
    CARE = "care"
    PROMOTION = "promotion"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a message after an attempt. `due_at` only for DUE; `pause_until` stops the whole channel."""

    state: State
    due_at: datetime | None = None
    error: str = ""
    unreachable: bool = False
    pause_until: datetime | None = None


def after_error(error: SendingError, lane: Lane, attempt: int, at: datetime) -> Verdict:
    """The next state of a message whose sending raised `error` in its `attempt`th try (1 is the first) at `at`."""
    words = f"{type(error).__name__}: {error}"
    match error:
        case TryLater():
            again = at + timedelta(seconds=max(error.after, min(2.0 ** min(attempt, 6) / 4, 30)))
            pause = at + timedelta(seconds=error.after) if error.everyone else None
            # A rate limit is nobody's failure: it does not use up attempts.
            if attempt >= MOST_ATTEMPTS and not error.everyone:
                return Verdict(State.FAILED, error=words)
            return Verdict(State.DUE, due_at=again, error=words, pause_until=pause)
        case Stopped():
            return Verdict(State.FAILED, error=words, unreachable=True)
        case OurFault():
            return Verdict(State.FAILED, error=words)
        case Unknown() if lane is Lane.REPLY and attempt <= RETRY_UNKNOWN:
            return Verdict(State.DUE, due_at=at + timedelta(seconds=1), error=words)
        case _:
            return Verdict(State.UNKNOWN, error=words)


def after_death(lane: Lane, state: State, attempt: int, at: datetime) -> Verdict:
    """What becomes of a message whose process died while it was `claimed` (never left) or `sending` (may have)."""
    if state is State.CLAIMED:
        return Verdict(State.DUE, due_at=at, error="the process ended before sending")
    return after_error(Unknown("the process ended while sending"), lane, attempt, at)
