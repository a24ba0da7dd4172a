"""What consoles are told: by this process at once, by other processes at the next look; one look for all of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.channels.hub import Hub
from bot.conversations import store as conversations
from bot.db import Database
from bot.desk.news import News, Watch
from bot.handoff.alerts import AlertKind, raise_alert
from bot.inbox import service as inbox
from bot.inbox.service import Pauses
from bot.messages import Incoming
from tests.clock import FakeClock

PAUSES = Pauses(timedelta(0), timedelta(0), timedelta(seconds=15))


class Told:
    """A console that only listens."""

    def __init__(self) -> None:
        self.news: asyncio.Queue[News] = asyncio.Queue()

    def __call__(self, news: News) -> None:
        self.news.put_nowait(news)

    async def of(self, conversation_id: int) -> News:
        async with asyncio.timeout(20):
            while True:
                news = await self.news.get()
                if conversation_id in news.rows:
                    return news


@pytest.fixture
async def watch(db: Database, clock: FakeClock) -> AsyncIterator[Watch]:
    found = Watch(db, clock, Hub())
    yield found
    await found.close()


async def write(db: Database, clock: FakeClock, text: str, chat: str = "a") -> int:
    incoming = Incoming("web", chat, f"{chat}:{text}", clock.now(), text=text)
    return (await inbox.take(db, incoming, "other", PAUSES)).conversation_id


async def test_what_another_process_wrote_is_found(db: Database, clock: FakeClock, watch: Watch):
    first = await write(db, clock, "before anybody looked")
    told = Told()
    watch.listen(told)
    clock.passes(seconds=1)
    watch.wake()
    second = await write(db, clock, "hello", "b")
    assert (await told.of(second)).rows[second].preview == "hello"
    clock.passes(seconds=1)
    await write(db, clock, "again", "a")
    assert (await told.of(first)).rows[first].preview == "again"


async def test_a_burst_is_told_to_all_by_few_looks(db: Database, clock: FakeClock, watch: Watch):
    ids = [await write(db, clock, "hello", f"chat-{n}") for n in range(10)]
    looks = 0

    def count(_c: object, _u: object, statement: str, *_: object) -> None:
        nonlocal looks
        looks += "owner_name" in statement

    consoles = [Told() for _ in range(20)]
    for console in consoles:
        watch.listen(console)
    event.listen(db.engine.sync_engine, "before_cursor_execute", count)
    for id in ids:
        watch._told(id)
    for console in consoles:
        await console.of(ids[-1])
    event.remove(db.engine.sync_engine, "before_cursor_execute", count)
    assert looks <= 2


async def test_an_alert_is_news(db: Database, clock: FakeClock, watch: Watch):
    id = await write(db, clock, "hello")
    told = Told()
    watch.listen(told)
    await told.news.get()  # the first look
    async with db.write() as session:
        await conversations.locked(session, id)
        await raise_alert(session, id, AlertKind.HANDOFF, "k", "asked", clock.now())
    async with asyncio.timeout(20):
        assert (await told.news.get()).alerts


async def test_nobody_is_asked_when_nobody_listens(db: Database, clock: FakeClock, watch: Watch):
    told = Told()
    watch.listen(told)
    await watch.unlisten(told)
    assert watch._task is None
    assert not watch._hub.listeners
