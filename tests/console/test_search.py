"""The search box and its results, in a real browser."""

import pytest
from playwright.async_api import expect

from bot.conversations.tables import Conversation
from bot.staff.account import Role
from tests.console.desk import Clerk, Office

pytestmark = pytest.mark.slow
EVIL = "退款 <img src=x onerror=\"document.title='evil'\">"


async def indexed(office: Office) -> None:
    while await office.shop.app.indexer.tick(60):
        pass


async def told(office: Office, text: str, name: str = "Emma") -> int:
    """A customer has written that. Gives the conversation."""
    guest = await office.shop.customer("zh", linked=False)
    await guest.sends(text)
    chat = await guest.conversation()
    async with office.shop.app.db.write() as session:
        (await session.get_one(Conversation, chat.id)).name = name
    await indexed(office)
    return chat.id


async def opens(clerk: Clerk, path: str) -> None:
    await clerk.page.goto(f"{clerk.office.address}/console{path}")


async def test_slash_opens_the_search_and_a_hit_leads_to_its_conversation(office: Office):
    chat = await told(office, "我的冰箱要退貨")
    anna = await office.clerk("Anna")
    await anna.goes_to()
    await anna.page.keyboard.press("/")
    box = anna.page.get_by_role("searchbox").and_(anna.page.locator("#search-anywhere"))
    await expect(box).to_be_focused()
    await box.fill("退货")
    await box.press("Enter")
    await anna.page.wait_for_url("**/console/search?q=*")
    await expect(anna.page.locator("#search-words")).to_have_value("退货")
    await expect(anna.page.locator(".result mark")).to_have_text("退貨")
    await expect(anna.page.locator(".result")).to_contain_text("Emma")
    await anna.page.locator("a.result").click()
    await anna.page.wait_for_url(f"**/console/conversation/{chat}?seq=1")
    assert anna.troubles == []


async def test_control_k_opens_it_while_one_writes_and_escape_closes_it(office: Office):
    await told(office, "你好")
    anna = await office.clerk("Anna", "zh")
    await opens(anna, "/settings")
    await anna.page.keyboard.press("Control+k")
    dialog = anna.page.locator("#search-dialog")
    await expect(dialog).to_be_visible()
    await anna.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await anna.page.get_by_role("link", name="搜索").click()
    await expect(dialog).to_be_visible()


async def test_what_customers_write_stays_text(office: Office):
    await told(office, EVIL, name="<b>Emma</b>")
    anna = await office.clerk("Anna")
    await opens(anna, "/search?q=%E9%80%80%E6%AC%BE")
    await expect(anna.page.locator(".result .snippet")).to_have_text(EVIL)
    await expect(anna.page.locator(".result .name")).to_have_text("<b>Emma</b>")
    assert await anna.page.title() == "Search · Carebot"


async def test_earlier_results_are_one_click_away(office: Office):
    guest = await office.shop.customer("zh")
    for n in range(25):
        await guest.sends(f"退款 {n}")
        office.clock.passes(seconds=1)
    await indexed(office)
    anna = await office.clerk("Anna")
    await opens(anna, "/search?q=退款")
    snippets = anna.page.locator(".snippet")
    await expect(snippets).to_have_text([f"退款 {n}" for n in range(24, 4, -1)])
    await anna.page.get_by_role("link", name="Earlier results").click()
    await expect(snippets).to_have_text([f"退款 {n}" for n in range(4, -1, -1)])


async def test_nothing_found_is_said_and_nothing_typed_is_asked_for(office: Office):
    anna = await office.clerk("Anna")
    await opens(anna, "/search?q=%22%27%20OR%201%3D1%20%F0%9F%98%80&before=x")
    await expect(anna.page.get_by_role("status")).to_contain_text("Nothing was found")
    await opens(anna, "/search")
    await expect(anna.page.get_by_role("status")).to_contain_text("Type words")


async def test_whoever_may_not_answer_may_not_search(office: Office):
    await told(office, "退款")
    max = await office.clerk("Max", role=Role.MARKETER)
    await opens(max, "/search?q=退款")
    await expect(max.page.locator(".refused")).to_contain_text("Your role may not see this page")
    await expect(max.page.locator("#search-dialog")).to_have_count(0)
