"""How long somebody has to wait before the next try to sign in. Pure.

Nobody can lock out a colleague for ever:
- a browser that this person has signed in with before is counted by itself, whatever others try;
- any other browser is counted by login and address, and the address for all logins together;
- a login that is tried from many addresses is slowed down, never shut.
Logins that do not exist are treated the same, so a pause tells nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
MOST_HERE = 5
MOST_FROM_ADDRESS = 30
SLOWER_FROM = 10
"""From so many failures of a login, wherever from, every further try is slower than the last …"""
SLOWEST = timedelta(seconds=60)
"""… up to this."""
NO_PAUSE = timedelta()


@dataclass(frozen=True, slots=True)
class Failures:
    """When tries within the last WINDOW failed, the oldest first."""

    here: Sequence[datetime]
    """Of this browser when it is known to belong to the login, else of this login from this address."""
    login: Sequence[datetime] = ()
    address: Sequence[datetime] = ()


def pause(failures: Failures, is_known_browser: bool, at: datetime) -> timedelta:
    """How long to wait before another try counts; nothing: now."""
    waits = [_until_fewer(failures.here, MOST_HERE, at)]
    if not is_known_browser:
        waits += [_until_fewer(failures.address, MOST_FROM_ADDRESS, at), _slower(failures.login, at)]
    return max(NO_PAUSE, *waits)


def _until_fewer(failed: Sequence[datetime], most: int, at: datetime) -> timedelta:
    """Until fewer than `most` failures lie within the window."""
    return failed[-most] + WINDOW - at if len(failed) >= most else NO_PAUSE


def _slower(failed: Sequence[datetime], at: datetime) -> timedelta:
    """1, 2, 4 … 60 seconds after the last failure."""
    if (beyond := len(failed) - SLOWER_FROM) < 0:
        return NO_PAUSE
    return failed[-1] + min(timedelta(seconds=2 ** min(beyond, 10)), SLOWEST) - at
