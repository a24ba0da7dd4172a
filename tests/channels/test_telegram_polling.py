"""Polling loses nothing: the offset moves only when a whole batch is stored."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs
from telegram.error import NetworkError, RetryAfter

from bot.channels.channel import Outgoing, OutgoingButton
from bot.channels.telegram import Telegram
from bot.channels.telegram_api import keep_quiet
from bot.channels.telegram_line import Backoff, Line, LineState
from bot.messages import Incoming, Kind
from tests.fakes import telegram_faults as faults
from tests.fakes.telegram import FakeTelegram

QUICK = Backoff(first=0.01, most=0.05, slower=3.0)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Noon:
    def now(self) -> datetime:
        return NOW


class Store:
    """Takes updates as the inbox does: a repeated one is dropped. `fails` refuses the next ones."""

    def __init__(self, fake: FakeTelegram) -> None:
        self.kept: list[Incoming] = []
        self.offered: list[str] = []
        self.fails = 0
        self.gate: asyncio.Event | None = None
        self._fake = fake

    async def take(self, incoming: Incoming) -> None:
        self.offered.append(incoming.external_id)
        if self.gate:
            self._fake.tell()
            await self.gate.wait()
        if self.fails:
            self.fails -= 1
            raise OSError("the database is gone; it said 'my phone is 13800138000'")
        if incoming.external_id not in {known.external_id for known in self.kept}:
            self.kept.append(incoming)
        self._fake.tell()

    @property
    def texts(self) -> list[str]:
        return [incoming.text for incoming in self.kept]


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        yield made


@pytest.fixture
def store(fake: FakeTelegram) -> Store:
    return Store(fake)


def poller(fake: FakeTelegram, **more: object) -> Telegram:
    settings = {"hold": 5, "patience": 5.0, "backoff": QUICK} | more
    return Telegram(fake.token, Noon(), api_url=fake.url, **settings)  # type: ignore[arg-type]


@pytest.fixture
async def channel(fake: FakeTelegram, store: Store) -> AsyncIterator[Telegram]:
    made = poller(fake)
    await made.start(store.take)
    yield made
    await made.stop()


async def test_everything_written_is_taken_in_order_and_acknowledged(
    fake: FakeTelegram, store: Store, channel: Telegram
) -> None:
    lin = fake.customer(name="Lin Yue", language_code="zh-hans")
    first = lin.writes("one")
    lin.writes("/start order-7")
    lin.sends_photo(caption="broken", group="album-1")
    lin.sends_voice()
    lin.sends_sticker("😡")
    lin.edits(first, "uno")
    lin.blocks()
    lin.unblocks()
    fake.push_raw({"telepathy": {"chat": lin.chat}})
    await fake.until(lambda: fake.acknowledged == 9)
    assert [(incoming.kind, incoming.text, incoming.payload) for incoming in store.kept] == [
        (Kind.MESSAGE, "one", ""), (Kind.COMMAND, "order-7", "start"), (Kind.MESSAGE, "broken", "album-1"),
        (Kind.MESSAGE, "", ""), (Kind.MESSAGE, "😡", ""), (Kind.EDIT, "uno", str(first)), (Kind.BLOCKED, "", ""),
        (Kind.UNBLOCKED, "", ""), (Kind.OTHER, "", ""),
    ]  # fmt: skip
    assert {(incoming.chat, incoming.at) for incoming in store.kept} == {(str(lin.chat_id), NOW)}
    assert {incoming.name for incoming in store.kept[:-1]} == {"Lin Yue"}
    assert len(store.offered) == 9


async def test_a_tap_is_stored_and_then_answered(fake: FakeTelegram, store: Store, channel: Telegram) -> None:
    lin = fake.customer()
    buttons = OutgoingButton("b:1:0", "Yes"), OutgoingButton("b:1:1", "No")
    await channel.send(Outgoing(str(lin.chat_id), "All?", buttons))
    store.fails = 1
    query = lin.taps("No")
    await fake.until(lambda: fake.queries[query])
    assert [(tap.kind, tap.payload, tap.text) for tap in store.kept] == [(Kind.BUTTON, "b:1:1", "No")]
    assert len(fake.called("answerCallbackQuery")) == 1


async def test_an_answer_to_a_tap_that_fails_disturbs_nothing(
    fake: FakeTelegram, store: Store, channel: Telegram
) -> None:
    lin = fake.customer()
    fake.faults.always("answerCallbackQuery", faults.bad_request("query is too old"))
    await channel.send(Outgoing(str(lin.chat_id), "All?", (OutgoingButton("b:1", "Yes"),)))
    lin.taps("b:1")
    lin.writes("hello")
    await fake.until(lambda: fake.acknowledged == 2)
    assert store.texts == ["Yes", "hello"]
    assert channel.state is LineState.UP


async def test_a_batch_that_could_not_be_stored_is_asked_for_again(fake: FakeTelegram, store: Store) -> None:
    lin = fake.customer()
    for number in range(4):
        lin.writes(str(number))
    refused: list[Incoming] = []

    async def take(incoming: Incoming) -> None:
        if incoming.text == "2" and len(refused) < 3:
            refused.append(incoming)
            assert fake.acknowledged == 0
            raise OSError("the database is gone")
        await store.take(incoming)

    channel = poller(fake)
    await channel.start(take)
    await fake.until(lambda: fake.acknowledged == 4)
    await channel.stop()
    assert store.texts == ["0", "1", "2", "3"]
    ids = [str(870_000_001 + number) for number in range(4)]
    assert store.offered == [*ids[:2] * 4, *ids[2:]]
    offsets = [call.get("offset") for call in fake.called("getUpdates")]
    assert offsets[:4] == [None] * 4
    assert offsets[4] == str(int(ids[-1]) + 1)


async def test_a_restart_in_the_middle_of_a_batch_loses_nothing(fake: FakeTelegram, store: Store) -> None:
    lin = fake.customer()
    for number in range(3):
        lin.writes(str(number))
    store.gate = asyncio.Event()
    first = poller(fake)
    await first.start(store.take)
    await fake.until(lambda: store.offered)
    stopping = asyncio.create_task(first.stop())
    await asyncio.sleep(0)
    store.gate.set()
    async with asyncio.timeout(5):
        await stopping
    store.gate = None
    assert store.texts == ["0"]  # what was being stored was finished, the rest was left with Telegram
    assert fake.acknowledged == 0
    assert len(fake.pending) == 3
    second = poller(fake)
    await second.start(store.take)
    await fake.until(lambda: fake.acknowledged == 3)
    await second.stop()
    assert store.texts == ["0", "1", "2"]


async def test_a_process_that_dies_in_the_middle_of_a_batch_loses_nothing(fake: FakeTelegram, store: Store) -> None:
    lin = fake.customer()
    lin.writes("0")
    lin.writes("1")
    store.gate = asyncio.Event()
    dying = poller(fake)
    await dying.start(store.take)
    await fake.until(lambda: store.offered)
    assert dying._intake
    dying._intake.cancel()
    await asyncio.gather(dying._intake, return_exceptions=True)
    await dying.stop()
    assert (store.kept, fake.acknowledged) == ([], 0)
    store.gate = None
    heir = poller(fake)
    await heir.start(store.take)
    await fake.until(lambda: fake.acknowledged == 2)
    await heir.stop()
    assert store.texts == ["0", "1"]


@pytest.mark.parametrize("fault", [faults.repeated(), faults.reordered()], ids=["repeated", "reordered"])
async def test_a_repeated_or_reordered_batch_is_acknowledged_once_and_wholly(
    fake: FakeTelegram, store: Store, fault: faults.Fault
) -> None:
    lin = fake.customer()
    for number in range(3):
        lin.writes(str(number))
    fake.faults.next("getUpdates", fault)
    channel = poller(fake)
    await channel.start(store.take)
    await fake.until(lambda: fake.acknowledged == 3)
    await channel.stop()
    assert sorted(store.texts) == ["0", "1", "2"]
    assert len(store.offered) == (6 if fault.twice else 3)


async def test_an_update_nobody_can_parse_does_not_hold_up_the_others(
    fake: FakeTelegram, store: Store, channel: Telegram
) -> None:
    lin = fake.customer()
    lin.writes("before")
    fake.push_raw({"message": {"chat": {"id": lin.chat_id}, "text": "no date, no type, no sender"}})
    lin.writes("after")
    await fake.until(lambda: fake.acknowledged == 3)
    assert [incoming.kind for incoming in store.kept] == [Kind.MESSAGE, Kind.OTHER, Kind.MESSAGE]
    assert store.kept[1].raw is not None
    assert store.kept[1].chat == str(lin.chat_id)


async def test_after_a_quiet_week_telegram_may_count_from_anywhere(fake: FakeTelegram, store: Store) -> None:
    channel = poller(fake, hold=0)
    await channel.start(store.take)
    lin = fake.customer()
    lin.writes("high number")
    await fake.until(lambda: fake.acknowledged == 1)
    await fake.until(lambda: "offset" not in fake.called("getUpdates")[-1])
    fake._update = 500
    lin.writes("low number")
    await fake.until(lambda: fake.acknowledged == 2)
    await channel.stop()
    assert store.texts == ["high number", "low number"]


TROUBLE = [
    ("502", faults.bad_gateway(), LineState.UNREACHABLE),
    ("dropped", faults.drop_before(), LineState.UNREACHABLE),
    ("no JSON", faults.garbled(), LineState.UNREACHABLE),
    ("rate limit", faults.too_many(0.01), LineState.UNREACHABLE),
    ("two pollers", faults.conflict(), LineState.CONFLICT),
    ("token refused", faults.unauthorized(), LineState.REFUSED),
    ("another form", faults.Fault(faults.When.AFTER, status=200, body=b'{"ok": true}'), LineState.BROKEN),
]  # fmt: skip


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook", "getUpdates"])
@pytest.mark.parametrize(("fault", "state"), [row[1:] for row in TROUBLE], ids=[row[0] for row in TROUBLE])
async def test_trouble_is_logged_once_and_survived(
    fake: FakeTelegram, store: Store, method: str, fault: faults.Fault, state: LineState
) -> None:
    fake.customer().writes("my phone is 13800138000")
    fake.faults.next(method, fault, times=4)
    channel = poller(fake)
    with capture_logs() as logs:
        await channel.start(store.take)
        await fake.until(lambda: fake.acknowledged == 1)
        await channel.stop()
    told = [line["state"] for line in logs if line["event"] == "telegram.line"]
    assert told == ([LineState.UP] if method == "getUpdates" else []) + [state, LineState.UP]
    assert len(fake.called(method)) >= 5
    assert "13800138000" not in str(logs)
    assert fake.token not in str(logs)


async def test_a_database_that_is_gone_is_logged_once_without_the_words(
    fake: FakeTelegram, store: Store, channel: Telegram
) -> None:
    await fake.until(lambda: channel.state is LineState.UP)
    store.fails = 5
    with capture_logs() as logs:
        fake.customer().writes("my phone is 13800138000")
        await fake.until(lambda: fake.acknowledged == 1 and channel.state is LineState.UP)
    told = [line for line in logs if line["event"] == "telegram.line"]
    assert [line["state"] for line in told] == [LineState.NOT_STORED, LineState.UP]
    assert told[0]["error"].startswith("NotStored from OSError at test_telegram_polling.py:")
    assert "13800138000" not in str(logs)


async def test_telegram_gone_for_a_while_costs_nothing(fake: FakeTelegram, store: Store, channel: Telegram) -> None:
    lin = fake.customer()
    lin.writes("one")
    await fake.until(lambda: fake.acknowledged == 1)
    await fake.vanishes()
    lin.writes("two")
    await fake.until(lambda: channel.state is LineState.UNREACHABLE)
    await fake.appears()
    await fake.until(lambda: fake.acknowledged == 2)
    assert store.texts == ["one", "two"]


async def test_the_end_of_the_trouble_is_noticed_at_once(fake: FakeTelegram, store: Store) -> None:
    """The first poll afterwards does not wait the whole hold for somebody to write."""
    channel = poller(fake, hold=300)
    await channel.start(store.take)
    await fake.until(lambda: fake.polls == 1)
    await fake.vanishes()
    await fake.until(lambda: channel.state is LineState.UNREACHABLE)
    await fake.appears()
    await fake.until(lambda: channel.state is LineState.UP, within=5)
    await channel.stop()


async def test_the_older_of_two_pollers_notices(fake: FakeTelegram, store: Store) -> None:
    older, newer = poller(fake), poller(fake)
    with capture_logs() as logs:
        await older.start(store.take)
        await fake.until(lambda: fake.polls == 1)
        await newer.start(store.take)
        await fake.until(lambda: fake.polls >= 3)
        await older.stop()
        await newer.stop()
    assert LineState.CONFLICT in [line["state"] for line in logs if line["event"] == "telegram.line"]


async def test_polling_takes_a_forgotten_webhook_away_and_keeps_what_waits(fake: FakeTelegram, store: Store) -> None:
    fake.customer().writes("waiting")
    fake.webhook.url = "http://127.0.0.1:9/old"
    channel = poller(fake)
    await channel.start(store.take)
    await fake.until(lambda: fake.acknowledged == 1)
    await channel.stop()
    assert store.texts == ["waiting"]
    assert fake.called("deleteWebhook") == [{"drop_pending_updates": "false"}]


async def test_only_the_kinds_we_read_are_asked_for_and_a_stop_ends_the_poll(fake: FakeTelegram, store: Store) -> None:
    channel = poller(fake, hold=300)
    await channel.start(store.take)
    await fake.until(lambda: fake.polls == 1)
    assert fake.allowed == {"message", "edited_message", "callback_query", "my_chat_member"}
    assert fake.push("poll", {"id": "1"}) is None
    async with asyncio.timeout(5):
        await channel.stop()
    assert channel.state is LineState.STOPPED


def test_pauses_grow_to_a_limit_and_are_spread() -> None:
    backoff = Backoff(first=1.0, most=60.0, slower=15.0)
    assert [backoff.pause(n, LineState.UNREACHABLE, 1.0) for n in (1, 2, 3, 7, 5000)] == [1, 2, 4, 60, 60]
    assert [backoff.pause(n, LineState.CONFLICT, 1.0) for n in (1, 2, 3)] == [15, 30, 60]
    assert backoff.pause(3, LineState.UNREACHABLE, 0.0) == 2.0


def test_a_rate_limit_waits_at_least_as_long_as_telegram_says() -> None:
    keep_quiet()  # without it, merely making RetryAfter warns
    line = Line(QUICK)
    assert line.failed(RetryAfter(40)) == 40.0
    assert line.failed(NetworkError("x")) < 1.0
