"""One look into the database for all consoles of this process: what has changed, and for which conversations.

Whoever writes in this process says so through the hub, and the look is at once; what other processes write is found
within LOOK_AGAIN. A burst is one look: consoles are told at most every PAUSE.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.hub import LOOK_AGAIN, Hub
from bot.clock import Clock
from bot.conversations.tables import BOT, Conversation
from bot.db import Database, table, told
from bot.desk import inbox
from bot.desk.listing import Row
from bot.desk.thread import UNFINISHED
from bot.handoff.alerts import Alert
from bot.handoff.presence import TYPING, VIEWING
from bot.handoff.seats import Viewer
from bot.handoff.tables import DeskEvent, Note, Seat
from bot.outbox.tables import Delivery
from bot.staff.tables import Staff

PAUSE = 0.05
OVERLAP = timedelta(seconds=10)
"""So far back a look goes: other processes' clocks differ, and what is committed late has an earlier time."""
MOST = 500
TOLD_TWICE = 20

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class News:
    """What consoles are told. Empty parts: nothing of it has changed."""

    rows: Mapping[int, Row]
    loads: Mapping[str, int]
    """How many conversations each owner but the bot has."""
    viewers: Mapping[int, tuple[Viewer, ...]]
    """Of conversations that are looked at, where they have changed."""
    alerts: bool
    """An alert was raised, rang again, or ended."""


Listener = Callable[[News], None]

_c, _e, _n, _s = table(Conversation).c, table(DeskEvent).c, table(Note).c, table(Seat).c
_d, _a, _p = table(Delivery).c, table(Alert).c, table(Staff).c
_stamp = (_c.id, _c.seq, _c.owner_fence, _c.case_id)
HEARD = select(*_stamp).where(_c.last_inbound_at > bindparam("since")).limit(MOST)
SAID = select(*_stamp).where(_c.last_outbound_at > bindparam("since")).limit(MOST)
EVENTS = select(_e.id, _e.conversation_id).where(_e.id > bindparam("behind")).order_by(_e.id).limit(MOST)
NOTES = select(_n.id, _n.conversation_id).where(_n.id > bindparam("behind")).order_by(_n.id).limit(MOST)
NEWEST = select(select(func.max(_e.id)).scalar_subquery(), select(func.max(_n.id)).scalar_subquery())
UNDER_WAY = (
    select(_d.conversation_id, _d.id, _d.state)
    .where(_d.conversation_id.in_(bindparam("ids", expanding=True)), _d.seq.is_(None), _d.state.in_(UNFINISHED))
    .order_by(_d.id)
)
LOOKING = (
    select(_s.conversation_id, _p.id, _p.name, func.max(_s.typed_at).label("typed_at"))
    .join_from(table(Seat), table(Staff), _p.id == _s.staff_id)
    .where(_s.conversation_id.in_(bindparam("ids", expanding=True)), _s.beat_at > bindparam("since"))
    .group_by(_s.conversation_id, _p.id, _p.name)
    .order_by(_p.name)
)
LOADS = select(_c.owner, func.count().label("many")).where(_c.owner != literal_column(f"'{BOT}'")).group_by(_c.owner)
ALERTS = select(func.count(), func.max(_a.id), func.sum(_a.rings)).where(_a.ended_at.is_(None))


class Watch:
    """Begins with the first console that listens and ends with the last."""

    def __init__(self, db: Database, clock: Clock, hub: Hub) -> None:
        self._db, self._clock, self._hub = db, clock, hub
        self._listeners: set[Listener] = set()
        self._open: Counter[int] = Counter()
        """Conversations that are open in consoles of this process, with how many."""
        self._wake = asyncio.Event()
        self._named: set[int] = set()
        self._task: asyncio.Task[None] | None = None
        self._forget()

    def _forget(self) -> None:
        self._stamps: dict[int, tuple[Any, ...]] = {}
        self._under_way: dict[int, tuple[Any, ...]] = {}
        self._viewers: dict[int, tuple[Viewer, ...]] = {}
        self._alerts: tuple[Any, ...] | None = None
        self._event = self._note = -1

    def listen(self, listener: Listener) -> None:
        self._listeners.add(listener)
        if self._task is None:
            self._forget()
            self._hub.listeners.add(self._told)
            self._task = asyncio.create_task(self._run())

    async def unlisten(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        if not self._listeners:
            await self.close()

    def look_at(self, conversation_id: int) -> None:
        """A console has opened it."""
        self._open[conversation_id] += 1
        self._told(conversation_id)

    def look_away(self, conversation_id: int) -> None:
        self._open[conversation_id] -= 1
        if self._open[conversation_id] <= 0:
            del self._open[conversation_id]
            self._viewers.pop(conversation_id, None)
            self._under_way.pop(conversation_id, None)

    def wake(self) -> None:
        """Something that is no conversation's has changed (an alert, a colleague)."""
        self._wake.set()

    async def close(self) -> None:
        """Nobody listens any more."""
        self._hub.listeners.discard(self._told)
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _told(self, conversation_id: int) -> None:
        self._named.add(conversation_id)
        self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - whatever it was, the next look must come
                log.error("the consoles are told later", **told(error))
            await asyncio.sleep(PAUSE)
            try:
                async with asyncio.timeout(LOOK_AGAIN):
                    await self._wake.wait()
            except TimeoutError:
                pass  # time to look for what other processes wrote

    async def _look(self) -> None:
        named, self._named = self._named, set()
        try:
            async with self._db.read() as session:
                at = self._clock.now()
                ids = named | await self._changed(session, at - OVERLAP)
                viewers = await self._seen(session, at)
                alerts = await self._rung(session)
                rows = {row.id: row for row in await inbox.rows(session, sorted(ids))}
                loads = {row.owner: row.many for row in await session.execute(LOADS)} if rows else {}
        except BaseException:
            self._named |= named  # told again by the next look
            raise
        if rows or viewers or alerts:
            for listener in list(self._listeners):
                listener(News(rows, loads, viewers, alerts))

    async def _changed(self, session: AsyncSession, since: datetime) -> set[int]:
        """Conversations with new lines, owners, notes, or another state of what is on its way."""
        found: set[int] = set()
        if self._event < 0:
            # The first console may have read its list just before this first look: some are told twice, none is missed.
            newest = (await session.execute(NEWEST)).one()
            self._event, self._note = (max(0, (id or 0) - TOLD_TWICE) for id in newest)
        stamps = {}
        for query in (HEARD, SAID):
            for id, *stamp in await session.execute(query, {"since": since}):
                stamps[id] = tuple(stamp)
        found |= {id for id, stamp in stamps.items() if self._stamps.get(id) != stamp}
        self._stamps = stamps
        for id, conversation in await session.execute(EVENTS, {"behind": self._event}):
            self._event = id
            found.add(conversation)
        for id, conversation in await session.execute(NOTES, {"behind": self._note}):
            self._note = id
            found.add(conversation)
        return found | await self._moved(session)

    async def _moved(self, session: AsyncSession) -> set[int]:
        under_way: dict[int, list[Any]] = defaultdict(list)
        if self._open:
            for conversation, id, state in await session.execute(UNDER_WAY, {"ids": list(self._open)}):
                under_way[conversation].append((id, state))
        now = {id: tuple(under_way.get(id, ())) for id in self._open}
        found = {id for id, states in now.items() if self._under_way.get(id, ()) != states}
        self._under_way = now
        return found

    async def _seen(self, session: AsyncSession, at: datetime) -> dict[int, tuple[Viewer, ...]]:
        seats: dict[int, list[Viewer]] = defaultdict(list)
        if self._open:
            for row in await session.execute(LOOKING, {"ids": list(self._open), "since": at - VIEWING}):
                types = row.typed_at is not None and at - row.typed_at < TYPING
                seats[row.conversation_id].append(Viewer(row.id, row.name, types))
        now = {id: tuple(seats.get(id, ())) for id in self._open}
        news = {id: viewers for id, viewers in now.items() if self._viewers.get(id) != viewers}
        self._viewers = now
        return news

    async def _rung(self, session: AsyncSession) -> bool:
        now = tuple((await session.execute(ALERTS)).one())
        before, self._alerts = self._alerts, now
        return before != now
