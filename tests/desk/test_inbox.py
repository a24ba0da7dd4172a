"""The lists: what belongs is there once, in order, on every page; the live page agrees with the database."""

import itertools
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from bot.complaints.complaint import Kind, Stage
from bot.complaints.store import new_case
from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.db import Database, table
from bot.desk import inbox
from bot.desk.listing import Filter, Row, Tab, belongs
from bot.errors import NotAllowed
from bot.handoff.queue import Reason
from bot.handoff.tables import QueueEntry
from bot.staff.account import Me, Role
from tests.clock import FakeClock

ANNA = Me(7, "Anna", "anna", Role.AGENT)
MANY = 260


@pytest.fixture
async def full(db: Database, clock: FakeClock) -> Database:
    """Conversations of every kind, by a fixed seed: many share a moment, so the order needs the id as well."""
    rare = random.Random(4)
    async with db.write() as session:
        for n in range(1, 41):
            session.add(
                Customer(
                    id=n,
                    shop_id=f"C{n}",
                    name=rare.choice(["林小雨", "Emma 50%", "O_Neil"]),
                    tier=rare.choice(["", "gold", "key"]),
                    updated_at=clock.now(),
                    tags=[],
                )
            )
        await session.flush()
        rows: list[dict[str, Any]] = []
        for n in range(1, MANY + 1):
            heard = clock.now() - timedelta(minutes=rare.randrange(60)) if n % 20 else None
            rows.append(
                {
                    "id": n,
                    "channel": rare.choice(["web", "telegram"]),
                    "chat": f"c{n}",
                    "name": f"Guest {n}" if n % 2 else "",
                    "customer_id": rare.choice([None, rare.randrange(1, 41)]),
                    "language": rare.choice(["zh", "zh-Hant", "en", ""]),
                    "owner": rare.choice(["bot", "bot", "queue", "7", "8"]),
                    "last_inbound_at": heard,
                    "created_at": clock.now(),
                    "link_failures": 0,
                    "language_fixed": False,
                    "time_zone": "",
                    "fence": 0,
                    "owner_fence": 0,
                    "seq": 0,
                    "lane_by": "",
                    "misunderstood": 0,
                    "held": False,
                    "listening": False,
                }
            )
        await session.execute(insert(table(Conversation)), rows)
        for row in rows:
            if row["owner"] != "bot":
                session.add(
                    QueueEntry(
                        conversation_id=row["id"],
                        reason=Reason.ASKED,
                        priority=rare.randint(1, 4),
                        opened_at=clock.now() - timedelta(minutes=rare.randrange(9)),
                        team=rare.choice(["", "legal"]),
                    )
                )
            if row["id"] % 3 == 0:
                case = new_case(row["id"], None, Kind.PRODUCT, rare.choice([Stage.VENT, Stage.RESOLVE]), 2, clock.now())
                case.level, case.closed_at = rare.randrange(4), clock.now() if row["id"] % 9 == 0 else None
                session.add(case)
                await session.flush()
                (await session.get_one(Conversation, row["id"])).case_id = case.id
    return db


async def every_page(db: Database, wanted: Filter) -> list[Row]:
    found: list[Row] = []
    cursor = None
    async with db.read() as session:
        while True:
            page = await inbox.listed(session, ANNA, wanted, cursor)
            found += page.rows
            if (cursor := page.cursor) is None:
                return found


async def everything(db: Database) -> list[Row]:
    async with db.read() as session:
        return await inbox.rows(session, range(1, MANY + 1))


WANTED = [
    {},
    *(
        {"channel": "telegram"},
        {"language": "zh"},
        {"language": "en"},
        {"stage": "resolve"},
        {"level": 2},
        {"tier": "gold"},
    ),
    *({"team": "legal"}, {"channel": "web", "stage": "vent", "level": 1}, {"tier": "key", "language": "zh"}),
    {"stage": "resolve", "team": "legal"},
]


async def test_a_list_holds_what_belongs_to_it_once_whatever_is_asked(full: Database):
    rows = await everything(full)
    assert len(rows) == MANY
    for tab, asked in itertools.product(Tab, WANTED):
        wanted = Filter(tab, "7", **asked)
        found = [row.id for row in await every_page(full, wanted)]
        assert len(found) == len(set(found)), wanted
        assert set(found) == {row.id for row in rows if belongs(row, wanted)}, wanted


async def test_the_queue_goes_by_urgency_then_time_and_the_rest_by_who_wrote_last(full: Database):
    queue = await every_page(full, Filter(Tab.QUEUE, "7"))
    places = [(row.entry.priority, row.entry.opened_at, row.id) for row in queue if row.entry]
    assert len(places) == len(queue) > inbox.PAGE / 2
    assert places == sorted(places)
    everybody = await every_page(full, Filter(Tab.ALL, "7"))
    moments = [(row.last_inbound_at, row.id) for row in everybody]
    assert len(everybody) > 2 * inbox.PAGE
    assert moments == sorted(moments, reverse=True)  # type: ignore[type-var]


async def test_a_part_of_a_name_finds_it_and_pattern_signs_are_only_signs(full: Database):
    rows = await everything(full)
    for text in ("guest 12", "小雨", "emma 50%", "o_neil", "nobody"):
        found = {row.id for row in await every_page(full, Filter(Tab.ALL, "7", text=text))}
        heard = {row.id for row in rows if text in row.name.lower() and row.last_inbound_at}
        assert heard <= found, text
        assert bool(found) == bool(heard), text


async def test_the_counts_are_those_of_the_lists(full: Database):
    async with full.read() as session:
        counts = await inbox.counts(session, ANNA)
    assert counts == {
        "mine": len(await every_page(full, Filter(Tab.MINE, "7"))),
        "queue": len(await every_page(full, Filter(Tab.QUEUE, "7"))),
    }


async def test_a_marketer_reads_no_conversations(db: Database):
    async with db.read() as session:
        with pytest.raises(NotAllowed):
            await inbox.listed(session, Me(1, "Mara", "mara", Role.MARKETER), Filter(Tab.ALL))
