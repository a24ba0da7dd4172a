"""The search index in bulk: what bot/search/indexer.py would have written, in minutes instead of an hour.

The same documents and words; the marks say that everything is in. How fast the indexer itself is, is measured apart.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import asyncpg
from sqlalchemy import func, select

from bot.db import Database
from bot.search import sources, store
from bot.search.document import Document
from bot.search.tables import Source

PORTION = 20_000
GIN = "CREATE INDEX ix_search_words_terms ON search_words USING gin (terms) WITH (fastupdate = off)"


async def fill(db: Database) -> int:
    """Index everything of a database whose index is empty. Gives how many texts."""
    done, marks = 0, []
    raw = await _opened(db)
    try:
        for source in Source:
            last = 0
            while True:
                async with db.read() as session:
                    some = await sources.behind(session, source, last, PORTION)
                if not some:
                    break
                last = some[-1].ref_id
                await _write(raw, some)
                done += len(some)
            async with db.read() as session:
                newest = await session.scalar(select(func.max(sources.ID[source]))) or 0
            marks.append((source.value, newest, newest, None, "[]", 0))
            print(f"  {source}: {done:,} texts in all", flush=True)
        await _closed(raw, marks)
    finally:
        if isinstance(raw, sqlite3.Connection):
            raw.close()
        else:
            await raw.close()
    return done


async def _opened(db: Database) -> Any:
    if not db.is_sqlite:
        raw = await asyncpg.connect(db.url.set(drivername="postgresql").render_as_string(hide_password=False))
        await raw.execute("TRUNCATE search_document, search_words, search_mark")
        await raw.execute("DROP INDEX IF EXISTS ix_search_words_terms")
        return raw
    found = sqlite3.connect(str(db.url.database), isolation_level=None)
    found.execute("PRAGMA synchronous = OFF")
    for table in ("search_document", "search_words", "search_mark"):
        found.execute(f"DELETE FROM {table}")
    return found


def _rows(some: Sequence[Document]) -> Iterator[tuple[Any, ...]]:
    for one in some:
        yield one.id, one.source.value, one.ref_id, one.conversation_id, one.customer_id, one.digest


async def _write(raw: Any, some: Sequence[Document]) -> None:
    ordered = sorted(some, key=lambda one: one.id)
    if isinstance(raw, sqlite3.Connection):
        raw.execute("BEGIN")
        raw.executemany("INSERT INTO search_document VALUES (?, ?, ?, ?, ?, ?)", _rows(ordered))
        words = ((one.id, " ".join(one.words())) for one in ordered)
        raw.executemany("INSERT INTO search_words (rowid, terms) VALUES (?, ?)", words)
        raw.execute("COMMIT")
        return
    await raw.copy_records_to_table("search_document", records=_rows(ordered))
    await raw.execute("CREATE TEMP TABLE IF NOT EXISTS written (id bigint, words text)")
    words = ((one.id, store.vector(one.words())) for one in ordered)
    await raw.copy_records_to_table("written", records=words)
    await raw.execute("INSERT INTO search_words SELECT id, words::tsvector FROM written; TRUNCATE written")


async def _closed(raw: Any, marks: list[tuple[Any, ...]]) -> None:
    if isinstance(raw, sqlite3.Connection):
        raw.executemany("INSERT INTO search_mark VALUES (?, ?, ?, ?, ?, ?)", marks)
        raw.execute("ANALYZE")
        return
    columns = ["source", "through", "seen", "pending", "running", "swept"]
    await raw.copy_records_to_table("search_mark", records=marks, columns=columns)
    print("  the GIN index", flush=True)
    await raw.execute("SET maintenance_work_mem = '512MB'")
    await raw.execute(GIN)
    await raw.execute("VACUUM ANALYZE search_words")
    await raw.execute("VACUUM ANALYZE search_document")
