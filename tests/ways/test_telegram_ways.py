"""Whole conversations on Telegram: the real channel, real HTTP both ways, a Bot API of our own that misbehaves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.complaints.complaint import Stage
from bot.complaints.tables import Case, Promise
from bot.conversations.tables import Conversation
from bot.inbox.tables import Handling, Inbound, TurnRow
from bot.messages import Author
from bot.outbox.delivery import State
from bot.outbox.tables import Delivery
from tests.fakes import telegram_faults as faults
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_customer import Customer
from tests.openshop import Guest, Shop, open_shop
from tests.ways.complaining import EACH_LANGUAGE, LINES, ONE_DATABASE, WASHER
from tests.ways.serving import served

T = TypeVar("T")
SECRET = "webhook-secret"
TAGS = {"zh": "zh-hans", "en": "en"}


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        yield made


@asynccontextmanager
async def running(
    fake: FakeTelegram, database_url: str, rasa_url: str, folder: Path, **more: Any
) -> AsyncIterator[Shop]:
    """The whole program at work, with pauses too short to notice."""
    settings = {"telegram_token": fake.token, "telegram_api_url": fake.url, "turn_pause_ms": 20, "listen_pause_ms": 20}
    async with open_shop(database_url, rasa_url, folder, SystemClock(), is_migrated=True, **settings, **more) as shop:
        shop.app.wakes_lanes = True
        await shop.app.start()
        yield shop
        await shop.app.stop()


@pytest.fixture
async def shop(fake: FakeTelegram, database_url: str, rasa_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop on Telegram that asks for its updates."""
    async with running(fake, database_url, rasa_url, tmp_path) as opened:
        yield opened


async def until(fake: FakeTelegram, look: Callable[[], Awaitable[T | None]]) -> T:
    """The first true answer of `look`, which may ask the database."""
    async with asyncio.timeout(15):
        while not (found := await look()):
            await fake.rests(0.02)
            await asyncio.sleep(0)  # neither the fake that has vanished nor SQLite lets others have a turn
    return found


async def states(shop: Shop) -> list[State]:
    return [row.state for row in await shop.rows(Delivery)]


async def all_sent(fake: FakeTelegram, shop: Shop) -> None:
    """Wait until something was written and nothing waits any more."""

    async def look() -> bool:
        inbound = {m.handling for m in await shop.rows(Inbound)}
        waits = {State.DUE, State.CLAIMED, State.SENDING} & set(await states(shop))
        return bool(inbound) and Handling.NEW not in inbound and not waits

    await until(fake, look)


# --- whole conversations


async def complains(fake: FakeTelegram, shop: Shop, language: str) -> None:
    """A customer goes through a whole complaint, by words, a photo and taps."""
    lines = LINES[language]
    lin = fake.customer(name="Lin Yue", language_code=TAGS[language])
    known = await shop.customer(language)
    order = await known.buys(WASHER)
    lin.writes(lines.opening)
    await lin.hears({"zh": "不是真人", "en": "not a person"}[language])
    await lin.hears({"zh": "我都记下了", "en": "noted what you said"}[language])
    lin.writes(lines.angry_what_now)
    await lin.hears({"zh": "对不起", "en": "sorry"}[language])
    lin.writes(lines.ok)
    await lin.hears({"zh": "订单号", "en": "order number"}[language])
    lin.writes(f"{order.id} {order.phone}")
    await lin.hears({"zh": "照片", "en": "photo"}[language])
    lin.sends_photo()
    await lin.hears({"zh": "怎么处理", "en": "put this right"}[language])
    lin.taps({"zh": "换一件", "en": "A replacement"}[language])
    assert {"zh": "照片：1 张", "en": "Photos: 1"}[language] in (await lin.hears(order.id)).text
    lin.taps({"zh": "对", "en": "That's right"}[language])
    offer = await lin.hears("2.")
    assert len(offer.buttons) == 3
    lin.taps({"zh": "换新", "en": "Replacement"}[language])
    await lin.hears({"zh": "说定了", "en": "Agreed"}[language])
    (given,) = await shop.rows(Promise)
    await shop.app.promise_done(given.id, "Anna", "delivered")
    await lin.hears({"zh": "解决了吗", "en": "Is it solved"}[language])
    query = lin.taps({"zh": "解决了", "en": "Solved"}[language])
    await lin.hears({"zh": "200 积分", "en": "200 points"}[language])
    await fake.until(lambda: fake.queries[query], told=lambda: "the end of the clock on the button")
    (case,) = await shop.rows(Case)
    assert case.stage is Stage.CLOSED
    assert fake.called("sendChatAction"), "typing was shown"


async def test_a_whole_complaint_by_polling(fake: FakeTelegram, shop: Shop) -> None:
    await complains(fake, shop, "zh")


@ONE_DATABASE
async def test_a_whole_complaint_by_webhook(
    fake: FakeTelegram, database_url: str, rasa_url: str, tmp_path: Path
) -> None:
    hook = {"telegram_mode": "webhook", "telegram_webhook_secret": SECRET}
    async with running(fake, database_url, rasa_url, tmp_path, **hook) as shop, served(shop.app) as address:
        fake.webhook.point(f"{address}/telegram/webhook", SECRET)
        await complains(fake, shop, "en")
        fake.webhook.point("", "")


@EACH_LANGUAGE
async def test_an_enquiry_by_words_and_taps(fake: FakeTelegram, shop: Shop, language: str) -> None:
    lin = fake.customer(language_code=TAGS[language])
    known = await shop.customer(language)
    order = await known.buys(WASHER)
    lin.writes("/start")
    await lin.hears({"zh": "不是真人", "en": "not a person"}[language])
    lin.taps({"zh": "查订单", "en": "My orders"}[language])
    assert order.id not in (await lin.hears({"zh": "手机号", "en": "phone number"}[language])).text
    lin.writes(f"{order.id} {order.phone}")
    assert order.id in (await lin.hears({"zh": "订单", "en": "Order"}[language])).text
    lin.writes("/help")
    await lin.hears("/settings")
    lin.writes("/human")
    await lin.hears({"zh": "同事", "en": "colleague"}[language])
    heard = len(lin.heard)
    lin.writes({"zh": "还在吗", "en": "hello?"}[language])
    await all_sent(fake, shop)
    assert len(lin.heard) == heard, "the bot is silent while a person is called"


@ONE_DATABASE
async def test_a_person_and_the_bot_in_one_chat(fake: FakeTelegram, shop: Shop) -> None:
    lin = fake.customer()
    lin.writes("hello")
    await lin.hears("Hello")
    guest = Guest(shop, str(lin.chat_id), "en", "telegram")
    await shop.colleague("Anna").says(guest, "Anna here, how can I help?")
    await lin.hears("Anna here")
    await shop.colleague("Anna").hands_back(guest)
    await lin.hears("automated assistant")


# --- updates that come twice, in another order, or not at once


async def test_updates_that_are_repeated_are_answered_once(fake: FakeTelegram, shop: Shop) -> None:
    fake.faults.always("getUpdates", faults.repeated())
    people = [fake.customer(name=f"Customer {n}") for n in range(5)]
    for person in people:
        person.writes("hello")
    for person in people:
        await person.hears("Hello")
    fake.faults.heal()
    await all_sent(fake, shop)
    assert [len(person.heard) for person in people] == [1] * 5
    assert len(await shop.rows(Inbound)) == len(await shop.rows(TurnRow)) == 5


@ONE_DATABASE
async def test_updates_in_another_order_are_all_answered(fake: FakeTelegram, shop: Shop) -> None:
    fake.faults.always("getUpdates", faults.reordered())
    people = [fake.customer(name=f"Customer {n}") for n in range(5)]
    for person in people:
        person.writes("hello")
        person.writes("where is my order")
    for person in people:
        await person.hears("Hello")
    fake.faults.heal()
    await all_sent(fake, shop)
    assert len(await shop.rows(Inbound)) == 10
    assert {m.handling for m in await shop.rows(Inbound)} == {Handling.ANSWERED}
    for person in people:
        texts = [heard.text for heard in person.heard]
        assert len(texts) == len(set(texts)) >= 2, texts


@ONE_DATABASE
async def test_what_was_written_while_the_program_was_down_is_answered_when_it_is_up(
    fake: FakeTelegram, database_url: str, rasa_url: str, tmp_path: Path
) -> None:
    lin = fake.customer()
    lin.writes("hello")
    lin.writes("where is my order")
    async with running(fake, database_url, rasa_url, tmp_path) as shop:
        await lin.hears("Hello")
        await all_sent(fake, shop)
        assert len(await shop.rows(Inbound)) == 2


# --- messages out that do not go as they should


async def test_a_rate_limit_really_stops_the_whole_bot_for_as_long_as_it_says(fake: FakeTelegram, shop: Shop) -> None:
    lin, emma = fake.customer(), fake.customer()
    lin.writes("hello")
    await lin.hears("Hello")
    fake.faults.next("sendMessage", faults.too_many(1.5), chat=lin.chat_id)
    calls = len(fake.called("sendMessage"))
    lin.writes("where is my order")
    await fake.until(lambda: len(fake.called("sendMessage")) > calls)
    limited_at = asyncio.get_running_loop().time()
    emma.writes("hello")
    await emma.hears("Hello")
    assert asyncio.get_running_loop().time() - limited_at >= 1.4, "nobody else was written to meanwhile"
    await lin.hears("order")
    await all_sent(fake, shop)
    assert set(await states(shop)) == {State.SENT}
    assert len(lin.heard) == 2


async def test_who_cannot_be_reached_is_left_in_peace(fake: FakeTelegram, shop: Shop) -> None:
    lin = fake.customer()
    lin.refuses = "bot was blocked by the user"
    lin.writes("where is my order")
    await all_sent(fake, shop)
    assert await states(shop) == [State.FAILED, State.CANCELLED]
    assert len(fake.called("sendMessage")) == 1
    (conversation,) = await shop.rows(Conversation)
    assert conversation.unreachable_at is not None


@ONE_DATABASE
async def test_who_blocks_hears_nothing_more_until_they_come_back(fake: FakeTelegram, shop: Shop) -> None:
    lin = fake.customer()
    lin.writes("hello")
    await lin.hears("Hello")
    lin.blocks()

    async def unreachable() -> bool:
        return (await shop.rows(Conversation))[0].unreachable_at is not None

    await until(fake, unreachable)
    calls = len(fake.called("sendMessage"))
    await shop.colleague().says(Guest(shop, str(lin.chat_id), "en", "telegram"), "Are you there?")
    await all_sent(fake, shop)
    assert len(fake.called("sendMessage")) == calls
    await shop.colleague().hands_back(Guest(shop, str(lin.chat_id), "en", "telegram"))
    lin.unblocks()
    lin.writes("hello again")
    await lin.hears()
    (conversation,) = await shop.rows(Conversation)
    assert conversation.unreachable_at is None


@ONE_DATABASE
async def test_a_message_telegram_refuses_is_logged_and_the_next_one_goes(fake: FakeTelegram, shop: Shop) -> None:
    lin = fake.customer()
    fake.faults.next("sendMessage", faults.bad_request("can't parse entities"))
    with capture_logs() as logs:
        lin.writes("hello")
        await until(fake, lambda: failed(shop))
    assert [log["state"] for log in logs if log["event"] == "message not delivered"] == [State.FAILED]
    lin.writes("hello again")
    await lin.hears()
    await all_sent(fake, shop)
    assert await states(shop) == [State.FAILED, State.SENT]


async def failed(shop: Shop) -> bool:
    return State.FAILED in await states(shop)


async def test_a_message_of_unknown_fate_is_repeated_once_and_that_can_be_seen(fake: FakeTelegram, shop: Shop) -> None:
    lin = fake.customer()
    fake.faults.next("sendMessage", faults.drop_after())
    lin.writes("hello")
    await lin.hears("Hello")
    await lin.hears("Hello")
    await all_sent(fake, shop)
    (row,) = await shop.rows(Delivery)
    assert (row.state, row.attempt) == (State.SENT, 2)


async def test_a_message_of_unknown_fate_twice_is_left_to_people_and_shown_to_them(
    fake: FakeTelegram, shop: Shop
) -> None:
    lin = fake.customer()
    fake.faults.next("sendMessage", faults.drop_after(), times=2)
    lin.writes("hello")
    await lin.hears("Hello")
    await lin.hears("Hello")
    await until(fake, lambda: unknown(shop))
    assert len(lin.heard) == 2, "not a third time"
    metrics = (await shop.http.get("/metrics")).text
    assert "carebot_unknown_sends 1.0" in metrics
    (row,) = await shop.rows(Delivery)
    assert "Unknown" in row.error
    lin.taps(lin.heard[0].buttons[0])

    async def proven() -> bool:
        return (await states(shop))[0] is State.SENT

    await until(fake, proven)


async def unknown(shop: Shop) -> bool:
    return State.UNKNOWN in await states(shop)


@ONE_DATABASE
async def test_while_telegram_is_away_words_wait_and_arrive_once(fake: FakeTelegram, shop: Shop) -> None:
    lin = fake.customer()
    lin.writes("hello")
    await lin.hears("Hello")
    await fake.vanishes()
    await shop.colleague().says(Guest(shop, str(lin.chat_id), "en", "telegram"), "Anna here")

    async def tried() -> bool:
        return any(row.attempt for row in await shop.rows(Delivery) if row.author is Author.STAFF)

    await until(fake, tried)
    await fake.appears()
    await lin.hears("Anna here")
    await all_sent(fake, shop)
    assert [heard.text for heard in lin.heard].count("Anna here") == 1


# --- what customers send


@ONE_DATABASE
async def test_an_album_in_a_complaint_is_evidence(fake: FakeTelegram, shop: Shop) -> None:
    lin = fake.customer(language_code="en")
    lin.writes(LINES["en"].opening)
    await lin.hears("noted")
    for _ in range(3):
        lin.sends_photo(group="album")

    async def kept() -> bool:
        return len((await shop.rows(Case))[0].facts["photos"]) == 3

    await until(fake, kept)


@ONE_DATABASE
async def test_every_kind_of_message_gets_an_answer(fake: FakeTelegram, shop: Shop) -> None:
    def send(person: Customer, number: int) -> None:
        sends = [
            lambda: person.sends_photo(),
            lambda: person.sends_voice(),
            lambda: person.sends_document(),
            lambda: person.sends_sticker("😡"),
            lambda: person.sends(location={"latitude": 31.2, "longitude": 121.5}),
            lambda: person.sends(contact={"phone_number": "13800138000", "first_name": "Lin"}),
            lambda: person.sends(dice={"emoji": "🎲", "value": 3}),
        ]
        sends[number]()

    people = [fake.customer(name=f"Customer {n}") for n in range(7)]
    for number, person in enumerate(people):
        send(person, number)
    for person in people:
        await person.hears()
    assert {turn.error for turn in await shop.rows(TurnRow)} == {""}


@ONE_DATABASE
async def test_what_is_unknown_or_not_for_us_disturbs_nothing(fake: FakeTelegram, shop: Shop) -> None:
    lin = fake.customer()
    fake.push_raw({"telepathy": {"chat": lin.chat, "text": "???"}})
    fake.push_raw({"message": "no message at all"})
    fake.push("message", {"message_id": 1, "date": 1, "chat": {"id": -5, "type": "group", "title": "g"}, "text": "hi"})
    lin.writes("hello")
    await lin.hears("Hello")
    assert [m.handling for m in await shop.rows(Inbound)].count(Handling.STORED) == 3


@ONE_DATABASE
async def test_an_edited_message_is_answered_anew(fake: FakeTelegram, shop: Shop) -> None:
    lin = fake.customer()
    number = lin.writes("helo")
    await lin.hears()
    lin.edits(number, "/human is what I need: I want to talk to a person")
    await lin.hears("colleague")
