"""The web chat's contract over real HTTP: sessions, messages, buttons, waiting for news, files, every kind of no."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from bot.conversations.tables import Conversation
from bot.inbox.tables import Inbound, TurnRow
from tests.openshop import Guest, Shop
from tests.ways.complaining import EACH_LANGUAGE, LINES, ONE_DATABASE, WASHER
from tests.ways.serving import gone, served, visitor

CHAT = "/api/v1/chat"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
PDF = b"%PDF-1.7\n%%EOF"


@dataclass
class Page:
    """The chat page, as far as HTTP is concerned."""

    http: httpx.AsyncClient
    shop: Shop
    session: str
    seen: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)
    sent: int = 0

    async def says(self, text: str) -> list[dict[str, Any]]:
        """Send a message; gives the lines of the bot since."""
        return await self.posts(text=text)

    async def taps(self, label: str) -> list[dict[str, Any]]:
        buttons = [b for line in reversed(self.lines) for b in line["buttons"] if b["label"] == label]
        assert buttons, f"no button {label!r} in {[line['buttons'] for line in self.lines]}"
        return await self.posts(button=buttons[0]["id"])

    async def posts(self, **body: str) -> list[dict[str, Any]]:
        self.sent += 1
        answer = await self.http.post(f"{CHAT}/messages", json={"client_id": f"m{self.sent}", **body})
        assert answer.status_code == 202, answer.text
        await self.shop.settles()
        return [line for line in await self.news() if line["author"] != "customer"]

    async def news(self, wait: float = 0) -> list[dict[str, Any]]:
        answer = await self.http.get(f"{CHAT}/messages", params={"after": self.seen, "wait": wait})
        assert answer.status_code == 200, answer.text
        lines: list[dict[str, Any]] = answer.json()
        self.lines += lines
        self.seen = lines[-1]["seq"] if lines else self.seen
        return lines


@pytest.fixture
async def address(shop: Shop) -> AsyncIterator[str]:
    async with served(shop.app) as found:
        yield found


@pytest.fixture
async def page(shop: Shop, address: str) -> AsyncIterator[Page]:
    """A page that has just been opened."""
    async with visitor(address) as http:
        opened = (await http.post(f"{CHAT}/sessions", json={})).json()
        http.headers["Authorization"] = f"Bearer {opened['token']}"
        yield Page(http, shop, opened["session"])


async def new_page(page: Page) -> dict[str, str]:
    """The headers of another visitor."""
    opened = (await page.http.post(f"{CHAT}/sessions")).json()
    return {"Authorization": f"Bearer {opened['token']}"}


# --- sessions and messages


@pytest.mark.parametrize("body", [None, {}, {"language": "zh"}, {"language": "zh-Hant"}, {"language": "en"}])
@ONE_DATABASE
async def test_a_session_has_a_public_name_and_a_secret_token(address: str, body: Any) -> None:
    async with visitor(address) as http:
        first = await http.post(f"{CHAT}/sessions", json=body)
        second = await http.post(f"{CHAT}/sessions", json=body)
    assert first.status_code == 201
    assert set(first.json()) == {"session", "token"}
    assert first.json()["token"] != second.json()["token"]
    assert first.json()["session"] != second.json()["session"]


@ONE_DATABASE
async def test_only_the_hash_of_a_token_is_kept(page: Page) -> None:
    token = page.http.headers["Authorization"].removeprefix("Bearer ")
    async with page.shop.app.db.engine.connect() as connection:
        rows = (await connection.exec_driver_sql("SELECT * FROM web_session")).all()
    assert rows
    assert token not in str(rows)


async def test_a_message_is_stored_before_it_is_acknowledged_and_answered_in_the_thread(page: Page) -> None:
    answer = await page.http.post(f"{CHAT}/messages", json={"client_id": "a", "text": "hello"})
    assert answer.status_code == 202
    (stored,) = await page.shop.rows(Inbound)
    assert answer.json() == {"id": stored.id, "seq": stored.seq}
    await page.shop.settles()
    mine, theirs = await page.news()
    assert (mine["author"], mine["text"], mine["client_id"], mine["buttons"]) == ("customer", "hello", "a", [])
    assert (theirs["author"], theirs["text"][:5]) == ("bot", "Hello")
    assert mine["seq"] < theirs["seq"]
    assert {"seq", "author", "text", "buttons", "at"} <= set(theirs)
    assert theirs["at"].endswith("+00:00")


async def test_a_client_id_that_is_repeated_gets_the_same_answer_and_changes_nothing(page: Page) -> None:
    body = {"client_id": "a", "text": "hello"}
    answers = [(await page.http.post(f"{CHAT}/messages", json=body)).json() for _ in range(2)]
    await page.shop.settles()
    answers.append((await page.http.post(f"{CHAT}/messages", json=body)).json())
    at_once = await asyncio.gather(*(page.http.post(f"{CHAT}/messages", json=body) for _ in range(5)))
    answers += [answer.json() for answer in at_once]
    await page.shop.settles()
    assert len({answer["id"] for answer in answers}) == 1
    assert [line["author"] for line in await page.news()] == ["customer", "bot"]


@ONE_DATABASE
async def test_the_same_client_id_of_another_visitor_is_another_message(page: Page) -> None:
    others = await new_page(page)
    for headers in ({}, others):
        answer = await page.http.post(f"{CHAT}/messages", json={"client_id": "a", "text": "hello"}, headers=headers)
        assert answer.status_code == 202
    assert len(await page.shop.rows(Inbound)) == 2


@EACH_LANGUAGE
async def test_an_enquiry_by_taps(page: Page, language: str) -> None:
    guest = await page.shop.customer(language)
    order = await guest.buys()
    await page.says({"zh": "你好", "en": "hello"}[language])
    (ask,) = await page.taps({"zh": "查订单", "en": "My orders"}[language])
    assert order.id not in ask["text"], "nothing personal before it is known who writes"
    heard = await page.says(f"{order.id} {order.phone}")
    assert order.id in heard[-1]["text"], heard


@EACH_LANGUAGE
async def test_a_button_that_was_used_shows_it_and_what_was_tapped_stands_in_the_thread(
    page: Page, language: str
) -> None:
    await page.says({"zh": "你好", "en": "hello"}[language])
    label = page.lines[-1]["buttons"][0]["label"]
    await page.taps(label)
    mine = [line for line in page.lines if line["author"] == "customer"][-1]
    assert mine["text"] == label
    page.seen = 0
    used = [b["used"] for line in await page.news() for b in line["buttons"] if b["label"] == label]
    assert used[0] is True


@EACH_LANGUAGE
async def test_a_whole_complaint(page: Page, language: str) -> None:
    lines = LINES[language]
    guest = await page.shop.customer(language)
    order = await guest.buys(WASHER)
    for words in (lines.opening, lines.worse, lines.angry_what_now, lines.ok, f"{order.id} {order.phone}"):
        await page.says(words)
    photo = {"file": ("broken.png", PNG, "image/png")}
    answer = await page.http.post(f"{CHAT}/attachments", files=photo, data={"client_id": "photo"})
    assert answer.status_code == 202
    await page.shop.settles()
    await page.news()
    await page.taps({"zh": "换一件", "en": "A replacement"}[language])
    await page.taps({"zh": "对", "en": "That's right"}[language])
    heard = await page.taps({"zh": "换新", "en": "Replacement"}[language])
    assert {"zh": "说定了", "en": "Agreed"}[language] in heard[-1]["text"], page.lines
    for given in await promises(page):
        await page.shop.app.promise_done(given, "Anna", "delivered")
    await page.news()
    heard = await page.taps({"zh": "解决了", "en": "Solved"}[language])
    assert {"zh": "积分", "en": "points"}[language] in heard[-1]["text"], page.lines
    sequence = [line["seq"] for line in page.lines]
    assert sequence == sorted(set(sequence))


async def promises(page: Page) -> list[int]:
    return [p.id for p in await Guest(page.shop, page.session, "").promises()]


@ONE_DATABASE
async def test_what_a_person_writes_is_signed(page: Page) -> None:
    await page.says("hello")
    await page.shop.colleague("Anna").says(Guest(page.shop, page.session, "en"), "Anna here.")
    here, line = await page.news()
    assert (here["author"], here["name"], here["text"]) == ("staff", "Anna", "Anna from our team is now with you.")
    assert (line["author"], line["name"], line["text"]) == ("staff", "Anna", "Anna here.")


@ONE_DATABASE
async def test_commands_can_be_typed(page: Page) -> None:
    assert "/settings" in (await page.says("/help"))[-1]["text"]
    assert [line["text"] for line in page.lines if line["author"] == "customer"] == ["/help"]


@ONE_DATABASE
async def test_a_page_that_was_closed_finds_its_whole_thread_again(page: Page) -> None:
    for words in ("hello", "where is my order", "thanks"):
        await page.says(words)
    async with visitor(str(page.http.base_url), page.http.headers["Authorization"].removeprefix("Bearer ")) as again:
        thread = (await again.get(f"{CHAT}/messages")).json()
        assert thread == page.lines
        later = (await again.get(f"{CHAT}/messages", params={"after": thread[1]["seq"]})).json()
        assert later == thread[2:]


# --- waiting for news


@ONE_DATABASE
async def test_who_waits_hears_at_once_when_there_is_something(page: Page) -> None:
    waiting = asyncio.create_task(page.news(wait=30))
    await asyncio.sleep(0)
    await page.http.post(f"{CHAT}/messages", json={"client_id": "a", "text": "hello"})
    async with asyncio.timeout(10):
        assert [line["author"] for line in await waiting] == ["customer"]
    waiting = asyncio.create_task(page.news(wait=30))
    await page.shop.settles()
    async with asyncio.timeout(10):
        assert [line["author"] for line in await waiting] == ["bot"]


@ONE_DATABASE
async def test_who_waits_for_nothing_gets_nothing_when_the_time_is_over(page: Page) -> None:
    waiting = asyncio.create_task(page.news(wait=30))
    async with asyncio.timeout(10):
        while not waiting.done():
            page.shop.clock.passes(seconds=10)
            await asyncio.wait({waiting}, timeout=0.2)
    assert await waiting == []


@ONE_DATABASE
async def test_the_stream_tells_what_is_new_and_goes_on_where_a_reader_left_it(page: Page) -> None:
    await page.says("hello")
    async with page.http.stream("GET", f"{CHAT}/stream", params={"after": page.lines[0]["seq"]}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = reading(stream)
        assert await anext(events) == ("message", page.lines[1])
        await page.http.post(f"{CHAT}/messages", json={"client_id": "b", "text": "where is my order"})
        got = [await anext(events)]
        await page.shop.settles()
        async with asyncio.timeout(10):
            while [name for name, _ in got].count("message") < 2:
                got.append(await anext(events))
    assert [data["author"] for name, data in got if name == "message"] == ["customer", "bot"]
    assert ("typing", {"on": True}) in got


async def reading(stream: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    """Each event of a stream: its name and its data."""
    name = ""
    async for line in stream.aiter_lines():
        kind, _, value = line.partition(": ")
        if kind == "event":
            name = value
        elif kind == "data":
            yield name, json.loads(value)


# --- files


@ONE_DATABASE
@pytest.mark.parametrize(
    ("name", "content", "sort", "mime"),
    [
        ("a.png", PNG, "photo", "image/png"),
        ("b.jpg", b"\xff\xd8\xff\xe0 jpeg", "photo", "image/jpeg"),
        ("c.webp", b"RIFF\x10\0\0\0WEBPVP8 ", "photo", "image/webp"),
        ("d.pdf", PDF, "document", "application/pdf"),
        ("misnamed.exe", PNG, "photo", "image/png"),
    ],
)
async def test_a_file_that_was_sent_can_be_fetched(page: Page, name: str, content: bytes, sort: str, mime: str) -> None:
    files = {"file": (name, content, "application/x-whatever")}
    answer = await page.http.post(f"{CHAT}/attachments", files=files, data={"client_id": "f", "text": "see here"})
    assert answer.status_code == 202, answer.text
    repeated = await page.http.post(f"{CHAT}/attachments", files=files, data={"client_id": "f", "text": "see here"})
    assert repeated.json() == answer.json()
    (line,) = await page.news()
    (attachment,) = line["attachments"]
    assert (attachment["kind"], attachment["name"], line["text"]) == (sort, name, "see here")
    fetched = await page.http.get(attachment["url"])
    assert (fetched.status_code, fetched.content, fetched.headers["content-type"]) == (200, content, mime)
    assert "sandbox" in fetched.headers["content-security-policy"]
    async with visitor(str(page.http.base_url)) as stranger:
        assert (await stranger.get(attachment["url"])).status_code == 401


@ONE_DATABASE
@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 422), (b"MZ\x90\0 a program", 422), (b"<svg onload=alert(1)>", 422), (PNG + b"\0" * (10 << 20), 422),
     (PNG + b"\0" * (13 << 20), 413)],
    ids=["empty", "program", "svg", "10 MB", "13 MB"],
)  # fmt: skip
async def test_what_is_no_picture_or_too_large_is_refused_and_not_kept(page: Page, content: bytes, status: int) -> None:
    files = {"file": ("x.png", content, "image/png")}
    answer = await page.http.post(f"{CHAT}/attachments", files=files, data={"client_id": "f"})
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]
    assert await page.shop.rows(Inbound) == []


@ONE_DATABASE
@pytest.mark.parametrize(
    "name", ["nothing.png", "..%2F..%2Ftest.sqlite3", "test.sqlite3", "%2Fetc%2Fpasswd", "x.png%00"]
)
async def test_no_other_file_of_the_machine_can_be_fetched(page: Page, name: str) -> None:
    answer = await page.http.get(f"{CHAT}/attachments/{name}")
    assert answer.status_code == 404


# --- every kind of no


ROUTES = [
    ("POST", "/messages"),
    ("GET", "/messages"),
    ("GET", "/stream"),
    ("POST", "/attachments"),
    ("GET", "/attachments/x"),
]


@ONE_DATABASE
@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", "Basic {}", "{}"])
async def test_without_the_token_of_a_session_there_is_nothing(page: Page, method: str, path: str, token: str) -> None:
    good = page.http.headers["Authorization"].removeprefix("Bearer ")
    answer = await page.http.request(
        method, f"{CHAT}{path}", json={"client_id": "a", "text": "hello"} if path == "/messages" else None,
        headers={"Authorization": token.format(good)},
    )  # fmt: skip
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert await page.shop.rows(Inbound) == []


@ONE_DATABASE
async def test_nobody_reads_or_taps_in_somebody_elses_chat(page: Page) -> None:
    await page.says("hello")
    button = page.lines[-1]["buttons"][0]["id"]
    others = await new_page(page)
    assert (await page.http.get(f"{CHAT}/messages", headers=others)).json() == []
    tap = {"client_id": "a", "button": button}
    assert (await page.http.post(f"{CHAT}/messages", json=tap, headers=others)).status_code == 202
    await page.shop.settles()
    theirs = (await page.http.get(f"{CHAT}/messages", headers=others)).json()
    assert theirs[0]["text"] == "", "not even the words on the button"
    assert await page.news() == []


@ONE_DATABASE
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("", 422),
        ("[]", 422),
        ('"hello"', 422),
        ('{"text": "hello"}', 422),
        ('{"client_id": "", "text": "hello"}', 422),
        ('{"client_id": "a"}', 422),
        ('{"client_id": "a", "text": " \\n"}', 422),
        ('{"client_id": "a", "text": 7}', 422),
        ('{"client_id": "a", "text": "%s"}' % ("x" * 4001), 422),
        ('{"client_id": "%s", "text": "hello"}' % ("x" * 101), 422),
        ('{"client_id": "a", "button": "%s"}' % ("x" * 101), 422),
        ('{"client_id": "a\\u0000", "text": "hello"}', 422),
        ('{"client_id": "a\\ud800", "text": "hello"}', 422),
        ("[" * 100_000, 400),
        ('{"client_id": "a", "text": "%s"}' % ("x" * (13 << 20)), 413),
    ],
    ids=lambda value: str(value)[:32],
)
async def test_what_is_no_message_is_refused_in_words_and_not_stored(page: Page, body: str, status: int) -> None:
    answer = await page.http.post(f"{CHAT}/messages", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]
    assert "Traceback" not in answer.text
    assert await page.shop.rows(Inbound) == []


@ONE_DATABASE
async def test_a_body_that_does_not_say_how_large_it_is_is_cut_off_all_the_same(page: Page) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"client_id": "a", "text": "'
        for _ in range(14):
            yield b"x" * (1 << 20)
        yield b'"}'

    answer = await page.http.post(f"{CHAT}/messages", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


async def test_text_no_database_would_take_is_stored_without_what_it_cannot_hold(page: Page) -> None:
    body = '{"client_id": "a", "text": "hello\\u0000 \\ud83d there \\ud83d\\ude00"}'
    answer = await page.http.post(f"{CHAT}/messages", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 202, answer.text
    await page.shop.settles()
    mine, theirs = await page.news()
    assert mine["text"] == "hello \ufffd there 😀"
    assert theirs["author"] == "bot"


@ONE_DATABASE
@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=99999999999999999999", "wait=-1", "wait=3600", "wait=nan"]
)
async def test_a_question_for_news_that_makes_no_sense_is_refused(page: Page, query: str) -> None:
    for path in ("messages", "stream"):
        if query.startswith("after") or path == "messages":
            answer = await page.http.get(f"{CHAT}/{path}?{query}")
            assert answer.status_code == 422, answer.text


# --- when the database is gone


async def test_while_the_database_is_gone_the_page_is_told_to_try_again_and_nothing_is_lost(page: Page) -> None:
    body = {"client_id": "a", "text": "hello"}
    with gone(page.shop.app.db):
        refused = await page.http.post(f"{CHAT}/messages", json=body)
        assert refused.status_code == 503, refused.text
        assert refused.headers["retry-after"]
        assert (await page.http.get(f"{CHAT}/messages")).status_code == 503
        assert (await page.http.post(f"{CHAT}/sessions", json={})).status_code == 503
    assert await page.shop.rows(Inbound) == []
    assert (await page.http.post(f"{CHAT}/messages", json=body)).status_code == 202
    assert (await page.http.post(f"{CHAT}/messages", json=body)).status_code == 202
    await page.shop.settles()
    assert [line["author"] for line in await page.news()] == ["customer", "bot"]


async def test_a_stream_outlives_a_database_that_was_gone(page: Page) -> None:
    async with page.http.stream("GET", f"{CHAT}/stream") as stream:
        events = reading(stream)
        with gone(page.shop.app.db):
            await page.http.post(f"{CHAT}/messages", json={"client_id": "lost", "text": "hello"})
        answer = await page.http.post(f"{CHAT}/messages", json={"client_id": "a", "text": "hello"})
        assert answer.status_code == 202
        async with asyncio.timeout(10):
            name, data = await anext(events)
            while name != "message":
                name, data = await anext(events)
    assert data["client_id"] == "a"


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_connections_that_the_server_has_cut_are_made_anew(page: Page) -> None:
    await page.says("hello")
    async with page.shop.app.db.engine.connect() as connection:
        await connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    answer = await page.http.post(f"{CHAT}/messages", json={"client_id": "x", "text": "where is my order"})
    assert answer.status_code == 202
    await page.shop.settles()
    assert len(await page.shop.rows(TurnRow)) == 2
    assert len(await page.shop.rows(Conversation)) == 1


@ONE_DATABASE
async def test_the_page_itself_and_its_headers(page: Page) -> None:
    root = await page.http.get("/")
    assert (root.status_code, root.headers["location"]) == (307, "/chat")
    answer = await page.http.get("/chat")
    assert answer.status_code == 200
    assert "text/html" in answer.headers["content-type"]
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
