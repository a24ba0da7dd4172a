"""The inbox in a browser: who waits, why and since when; keys; alerts; nothing that breaks the page."""

import pytest
from playwright.async_api import expect

from bot.handoff.queue import Reason
from tests.console.desk import Office
from tests.console.world import fill

pytestmark = pytest.mark.slow


async def test_the_queue_shows_who_waits_and_why_the_most_urgent_first(office: Office):
    emma, lin = await office.shop.customer("en"), await office.shop.customer("zh")
    await office.queued(emma, "I want to talk to a person")
    office.clock.passes(minutes=7)
    await office.queued(lin, "我要告你们", Reason.LEGAL)
    anna = await office.clerk("Anna")
    await anna.goes_to()
    await anna.shows("queue")
    await expect(anna.rows()).to_have_count(2)
    await expect(anna.rows().nth(0)).to_contain_text("Legal")
    await expect(anna.rows().nth(1)).to_contain_text("guest-1")
    await expect(anna.rows().nth(1)).to_contain_text("Asked for a person")
    await expect(anna.rows().nth(1)).to_contain_text("waits 7 min")
    assert not anna.troubles
    await anna.leaves()


@pytest.mark.parametrize(("language", "nobody"), [("zh", "没有人在排队。"), ("en", "Nobody is waiting.")])
async def test_an_empty_list_says_so_in_the_persons_language(office: Office, language: str, nobody: str):
    anna = await office.clerk("Anna", language)
    await anna.goes_to()
    await anna.shows("queue")
    await expect(anna.page.locator("#rows .empty")).to_contain_text(nobody)
    assert await anna.page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
    await anna.leaves()


async def test_the_language_switch_changes_the_words_of_the_same_page(office: Office):
    anna = await office.clerk("Anna", "en")
    await anna.goes_to()
    await anna.page.get_by_role("link", name="中文").click()
    await expect(anna.page.locator("#tab-queue")).to_contain_text("排队")
    assert anna.page.url.endswith("/console/inbox")
    await anna.leaves()


async def test_a_new_customer_appears_without_reload_and_rings_until_somebody_claims(office: Office):
    anna, ben = await office.clerk("Anna"), await office.clerk("Ben")
    for clerk in (anna, ben):
        await clerk.goes_to()
        await clerk.shows("queue")
    emma = await office.shop.customer("en")
    await office.queued(emma)
    for clerk in (anna, ben):
        await expect(clerk.rows()).to_have_count(1)
        await expect(clerk.page.locator(".alerts li")).to_have_count(1)
        await expect(clerk.page).to_have_title("(1) Inbox · Carebot")
        assert await clerk.page.evaluate("Number(document.documentElement.dataset.rang)") >= 1
    await anna.rows().first.click()
    await anna.page.get_by_role("button", name="Claim").click()
    for clerk in (anna, ben):
        await expect(clerk.page.locator(".alerts li")).to_have_count(0)
        await expect(clerk.page.locator("#rows .row")).to_have_count(0)
    await expect(ben.page).to_have_title("Inbox · Carebot")
    assert not anna.troubles + ben.troubles
    await anna.leaves()
    await ben.leaves()


async def test_filters_narrow_the_list_and_can_be_cleared(office: Office):
    anna = await office.clerk("Anna")
    await fill(office, anna.id)
    await anna.goes_to()
    await anna.shows("all")
    everybody = await anna.rows().count()
    await anna.page.get_by_role("button", name="Filters").click()
    await anna.page.get_by_label("Any channel").select_option("web")
    await expect(anna.rows()).to_have_count(everybody - 1)
    await anna.page.get_by_label("Any stage").select_option("resolve")
    await expect(anna.rows()).to_have_count(1)
    await anna.page.get_by_role("button", name="Clear filters").first.click()
    await expect(anna.rows()).to_have_count(everybody)
    await anna.page.get_by_label("Name or order number").fill("LJ20261110-0001")
    await expect(anna.rows()).to_have_count(1)
    await expect(anna.rows().first).to_contain_text("Emma Clarke")
    await anna.leaves()


@pytest.mark.parametrize("width", [1280, 900, 640])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_long_names_and_words_stay_inside_the_window(office: Office, language: str, width: int):
    anna = await office.clerk("Anna", language, width=width)
    emma = await fill(office, anna.id)
    for path in ("/inbox", f"/conversation/{(await emma.conversation()).id}"):
        await anna.goes_to(path)
        await anna.page.wait_for_function("() => document.querySelectorAll('#rows .row').length > 0")
        beyond = await anna.page.evaluate(
            """() => [...document.querySelectorAll('.desk *')].filter((it) => it.offsetParent !== null
                && it.getBoundingClientRect().right > innerWidth + 1).map((it) => it.className || it.tagName)"""
        )
        assert beyond == []
        assert await anna.page.evaluate("document.documentElement.scrollWidth") <= width
    assert not anna.troubles
    await anna.leaves()


async def test_nothing_is_loaded_from_anywhere_else(office: Office):
    anna = await office.clerk("Anna")
    emma = await fill(office, anna.id)
    asked: list[str] = []
    anna.page.on("request", lambda request: asked.append(request.url))
    await anna.opens(emma)
    elsewhere = [url for url in asked if not url.startswith((office.address, "data:", "blob:"))]
    assert asked
    assert elsewhere == []
    await anna.leaves()
