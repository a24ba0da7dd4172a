"""One serial lane per conversation: who answers which conversation, and when. The lease lies in the database."""

import asyncio
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.db import Database, told
from bot.inbox import store
from bot.inbox.answer import Answering
from bot.inbox.service import LANE

AT_ONCE = 16
"""Turns under way at the same time in this process; more only wait for nlu and the database."""

log = structlog.get_logger()


class Lanes:
    """Runs turns when they are due. `wake` is the fast way for what this process stored itself; `sweep` finds the rest:
    turns left by a dead process, and those put off while nlu was gone."""

    def __init__(self, db: Database, answering: Answering, clock: Clock, worker: str, lease: timedelta = LANE) -> None:
        self._db = db
        self._answering = answering
        self._clock = clock
        self._worker = worker
        self._lease = lease
        self._room = asyncio.Semaphore(AT_ONCE)
        self._lanes: dict[int, asyncio.Task[None]] = {}
        self._due: dict[int, datetime] = {}

    def wake(self, conversation_id: int, ready_at: datetime) -> None:
        """This conversation is to be answered at `ready_at`, or later when more words come."""
        self._due[conversation_id] = ready_at
        if conversation_id not in self._lanes:
            self._lanes[conversation_id] = asyncio.create_task(self._lane(conversation_id))

    async def sweep(self) -> int:
        """Take the lanes that are due and that nobody holds. Gives how many."""
        at = self._clock.now()
        async with self._db.read() as session:
            ready = await store.ready(session, self._worker, at)
        taken = 0
        for conversation_id, ready_at in ready:
            if conversation_id in self._lanes:
                continue
            async with self._db.write() as session:
                mine = await store.claim(session, conversation_id, self._worker, at, at + self._lease)
            if mine:
                taken += 1
                self.wake(conversation_id, ready_at)
        return taken

    async def _lane(self, conversation_id: int) -> None:
        """Answer turn after turn until nothing waits."""
        try:
            while (due := self._due.pop(conversation_id, None)) is not None:
                await self._pause(conversation_id, due)
                async with self._room:
                    again = await self._answering.turn(conversation_id)
                if again is not None and again <= self._clock.now() + timedelta(seconds=5):
                    self._due.setdefault(conversation_id, again)
        except Exception as error:  # noqa: BLE001 - see below
            # The messages are stored and the lease runs out: the sweep comes back to them.
            log.error("a turn was left behind", conversation=conversation_id, **told(error))
        finally:
            # Also when words came in while it failed: a lane that is over must not keep the sweep away.
            self._due.pop(conversation_id, None)
            del self._lanes[conversation_id]

    async def _pause(self, conversation_id: int, due: datetime) -> None:
        """Wait until the customer has finished typing; every further message may move the time."""
        while (wait := (due - self._clock.now()).total_seconds()) > 0:
            await asyncio.sleep(wait)
            due = max(due, self._due.pop(conversation_id, due))

    async def idle(self) -> None:
        """Wait until every lane is empty (shutdown, tests)."""
        while self._lanes:
            await asyncio.gather(*self._lanes.values(), return_exceptions=True)

    async def abandon(self) -> None:
        """Stop where it is: the messages are stored, and the lease runs out."""
        lanes = list(self._lanes.values())
        for lane in lanes:
            lane.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
