"""Wakes those who wait for news of a conversation in this process (web chat, terminal, staff console)."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

LOOK_AGAIN = 1.0
"""Seconds between two looks into the database for all who wait: another process may have written."""

State = tuple[int, datetime | None]
"""Of a conversation: how far its thread is, and since when an answer is waited for."""
States = Callable[[Sequence[int]], Awaitable[Mapping[int, State]]]
"""The states of these conversations now; nothing of those that cannot be looked at."""


class Hub:
    def __init__(self) -> None:
        self._waiting: dict[int, dict[asyncio.Future[bool], State]] = defaultdict(dict)
        """By conversation: who waits, and the state each has seen."""
        self._looking: asyncio.Task[None] | None = None
        self.listeners: set[Callable[[int], None]] = set()
        """Told of every conversation that has changed (the staff console)."""
        self.is_closed = False
        """The program is ending: there will be no more news, and nobody should wait for any."""

    def tell(self, conversation_id: int) -> None:
        """Something has changed in this conversation."""
        for listener in self.listeners:
            listener(conversation_id)
        for waiting in self._waiting.get(conversation_id, ()):
            _wake(waiting)

    def close(self) -> None:
        """Let everybody go who waits."""
        self.is_closed = True
        if self._looking is not None:
            self._looking.cancel()
        for waiting in self._waiting.values():
            for future in waiting:
                _wake(future)

    async def news(self, conversation_id: int, seen: State, seconds: float, states: States) -> bool:
        """Wait, at most `seconds`, until the conversation is not as it was `seen`; gives whether there is news.

        What this process writes wakes at once (`tell`). For the rest one look at all `states` a second serves
        everybody: a page that is only open costs a row in it.
        """
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[bool] = loop.create_future()
        self._waiting[conversation_id][waiting] = seen
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(states))
        over = loop.call_later(seconds, _wake, waiting, False)
        try:
            return await waiting
        finally:
            over.cancel()
            del self._waiting[conversation_id][waiting]
            if not self._waiting[conversation_id]:
                del self._waiting[conversation_id]

    async def _look(self, states: States) -> None:
        """As long as somebody waits."""
        await asyncio.sleep(LOOK_AGAIN)
        while self._waiting:
            for conversation_id, state in (await states(list(self._waiting))).items():
                for waiting, seen in self._waiting.get(conversation_id, {}).items():
                    if state != seen:
                        _wake(waiting)
            await asyncio.sleep(LOOK_AGAIN)


def _wake(waiting: asyncio.Future[bool], is_news: bool = True) -> None:
    if not waiting.done():
        waiting.set_result(is_news)
