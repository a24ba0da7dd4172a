"""Wakes those who wait for news of a conversation in this process (web chat, terminal, staff console)."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

LOOK_AGAIN = 1.0
"""Seconds after which somebody who waits looks into the database anyway: another process may have written."""


class Hub:
    def __init__(self) -> None:
        self._waiting: dict[int, set[asyncio.Event]] = defaultdict(set)
        self.listeners: set[Callable[[int], None]] = set()
        """Told of every conversation that has changed (the staff console)."""
        self.is_closed = False
        """The program is ending: there will be no more news, and nobody should wait for any."""

    def tell(self, conversation_id: int) -> None:
        """Something has changed in this conversation."""
        for listener in self.listeners:
            listener(conversation_id)
        for event in self._waiting.get(conversation_id, ()):
            event.set()

    def close(self) -> None:
        """Let everybody go who waits."""
        self.is_closed = True
        for waiting in self._waiting.values():
            for event in waiting:
                event.set()

    async def news(self, conversation_id: int, seconds: float) -> None:
        """Wait until something has changed, at most `seconds` and at most until it is time to look again."""
        event = asyncio.Event()
        self._waiting[conversation_id].add(event)
        try:
            async with asyncio.timeout(min(seconds, LOOK_AGAIN)):
                await event.wait()
        except TimeoutError:
            return
        finally:
            self._waiting[conversation_id].discard(event)
            if not self._waiting[conversation_id]:
                del self._waiting[conversation_id]
