"""The web chat page in a real browser: writing, reading, quick answers, photos."""

import re

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.fakes.browser import bot, open_choices, own, picture, write
from tests.fakes.web_server import FakeChat, Refusal

pytestmark = pytest.mark.slow


async def test_a_message_goes_out_and_the_answer_comes_in(page: Page, server: FakeChat) -> None:
    server.replies["Where is my order?"] = ("Which one?\nThe number, please.", [])
    await write(page, "  Where is my order?\n")
    await expect(own(page)).to_have_text(["Where is my order?"])
    await expect(bot(page)).to_have_text(["Which one?\nThe number, please."])
    assert await bot(page).inner_text() == "Which one?\nThe number, please."
    await expect(page.locator("#empty")).to_be_hidden()
    await expect(page.locator("#text")).to_have_value("")
    assert server.languages == ["en"]
    assert [post["text"] for post in server.posts] == ["Where is my order?"]


async def test_nothing_is_opened_before_the_first_word(page: Page, server: FakeChat) -> None:
    assert server.sessions == {}
    await page.locator(".example").nth(1).click()
    await expect(own(page)).to_have_text(["I would like a refund"])
    assert len(server.sessions) == 1


async def height(field: Locator) -> float:
    box = await field.bounding_box()
    assert box is not None
    return box["height"]


async def test_enter_sends_and_shift_enter_does_not(page: Page, server: FakeChat) -> None:
    field = page.locator("#text")
    before = await height(field)
    await field.press_sequentially("one")
    await field.press("Shift+Enter")
    await field.press_sequentially("two")
    await expect(field).to_have_value("one\ntwo")
    assert await height(field) > before
    assert server.posts == []
    await field.press("Enter")
    await expect(own(page)).to_have_text(["one\ntwo"])
    assert await height(field) == before


async def test_blank_text_is_not_sent(page: Page, server: FakeChat) -> None:
    await write(page, "   \n ")
    await expect(page.locator("#send")).to_be_disabled()
    await write(page, "a word")
    await expect(own(page)).to_have_text(["a word"])
    assert len(server.posts) == 1


async def test_enter_while_composing_chooses_a_word_and_sends_nothing(
    page: Page, context: BrowserContext, server: FakeChat
) -> None:
    await page.locator("#text").focus()
    devtools = await context.new_cdp_session(page)
    composing = {"text": "nihao", "selectionStart": 5, "selectionEnd": 5}
    await devtools.send("Input.imeSetComposition", composing)
    await page.evaluate(
        "addEventListener('keydown', (event) => { window.composed = event.isComposing }, { capture: true })"
    )
    await page.keyboard.press("Enter")
    assert await page.evaluate("window.composed") is True
    await devtools.send("Input.insertText", {"text": "你好"})
    # Safari: the composition has ended already, and only the code 229 tells.
    await page.locator("#text").dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    await expect(page.locator("#text")).to_have_value(re.compile("你好"))
    await expect(page.locator(".row")).to_have_count(1)  # the hidden typing indicator
    await page.fill("#text", "你好")
    await page.keyboard.press("Enter")
    await expect(own(page)).to_have_text(["你好"])
    assert [post["text"] for post in server.posts] == ["你好"]


async def test_the_counter_appears_near_the_limit_and_counts_characters(page: Page, server: FakeChat) -> None:
    counter, send = page.locator("#counter"), page.locator("#send")
    await page.fill("#text", "字" * 3799)
    await expect(counter).to_be_hidden()
    await page.fill("#text", "😀" * 3990)
    await expect(counter).to_have_text("10 characters left")
    await expect(send).to_be_enabled()
    await page.fill("#text", "😀" * 4001)
    await expect(counter).to_have_text("1 characters too many")
    await expect(send).to_be_disabled()
    await page.press("#text", "Enter")
    assert server.posts == []
    await expect(page.locator("#text")).not_to_have_value("")


async def test_a_quick_answer_is_sent_once_and_marked(page: Page, server: FakeChat) -> None:
    server.replies["hello"] = (
        "What is it about?",
        [{"id": "k1", "label": "An order"}, {"id": "k2", "label": "A repair"}],
    )
    await write(page, "hello")
    await expect(open_choices(page)).to_have_text(["An order", "A repair"])
    await open_choices(page).nth(1).dblclick()
    await expect(own(page)).to_have_text(["hello", "A repair"])
    await expect(open_choices(page)).to_have_count(0)
    await expect(page.locator(".choice.chosen")).to_contain_text("A repair")
    assert [post.get("button") for post in server.posts] == [None, "k2"]
    await page.reload()
    await expect(page.locator(".choice.chosen")).to_contain_text("A repair")
    await expect(open_choices(page)).to_have_count(0)


async def test_quick_answers_go_when_the_bot_has_answered_something_else(page: Page, server: FakeChat) -> None:
    server.replies["hello"] = ("What is it about?", [{"id": "k1", "label": "An order"}])
    await write(page, "hello")
    await expect(open_choices(page)).to_have_count(1)
    await server.say("By the way, we are open until nine.")
    await expect(bot(page)).to_have_count(2)
    await expect(open_choices(page)).to_have_count(1)
    await write(page, "something else entirely")
    await expect(own(page)).to_have_count(2)
    await expect(open_choices(page)).to_have_count(1)
    await server.say("All right.", {"k9": "Thanks"})
    await expect(open_choices(page)).to_have_text(["Thanks"])


async def test_a_refused_tap_can_be_made_again(page: Page, server: FakeChat) -> None:
    server.replies["hello"] = ("Which?", [{"id": "k1", "label": "This"}])
    await write(page, "hello")
    await expect(open_choices(page)).to_have_count(1)
    server.refusals = [Refusal(409, "That is no longer possible.")]
    await open_choices(page).click()
    await expect(page.locator(".problem")).to_have_text("That is no longer possible.")
    await expect(open_choices(page)).to_have_count(1)
    await page.locator(".remove").click()
    await expect(page.locator(".row.customer")).to_have_count(1)


async def test_typing_is_shown_until_the_words_come(page: Page, server: FakeChat) -> None:
    await write(page, "hello")
    await expect(own(page)).to_have_count(1)
    await server.type(True)
    await expect(page.locator("#typing")).to_be_visible()
    await server.say("Good day.")
    await expect(bot(page)).to_have_count(1)
    await expect(page.locator("#typing")).to_be_hidden()
    await server.type(False)
    await server.say("Welcome.")
    await expect(bot(page)).to_have_count(2)
    await server.type(True)
    await expect(page.locator("#typing")).to_be_visible()
    await server.type(False)
    await expect(page.locator("#typing")).to_be_hidden()


async def test_what_anybody_writes_stays_text(page: Page, server: FakeChat) -> None:
    evil = '<img src=x onerror="window.hit=1"><script>window.hit=1</script> javascript:alert(1)'
    server.replies[evil] = (evil, [{"id": "k1", "label": evil}])
    await write(page, evil)
    await expect(own(page)).to_have_text([evil])
    await expect(bot(page)).to_have_text([evil])
    await server.say(evil, author="staff", name=evil, attachments=[{"kind": "document", "name": evil, "url": ""}])
    await expect(page.locator(".staff .text")).to_have_text([evil])
    assert await page.locator("#messages :is(script, img, a)").count() == 0
    assert await page.evaluate("window.hit") is None


async def test_addresses_become_safe_links_and_sentences_keep_their_marks(page: Page, server: FakeChat) -> None:
    await write(page, "see https://mine.example")
    await expect(own(page)).to_have_count(1)
    await server.say(
        "看 https://shop.example/a_(b)?x=1，谢谢 (https://shop.example/c). http://shop.example@evil.example"
    )
    links = page.locator("#messages a")
    await expect(links).to_have_text(["https://shop.example/a_(b)?x=1", "https://shop.example/c"])
    await expect(links.first).to_have_attribute("rel", "noopener noreferrer nofollow")
    await expect(links.first).to_have_attribute("target", "_blank")


async def test_a_photo_is_shown_before_and_after_sending(page: Page, server: FakeChat) -> None:
    await page.set_input_files("#picker", {"name": "scratch.png", "mimeType": "image/png", "buffer": picture()})
    await expect(page.locator("#preview")).to_contain_text("scratch.png")
    await page.locator("#preview button").click()
    await expect(page.locator("#preview")).to_be_hidden()
    await page.set_input_files("#picker", {"name": "scratch.png", "mimeType": "image/png", "buffer": picture()})
    await write(page, "here")
    await expect(own(page)).to_have_text(["here"])
    await expect(page.locator(".photo:not(.loading) img")).to_have_count(1)
    assert server.files["scratch.png"] == (picture(), "image/png")
    assert server.posts[0]["text"] == "here"
    await page.reload()
    await expect(page.locator(".photo:not(.loading, .failed) img")).to_have_count(1)
    await page.locator(".photo").click()
    await expect(page.locator("#large")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#large")).to_be_hidden()


async def test_files_that_cannot_be_sent_are_refused_with_a_reason(page: Page, server: FakeChat) -> None:
    trouble = page.locator("#trouble")
    await page.set_input_files("#picker", {"name": "a.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"})
    await expect(trouble).to_contain_text("JPG, PNG, WebP or GIF")
    big = picture() + b"\0" * (10 * 1024 * 1024)
    await page.set_input_files("#picker", {"name": "big.png", "mimeType": "image/png", "buffer": big})
    await expect(trouble).to_contain_text("10 MB")
    await page.set_input_files("#picker", {"name": "e.pdf", "mimeType": "application/pdf", "buffer": b""})
    await expect(trouble).to_contain_text("empty")
    await page.set_input_files("#picker", {"name": "bill.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})
    await expect(trouble).to_be_hidden()
    await page.click("#send")
    await expect(page.locator("[data-state=sent] .file")).to_contain_text("bill.pdf")
    await expect(page.locator("[data-state=sent] .file")).to_be_enabled()
    async with page.expect_download() as download:
        await page.locator(".file").click()
    assert (await download.value).suggested_filename == "bill.pdf"
