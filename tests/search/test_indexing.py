"""The index misses nothing, takes nothing twice, and forgets."""

import asyncio

import pytest
from sqlalchemy import delete, select, text

from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.db import Database
from bot.inbox.tables import Inbound
from bot.outbox.tables import Delivery
from bot.search import indexer as indexing
from bot.search import service, store
from bot.search.indexer import Indexer, progress
from bot.search.tables import SearchDocument, Source
from bot.shop.tables import OrderRow
from tests.search.conftest import Desk


async def words(desk: Desk) -> int:
    async with desk.db.read() as session:
        return int(await session.scalar(text("SELECT count(*) FROM search_words")) or 0)


async def test_indexing_again_changes_nothing(desk: Desk):
    await desk.hears(await desk.chat("Emma"), "退款", "没有")
    assert await desk.indexes() == 2
    before = await words(desk)
    assert await desk.indexes() == 0
    assert await words(desk) == before == 3


async def test_it_catches_up_in_batches_and_tells_how_far_it_is(desk: Desk):
    chat = await desk.chat()
    async with desk.db.write() as session:
        session.add_all([desk.heard_row(chat, f"退款 {n}") for n in range(3 * indexing.BATCH + 5)])
    assert await desk.indexer.tick(0) == indexing.BATCH
    async with desk.db.read() as session:
        [heard] = [one for one in await progress(session) if one.source is Source.HEARD]
    assert heard.through <= indexing.BATCH < heard.newest
    assert await desk.indexes() == 2 * indexing.BATCH + 5
    assert len((await desk.finds("退款", limit=1000)).lines) > 60


async def test_a_killed_batch_is_done_again(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """The words, the documents and the mark are one transaction."""
    await desk.hears(await desk.chat(), "退款")

    async def dies(*_: object) -> None:
        await put(*_)
        raise RuntimeError("killed")

    put = store.put
    monkeypatch.setattr(store, "put", dies)
    with pytest.raises(RuntimeError):
        await desk.indexes()
    monkeypatch.undo()
    assert await words(desk) == 0
    await desk.indexes()
    assert await desk.lines("退款") == ["退款"]


async def test_two_processes_share_the_work_and_take_nothing_twice(desk: Desk):
    chat = await desk.chat()
    other = Database(str(desk.db.url))
    async with desk.db.write() as session:
        session.add_all([desk.heard_row(chat, f"退款 {n}") for n in range(250)])
    ways = [Indexer(desk.db), Indexer(other), Indexer(desk.db), Indexer(other)]
    for _ in range(5):
        await asyncio.gather(*(way.tick(5) for way in ways))
    await other.close()
    assert await words(desk) == 250


async def test_a_row_that_was_committed_late_is_not_missed(desk: Desk):
    """On PostgreSQL ids are given out before rows are there to be seen."""
    if desk.db.is_sqlite:
        pytest.skip("on SQLite only one writes at a time")
    chat = await desk.chat()
    slow = Database(str(desk.db.url))
    async with slow.write() as session:
        session.add(desk.heard_row(chat, "late 退款"))
        await session.flush()
        await desk.hears(chat, *(f"early 退款 {n}" for n in range(3)))
        for _ in range(5):
            await desk.indexer.tick()
        assert len(await desk.lines("退款")) == 3
    await desk.indexes()
    await desk.indexer.tick()
    await slow.close()
    assert "late 退款" in await desk.lines("退款")
    async with desk.db.read() as session:
        [heard] = [one for one in await progress(session) if one.source is Source.HEARD]
    assert heard.through == heard.newest


async def test_an_id_that_was_given_out_before_anything_was_written_is_not_missed(desk: Desk):
    """A transaction that has written nothing yet may hold an id that is smaller than what is seen."""
    if desk.db.is_sqlite:
        pytest.skip("on SQLite only one writes at a time")
    chat = await desk.chat()
    await desk.hears(chat, "the first")
    slow = Database(str(desk.db.url))
    async with slow.write() as session:
        row = desk.heard_row(chat, "late 退款")
        row.id = await session.scalar(text("SELECT nextval(pg_get_serial_sequence('inbound', 'id'))"))
        await desk.hears(chat, "early 退款")
        for _ in range(3):
            await desk.indexer.tick()
        assert await desk.lines("退款") == ["early 退款"]
        session.add(row)
    await desk.indexes()
    await slow.close()
    assert sorted(await desk.lines("退款")) == ["early 退款", "late 退款"]


async def test_lines_of_the_same_moment_are_all_found(desk: Desk):
    chat = await desk.chat()
    rows = [desk.heard_row(chat, f"退款 {n}") for n in range(3)]
    for n, row in enumerate(rows):
        row.id, row.at = 5 + n * 2**19, desk.at
    async with desk.db.write() as session:
        session.add_all(rows)
    await desk.indexes()
    assert sorted(await desk.lines("退款")) == ["退款 0", "退款 1", "退款 2"]


async def test_an_erased_customer_vanishes(desk: Desk):
    lin = await desk.customer("c-1", "林小雨", "13900001111")
    await desk.order(lin, "LJ20261110-0001")
    chat, other = await desk.chat("Lin", lin), await desk.chat("Emma")
    await desk.hears(other, "退款 of somebody else")
    await desk.hears(chat, "退款")
    await desk.says(chat, "退款!")
    await desk.indexes()
    async with desk.db.write() as session:
        assert await service.forget_customer(session, lin) == 5
        for table, which in (
            (Inbound, Inbound.conversation_id == chat),
            (Delivery, Delivery.conversation_id == chat),
            (OrderRow, OrderRow.customer_id == lin),
            (Conversation, Conversation.id == chat),
            (Customer, Customer.id == lin),
        ):
            await session.execute(delete(table).where(which))
    await desk.indexes()
    assert await desk.lines("退款") == ["退款 of somebody else"]
    assert [await desk.names(w) for w in ("林小雨", "13900001111", "LJ20261110-0001", "Lin")] == [[]] * 4
    assert await words(desk) == 2
    async with desk.db.read() as session:
        assert len((await session.scalars(select(SearchDocument.id))).all()) == 2


async def test_who_comes_under_the_id_of_somebody_erased_is_found(desk: Desk):
    """SQLite gives the newest ids again."""
    lin = await desk.customer("c-1", "林小雨")
    chat = await desk.chat("Lin", lin)
    await desk.hears(chat, "退款")
    await desk.indexes()
    async with desk.db.write() as session:
        await service.forget_customer(session, lin)
        await session.execute(delete(Inbound).where(Inbound.conversation_id == chat))
        await session.execute(delete(Conversation).where(Conversation.id == chat))
        await session.execute(delete(Customer).where(Customer.id == lin))
    await desk.hears(await desk.chat("Clara", await desk.customer("c-2", "Clara Clarke")), "退货")
    await desk.indexes()
    assert await desk.lines("退货") == ["退货"]
    assert await desk.names("clara") == ["Clara Clarke", "Clara"]


async def test_texts_that_were_emptied_do_not_come_back(desk: Desk):
    lin = await desk.customer("c-1", "林小雨")
    chat = await desk.chat("Lin", lin)
    await desk.hears(chat, "退款")
    await desk.indexes()
    async with desk.db.write() as session:
        await service.forget_customer(session, lin)
        [row] = (await session.scalars(select(Inbound))).all()
        row.text = ""
        (await session.get_one(Conversation, chat)).name = ""
        (await session.get_one(Customer, lin)).name = ""
    await desk.indexes()
    await desk.indexer.sweep()
    assert (await desk.lines("退款"), await desk.names("林小雨"), await desk.names("lin")) == ([], [], [])
