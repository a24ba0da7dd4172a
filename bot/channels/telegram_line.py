"""The line to Telegram: what state it is in, and trying again with growing pauses for as long as it takes."""

import asyncio
import random
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram_write import seconds


class LineState(StrEnum):
    STARTING = "starting"
    UP = "up"
    UNREACHABLE = "unreachable"
    CONFLICT = "conflict"
    REFUSED = "refused"
    NOT_STORED = "not_stored"
    BROKEN = "broken"
    STOPPED = "stopped"


_MEANING = {
    LineState.UNREACHABLE: "Telegram cannot be reached; trying again",
    LineState.CONFLICT: "another program reads this bot's updates (a second poller or a webhook): stop one of them",
    LineState.REFUSED: "Telegram refuses the token: check CAREBOT_TELEGRAM_TOKEN",
    LineState.NOT_STORED: "an update could not be stored; it stays with Telegram and is asked for again",
    LineState.BROKEN: "a bug of ours or an answer nobody expected; trying again",
}
_SLOW = frozenset({LineState.CONFLICT, LineState.REFUSED})
"""What does not pass by itself: asking often would not help."""


class NotStored(Exception):
    """`take` raised: the cause says why."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds between attempts: doubling from `first` up to `most`, `slower` times as long where a person must act."""

    first: float = 1.0
    most: float = 60.0
    slower: float = 15.0

    def pause(self, failures: int, state: LineState, chance: float) -> float:
        """After so many failures in a row (1 is the first); `chance` in [0, 1) spreads many programs apart."""
        first = self.first * (self.slower if state in _SLOW else 1.0)
        return min(self.most, first * 2.0 ** min(failures - 1, 30)) * (0.5 + chance / 2)


class Line:
    """Runs one step again and again and tells how it goes, logging changes only."""

    def __init__(self, backoff: Backoff, chance: Callable[[], float] = random.random) -> None:
        self.state = LineState.STARTING
        self.failures = 0
        self._backoff = backoff
        self._chance = chance

    async def keep_on(self, step: Callable[[], Awaitable[bool]]) -> None:
        """Run `step` until it gives False; whatever it raises means a pause and another try."""
        going = True
        while going:
            try:
                going = await step()
            except Exception as error:  # noqa: BLE001 - intake must not end; the kind is told apart and logged below
                await asyncio.sleep(self.failed(error))
            else:
                self.works()

    def works(self) -> None:
        if self.state is not LineState.UP:
            structlog.get_logger().info("telegram.line", state=LineState.UP, after_failures=self.failures)
        self.state, self.failures = LineState.UP, 0

    def failed(self, error: Exception) -> float:
        """Note the failure and give the seconds to wait."""
        state = _kind(error)
        self.failures += 1
        if state is not self.state:
            structlog.get_logger().warning("telegram.line", state=state, meaning=_MEANING[state], error=_named(error))
        self.state = state
        asked = seconds(error.retry_after) if isinstance(error, RetryAfter) else 0.0
        return max(asked, self._backoff.pause(self.failures, state, self._chance()))


def _named(error: Exception) -> str:
    """Class, cause and place of an error. Its words stay out of the log: they may carry the token (the library) or
    what a customer wrote (a database quotes the values it was given).
    """
    cause = error.__cause__ or error
    names = dict.fromkeys((type(error).__name__, type(cause).__name__))
    frames = traceback.extract_tb(cause.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return " from ".join(names) + place


def _kind(error: Exception) -> LineState:
    match error:
        case NotStored():
            return LineState.NOT_STORED
        case Conflict():
            return LineState.CONFLICT
        case InvalidToken():
            return LineState.REFUSED
        case TelegramError():
            return LineState.UNREACHABLE
        case _:
            return LineState.BROKEN
