"""Erasing a customer: told before, confirmed by the id, and then not a word of theirs is left anywhere."""

import json
from os import listdir
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import tables
from bot.complaints.complaint import Stage, replay
from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.db import Database
from bot.errors import NotAllowed
from bot.privacy import erase, export, person
from bot.privacy.holdings import HOLDINGS, Fate
from bot.privacy.tables import Erasure
from bot.shop import store as shop
from bot.shop.tables import OrderRow
from bot.staff.tables import Audit
from tests.complaints.desk import Desk
from tests.customers.known import ACCOUNT, FILE, NUMBER, WORDS, known


async def everything(db: Database) -> str:
    """All rows of all tables that the database really has, as one text."""
    found = []
    async with db.engine.connect() as connection:
        names = await connection.run_sync(lambda c: sa.inspect(c).get_table_names())
        for name in names:
            rows = await connection.exec_driver_sql(f'SELECT * FROM "{name}"')
            found += [f"{name}: {tuple(row)!r}" for row in rows]  # a Row shows only its beginning
    return "\n".join(found)


def left(text: str) -> list[str]:
    lines = text.lower().splitlines()
    return [f"{word}: {line[:200]}" for word in WORDS for line in lines if word.lower() in line]


async def test_she_is_everywhere_before(desk: Desk) -> None:
    """What the next tests find gone was there."""
    customer, _ = await known(desk)
    text = await everything(desk.db)
    assert [word for word in WORDS if word.lower() not in text.lower()] == []
    async with desk.db.read() as session:
        who = await person.of_customer(session, customer)
        plan = await erase.plan(session, who, desk.root)
    missing = {name for name, h in HOLDINGS.items() if h.fate is not Fate.NOBODYS} - {*plan.deleted, *plan.emptied}
    assert not missing, "tests/customers/known.py puts nothing into these tables"


async def test_not_a_word_of_hers_is_left_in_any_table_nor_a_file(desk: Desk, tmp_path: Path) -> None:
    customer, _ = await known(desk)
    (tmp_path / FILE).write_bytes(b"a picture")
    (tmp_path / "another.jpg").write_bytes(b"somebody else's")
    async with desk.db.write() as session:
        who = await person.of_customer(session, customer)
        await erase.erase(session, who, desk.root, ACCOUNT, desk.at)
    assert await erase.finish(desk.db, tmp_path) == 1
    assert left(await everything(desk.db)) == []
    assert listdir(tmp_path) == ["another.jpg"]


async def test_the_files_are_deleted_later_when_the_program_ends_in_between(desk: Desk, tmp_path: Path) -> None:
    customer, _ = await known(desk)
    (tmp_path / FILE).write_bytes(b"a picture")
    async with desk.db.write() as session:
        await erase.erase(session, await person.of_customer(session, customer), desk.root, ACCOUNT, desk.at)
    async with desk.db.read() as session:
        (row,) = (await session.scalars(sa.select(Erasure))).all()
    assert (row.files, row.finished_at) == ([FILE], None)
    assert await erase.finish(desk.db, tmp_path) == 1
    assert await erase.finish(desk.db, tmp_path) == 0


async def test_what_the_accounts_need_stays_without_the_person(desk: Desk) -> None:
    customer, case = await known(desk)
    async with desk.db.write() as session:
        await erase.erase(session, await person.of_customer(session, customer), desk.root, ACCOUNT, desk.at)
    async with desk.db.read() as session:
        (order,) = await shop.orders_of(session, customer)
        assert (order.id, order.total_cents, order.items[0].product_id) == (NUMBER, 9000_00, "washer-10")
        assert (order.address, order.phone, order.customer_id) == ("", "", f"erased-{customer}")
        record = await session.scalar(sa.select(OrderRow.record))
        assert record["changes"] == [{"what": "address", "at": desk.at.isoformat()}]
        stub = await session.get_one(Customer, customer)
        assert (stub.name, stub.erased_at) == ("", desk.at)
    found = await desk.look(case)
    assert (found.stage, found.kind, found.root_cause, found.facts) == (
        Stage.CLOSED,
        "product",
        "",
        {"product": None, "wish": None, "paid_cents": 9000_00, "delivered": True},
    )
    assert replay((s.before, s.event, s.after) for s in await desk.steps(case)) is Stage.CLOSED


async def test_it_is_told_before_what_goes_and_what_stays_and_what_can_not_be_kept(desk: Desk) -> None:
    customer, _ = await known(desk)
    async with desk.db.read() as session:
        plan = await erase.plan(session, await person.of_customer(session, customer), desk.root)
    assert plan.word == ACCOUNT
    assert (plan.open_cases, plan.open_promises, plan.files) == (1, 1, 1)
    assert plan.deleted["inbound"] == 1
    assert plan.emptied["shop_order"] == 1


async def test_it_needs_the_permission_and_the_id_typed_and_works_once(desk: Desk) -> None:
    customer, _ = await known(desk)
    async with desk.db.read() as session:
        who = await person.of_customer(session, customer)
    for me, typed, why in ((desk.su, ACCOUNT, "supervisor"), (desk.root, "K-weiwe", "type K-weiwei")):
        with pytest.raises(NotAllowed, match=why):
            await desk.does(erase.erase, who, me, typed, desk.at)
    assert len(left(await everything(desk.db))) > 20
    await desk.does(erase.erase, who, desk.root, f" {ACCOUNT} ", desk.at)
    with pytest.raises(NotAllowed, match="nothing is known"):
        await desk.does(erase.erase, who, desk.root, f"erased-{customer}", desk.at)


async def test_the_audit_says_who_erased_without_saying_whom(desk: Desk) -> None:
    customer, _ = await known(desk)
    async with desk.db.write() as session:
        await erase.erase(session, await person.of_customer(session, customer), desk.root, ACCOUNT, desk.at)
    async with desk.db.read() as session:
        row = (await session.scalars(sa.select(Audit).order_by(Audit.id.desc()).limit(1))).one()
    assert (row.who, row.deed, row.target) == ("root", "customer.erased", f"customer {customer}")


async def test_nobody_else_loses_anything(desk: Desk) -> None:
    other = await desk.customer("K2", "Emma Clarke")
    await desk.buys("K2", "LJ20261118-0043", 100_00)
    emmas = await desk.case(Stage.COMMIT, chat=await desk.chat(other), told=("the door is scratched",))
    customer, _ = await known(desk)
    before = await desk.look(emmas)
    async with desk.db.write() as session:
        await erase.erase(session, await person.of_customer(session, customer), desk.root, ACCOUNT, desk.at)
    text = await everything(desk.db)
    assert "Emma Clarke" in text
    assert "the door is scratched" in text
    assert (await desk.look(emmas)).facts == before.facts


async def test_a_chat_without_an_account_is_erased_as_well(desk: Desk) -> None:
    _, case = await known(desk)
    async with desk.db.write() as session:
        chat = (await session.scalars(sa.select(Conversation))).one()
        chat.customer_id = None
        (await session.get_one(tables.complaints.Case, case)).customer_id = None
        number = chat.id
    async with desk.db.write() as session:
        who = await person.of_chat(session, number)
        with pytest.raises(NotAllowed, match=f"type {number}"):
            await erase.erase(session, who, desk.root, "1000", desk.at)
        await erase.erase(session, who, desk.root, str(number), desk.at)
    assert [line for line in left(await everything(desk.db)) if "flooded" in line or "irony" in line] == []


async def test_a_turn_or_a_message_under_way_cannot_end_any_more(desk: Desk) -> None:
    customer, _ = await known(desk)
    async with desk.db.read() as session:
        fence = await session.scalar(sa.select(Conversation.fence))
    async with desk.db.write() as session:
        await erase.erase(session, await person.of_customer(session, customer), desk.root, ACCOUNT, desk.at)
    async with desk.db.read() as session:
        chat = (await session.scalars(sa.select(Conversation))).one()
    assert (chat.fence, chat.owner, chat.case_id, chat.unreachable_at) == (fence + 1, "bot", None, desk.at)


def test_of_every_table_and_column_somebody_has_said_what_becomes_of_it() -> None:
    assert erase.untreated() == [], "say in bot/privacy/holdings.py what becomes of it when a customer is erased"


async def test_an_export_has_every_word_and_no_key_to_the_account(desk: Desk) -> None:
    customer, _ = await known(desk)
    with pytest.raises(NotAllowed):
        async with desk.db.write() as session:
            await export.export(session, await person.of_customer(session, customer), desk.anna, desk.at)
    async with desk.db.write() as session:
        text = await export.export(session, await person.of_customer(session, customer), desk.su, desk.at)
    found = json.loads(text)
    assert [word for word in WORDS if word.lower() not in text.lower()] == []
    assert found["customer"][0]["birthday"] == {"month": 5, "day": 6, "calendar": "solar", "leap": False}
    assert "_hash" not in text
    async with desk.db.read() as session:
        row = (await session.scalars(sa.select(Audit).order_by(Audit.id.desc()).limit(1))).one()
    assert (row.who, row.deed, row.target) == ("su", "customer.exported", f"customer {customer}")
