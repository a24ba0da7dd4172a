"""How far a browser has come with signing in. Pure.

    password ──► code ──► renewal ──► open
        └─────────┴──────────┴─────────┘   each may be skipped where it is not needed

A session exists from the right password on; only in OPEN does it open anything but the next step.
"""

from datetime import datetime, timedelta
from enum import StrEnum

STEP_WITHIN = timedelta(minutes=10)
"""For the steps between the password and the open console."""


class Stage(StrEnum):
    CODE = "code"
    """The password was right, the code of the second factor is missing."""
    RENEWAL = "renewal"
    """The password was given by somebody else, an own one must be chosen."""
    OPEN = "open"


def after_password(has_second_factor: bool, must_change: bool) -> Stage:
    return Stage.CODE if has_second_factor else after_code(must_change)


def after_code(must_change: bool) -> Stage:
    return Stage.RENEWAL if must_change else Stage.OPEN


def is_over(
    stage: Stage, started_at: datetime, seen_at: datetime, at: datetime, idle: timedelta, longest: timedelta
) -> bool:
    """Whether a session has run out: unused for `idle`, older than `longest`, or stuck on the way in."""
    if stage is not Stage.OPEN:
        return at - started_at >= STEP_WITHIN
    return at - seen_at >= idle or at - started_at >= longest
