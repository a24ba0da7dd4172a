"""How the web chat page looks and reads: groups and days, narrow phones, both languages, keyboard, colours."""

import re
from datetime import timedelta
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from tests.fakes.browser import bot, open_choices, own, picture, width_beyond, write
from tests.fakes.web_server import PAGE, FakeChat

pytestmark = pytest.mark.slow


async def test_messages_are_grouped_by_author_and_minute_under_days(page: Page, server: FakeChat) -> None:
    await write(page, "now")
    await expect(own(page)).to_have_count(1)
    lines, noon = server.conversation.lines, server.now().replace(hour=12, minute=0, second=5)
    lines.clear()
    ago = noon - timedelta(days=40)
    await server.say("a", at=ago)
    await server.say("b", at=ago + timedelta(seconds=50))
    await server.say("c", at=ago + timedelta(seconds=70))
    await server.say("d", author="staff", name="Lin", at=ago + timedelta(seconds=75))
    await server.say("e", author="staff", name="Mei", at=ago + timedelta(seconds=80))
    await server.say("f", author="staff", name="Mei", at=noon - timedelta(days=1))
    await page.reload()
    await expect(page.locator("#messages .text")).to_have_text(list("abcdef"))
    await expect(page.locator(".row.follows .text")).to_have_text(["b"])
    await expect(page.locator("#messages .row:not(.follows) .who")).to_have_text(
        ["Assistant", "Assistant", "Lin · Customer care", "Mei · Customer care", "Mei · Customer care"]
    )
    await expect(page.locator(".day")).to_have_count(2)
    await expect(page.locator(".day").last).to_have_text("Yesterday")
    await expect(page.locator("#messages time:visible")).to_have_count(5)


async def test_a_reader_further_up_stays_there_and_is_told(page: Page, server: FakeChat) -> None:
    await write(page, "hello")
    await expect(own(page)).to_have_count(1)
    for number in range(120):  # more than the server gives in one page
        await server.say(f"line {number}")
    await expect(bot(page).last).to_be_in_viewport()
    await page.reload()
    await expect(bot(page)).to_have_count(120)
    await expect(bot(page).last).to_be_in_viewport()
    await expect(page.locator("#jump")).to_be_hidden()
    await page.locator("#scroller").evaluate("(element) => element.scrollTo(0, 0)")
    await expect(page.locator("#jump")).to_be_visible()
    await server.say("news")
    await expect(page.locator("#jump .count")).to_have_text("1")
    assert await page.locator("#scroller").evaluate("(element) => element.scrollTop") == 0
    await page.locator("#jump").click()
    await expect(bot(page).last).to_be_in_viewport()
    await expect(page.locator("#jump")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_nothing_sticks_out_on_a_phone(browser: Browser, server: FakeChat, width: int, language: str) -> None:
    context = await browser.new_context(viewport={"width": width, "height": 740}, is_mobile=True, has_touch=True)
    page = await context.new_page()
    await page.goto(f"{server.url}?lang={language}")
    await expect(page.locator("#empty")).to_be_visible()
    assert await width_beyond(page) <= 0
    await write(page, "w" * 300)
    await expect(own(page)).to_have_count(1)
    address = "https://shop.example/" + "track" * 40
    await server.say(f"{'字' * 300} {address}", {"k1": "answer" * 20, "k2": "好的" * 30, "k3": "OK"})
    name = "Wolfeschlegelsteinhausenbergerdorff" * 3
    await server.say("ok", author="staff", name=name, attachments=[{"kind": "document", "name": name, "url": "/api/x"}])
    await expect(page.locator(".staff .text")).to_have_count(1)
    await page.set_input_files("#picker", {"name": f"{name}.png", "mimeType": "image/png", "buffer": picture()})
    await page.fill("#text", "w" * 3999)
    assert await width_beyond(page) <= 0
    boxes = [
        await page.locator(name).bounding_box() for name in ("#attach", "#send", "#switch", "button.choice >> nth=2")
    ]
    assert all(box and box["width"] >= 44 and box["height"] >= 44 for box in boxes)
    await expect(page.locator("#send")).to_be_in_viewport()
    await context.close()


async def test_both_languages_and_the_switch(browser: Browser, server: FakeChat) -> None:
    context = await browser.new_context(locale="zh-CN")
    page = await context.new_page()
    await page.goto(server.url)
    await expect(page.locator("h1")).to_have_text("客服中心")
    assert await page.evaluate("document.documentElement.lang") == "zh-CN"
    await page.locator(".example").first.click()
    await expect(own(page)).to_have_text(["我的订单到哪儿了？"])
    assert server.languages == ["zh"]
    await expect(page.locator(".day")).to_have_text("今天")
    await page.get_by_role("button", name="Switch to English").click()
    await expect(page.locator("h1")).to_have_text("Customer care")
    await expect(page.locator(".day")).to_have_text("Today")
    await expect(page.get_by_role("textbox", name="Write a message")).to_have_attribute(
        "placeholder", "Write a message"
    )
    assert await page.title() == "Customer care"
    await page.goto(server.url)
    await expect(page.locator("h1")).to_have_text("Customer care")
    await page.goto(f"{server.url}?lang=zh")
    await expect(page.locator("h1")).to_have_text("客服中心")
    await expect(own(page)).to_have_text(["我的订单到哪儿了？"])
    await context.close()


async def test_every_word_is_there_in_both_languages(page: Page) -> None:
    words = await page.evaluate("import('/chat/words.js').then((words) => words.WORDS)")
    for key, entry in words.items():
        assert set(entry) == {"zh", "en"}, key
        names = [sorted(re.findall(r"\{(\w+)\}", entry[language])) for language in ("zh", "en")]
        assert names[0] == names[1], key
    sources = "".join(path.read_text() for path in PAGE.iterdir() if path.name != "words.js")
    unused = [key for key in words if not re.search(rf'"{key}"|\.{key}\b', sources)]
    said_by_value = {"you", "bot", "staff", "sending", "slow", "sent"}
    by_the_words_themselves = {"today", "yesterday", "too_large"}
    assert set(unused) <= said_by_value | by_the_words_themselves


async def test_it_can_be_used_with_a_keyboard_and_a_screen_reader(page: Page, server: FakeChat) -> None:
    await expect(page.locator("#text")).to_be_focused()
    server.replies["hello"] = ("Which?", [{"id": "k1", "label": "This"}])
    await page.keyboard.type("hello")
    await page.keyboard.press("Enter")
    await expect(open_choices(page)).to_have_count(1)
    log = page.get_by_role("log")
    await expect(log).to_have_attribute("aria-live", "polite")
    await expect(log).to_have_attribute("aria-busy", "false")
    await expect(log.get_by_role("group", name="Possible answers")).to_be_visible()
    nameless = "[...document.querySelectorAll('button, textarea')].filter((e) => !e.ariaLabel && !e.textContent.trim())"
    assert await page.evaluate(f"{nameless}.map((e) => e.id)") == []
    order = []
    await page.evaluate("document.activeElement.blur(); document.querySelector('#switch').focus()")
    for _ in range(4):
        await page.keyboard.press("Tab")
        order.append(await page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert order == ["scroller", "choice", "attach", "text"]
    await page.get_by_role("button", name="This").focus()
    await page.keyboard.press("Enter")
    await expect(own(page)).to_have_text(["hello", "This"])
    await expect(page.locator("#text")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_colours_can_be_read(browser: Browser, server: FakeChat, scheme: Literal["light", "dark"]) -> None:
    context = await browser.new_context(color_scheme=scheme)
    page = await context.new_page()
    await page.goto(server.url)
    on_background = ["text/ground", "text/surface", "text/line", "muted/ground", "muted/surface", "on-notice/notice"]
    of_accent = ["accent/surface", "accent/ground", "accent/tint", "on-mine/mine", "staff/ground", "staff/staff-tint"]
    pairs = [*on_background, *of_accent, "danger/ground", "danger/surface"]
    names = sorted({name for pair in pairs for name in pair.split("/")})
    read = "(names) => names.map((n) => getComputedStyle(document.documentElement).getPropertyValue(`--${n}`).trim())"
    colours = dict(zip(names, await page.evaluate(read, names), strict=True))

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for pair in pairs:
        dark, bright = sorted(light(colours[name]) for name in pair.split("/"))
        assert (bright + 0.05) / (dark + 0.05) >= 4.5, pair
    await context.close()


def test_the_page_stands_alone() -> None:
    """No address of another host, and nothing a strict policy would refuse."""
    for path in PAGE.iterdir():
        text = path.read_text()
        hosts = set(re.findall(r"https?://([\w.-]+)", text)) - {"www.w3.org"}
        assert hosts == set(), path.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|\son\w+=\"|style=\"", text)
        assert len(text.splitlines()) <= (250 if path.suffix == ".js" else 350), path.name
