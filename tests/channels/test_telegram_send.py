"""Sending to the fake Bot API over real HTTP: what arrives, and what every kind of trouble is called."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.channels.channel import Channel, Outgoing, OutgoingButton
from bot.channels.telegram import Telegram
from bot.channels.telegram_write import sending_error
from bot.clock import SystemClock
from bot.errors import NotFound, OurFault, SendingError, Stopped, TryLater, Unknown
from tests.fakes import telegram_faults as faults
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_customer import Heard
from tests.fakes.telegram_faults import Fault


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        yield made


@pytest.fixture
async def channel(fake: FakeTelegram) -> AsyncIterator[Telegram]:
    """A channel that sends; its intake waits for a webhook nobody calls."""
    made = Telegram(fake.token, SystemClock(), api_url=fake.url, mode="webhook", secret="s", patience=1.5)
    await made.start(_take_nothing)
    yield made
    await made.stop()


async def _take_nothing(incoming: object) -> None:
    raise AssertionError(f"nobody wrote anything, but there is {incoming}")


async def test_words_and_buttons_arrive_and_the_id_is_given(fake: FakeTelegram, channel: Channel) -> None:
    lin = fake.customer()
    labels = ("Yes", "No", "A person, please")
    buttons = tuple(OutgoingButton(f"b:1:{place}", label) for place, label in enumerate(labels))
    given = await channel.send(Outgoing(str(lin.chat_id), "*Is* that <all>?", buttons, key="turn:1:0"))
    rows = ((("Yes", "b:1:0"), ("No", "b:1:1")), (("A person, please", "b:1:2"),))
    assert lin.heard == [Heard(int(given), "*Is* that <all>?", rows)]
    assert "parse_mode" not in fake.called("sendMessage")[0]


async def test_a_long_text_arrives_in_parts_with_the_buttons_under_the_last(
    fake: FakeTelegram, channel: Telegram
) -> None:
    lin = fake.customer()
    text = "\n\n".join(f"{number} " + "好" * 1500 for number in range(6))
    given = await channel.send(Outgoing(str(lin.chat_id), text, (OutgoingButton("b:1", "Yes"),)))
    assert [len(heard.text) for heard in lin.heard] == [3006, 3006, 3006]
    assert "\n\n".join(heard.text for heard in lin.heard) == text
    assert [heard.buttons for heard in lin.heard] == [(), (), ("Yes",)]
    assert given == str(lin.heard[-1].message_id)


# label, fault, what it is called, whether the customer has the message nevertheless
TROUBLE: list[tuple[str, Fault, type[SendingError], bool]] = [
    ("rate limit", faults.too_many(3), TryLater, False),
    ("rate limit without a time", Fault(status=429, description="Too Many Requests: hush"), TryLater, False),
    ("token refused", faults.unauthorized(), TryLater, False),
    ("blocked", faults.forbidden(), Stopped, False),
    ("chat gone", faults.bad_request("chat not found"), Stopped, False),
    ("became a group", Fault(status=400, description="Bad Request: group chat was upgraded to a supergroup chat",
                             parameters={"migrate_to_chat_id": -100}), Stopped, False),
    ("refused for its form", faults.bad_request("message is too long"), OurFault, False),
    ("500", faults.server_error(), Unknown, False),
    ("502 in HTML", faults.bad_gateway(), Unknown, False),
    ("too slow", faults.late(30), Unknown, True),
    ("dropped before", faults.drop_before(), Unknown, False),
    ("dropped after", faults.drop_after(), Unknown, True),
    ("half an answer", faults.garbled(), Unknown, True),
    ("an answer of another form", Fault(faults.When.AFTER, status=200, body=b'{"ok": true}'), Unknown, True),
    ("no message in it", Fault(faults.When.AFTER, status=200, body=b'{"ok": true, "result": {}}'), Unknown, True),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "kind", "arrived"), [row[1:] for row in TROUBLE], ids=[row[0] for row in TROUBLE])
async def test_trouble_is_called_by_what_to_do_next(
    fake: FakeTelegram, channel: Telegram, fault: Fault, kind: type[SendingError], arrived: bool
) -> None:
    lin = fake.customer()
    fake.faults.next("sendMessage", fault)
    with pytest.raises(SendingError) as caught:
        await channel.send(Outgoing(str(lin.chat_id), "hello"))
    assert type(caught.value) is kind
    assert [heard.text for heard in lin.heard] == ["hello"] * arrived
    assert fake.token not in str(caught.value)
    await channel.send(Outgoing(str(lin.chat_id), "and on"))
    assert lin.heard[-1].text == "and on"


async def test_a_rate_limit_tells_how_long_everyone_waits(fake: FakeTelegram, channel: Telegram) -> None:
    lin = fake.customer()
    fake.faults.next("sendMessage", faults.too_many(17))
    with pytest.raises(TryLater) as caught:
        await channel.send(Outgoing(str(lin.chat_id), "hello"))
    assert (caught.value.after, caught.value.everyone) == (17.0, True)


async def test_who_blocked_or_left_cannot_be_reached(fake: FakeTelegram, channel: Telegram) -> None:
    lin, ann = fake.customer(), fake.customer()
    lin.blocks()
    ann.deletes_the_account()
    for chat in (lin.chat_id, ann.chat_id, 404):
        with pytest.raises(Stopped):
            await channel.send(Outgoing(str(chat), "hello"))
    lin.unblocks()
    await channel.send(Outgoing(str(lin.chat_id), "hello"))
    assert [heard.text for heard in lin.heard] == ["hello"]


async def test_nobody_listening_is_provably_not_sent(fake: FakeTelegram, channel: Telegram) -> None:
    lin = fake.customer()
    await channel.send(Outgoing(str(lin.chat_id), "one"))
    await fake.vanishes()
    with pytest.raises(TryLater) as caught:
        await channel.send(Outgoing(str(lin.chat_id), "two"))
    assert not caught.value.everyone
    await fake.appears()
    await channel.send(Outgoing(str(lin.chat_id), "three"))
    assert [heard.text for heard in lin.heard] == ["one", "three"]


async def test_a_busy_pool_is_provably_not_sent(fake: FakeTelegram) -> None:
    """The library wraps PoolTimeout in the same TimedOut as an answer that never came."""
    lin = fake.customer()
    request = HTTPXRequest(connection_pool_size=1, pool_timeout=0.05, read_timeout=5)
    bot = Bot(fake.token, f"{fake.url}/bot", request=request)
    fake.faults.next("sendMessage", faults.late(30))
    first = asyncio.create_task(bot.send_message(lin.chat_id, "one"))
    await fake.until(lambda: lin.heard)
    with pytest.raises(TelegramError) as caught:
        await bot.send_message(lin.chat_id, "two")
    assert type(sending_error(caught.value)) is TryLater
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await request.shutdown()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(faults.too_many(3), Unknown), (faults.forbidden(), Stopped), (faults.drop_before(), Unknown)],
    ids=["rate limit", "blocked", "dropped"],
)
async def test_once_a_part_has_arrived_nothing_is_tried_later(
    fake: FakeTelegram, channel: Telegram, fault: Fault, kind: type[SendingError]
) -> None:
    lin = fake.customer()
    fake.faults.next("sendMessage", faults.late(0))
    fake.faults.next("sendMessage", fault)
    with pytest.raises(SendingError) as caught:
        await channel.send(Outgoing(str(lin.chat_id), "word " * 1500))
    assert type(caught.value) is kind
    assert len(lin.heard) == 1


async def test_all_parts_together_have_a_time_limit(fake: FakeTelegram) -> None:
    lin = fake.customer()
    channel = Telegram(
        fake.token, SystemClock(), api_url=fake.url, mode="webhook", secret="s", patience=20, send_within=0.2
    )
    await channel.start(_take_nothing)
    fake.faults.next("sendMessage", faults.late(30))
    async with asyncio.timeout(5):
        with pytest.raises(Unknown):
            await channel.send(Outgoing(str(lin.chat_id), "hello"))
    await channel.stop()


async def test_what_cannot_be_sent_is_our_fault_and_never_leaves(fake: FakeTelegram, channel: Telegram) -> None:
    lin = fake.customer()
    for bad in (Outgoing(str(lin.chat_id), " \n"), Outgoing(str(lin.chat_id), "x", (OutgoingButton("x" * 65, "Yes"),))):
        with pytest.raises(OurFault):
            await channel.send(bad)
    assert fake.called("sendMessage") == []


async def test_before_the_start_and_after_the_stop_nothing_leaves(fake: FakeTelegram) -> None:
    lin = fake.customer()
    channel = Telegram(fake.token, SystemClock(), api_url=fake.url, mode="webhook", secret="s")
    with pytest.raises(TryLater):
        await channel.send(Outgoing(str(lin.chat_id), "early"))
    await channel.start(_take_nothing)
    await channel.send(Outgoing(str(lin.chat_id), "in time"))
    await channel.stop()
    with pytest.raises(TryLater):
        await channel.send(Outgoing(str(lin.chat_id), "late"))
    await channel.start(_take_nothing)
    await channel.send(Outgoing(str(lin.chat_id), "again"))
    await channel.stop()
    assert [heard.text for heard in lin.heard] == ["in time", "again"]


async def test_typing_is_shown_and_never_raises(fake: FakeTelegram, channel: Telegram) -> None:
    lin = fake.customer()
    await channel.typing(str(lin.chat_id))
    assert fake.called("sendChatAction") == [{"chat_id": str(lin.chat_id), "action": "typing"}]
    for fault in (faults.too_many(3), faults.forbidden(), faults.drop_before(), faults.garbled(), faults.late(30)):
        fake.faults.next("sendChatAction", fault)
        await channel.typing(str(lin.chat_id))
    assert len(fake.called("sendChatAction")) == 6


async def test_a_file_is_fetched_by_its_ref(fake: FakeTelegram, channel: Telegram) -> None:
    ref = fake.keep_file(b"\xff\xd8 crack", "photos", "jpg")
    assert await channel.fetch(ref) == b"\xff\xd8 crack"
    with pytest.raises(NotFound):
        await channel.fetch("nothing")
    fake.faults.next("getFile", faults.bad_gateway())
    with pytest.raises(TryLater):
        await channel.fetch(ref)


async def test_the_logs_hold_neither_token_nor_words(
    fake: FakeTelegram, channel: Telegram, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """httpx writes every address, and so the token, at INFO; the library every message at DEBUG."""
    lin = fake.customer()
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    try:
        await channel.send(Outgoing(str(lin.chat_id), "my phone is 13800138000"))
        fake.faults.next("sendMessage", Fault(faults.When.AFTER, status=200, body=b'{"text": "is 13800138000'))
        with pytest.raises(Unknown):
            await channel.send(Outgoing(str(lin.chat_id), "my phone is 13800138000"))
    finally:
        root.setLevel(before)
    seen = caplog.text + "".join(capsys.readouterr())
    assert fake.token not in seen
    assert "13800138000" not in seen


async def test_a_closed_port_at_the_start_does_not_stop_the_app(fake: FakeTelegram) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    channel = Telegram(fake.token, SystemClock(), api_url=f"http://127.0.0.1:{port}")
    await channel.start(_take_nothing)
    with pytest.raises(TryLater):
        await channel.send(Outgoing("1", "hello"))
    await channel.stop()
