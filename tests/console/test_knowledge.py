"""The page Knowledge, in a real browser, on a copy of the shop's data."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import select

from bot.data import DataInForce
from bot.learning import lesson
from bot.learning.lesson import Why
from bot.learning.tables import Lesson
from bot.settings import ROOT
from bot.staff.account import Role
from bot.staff.tables import Audit
from tests import databases
from tests.clock import FakeClock
from tests.console.desk import Clerk, Office, open_office

pytestmark = pytest.mark.slow


@pytest.fixture
async def office(tmp_path: Path, clock: FakeClock, browser: Browser) -> AsyncIterator[Office]:
    """On SQLite: the articles are files."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    url = await databases.create("sqlite", tmp_path)
    async with open_office(url, tmp_path, clock, browser, data_dir=tmp_path / "data") as found:
        found.shop.app.data = DataInForce(tmp_path / "data")
        yield found


async def editor(office: Office, name: str = "Anna", path: str = "/knowledge", language: str = "en") -> Clerk:
    clerk = await office.clerk(name, language, role=Role.SUPERVISOR)
    await clerk.page.goto(f"{office.address}/console{path}")
    return clerk


async def test_an_edit_is_seen_as_the_customer_sees_it_saved_and_in_force(office: Office):
    anna = await editor(office)
    await anna.page.get_by_label("Filter articles").fill("How long does a refund take")
    await expect(anna.page.locator(".articles li:visible")).to_have_count(1)
    await anna.page.get_by_role("link", name="How long does a refund take", exact=False).click()
    await expect(anna.page.locator("#preview-en")).to_contain_text("(Source: Refund policy)")
    await anna.page.get_by_label("Body · English").fill("It takes {shop.refund.card_working_days} days.")
    await expect(anna.page.locator("#preview-en")).to_have_text("It takes 7 days.\n(Source: Refund policy)")
    await anna.page.get_by_role("button", name="Save").click()
    await expect(anna.page.get_by_text("Saved and in force")).to_be_visible()
    article = office.shop.app.data.now.knowledge.articles["refund-duration"]
    assert article.body.en == "It takes 7 days."
    async with office.shop.app.db.read() as session:
        assert [(r.who, r.deed) for r in await session.scalars(select(Audit))] == [("anna", "knowledge.changed")]
    assert anna.troubles == []


async def test_what_is_wrong_is_told_while_it_is_written_and_cannot_be_saved(office: Office):
    anna = await editor(office, path="/knowledge/article/refund-duration")
    await anna.page.get_by_label("Body · English").fill("In {shop.nothing} days.")
    await expect(anna.page.get_by_role("alert").filter(has_text="Cannot be saved yet")).to_contain_text(
        "quotes {shop.nothing}, which does not exist"
    )
    await anna.page.get_by_role("button", name="Save").click()
    await expect(anna.page.get_by_text("That was not done")).to_be_visible()


async def test_the_second_editor_is_told_that_a_colleague_was_faster(office: Office):
    anna = await editor(office, "Anna", "/knowledge/article/refund-duration")
    ben = await editor(office, "Ben", "/knowledge/article/refund-duration")
    for clerk in (anna, ben):
        await clerk.page.get_by_label("Title · English").fill(f"By {clerk.name}")
        await expect(clerk.page.locator("#preview-en")).to_be_visible()
    await anna.page.get_by_role("button", name="Save").click()
    await expect(anna.page.get_by_text("Saved and in force")).to_be_visible()
    await ben.page.get_by_role("button", name="Save").click()
    await expect(ben.page.get_by_text("a colleague has saved this article meanwhile")).to_be_visible()
    assert office.shop.app.data.now.knowledge.articles["refund-duration"].title.en == "By Anna"


async def test_a_question_that_found_nothing_becomes_an_article(office: Office):
    at = office.clock.now()
    question = Lesson(
        key=lesson.key("礼品能包装吗"),
        text="礼品能包装吗",
        language="zh",
        why=Why.NOT_FOUND,
        count=3,
        first_at=at,
        last_at=at,
    )
    async with office.shop.app.db.write() as session:
        session.add(question)
    anna = await editor(office, language="zh")
    await expect(anna.page.locator("td", has_text="礼品能包装吗")).to_be_visible()
    await anna.page.get_by_role("link", name="写文章").click()
    await expect(anna.page.locator("#keywords-zh")).to_have_value("礼品能包装吗")
    await anna.page.get_by_label("编号").fill("gift-wrapping")
    for box, text in {
        "标题 · 中文": "礼品包装",
        "标题 · 英文": "Gift wrapping",
        "正文 · 中文": "可以免费包装。",
        "正文 · 英文": "We wrap for free.",
    }.items():
        await anna.page.get_by_label(box).fill(text)
    await expect(anna.page.locator("#preview-zh")).to_contain_text("可以免费包装。")
    await anna.page.get_by_role("button", name="保存并立即生效").click()
    await anna.page.wait_for_url("**/knowledge/article/gift-wrapping")
    await anna.page.goto(f"{office.address}/console/knowledge")
    await anna.page.locator("#question").fill("礼品能包装吗")
    await anna.page.get_by_role("button", name="试一个问题").click()
    await expect(anna.page.locator("#answer")).to_have_text("会回答：礼品包装")
    await anna.page.get_by_role("button", name="已处理").click()
    await expect(anna.page.get_by_text("没有待处理的问题")).to_be_visible()


async def test_an_agent_may_not_edit(office: Office):
    cleo = await office.clerk("Cleo", role=Role.AGENT)
    for path in ("/knowledge", "/knowledge/new", "/knowledge/article/refund-duration"):
        await cleo.page.goto(f"{office.address}/console{path}")
        await expect(cleo.page.locator(".refused")).to_contain_text("Your role may not see this page")
