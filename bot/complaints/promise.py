"""The promise ledger: when a promise is due, when somebody is reminded, what became of it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ENOUGH_OBSERVATIONS = 20
"""Below this many finished cases the policy's default holds."""
HALF, NEAR = 0.5, 0.9
"""Shares of the time at which those who owe the promise are reminded."""


class State(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    LATE = "late"
    """Done, but after its time."""
    BROKEN = "broken"
    """Not done when its time was over; a new date was given."""
    WITHDRAWN = "withdrawn"


class Reminder(StrEnum):
    HALF = "half"
    NEAR = "near"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Open:
    """An open promise as the clock sees it; all times aware UTC."""

    given_at: datetime
    due_at: datetime
    half_told: bool
    near_told: bool
    late_told: bool


def working_time(observed: Sequence[timedelta], default: timedelta) -> timedelta:
    """How much working time to promise for a remedy: conservative, so that the promise is kept.

    The 90th percentile of how long it really took, never less than an hour; with too few observations the policy's
    default, or the longest observed where that is longer.
    """
    if len(observed) < ENOUGH_OBSERVATIONS:
        return max([default, *observed])
    ranked = sorted(observed)
    return max(ranked[math.ceil(0.9 * len(ranked)) - 1], timedelta(hours=1))


def reminder(promise: Open, at: datetime) -> Reminder | None:
    """The reminder that is due at `at` and was not given yet; a clock that slept skips to the latest."""
    if at >= promise.due_at:
        return None if promise.late_told else Reminder.OVERDUE
    share = (at - promise.given_at) / max(promise.due_at - promise.given_at, timedelta(seconds=1))
    if share >= NEAR and not promise.near_told:
        return Reminder.NEAR
    if share >= HALF and not promise.half_told and not promise.near_told:
        return Reminder.HALF
    return None


def finished(due_at: datetime, done_at: datetime, was_broken: bool = False) -> State:
    """What to write when it was done at `done_at`."""
    return State.LATE if was_broken or done_at > due_at else State.KEPT
