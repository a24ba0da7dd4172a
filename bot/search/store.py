"""The index itself. The session comes first, the caller owns the transaction."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, false, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import table
from bot.search.document import Document
from bot.search.query import Query
from bot.search.tables import SearchDocument, SearchMark, Source

_doc, _mark = table(SearchDocument), table(SearchMark)

INSERT_SQLITE = text("INSERT INTO search_words (rowid, terms) VALUES (:id, :words)")
INSERT_POSTGRESQL = text(
    "INSERT INTO search_words (id, terms) VALUES (:id, CAST(CAST(:words AS text) AS tsvector)) "
    "ON CONFLICT (id) DO UPDATE SET terms = excluded.terms"
)
DELETE_SQLITE = text("DELETE FROM search_words WHERE rowid = :id")
DELETE_POSTGRESQL = text("DELETE FROM search_words WHERE id = :id")
MATCH_SQLITE = text(
    "SELECT rowid FROM search_words WHERE search_words MATCH :query AND rowid > :after AND rowid < :before "
    "ORDER BY rowid DESC LIMIT :most"
)
MATCH_POSTGRESQL = text(
    "WITH found AS MATERIALIZED (SELECT id FROM search_words "  # by the GIN index, never along the ids
    "WHERE terms @@ CAST(CAST(:query AS text) AS tsquery) AND id > :after AND id < :before) "
    "SELECT id FROM found ORDER BY id DESC LIMIT :most"
)
RUNNING = text(
    "SELECT l.virtualxid || '' FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'virtualxid' "
    "AND l.pid <> pg_backend_pid() AND a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
"""Every transaction holds the lock of its own virtual id from its first statement on, whether it writes or not."""


def is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


async def running(session: AsyncSession) -> set[str]:
    """The transactions that run beside this one. None on SQLite: there only one writes at a time."""
    return set() if is_sqlite(session) else set(await session.scalars(RUNNING))


async def mark(session: AsyncSession, source: Source) -> SearchMark | None:
    """How far the source is, held until the transaction ends. None: another process is at it."""
    query = select(SearchMark).where(SearchMark.source == source).with_for_update(skip_locked=True)
    if (found := await session.scalar(query)) is not None:
        return found
    if await session.scalar(select(1).where(SearchMark.source == source)) is None:
        await insert_new_mark(session, source)
        return await session.scalar(query)
    return None


async def insert_new_mark(session: AsyncSession, source: Source) -> None:
    await session.execute(
        text(
            "INSERT INTO search_mark (source, through, seen, running, swept) "
            "VALUES (:source, 0, 0, '[]', 0) ON CONFLICT DO NOTHING"
        ),
        {"source": source.value},
    )


async def put(session: AsyncSession, documents: Sequence[Document]) -> None:
    """Add documents that are not in the index."""
    if not documents:
        return
    ids = await _free(session, documents)
    rows = [
        {
            "id": id,
            "source": one.source,
            "ref_id": one.ref_id,
            "conversation_id": one.conversation_id,
            "customer_id": one.customer_id,
            "digest": one.digest,
        }
        for id, one in ids.items()
    ]
    await session.execute(insert(_doc), rows)
    sqlite = is_sqlite(session)
    words = ((id, one.words()) for id, one in sorted(ids.items()))  # FTS5 writes a segment for every step back
    written = [{"id": id, "words": " ".join(w) if sqlite else vector(w)} for id, w in words if w]
    if written:
        await session.execute(INSERT_SQLITE if sqlite else INSERT_POSTGRESQL, written)


async def _free(session: AsyncSession, documents: Sequence[Document]) -> dict[int, Document]:
    """Each with an id of its own: lines of the same moment may have wanted the same."""
    wanted = [one.id for one in documents]
    taken = set(await session.scalars(select(_doc.c.id).where(_doc.c.id.in_(wanted))))
    ids: dict[int, Document] = {}
    for id, one in zip(wanted, documents, strict=True):
        while id in ids or id in taken:
            id += 1
            taken |= {id} if await session.scalar(select(1).where(_doc.c.id == id)) else set()
        ids[id] = one
    return ids


def vector(words: Sequence[str]) -> str:
    places: dict[str, list[str]] = {}
    for place, word in enumerate(words, start=1):
        places.setdefault(word, []).append(str(place))
    return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())


async def digests(session: AsyncSession, source: Source, refs: Collection[int]) -> dict[int, int]:
    query = select(_doc.c.ref_id, _doc.c.digest).where(_doc.c.source == source, _doc.c.ref_id.in_(refs))
    return {row[0]: row[1] for row in await session.execute(query)}


async def remove(session: AsyncSession, *which: Any) -> int:
    """Take documents out of the index, words and all. Gives how many."""
    ids = list(await session.scalars(select(_doc.c.id).where(*which)))
    if ids:
        statement = DELETE_SQLITE if is_sqlite(session) else DELETE_POSTGRESQL
        await session.execute(statement, [{"id": id} for id in ids])
        await session.execute(delete(_doc).where(*which))
    return len(ids)


async def of_source(session: AsyncSession, source: Source, refs: Collection[int]) -> None:
    await remove(session, _doc.c.source == source, _doc.c.ref_id.in_(refs))


async def forget(session: AsyncSession, customer_id: int | None, conversations: Collection[int]) -> int:
    """Take out everything of a customer and of these conversations. Gives how many documents."""
    of_customer = _doc.c.customer_id == customer_id if customer_id is not None else false()
    gone = await remove(session, or_(of_customer, _doc.c.conversation_id.in_(conversations)))
    await _lower_marks(session)
    return gone


async def _lower_marks(session: AsyncSession) -> None:
    """SQLite gives the ids of deleted newest rows again: what comes under them must be new to the index."""
    for source in Source:
        last = select(func.coalesce(func.max(_doc.c.ref_id), 0)).where(_doc.c.source == source).scalar_subquery()
        for column in (_mark.c.through, _mark.c.seen):
            await session.execute(update(_mark).where(_mark.c.source == source, column > last).values({column: last}))
        await session.execute(
            update(_mark).where(_mark.c.source == source, _mark.c.pending > last).values(pending=None, running=[])
        )


async def matching(session: AsyncSession, query: Query, after: int, before: int, most: int) -> Sequence[int]:
    """Ids of documents between the two, the greatest first."""
    sqlite = is_sqlite(session)
    found = await session.scalars(
        MATCH_SQLITE if sqlite else MATCH_POSTGRESQL,
        {
            "query": query.for_sqlite() if sqlite else query.for_postgresql(),
            "after": after,
            "before": before,
            "most": most,
        },
    )
    return found.all()


async def newest(session: AsyncSession) -> int:
    """The id of the newest line there is."""
    return await session.scalar(select(func.max(_doc.c.id))) or 0


async def documents(session: AsyncSession, ids: Collection[int]) -> Sequence[Any]:
    return (await session.execute(select(_doc).where(_doc.c.id.in_(ids)).order_by(_doc.c.id.desc()))).all()


async def throughs(session: AsyncSession) -> dict[Source, int]:
    return {row[0]: row[1] for row in await session.execute(select(_mark.c.source, _mark.c.through))}
