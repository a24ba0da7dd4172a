"""Editing articles: live at once, checked like `carebot check`, nobody's work is lost, written down who did it."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.data import DataInForce
from bot.db import Database
from bot.errors import BadContent, Moved, NotAllowed, NotFound, Unreadable
from bot.knowledge import service
from bot.knowledge.draft import Draft
from bot.learning import lesson
from bot.learning.lesson import State, Why
from bot.learning.tables import Lesson
from bot.settings import ROOT
from bot.staff.account import Me, Role
from bot.staff.tables import Audit
from tests.clock import FakeClock

ANNA = Me(0, "Anna", "anna", Role.SUPERVISOR)
BEN = Me(0, "Ben", "ben", Role.SUPERVISOR)
AGENT = Me(0, "Cleo", "cleo", Role.AGENT)


@pytest.fixture
def data(tmp_path: Path) -> DataInForce:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return DataInForce(tmp_path / "data")


async def test_a_saved_article_is_in_force_at_once(db: Database, data: DataInForce, clock: FakeClock):
    found = await service.opened(data, ANNA, "refund-duration")
    new = replace(found.draft, body={**found.draft.body, "en": "In {shop.refund.card_working_days} days, surely."})
    await service.save(db, data, ANNA, found.file, new, found.draft.version, clock.now())
    body = data.now.knowledge.articles["refund-duration"].body.en
    assert body.startswith("In ")
    assert "{" not in body
    async with db.read() as session:
        [row] = (await session.scalars(select(Audit))).all()
    assert (row.who, row.deed, row.target) == ("anna", "knowledge.changed", "article refund-duration")


async def test_of_two_editors_the_second_is_told(db: Database, data: DataInForce, clock: FakeClock):
    first = await service.opened(data, ANNA, "refund-duration")
    second = await service.opened(data, BEN, "refund-duration")
    by_anna = replace(first.draft, title={"zh": "甲", "en": "By Anna"})
    by_ben = replace(second.draft, title={"zh": "乙", "en": "By Ben"})
    await service.save(db, data, ANNA, first.file, by_anna, first.draft.version, clock.now())
    with pytest.raises(Moved):
        await service.save(db, data, BEN, second.file, by_ben, second.draft.version, clock.now())
    assert (await service.opened(data, BEN, "refund-duration")).draft.title["en"] == "By Anna"


async def test_two_who_save_different_articles_of_a_file_at_once_both_keep_theirs(
    db: Database, data: DataInForce, clock: FakeClock
):
    names = ("refund-duration", "refund-where", "refund-coupon")
    found = [await service.opened(data, ANNA, name) for name in names]
    new = [replace(one.draft, title={"zh": "新", "en": f"New {one.draft.id}"}) for one in found]
    pairs = zip(found, new, strict=True)
    await asyncio.gather(
        *(service.save(db, data, ANNA, one.file, draft, one.draft.version, clock.now()) for one, draft in pairs)
    )
    assert [(await service.opened(data, ANNA, n)).draft.title["en"] for n in names] == [f"New {n}" for n in names]


async def test_a_broken_article_is_refused_with_the_reason_and_nothing_changes(
    db: Database, data: DataInForce, clock: FakeClock
):
    found = await service.opened(data, ANNA, "refund-duration")
    path = data.folder / "knowledge" / f"{found.file}.yml"
    before = path.read_bytes()
    for body, why in (({"zh": "{shop.no_such}", "en": "x"}, "which does not exist"), ({"zh": "x", "en": ""}, "no en")):
        with pytest.raises(BadContent, match=why):
            await service.save(
                db, data, ANNA, found.file, replace(found.draft, body=body), found.draft.version, clock.now()
            )
    assert path.read_bytes() == before
    async with db.read() as session:
        assert (await session.scalars(select(Audit))).all() == []


async def test_a_new_article_needs_an_id_of_its_own(db: Database, data: DataInForce, clock: FakeClock):
    new = Draft(
        "gift-wrapping", {"zh": "礼品包装", "en": "Gift wrapping"}, {"zh": "可以包装。", "en": "We wrap gifts."}
    )
    await service.save(db, data, ANNA, "delivery", new, "", clock.now())
    assert data.now.knowledge.articles["gift-wrapping"].title.zh == "礼品包装"
    for file in ("delivery", "orders"):
        with pytest.raises(Unreadable):
            await service.save(db, data, ANNA, file, new, "", clock.now())
    for id in ("", "Gift", "礼品", "../x"):
        with pytest.raises(Unreadable, match="needs an id"):
            await service.save(db, data, ANNA, "orders", replace(new, id=id), "", clock.now())
    with pytest.raises(NotFound):
        await service.save(db, data, ANNA, "../policy/shop", new, "", clock.now())


async def test_only_who_may_edit_the_knowledge_may(db: Database, data: DataInForce, clock: FakeClock):
    with pytest.raises(NotAllowed):
        await service.save(db, data, AGENT, "orders", Draft("x"), "", clock.now())
    with pytest.raises(NotAllowed):
        await service.opened(data, AGENT, "refund-duration")


async def test_what_was_asked_and_not_found_is_listed_until_it_is_settled(db: Database, clock: FakeClock):
    async with db.write() as session:
        for n, (why, count) in enumerate([(Why.NOT_FOUND, 2), (Why.NOT_FOUND, 5), (Why.NOT_UNDERSTOOD, 9)]):
            session.add(
                Lesson(
                    key=lesson.key(f"q{n}"),
                    text=f"q{n}",
                    language="en",
                    why=why,
                    count=count,
                    first_at=clock.now(),
                    last_at=clock.now(),
                )
            )
    async with db.read() as session:
        found = await service.missed(session, ANNA)
        assert [(row.text, row.count) for row in found] == [("q1", 5), ("q0", 2)]
    async with db.write() as session:
        await service.settled(session, ANNA, found[0].id, clock.now())
    async with db.read() as session:
        assert [row.text for row in await service.missed(session, ANNA)] == ["q0"]
        assert (await session.get_one(Lesson, found[0].id)).state is State.DROPPED
