"""The pages about cases and customers, in a browser."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy import select

from bot.complaints import approvals, granting
from bot.complaints.complaint import Kind, Stage
from bot.complaints.granting import Pick
from bot.customers.tables import Customer
from bot.learning.lesson import Why
from bot.learning.tables import Lesson
from bot.privacy import erase, person
from bot.staff.account import Role
from tests.complaints.desk import Desk, opened_desk
from tests.console.desk import Clerk, Office
from tests.console.test_settings import UNNAMED
from tests.customers.known import ACCOUNT, FILE, known

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
LOADS_WITHIN_MS = 90_000
"""A whole page with NiceGUI on a machine that does much else."""
WIDE = "document.documentElement.scrollWidth - innerWidth"


async def at_work(office: Office) -> Desk:
    """The people and cases of tests/complaints/desk.py in this office's database."""
    desk = await opened_desk(office.shop.app.db)
    desk.at = office.clock.now()
    return desk


async def opens(clerk: Clerk, path: str) -> Page:
    """Go to a page about cases or customers, and wait until it can be used."""
    clerk.page.set_default_navigation_timeout(LOADS_WITHIN_MS)
    await clerk.page.goto(f"{clerk.office.address}/console{path}")
    await expect(clerk.page.locator(".casework h1")).to_be_visible()
    await clerk.page.wait_for_function("() => window.did_handshake")
    return clerk.page


def field(page: Page, label: str) -> Locator:
    return page.locator(".q-dialog").get_by_label(label)


def exported(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(path).read_text())
    return found


async def says_yes(page: Page) -> list[str]:
    """Read what the customer will read, and do it. Gives the words."""
    await expect(page.locator("#sure")).to_be_visible()
    words = await page.locator(".reads blockquote").all_inner_texts()
    async with page.expect_navigation():
        await page.click("#sure")
    await page.wait_for_function("() => window.did_handshake")
    return words


async def test_the_board_has_a_column_for_each_stage_with_what_is_due_and_filters(office: Office):
    desk = await at_work(office)
    first = await desk.case(Stage.RESOLVE, kind=Kind.DELIVERY, severity=1)
    await desk.does(granting.promise, first, desk.anna, Pick("deliver"), None, await desk.seen(first), desk.present)
    second = await desk.case(Stage.VENT)
    anna = await office.clerk("Anna")
    page = await opens(anna, "/cases")
    assert await page.locator(".board section").count() == len(Stage)
    card = page.locator(f"section[data-stage=commit] [data-case='{first}']")
    await expect(card).to_contain_text("due in")
    await expect(card).to_contain_text("Critical")
    await expect(page.locator(f"section[data-stage=vent] [data-case='{second}']")).to_be_visible()
    await opens(anna, "/cases?kind=delivery&severity=1&owner=nobody")
    assert await page.locator(".case-card").count() == 1
    await anna.leaves()
    office.clock.passes(days=9)
    bao = await office.clerk("Bao")
    page = await opens(bao, "/cases?late=1")
    await expect(page.locator(".case-card .due.late")).to_contain_text("late by")
    assert anna.troubles == bao.troubles == []
    await bao.leaves()


async def test_a_step_is_taken_after_its_words_were_read(office: Office):
    desk = await at_work(office)
    case = await desk.case(Stage.CLARIFY)
    anna = await office.clerk("Anna")
    page = await opens(anna, f"/cases/{case}")
    await page.click("[data-step=facts_agreed]")
    await field(page, "Note (for colleagues only)").fill("checked with the warehouse")
    await page.click("[data-go]")
    words = await says_yes(page)
    assert await desk.words() == words
    assert (await desk.look(case)).stage is Stage.RESOLVE
    await expect(page.locator("tr[data-line=facts_agreed]")).to_contain_text("checked with the warehouse")
    await expect(page.locator("tr[data-line=facts_agreed]")).to_contain_text("Anna")
    assert anna.troubles == []
    await anna.leaves()


async def test_of_two_people_the_slower_one_is_told(office: Office):
    desk = await at_work(office)
    case = await desk.case(Stage.VENT)
    anna, bao = await office.clerk("Anna"), await office.clerk("Bao")
    for clerk in (anna, bao):
        page = await opens(clerk, f"/cases/{case}")
        await page.click("[data-step=heard]")
        await page.click("[data-go]")
        await expect(page.locator("#sure")).to_be_visible()
    assert await says_yes(anna.page) == []
    await bao.page.click("#sure")
    await expect(bao.page.locator(".q-notification")).to_contain_text("somebody was faster")
    assert [step.by for step in await desk.steps(case)] == ["customer", "Anna"]
    await anna.leaves()
    await bao.leaves()


async def test_a_remedy_is_offered_above_the_authority_it_is_asked_for_and_somebody_else_says_yes(office: Office):
    desk = await at_work(office)
    case = await desk.case(Stage.RESOLVE, paid=9000_00)
    anna, su = await office.clerk("Anna"), await office.clerk("Su", role=Role.SUPERVISOR)
    page = await opens(anna, f"/cases/{case}")
    row = page.locator("tr[data-remedy=refund]")
    await expect(row).to_contain_text("Above my authority")
    await row.locator("[data-ask]").click()
    await field(page, "Reason").fill("broken twice")
    await page.click("[data-go]")
    assert "¥9,000" in (await says_yes(page))[0]
    await expect(page.locator("tr[data-request]")).to_contain_text("broken twice")
    page = await opens(su, "/cases/requests")
    await page.get_by_role("button", name="Approve").click()
    await page.click("[data-go]")
    assert "approved" in (await says_yes(page))[0]
    page = await opens(anna, f"/cases/{case}")
    await expect(page.locator("tr[data-remedy=refund]")).to_contain_text("Approved")
    await page.click("[data-accept=refund]")
    await says_yes(page)
    assert (await desk.look(case)).stage is Stage.COMMIT
    assert anna.troubles == su.troubles == []
    await anna.leaves()
    await su.leaves()


async def test_two_remedies_are_chosen_and_offered(office: Office):
    desk = await at_work(office)
    case = await desk.case(Stage.RESOLVE)
    anna = await office.clerk("Anna")
    page = await opens(anna, f"/cases/{case}")
    await page.check("[data-tick=exchange]")
    await page.check("[data-tick=refund]")
    await page.click("#offer")
    assert "There are two ways" in (await says_yes(page))[0]
    assert [o["id"] for o in (await desk.look(case)).offers[-1]["options"]] == ["exchange", "refund"]
    assert await page.locator("#accept button").count() == 2
    assert anna.troubles == []
    await anna.leaves()


async def test_a_promise_is_moved_and_kept_and_the_list_counts_it(office: Office):
    desk = await at_work(office)
    case = await desk.case(Stage.RESOLVE)
    anna = await office.clerk("Anna")
    page = await opens(anna, f"/cases/{case}")
    await page.locator("tr[data-remedy=exchange] [data-promise-it]").click()
    await page.click("[data-go]")
    await says_yes(page)
    await page.click("[data-deed=move]")
    await field(page, "Done before").fill("2026-12-04T16:00")
    await field(page, "Own words").fill("the truck broke down")
    await page.click("[data-go]")
    assert "the truck broke down" in (await says_yes(page))[0]
    await page.click("[data-deed=keep]")
    await field(page, "Evidence").fill("SF 1002003")
    await page.click("[data-go]")
    assert len(await says_yes(page)) == 2
    await expect(page.locator("tr[data-promise]")).to_contain_text("Kept: SF 1002003")
    page = await opens(anna, "/cases/promises?which=done")
    await expect(page.locator("#rate")).to_contain_text("100 %")
    await expect(page.locator("tr[data-promise]")).to_contain_text("Kept")
    assert anna.troubles == []
    await anna.leaves()


async def test_emotion_is_put_right_and_kept_for_the_review(office: Office):
    desk = await at_work(office)
    _, case = await known(desk)
    async with desk.db.write() as session:
        await session.execute(Lesson.__table__.delete())
    anna = await office.clerk("Anna")
    page = await opens(anna, f"/cases/{case}")
    await page.click("#correct_emotion")
    await field(page, "Emotion").click()
    await page.locator(".q-menu").get_by_text("Calm", exact=True).click()
    await field(page, "Reason").fill("that was humour")
    async with page.expect_navigation():
        await page.click("[data-go]")
    await expect(page.locator("tr[data-line=emotion_corrected]").last).to_contain_text("that was humour")
    assert (await desk.look(case)).level == 0
    async with desk.db.read() as session:
        (lesson,) = (await session.scalars(select(Lesson))).all()
    assert (lesson.why, lesson.label_emotion, lesson.labelled_by) == (Why.EMOTION_CORRECTED, "calm", "Anna")
    assert anna.troubles == []
    await anna.leaves()


async def test_a_customer_is_found_by_name_phone_id_and_order(office: Office):
    desk = await at_work(office)
    customer, _ = await known(desk)
    anna = await office.clerk("Anna")
    for asked in ("weiwei", "+86 139-1234-5678", ACCOUNT, "lj 20261118 0042"):
        page = await opens(anna, f"/customers?q={asked.replace('+', '%2B')}")
        await expect(page.locator(f"[data-customer='{customer}']")).to_contain_text("Zhuang Weiwei")
    await page.locator(f"[data-customer='{customer}'] a").click()
    await expect(page.locator("tr[data-order]")).to_contain_text("Washing machine")
    await expect(page.locator("tr[data-consent=marketing]")).to_contain_text("she said stop")
    assert await page.locator("#erase").count() == 0
    assert await page.locator("#export").count() == 0
    await page.wait_for_function("() => window.did_handshake")
    await page.click("#edit")
    await field(page, "Tags").fill("quiet，kind")
    async with page.expect_navigation():
        await page.click("[data-go]")
    async with desk.db.read() as session:
        assert (await session.get_one(Customer, customer)).tags == ["quiet", "kind"]
    assert anna.troubles == []
    await anna.leaves()


async def test_erasing_says_before_what_goes_and_needs_the_id(office: Office):
    desk = await at_work(office)
    customer, _ = await known(desk)
    folder = office.shop.app.files.folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes(b"a picture")
    root = await office.clerk("Root", role=Role.ADMINISTRATOR)
    page = await opens(root, f"/customers/{customer}")
    async with page.expect_download() as download:
        await page.click("#export")
    assert exported(await (await download.value).path())["customer"][0]["shop_id"] == ACCOUNT
    await page.click("#erase")
    await expect(page.locator("#erasing ul.goes")).to_contain_text("Messages of the customer: 1")
    await expect(page.locator("#erasing ul.stays")).to_contain_text("Order number, dates, goods and amounts")
    await expect(page.locator("#erasing")).to_contain_text("1 open cases and 1 open promises")
    await page.locator("#erasing input").fill("something else")
    await page.click("#erase-now")
    await expect(page.locator(".q-notification")).to_contain_text(f"type {ACCOUNT}")
    await page.locator("#erasing input").fill(ACCOUNT)
    async with page.expect_navigation():
        await page.click("#erase-now")
    await expect(page.locator(".notice")).to_contain_text("erased")
    assert not (folder / FILE).exists()
    async with desk.db.read() as session:
        assert (await session.get_one(Customer, customer)).name == ""
    assert root.troubles == []
    await root.leaves()


async def test_who_may_not_export_gets_nothing_by_the_address_either(office: Office):
    desk = await at_work(office)
    customer, _ = await known(desk)
    anna = await office.clerk("Anna")
    answer = await anna.context.request.get(f"{office.address}/console/customers/{customer}/export.json")
    assert answer.status == 403
    assert "Zhuang" not in await answer.text()
    await anna.leaves()


async def test_every_page_in_both_languages_fits_and_names_its_controls(office: Office):
    desk = await at_work(office)
    customer, case = await known(desk)
    second = await desk.case(Stage.RESOLVE, paid=9000_00)
    seen = await desk.seen(second)
    await desk.does(approvals.ask, second, desk.anna, Pick("refund"), "broken twice", seen, desk.present)
    root = await office.clerk("Root", role=Role.ADMINISTRATOR, width=900)
    pages = (
        "/cases",
        f"/cases/{case}",
        f"/cases/{second}",
        "/cases/promises?which=open",
        "/cases/requests",
        "/customers?q=weiwei",
        f"/customers/{customer}",
        "/cases/4711",
        "/customers/4711",
    )
    for language in ("zh", "en"):
        root.page.set_default_navigation_timeout(LOADS_WITHIN_MS)
        await root.page.goto(f"{office.address}/console/language/{language}?to=/console/cases")
        for path in pages:
            page = await opens(root, path)
            assert await page.evaluate(WIDE) <= 0, path
            assert await page.evaluate(UNNAMED) == [], path
    assert root.troubles == []
    async with desk.db.read() as session:
        assert (await session.scalars(select(Lesson.why))).all() == [Why.NOT_UNDERSTOOD]
        assert (await erase.plan(session, await person.of_customer(session, customer), desk.root)).open_cases == 1
    await root.leaves()
