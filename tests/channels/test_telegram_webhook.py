"""The webhook: who may call it, and what Telegram is told."""

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.channels.telegram import WEBHOOK_PATH, Telegram
from bot.channels.telegram_line import Backoff, LineState
from bot.clock import SystemClock
from bot.messages import Incoming
from tests.fakes import telegram_faults as faults
from tests.fakes.telegram import FakeTelegram

SECRET = "a-secret_1"
UPDATE = {
    "update_id": 7,
    "message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private", "first_name": "L"}, "text": "hi"},
}
BODY = json.dumps(UPDATE).encode()


class Store:
    def __init__(self, fake: FakeTelegram) -> None:
        self.kept: list[Incoming] = []
        self.fails = 0
        self._fake = fake

    async def take(self, incoming: Incoming) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError("the database is gone")
        self.kept.append(incoming)
        self._fake.tell()


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        yield made


@pytest.fixture
def store(fake: FakeTelegram) -> Store:
    return Store(fake)


def hooked(fake: FakeTelegram, public_url: str = "") -> Telegram:
    return Telegram(
        fake.token, SystemClock(), api_url=fake.url, mode="webhook", secret=SECRET, public_url=public_url,
        backoff=Backoff(first=0.01, most=0.05),
    )  # fmt: skip


@pytest.fixture
async def channel(fake: FakeTelegram, store: Store) -> AsyncIterator[Telegram]:
    made = hooked(fake)
    await made.start(store.take)
    yield made
    await made.stop()


# label, body, header, status, how many are stored
CALLS: list[tuple[str, bytes, str | None, int, int]] = [
    ("an update", BODY, SECRET, 200, 1),
    ("a kind nobody knows", b'{"update_id": 7, "telepathy": {}}', SECRET, 200, 1),
    ("no secret", BODY, None, 401, 0),
    ("an empty secret", BODY, "", 403, 0),
    ("a wrong secret", BODY, SECRET + "x", 403, 0),
    ("a secret in other letters", BODY, SECRET.upper(), 403, 0),
    ("a secret nobody could type", BODY, "\xff\u4f60", 403, 0),
    ("no JSON", b'{"update_id": 7,', SECRET, 400, 0),
    ("no text", b"\xff\xfe\x00", SECRET, 400, 0),
    ("nothing", b"", SECRET, 400, 0),
    ("a list", b"[]", SECRET, 400, 0),
    ("without a number", b'{"message": {}}', SECRET, 400, 0),
    ("a number that is a word", b'{"update_id": "7"}', SECRET, 400, 0),
    ("a tower of brackets", b"[" * 100_000, SECRET, 400, 0),
    ("malformed and a wrong secret", b"{", "x", 403, 0),
]  # fmt: skip


@pytest.mark.parametrize(("body", "header", "status", "stored"), [row[1:] for row in CALLS], ids=[r[0] for r in CALLS])
async def test_a_call_is_judged(
    channel: Telegram, store: Store, body: bytes, header: str | None, status: int, stored: int
) -> None:
    assert await channel.receive(body, header) == status
    assert len(store.kept) == stored


async def test_what_could_not_be_stored_is_refused_so_that_telegram_repeats_it(channel: Telegram, store: Store) -> None:
    store.fails = 2
    assert [await channel.receive(BODY, SECRET) for _ in range(3)] == [503, 503, 200]
    assert [incoming.text for incoming in store.kept] == ["hi"]
    assert channel.state is LineState.UP


async def test_before_the_start_and_after_the_stop_nothing_is_acknowledged(fake: FakeTelegram, store: Store) -> None:
    channel = hooked(fake)
    assert await channel.receive(BODY, SECRET) == 503
    await channel.start(store.take)
    assert await channel.receive(BODY, SECRET) == 200
    await channel.stop()
    assert await channel.receive(BODY, SECRET) == 503


async def test_while_polling_there_is_no_webhook(fake: FakeTelegram) -> None:
    channel = Telegram(fake.token, SystemClock(), api_url=fake.url)
    assert [await channel.receive(BODY, header) for header in (None, "", "x")] == [404, 404, 404]


def test_a_webhook_without_a_secret_is_refused_at_once(fake: FakeTelegram) -> None:
    with pytest.raises(ValueError, match="CAREBOT_TELEGRAM_WEBHOOK_SECRET"):
        Telegram(fake.token, SystemClock(), mode="webhook")


@pytest.mark.parametrize(
    ("public_url", "registered"),
    [
        ("https://bot.example.org", "https://bot.example.org/telegram/webhook"),
        ("https://bot.example.org/", "https://bot.example.org/telegram/webhook"),
        ("https://example.org/hooks/bot", "https://example.org/hooks/bot"),
    ],
)
async def test_the_webhook_is_registered_where_we_were_told(
    fake: FakeTelegram, store: Store, public_url: str, registered: str
) -> None:
    fake.faults.next("setWebhook", faults.bad_gateway(), times=2)
    channel = hooked(fake, public_url)
    await channel.start(store.take)
    await fake.until(lambda: fake.webhook.url)
    await channel.stop()
    asked = fake.called("setWebhook")[-1]
    assert (asked["url"], asked["secret_token"]) == (registered, SECRET)
    assert json.loads(asked["allowed_updates"]) == ["message", "edited_message", "callback_query", "my_chat_member"]
    assert fake.called("deleteWebhook") == []


async def test_without_a_public_address_nothing_is_registered(fake: FakeTelegram, channel: Telegram) -> None:
    await fake.until(lambda: channel.state is LineState.UP)
    assert channel._intake
    await channel._intake
    assert fake.called("setWebhook") == []


async def test_a_word_comes_in_over_http_though_the_database_was_gone(fake: FakeTelegram, store: Store) -> None:
    """Telegram posts, is refused, posts again; a repeated update is offered again with the same id."""
    channel = hooked(fake)

    async def mounted(request: web.Request) -> web.Response:
        header = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        return web.Response(status=await channel.receive(await request.read(), header))

    app = web.Application()
    app.router.add_post(WEBHOOK_PATH, mounted)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await channel.start(store.take)
    store.fails = 1
    fake.webhook.point(f"http://127.0.0.1:{runner.addresses[0][1]}{WEBHOOK_PATH}", SECRET)
    lin = fake.customer()
    lin.writes("one")
    await fake.until(lambda: fake.acknowledged == 1)
    fake.faults.next("webhook", faults.repeated())
    lin.writes("two")
    await fake.until(lambda: fake.acknowledged == 2)
    await channel.stop()
    await fake.webhook.forget()
    await runner.cleanup()
    assert fake.webhook.answers == [503, 200, 200, 200]
    assert [incoming.text for incoming in store.kept] == ["one", "two", "two"]
    assert store.kept[1].external_id == store.kept[2].external_id
