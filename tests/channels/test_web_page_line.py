"""The web chat page when the line is bad: nothing is lost, nothing is said twice, and the customer knows."""

import asyncio
from datetime import timedelta

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.clock import SystemClock
from tests.fakes.browser import bot, own, picture, watched, write
from tests.fakes.web_server import FakeChat, Refusal

pytestmark = pytest.mark.slow


async def test_a_dropped_answer_is_asked_again_under_the_same_id(page: Page, server: FakeChat) -> None:
    await write(page, "hello")
    await expect(own(page)).to_have_count(1)
    await server.say("on the stream")
    await expect(bot(page)).to_have_count(1)
    server.silent_streams = True  # or the echo would settle it
    server.drop_answers = 2
    await write(page, "only once, please")
    await expect(own(page)).to_have_text(["hello", "only once, please"])
    assert [post["text"] for post in server.posts] == ["hello"] + 3 * ["only once, please"]
    assert len({post["client_id"] for post in server.posts}) == 2
    server.silent_streams = False
    await page.reload()
    await expect(own(page)).to_have_text(["hello", "only once, please"])
    assert [line["text"] for line in server.conversation.lines] == ["hello", "on the stream", "only once, please"]


async def test_the_echo_is_as_good_as_the_answer(page: Page, server: FakeChat) -> None:
    await write(page, "first")
    await expect(own(page)).to_have_count(1)
    server.drop_answers = 100
    await write(page, "second")
    await expect(own(page)).to_have_text(["first", "second"])
    await write(page, "third")
    await expect(own(page)).to_have_text(["first", "second", "third"])
    assert [line["text"] for line in server.conversation.lines] == ["first", "second", "third"]


async def test_after_a_restart_everything_arrives_once_and_in_order(page: Page, server: FakeChat) -> None:
    await write(page, "before")
    await expect(own(page)).to_have_text(["before"])
    await server.stop()
    for text in ("one", "two", "three"):
        await write(page, text)
    await expect(own(page, "waiting")).to_have_text(["one", "two", "three"])
    await expect(page.locator("#banner")).to_have_text("Connecting…")
    await server.say("said while you were away")
    await server.start()
    await expect(own(page)).to_have_text(["before", "one", "two", "three"])
    await expect(page.locator("#banner")).to_be_hidden()
    await server.say("and after")
    await expect(bot(page)).to_have_text(["said while you were away", "and after"])
    shown = [line["text"] for line in server.conversation.lines]
    assert shown == ["before", "said while you were away", "one", "two", "three", "and after"]
    await expect(page.locator("#messages .text")).to_have_text(shown)


async def test_a_short_break_is_not_mentioned(page: Page, server: FakeChat) -> None:
    await write(page, "hello")
    await expect(own(page)).to_have_count(1)
    await server.say("here")
    await expect(bot(page)).to_have_count(1)
    await page.clock.install()
    await page.reload()
    await expect(bot(page)).to_have_count(1)
    await server.say("on the stream")
    await expect(bot(page)).to_have_count(2)
    await page.clock.pause_at(SystemClock().now() + timedelta(seconds=5))
    async with page.expect_event("requestfailed"):
        await server.stop()
    # What failed later is told later: after this the page knows about the stream.
    await page.evaluate("fetch('/chat').catch(() => null)")
    await page.clock.run_for(1_900)
    await expect(page.locator("#banner")).to_be_hidden()
    await page.clock.run_for(1_000)
    await expect(page.locator("#banner")).to_be_visible()


async def test_a_tap_sends_at_once_what_was_not_sent(page: Page, context: BrowserContext, server: FakeChat) -> None:
    await write(page, "hello")
    await expect(own(page)).to_have_count(1)
    await page.clock.install()
    await page.reload()
    await expect(own(page)).to_have_count(1)
    await page.clock.pause_at(SystemClock().now() + timedelta(seconds=5))  # nothing happens by itself any more
    await context.route("**/api/v1/chat/messages", lambda route: route.abort())
    async with page.expect_event("requestfailed"):
        await write(page, "from the lift")
    async with page.expect_event("requestfailed"):
        await page.clock.run_for(1_500)
    await expect(own(page, "waiting")).to_have_text(["from the lift"])
    await context.unroute("**/api/v1/chat/messages")
    await page.locator(".retry").dispatch_event("click")
    await expect(own(page)).to_have_text(["hello", "from the lift"])


async def test_back_on_the_network_it_goes_out_by_itself(page: Page, context: BrowserContext, server: FakeChat) -> None:
    await context.set_offline(True)
    await write(page, "from the lift")
    await expect(own(page, "waiting")).to_have_text(["from the lift"])
    await expect(page.locator("#banner")).to_contain_text("You are offline")
    await context.set_offline(False)
    await expect(own(page)).to_have_text(["from the lift"])
    await expect(page.locator("#banner")).to_be_hidden()
    assert len(server.conversation.lines) == 1


async def test_a_reload_keeps_the_thread_the_draft_and_what_is_unsent(
    page: Page, context: BrowserContext, server: FakeChat
) -> None:
    server.replies["hello"] = ("Good day.", [])
    await write(page, "hello")
    await expect(bot(page)).to_have_text(["Good day."])
    await context.route("**/api/**", lambda route: route.abort())
    await write(page, "not out yet")
    await page.set_input_files("#picker", {"name": "scratch.png", "mimeType": "image/png", "buffer": picture()})
    await page.click("#send")
    await expect(page.locator("[data-state=waiting]")).to_have_count(2)
    await page.fill("#text", "half a sen")
    await page.reload()
    await expect(own(page, "waiting")).to_have_text(["not out yet"])
    await expect(page.locator("#text")).to_have_value("half a sen")
    await context.unroute("**/api/**")
    await expect(own(page)).to_have_text(["hello", "not out yet"])
    await expect(bot(page)).to_have_text(["Good day."])
    await expect(page.locator("[data-state=sent] .photo")).to_have_count(1)
    assert [line["text"] for line in server.conversation.lines] == ["hello", "Good day.", "not out yet", ""]
    assert server.files["scratch.png"][0] == picture()
    assert len(server.sessions) == 1


async def test_what_the_server_does_not_want_is_told_and_stops_nothing(page: Page, server: FakeChat) -> None:
    server.refusals = [Refusal(422, "Please write in fewer words.")]
    await write(page, "too much")
    await expect(page.locator("[data-state=refused] .problem")).to_have_text("Please write in fewer words.")
    await expect(page.locator("#announcer")).to_contain_text("Please write in fewer words.")
    await write(page, "fine")
    await expect(own(page)).to_have_text(["fine"])
    server.refusals = [Refusal(413, "Still too much.")]
    await page.locator(".retry").click()
    await expect(page.locator("[data-state=refused] .problem")).to_have_text("Still too much.")
    await page.locator(".remove").click()
    await expect(page.locator("#messages .text")).to_have_text(["fine"])


async def test_a_refusal_is_told_in_the_language_of_the_page(page: Page, server: FakeChat) -> None:
    await page.click("#switch")
    server.refusals = [
        Refusal(422, "text: field too long"),
        Refusal(422, "请写短一点。"),
        Refusal(413, "body too large"),
    ]
    for text in ("one", "two", "three"):
        await write(page, text)
    told = ["这条消息无法送达。", "请写短一点。", "内容太大，请缩短或换一个小一些的文件。"]
    await expect(page.locator("[data-state=refused] .problem")).to_have_text(told)


async def test_too_many_requests_wait_as_long_as_asked_and_go_on(page: Page, server: FakeChat) -> None:
    server.refusals = [Refusal(429, "Slowly.", after=4)]
    await write(page, "one")
    await expect(page.locator("[data-state=slow] .meta")).to_contain_text("Busy right now")
    await write(page, "two")
    assert len(server.posts) == 1
    await expect(own(page)).to_have_text(["one", "two"])
    assert [post["text"] for post in server.posts] == ["one", "one", "two"]


async def test_a_session_that_ended_is_replaced_and_told(page: Page, server: FakeChat) -> None:
    await write(page, "long ago")
    await expect(own(page)).to_have_count(1)
    for number in range(3):  # so that the old numbers are higher than the new ones
        await server.say(f"answer {number}")
    await expect(bot(page)).to_have_count(3)
    server.end_sessions()
    await write(page, "still here?")
    await expect(own(page)).to_have_text(["long ago", "still here?"])
    await expect(page.locator(".note")).to_contain_text(["The earlier conversation has ended."])
    assert [line["text"] for line in server.conversation.lines] == ["still here?"]
    await server.say("Yes.")
    before = ["long ago", "answer 0", "answer 1", "answer 2"]
    await expect(page.locator("#messages .text")).to_have_text([*before, "still here?", "Yes."])
    server.end_sessions()
    await page.reload()
    await expect(page.locator("p.note")).to_contain_text("This is a new one")
    await expect(page.locator("#messages .text")).to_have_count(0)


@pytest.mark.parametrize("fault", ["no stream", "a stream that keeps everything back"])
async def test_without_a_stream_it_asks(page: Page, server: FakeChat, fault: str) -> None:
    server.streams = fault != "no stream"
    server.silent_streams = True
    server.replies["hello"] = ("Good day.", [])
    await write(page, "hello")
    await expect(bot(page)).to_have_text(["Good day."])
    async with page.expect_request(lambda request: "wait=25" in request.url):
        await write(page, "again")
    await expect(own(page)).to_have_count(2)
    await server.say("And now by polling.")
    await expect(bot(page)).to_have_text(["Good day.", "And now by polling."])


async def test_two_tabs_show_one_conversation(page: Page, context: BrowserContext, server: FakeChat) -> None:
    other = await context.new_page()
    await other.goto(f"{server.url}?lang=en")
    await expect(other.locator("#empty")).to_be_visible()
    await write(page, "in one tab")
    await expect(own(other)).to_have_text(["in one tab"])
    await write(other, "in the other")
    await expect(own(page)).to_have_text(["in one tab", "in the other"])
    assert len(server.sessions) == 1


async def test_it_works_where_storage_is_blocked(browser: Browser, server: FakeChat) -> None:
    context = await browser.new_context(locale="en-GB")
    await context.add_init_script(
        "for (const name of ['localStorage', 'indexedDB']) Object.defineProperty(window, name, "
        "{ get() { throw new DOMException('blocked', 'SecurityError') } })"
    )
    page = await context.new_page()
    troubles = watched(page)
    server.replies["hello"] = ("Good day.", [])
    await page.goto(server.url)
    await write(page, "hello")
    await expect(bot(page)).to_have_text(["Good day."])
    await page.set_input_files("#picker", {"name": "scratch.png", "mimeType": "image/png", "buffer": picture()})
    await page.click("#send")
    await expect(page.locator("[data-state=sent] .photo")).to_have_count(1)
    assert troubles == []
    await context.close()


async def test_a_stream_may_be_cut_anywhere(page: Page) -> None:
    """Pieces of one byte, of three kinds of line end, with heartbeats and half characters between."""
    stream = (
        ': hi\r\n\r\nid: 1\r\nevent: message\r\ndata: {"a":\r\ndata: "中"}\r\n\r\n'
        "event: typing\rdata:x\r\r: beat\n\ndata: y\n\n"
    )
    read = """async ([text, size]) => {
        const { events } = await import('/chat/events.js');
        const bytes = new TextEncoder().encode(text);
        const body = new ReadableStream({ start(control) {
            for (let at = 0; at < bytes.length; at += size) control.enqueue(bytes.slice(at, at + size));
            control.close();
        } });
        const found = [];
        for await (const event of events(body, () => {})) found.push([event.name, event.data]);
        return found;
    }"""
    for size in (1, 2, 3, 7, 1000):
        expected = [["message", '{"a":\n"中"}'], ["typing", "x"], ["message", "y"]]
        assert await page.evaluate(read, [stream, size]) == expected, size


async def test_pauses_grow_and_are_not_all_the_same(page: Page) -> None:
    ends = "[1, 2, 5, 50].map((failures) => [pauseAfter(failures, 0), pauseAfter(failures, 1)])"
    pauses = await page.evaluate(f"import('/chat/connection.js').then(({{ pauseAfter }}) => {ends})")
    assert pauses == [[250, 500], [500, 1000], [4000, 8000], [15000, 30000]]


async def test_many_messages_at_once_stay_in_order(page: Page, server: FakeChat) -> None:
    texts = [f"burst {number}" for number in range(30)]
    for text in texts:
        await write(page, text)
    await expect(own(page)).to_have_text(texts)
    assert [line["text"] for line in server.conversation.lines] == texts
    await asyncio.gather(*(server.say(f"reply {number}") for number in range(30)))
    await expect(bot(page)).to_have_count(30)
