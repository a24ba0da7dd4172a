"""Fills the index beside everything else: a tick of the worker, in small transactions. A turn never waits for it.

A row may be committed after one with a greater id (PostgreSQL hands out ids before). So a row counts as passed only
when everything that ran while it was the newest has ended; then the gaps below are looked at once more.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.search import sources, store
from bot.search.document import Document
from bot.search.tables import SearchMark, Source

BATCH = 100
"""Rows of one transaction: other writers wait for it on SQLite, some 15 ms."""
A_WHILE = 0.5
"""Seconds that one tick works at most, with the loop left free between two transactions."""
SWEPT = 300
"""Rows of a round for changed names in one tick."""
TOLD_EVERY = 10_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one source: how far, and how far there is to go (ids, not rows)."""

    source: Source
    through: int
    newest: int


class Indexer:
    """One a process; several processes share the work by locking the mark of a source."""

    def __init__(self, db: Database, batch: int = BATCH) -> None:
        self._db, self._batch = db, batch
        self._done = 0
        """Since it was last told."""

    async def tick(self, seconds: float = A_WHILE) -> int:
        """Index what is new, for a while. Gives how many texts."""
        until, sum_ = time.monotonic() + seconds, 0
        for source in Source:
            while done := await self._step(source):
                sum_ += done
                await asyncio.sleep(0)
                if done < self._batch or time.monotonic() > until:
                    break
        self._done += sum_
        if self._done >= TOLD_EVERY:
            await self._tell()
        return sum_

    async def sweep(self) -> int:
        """Look at the next names for changes. Gives how many had changed."""
        changed = 0
        for source in sources.CHANGING:
            async with self._db.write() as session:
                if (mark := await store.mark(session, source)) is None:
                    continue
                found = await sources.behind(session, source, mark.swept, SWEPT)
                mark.swept = found[-1].ref_id if len(found) == SWEPT else 0
                changed += await _renew(session, [one for one in found if one.ref_id <= mark.through])
        return changed

    async def _step(self, source: Source) -> int:
        async with self._db.write() as session:
            mark = await store.mark(session, source)
            if mark is None:
                return 0
            late = await _late(session, mark, self._batch)
            newest = await sources.newest(session, source)
            fresh = await sources.missing(session, source, mark.seen, None, self._batch) if newest > mark.seen else []
            await store.put(session, [*late, *fresh])
            if newest > mark.seen:
                mark.seen = (
                    fresh[-1].ref_id if len(fresh) == self._batch else max(newest, *(d.ref_id for d in fresh), 0)
                )
            if mark.pending is None and mark.seen > mark.through:
                mark.pending, mark.running = mark.seen, sorted(await store.running(session))
            if source is Source.HEARD:
                await _renew_chats(session, fresh)
        return len(late) + len(fresh)

    async def _tell(self) -> None:
        self._done = 0
        async with self._db.read() as session:
            for one in await progress(session):
                if one.newest > one.through:
                    log.info("indexing", source=one.source, through=one.through, of=one.newest)


async def _late(session: AsyncSession, mark: SearchMark, batch: int) -> Sequence[Document]:
    """Rows that were committed behind their time, once no more of them can come."""
    if mark.pending is None or set(mark.running) & await store.running(session):
        return []
    found = await sources.missing(session, mark.source, mark.through, mark.pending, batch)
    if len(found) < batch:
        mark.through, mark.pending, mark.running = mark.pending, None, []
    return found


async def _renew_chats(session: AsyncSession, heard: Sequence[Document]) -> None:
    """Channels tell a person's name with every message."""
    chats = {one.conversation_id for one in heard if one.conversation_id is not None}
    if chats:
        await _renew(session, await sources.of_ids(session, Source.CHAT, chats))


async def _renew(session: AsyncSession, found: Sequence[Document]) -> int:
    """Put names into the index again where they have changed. Gives how many had."""
    if not found:
        return 0
    source = found[0].source
    known = await store.digests(session, source, [one.ref_id for one in found])
    changed = [one for one in found if known.get(one.ref_id) != one.digest]
    if changed:
        await store.of_source(session, source, [one.ref_id for one in changed])
        await store.put(session, changed)
    return len(changed)


async def progress(session: AsyncSession) -> Sequence[Progress]:
    """How far each source is, for the health page."""
    through = await store.throughs(session)
    return [Progress(s, through.get(s, 0), await sources.newest(session, s)) for s in Source]
