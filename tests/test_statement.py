"""Our own statements do the same as a session, in its transaction, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, event, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import tables
from bot.conversations import store
from bot.conversations.tables import QUEUE, Conversation
from bot.db import Database, insert_once, is_gone, table
from bot.statement import Statement
from tests import databases

AT = datetime(2026, 11, 25, 8, 30, 15, 123456, tzinfo=UTC)
OTHER = datetime(2026, 11, 25, 9, tzinfo=UTC)
its = table(Conversation).c
NAMES = Statement(select(its.name).where(its.chat == bindparam("chat")))
RENAME = Statement(update(table(Conversation)).where(its.chat == bindparam("which")).values(name=bindparam("new_name")))


@dataclass
class Two:
    """A database with two conversations."""

    db: Database
    first: int
    second: int

    async def row(self, conversation_id: int) -> dict[str, Any]:
        async with self.db.read() as session:
            found = await session.get_one(Conversation, conversation_id)
            return {name: getattr(found, name) for name in store.COLUMNS}


@pytest.fixture(params=("sqlite", "postgresql"))
async def two(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Two]:
    if request.param == "postgresql" and not await databases.postgresql_is_up():
        pytest.skip(f"PostgreSQL does not answer at {databases.POSTGRESQL}")
    url = await databases.create(request.param, tmp_path)
    db = Database(url)
    async with db.engine.begin() as connection:
        await connection.run_sync(tables.Base.metadata.create_all)
    async with db.write() as session:
        rows = [{"channel": "web", "chat": chat, "created_at": AT} for chat in "ab"]
        ids = [await insert_once(session, Conversation, row) for row in rows]
    yield Two(db, *ids)
    await db.close()
    await databases.drop(url)


CHANGES: dict[str, Any] = {
    "name": "李",
    "customer_id": None,
    "linked_at": AT,
    "link_failures": 3,
    "link_blocked_until": AT,
    "language": "zh-Hant",
    "language_fixed": True,
    "time_zone": "Asia/Shanghai",
    "owner": QUEUE,
    "owner_since": AT,
    "fence": 7,
    "seq": 9,
    "ready_at": AT,
    "waiting_since": AT,
    "lane_by": "w",
    "lane_until": AT,
    "held": True,
    "pending": {"action": "a", "args": {"n": [1, "二"]}},
    "misunderstood": 2,
    "listening": True,
    "case_id": 5,
    "unreachable_at": AT,
    "introduced_at": AT,
    "created_at": OTHER,
    "last_inbound_at": AT,
    "last_outbound_at": AT,
}


async def change(two: Two, changes: dict[str, Any]) -> None:
    async with two.db.write() as session, store.held(session, two.first) as conversation:
        for name, value in changes.items():
            setattr(conversation, name, value)


async def test_what_is_changed_of_a_held_conversation_is_written_and_nothing_else(two: Two) -> None:
    before, neighbour = await two.row(two.first), await two.row(two.second)
    assert set(before) == {*CHANGES, "id", "channel", "chat"}, "a new column: give it a value to be changed to"
    for name, value in CHANGES.items():
        await change(two, {name: value})
        before[name] = value
        assert await two.row(two.first) == before, name
        assert await two.row(two.second) == neighbour, name
    await change(two, {"pending": None, "held": False, "ready_at": None})
    assert await two.row(two.first) == {**before, "pending": None, "held": False, "ready_at": None}
    await change(two, CHANGES)
    assert await two.row(two.first) == before
    assert await two.row(two.second) == neighbour


async def test_a_conversation_is_seen_as_the_session_sees_it(two: Two) -> None:
    await change(two, CHANGES)
    async with two.db.read() as session:
        seen = await store.seen(session, two.first)
    assert {name: getattr(seen, name) for name in store.COLUMNS} == await two.row(two.first)


async def test_a_conversation_that_was_only_held_is_not_written(two: Two) -> None:
    said: list[str] = []
    event.listen(
        two.db.engine.sync_engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: said.append(statement)
    )
    async with two.db.write() as session, store.held(session, two.first):
        pass
    assert [statement.split()[0] for statement in said] == ["SELECT"], "who listens to the engine hears everything"


async def test_statements_and_session_are_one_transaction(two: Two) -> None:
    async def breaks() -> None:
        async with two.db.write() as session:
            assert await RENAME.changed(session, {"which": "a", "new_name": "by statement"}) == 1
            assert await session.scalar(select(Conversation.name).where(Conversation.chat == "a")) == "by statement"
            await session.execute(text("UPDATE conversation SET name = 'by session' WHERE chat = 'b'"))
            assert await NAMES.rows(session, {"chat": "b"}) == [("by session",)]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await breaks()
    async with two.db.read() as session:
        names = [await NAMES.first(session, {"chat": chat}) for chat in "abc"]
    assert [name and tuple(name) for name in names] == [("",), ("",), None]


async def test_what_the_session_was_given_is_committed_with_the_statements(two: Two) -> None:
    async with two.db.write() as session:
        await RENAME.changed(session, {"which": "a", "new_name": "x"})
        session.add(Conversation(channel="web", chat="c", created_at=AT))
    async with two.db.read() as session:
        assert len((await session.scalars(select(Conversation))).all()) == 3
        assert await NAMES.rows(session, {"chat": "a"}) == [("x",)]


async def test_in_a_session_of_another_kind_a_statement_is_the_same(two: Two) -> None:
    async with AsyncSession(two.db.engine) as session, session.begin():
        assert await RENAME.changed(session, {"which": "a", "new_name": "y"}) == 1
        assert list(await NAMES.rows(session, {"chat": "a"})) == [("y",)]
        again = {"channel": "web", "chat": "a", "created_at": AT}
        assert await insert_once(session, Conversation, again) is None


async def test_a_wrong_statement_is_the_works_fault_and_leaves_a_connection_that_works(two: Two) -> None:
    wrong = Statement(text("SELECT nothing FROM nowhere"))

    async def says(values: dict[str, Any]) -> None:
        async with two.db.write() as session:
            await RENAME.changed(session, values)
            await wrong.rows(session, {})

    for _ in range(3):
        with pytest.raises(DBAPIError) as caught:
            await says({"which": "a", "new_name": "lost"})
        assert not is_gone(caught.value)
    with pytest.raises(KeyError, match="new_name"):
        await says({"which": "a"})
    async with two.db.write() as session:
        assert await NAMES.rows(session, {"chat": "a"}) == [("",)]


def test_a_list_that_changes_the_text_is_refused(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'x.db'}")
    some = Statement(select(its.name).where(its.id.in_(bindparam("ids", expanding=True))))
    with pytest.raises(ValueError, match="list"):
        some._for(db.engine.dialect)
