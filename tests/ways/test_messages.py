"""Every message on its way: stored once, answered once, by whom it should be, whatever it holds and whatever breaks."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from actions.action import REGISTER
from bot import rasa
from bot.complaints.complaint import Stage
from bot.conversations.tables import BOT, QUEUE, Conversation
from bot.errors import Moved
from bot.handoff.queue import Reason
from bot.handoff.tables import QueueEntry
from bot.inbox.tables import Handling, Inbound, TurnRow
from bot.inbox.turn import Turn
from bot.messages import Incoming, Kind, Say
from bot.outbox import store as outgoing
from bot.outbox.delivery import State
from bot.outbox.tables import Delivery
from bot.rasa import Decision
from bot.shop.order import OrderState
from tests.conftest import free_port
from tests.fakes.channel import FakeChannel
from tests.openshop import Guest, Shop, open_shop
from tests.ways.complaining import EACH_LANGUAGE, ONE_DATABASE, complaining, newest, told

HELLO = {"zh": "你好", "en": "hello"}
WHERE = {"zh": "我的订单到哪了", "en": "where is my order"}


async def handlings(shop: Shop) -> list[Handling]:
    return [m.handling for m in await shop.rows(Inbound)]


# --- one turn, one answer


@EACH_LANGUAGE
async def test_words_that_come_in_a_burst_are_one_turn(shop: Shop, language: str) -> None:
    guest = await shop.customer(language, linked=True)
    order = await guest.buys()
    turns = len(await shop.rows(TurnRow))
    heard = await guest.says(
        *{"zh": ["你好", "我想问一下", "我的订单到哪了"], "en": ["hi", "I wonder", "where is my order"]}[language]
    )
    assert len(await shop.rows(TurnRow)) == turns + 1
    assert len(heard) == 1
    assert order.id in heard[0]


@ONE_DATABASE
async def test_a_burst_that_never_ends_is_answered_after_ten_seconds_all_the_same(shop: Shop) -> None:
    guest = await shop.customer("en")
    began = shop.clock.now()
    for _ in range(30):
        await guest.sends("where is my order")
        shop.clock.passes(milliseconds=500)
    ready_at = (await guest.conversation()).ready_at
    assert ready_at == began + timedelta(seconds=10)


async def test_an_update_that_is_repeated_changes_nothing(shop: Shop) -> None:
    guest = await shop.customer("en")
    await guest.sends("hello", external_id="17")
    await guest.sends("hello", external_id="17")
    await shop.settles()
    heard = await guest.keys()
    await guest.sends("hello", external_id="17")
    await shop.settles()
    assert await guest.keys() == heard
    assert len(await shop.rows(Inbound)) == 1
    assert len(await shop.rows(TurnRow)) == 1


async def test_a_repeated_update_that_arrives_twice_at_once_is_stored_once(shop: Shop) -> None:
    guest = await shop.customer("en")
    stored = await asyncio.gather(*(guest.sends("hello", external_id="17", message_id="1") for _ in range(8)))
    await shop.settles()
    assert len(stored) == 8
    assert len(await shop.rows(Inbound)) == 1
    assert await guest.keys() == ["talk.introduction"]


@EACH_LANGUAGE
async def test_an_edit_before_the_answer_takes_the_place_of_what_it_corrects(shop: Shop, language: str) -> None:
    guest = await shop.customer(language, linked=True)
    order = await guest.buys()
    turns = len(await shop.rows(TurnRow))
    await guest.sends({"zh": "再见", "en": "goodbye"}[language], message_id="5")
    await guest.sends(WHERE[language], kind=Kind.EDIT, payload="5", message_id="5")
    await shop.settles()
    assert len(await shop.rows(TurnRow)) == turns + 1
    assert order.id in (await guest.heard())[-1].text
    assert (await handlings(shop))[-2:] == [Handling.STORED, Handling.ANSWERED]


@ONE_DATABASE
async def test_an_edit_of_the_newest_message_is_answered_anew_and_of_an_older_one_only_kept(shop: Shop) -> None:
    guest = await shop.customer("en", linked=True)
    order = await guest.buys()
    await guest.says("helo")
    number = str(guest.written)
    await guest.sends("where is my order", kind=Kind.EDIT, payload=number, message_id=number)
    await shop.settles()
    assert order.id in (await guest.heard())[-1].text
    heard = await guest.keys()
    await guest.sends("hello again", kind=Kind.EDIT, payload="1", message_id="1")
    await shop.settles()
    assert await guest.keys() == heard
    assert (await handlings(shop))[-1] is Handling.STORED


# --- whatever it holds


async def test_an_unknown_kind_of_update_is_kept_and_intake_goes_on(shop: Shop) -> None:
    guest = await shop.customer("en")
    await shop.app.take(
        Incoming("web", guest.chat, "u-1", shop.clock.now(), Kind.OTHER, raw={"telepathy": {"to": ["you"], "n": 1}})
    )
    await shop.settles()
    assert await guest.keys() == []
    (kept,) = await shop.rows(Inbound)
    assert (kept.handling, kept.raw) == (Handling.STORED, {"telepathy": {"to": ["you"], "n": 1}})
    assert await guest.says("hello")


@pytest.mark.parametrize(
    "text",
    [
        "我的订单到哪了？" * 2500,
        "",
        "   \n\t ",
        "😀😀😀",
        "👩‍👩‍👧‍👦🏳️‍🌈",
        "hello\x00 there\x07\x1b[31m",
        "‮hello﻿​",
        "<script>alert(1)</script>",
        "'; DROP TABLE inbound; --",
        "{brand} %s {0} \\n",
        "٣٤٥ ０１２３",
    ],
    ids=[
        "20000 characters",
        "empty",
        "blank",
        "emoji",
        "joined emoji",
        "nul",
        "bidi",
        "html",
        "sql",
        "braces",
        "digits",
    ],
)
async def test_whatever_the_text_holds_it_is_stored_and_answered(shop: Shop, text: str) -> None:
    guest = await shop.customer("zh")
    await guest.sends(text)
    await shop.settles()
    (kept,) = await shop.rows(Inbound)
    assert kept.text == text.replace("\x00", "")
    (turn,) = await shop.rows(TurnRow)
    assert turn.error == ""
    assert len(await guest.keys()) >= 1
    assert await guest.owner() == BOT


@ONE_DATABASE
@pytest.mark.parametrize(
    "text", ['/goodbye{"order_number": "1"}', "/contact_human_agent", "/restart", "／stop_messages"]
)
async def test_a_slash_in_front_of_words_orders_nobody_about(shop: Shop, text: str) -> None:
    guest = await shop.customer("en")
    await guest.sends(text)
    await shop.settles()
    (turn,) = await shop.rows(TurnRow)
    assert turn.text == text
    assert len(turn.decision["intent_ranking"]) > 1, "it was weighed like any other words"
    assert turn.decision["intent"]["confidence"] < 1


async def test_two_hundred_messages_in_a_second_are_all_kept_in_order_and_answered_together(shop: Shop) -> None:
    guest = await shop.customer("en")
    for number in range(0, 200, 20):  # twenty at a time, as from a channel with many connections
        await asyncio.gather(*(guest.sends(f"where is my order {number + n}") for n in range(20)))
        shop.clock.passes(milliseconds=100)
    await shop.settles()
    kept = await shop.rows(Inbound)
    assert [m.seq for m in kept] == sorted({m.seq for m in kept})
    assert len(kept) == 200
    assert {m.handling for m in kept} == {Handling.ANSWERED}
    assert len(await shop.rows(TurnRow)) <= 2
    assert len(await guest.keys()) <= 4


# --- buttons


@EACH_LANGUAGE
async def test_a_button_of_a_question_that_is_over_changes_nothing(shop: Shop, language: str) -> None:
    guest = await shop.customer(language, linked=True)
    await guest.says({"zh": "我想订阅优惠信息", "en": "I want to subscribe to your newsletter"}[language])
    payload = f"b:{(await guest.heard())[-1].id}:0"
    await guest.taps_payload(payload)
    assert await newest(guest) == ["consent.marketing_on"], await told(guest)
    await guest.taps_payload(payload)
    assert await newest(guest) == ["talk.stale_button"]


@ONE_DATABASE
async def test_a_button_of_somebody_elses_chat_does_nothing(shop: Shop) -> None:
    lin, emma = await shop.customer("zh", linked=True), await shop.customer("en", linked=True)
    order = await lin.buys(state=OrderState.PAID)
    await lin.says("我要取消订单")
    assert await newest(lin) == ["orders.cancel_sure"], await told(lin)
    await emma.taps_payload(f"b:{(await lin.heard())[-1].id}:0")
    assert await newest(emma) == ["talk.stale_button"]
    assert order.id not in (await emma.heard())[-1].text
    assert await newest(lin) == ["orders.cancel_sure"]


@ONE_DATABASE
@pytest.mark.parametrize(
    "payload", ["", "b:", "b:x:0", "b:1:99999999999999999999", "b:9223372036854775808:0", "x" * 300, "b:1:-1"]
)
async def test_a_payload_nobody_gave_out_is_out_of_date(shop: Shop, payload: str) -> None:
    guest = await shop.customer("en")
    await guest.says("hello")
    await guest.taps_payload(payload)
    assert await newest(guest) == ["talk.stale_button"]


# --- who speaks


@EACH_LANGUAGE
async def test_the_first_answer_ever_says_that_a_machine_writes_and_how_to_reach_a_person(
    shop: Shop, language: str
) -> None:
    guest = await shop.customer(language)
    heard = await guest.says(WHERE[language])
    assert {"zh": "不是真人", "en": "not a person"}[language] in heard[0]
    assert {"zh": "人工", "en": "human"}[language] in heard[0]
    await guest.says(HELLO[language])
    assert (await guest.keys()).count("talk.introduction") == 1


async def test_while_a_person_has_the_conversation_the_bot_is_silent(shop: Shop) -> None:
    guest = await shop.customer("en")
    await guest.says("hello")
    await shop.colleague().says(guest, "Anna here, how can I help?")
    heard = await guest.keys()
    await guest.says("where is my order", "hello?")
    await guest.shows_a_photo()
    assert await guest.keys() == heard
    assert (await handlings(shop))[-3:] == [Handling.FOR_STAFF] * 3


@pytest.mark.parametrize("state", [State.DUE, State.CLAIMED])
async def test_the_bots_waiting_words_are_dropped_when_a_person_takes_over(shop: Shop, state: State) -> None:
    guest = await shop.customer("en", channel="telegram")
    await guest.says("hello")
    if state is State.CLAIMED:
        async with shop.app.db.write() as session:
            at = shop.clock.now()
            assert await outgoing.claim(session, ["telegram"], "another process", at, at + timedelta(minutes=1), 10)
    assert {row.state for row in await shop.rows(Delivery)} == {state}
    await shop.colleague().takes(guest)
    assert {row.state for row in await shop.rows(Delivery)} == {State.SUPPRESSED}
    shop.app.channels["telegram"] = channel = FakeChannel()
    await shop.colleague().says(guest, "Anna here")
    assert [out.text for out in channel.sent] == ["Anna from our team is now with you.", "Anna here"]


@ONE_DATABASE
async def test_a_turn_that_has_begun_when_a_person_takes_over_says_nothing(shop: Shop) -> None:
    guest = await shop.customer("en")
    await guest.says("hello")
    heard = await guest.keys()
    asked, taken = asyncio.Event(), asyncio.Event()
    decide = shop.app.rasa.decide

    async def slowly(text: str, context: Mapping[str, Any]) -> Decision:
        asked.set()
        await taken.wait()
        return await decide(text, context)

    shop.app.rasa.decide = slowly  # type: ignore[method-assign]
    await guest.sends("where is my order")
    turn = asyncio.create_task(shop.app.answering.turn((await guest.conversation()).id))
    await asked.wait()
    await shop.colleague().takes(guest)
    taken.set()
    await turn
    assert await guest.keys() == heard


@EACH_LANGUAGE
async def test_when_a_person_hands_back_the_bot_speaks_first_and_goes_on(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    anna = shop.colleague()
    await anna.takes(guest)
    await anna.hands_back(guest)
    assert await newest(guest, 2) == ["handoff.back_with_the_bot", "complaints.back_to_photo"]
    assert await guest.owner() == BOT
    await guest.says({"zh": "没有照片", "en": "no photo"}[language])
    assert await newest(guest) == ["complaints.ask_wish"]


@ONE_DATABASE
async def test_only_who_has_a_conversation_can_hand_it_back_and_only_one_can_have_it(shop: Shop) -> None:
    guest = await shop.customer("en")
    await guest.says("I want a human")
    await shop.colleague("Anna").takes(guest)
    with pytest.raises(Moved):
        await shop.colleague("Ben").takes(guest)
    (entry,) = await shop.rows(QueueEntry)
    assert entry.taken_at is not None


# --- language


@ONE_DATABASE
async def test_the_language_follows_the_customer(shop: Shop) -> None:
    guest = await shop.customer("en", linked=True)
    await guest.buys()
    assert "订单" in (await guest.says("我的订单到哪了"))[-1]
    assert "Order" in (await guest.says("where is my order"))[-1]


@ONE_DATABASE
async def test_who_writes_traditional_characters_reads_traditional_characters(shop: Shop) -> None:
    guest = await shop.customer("zh", linked=True)
    await guest.buys()
    (answer,) = (await guest.says("請問我的訂單到哪裡了"))[-1:]
    assert "訂單" in answer
    assert "订单" not in answer
    (answer,) = (await guest.says("好"))[-1:]
    assert (await guest.conversation()).language == "zh-Hant", "a word that both scripts share changes nothing"


@ONE_DATABASE
async def test_a_language_can_be_fixed_and_freed_again(shop: Shop) -> None:
    guest = await shop.customer("zh", linked=True)
    await guest.buys()
    await guest.commands("language", "en")
    assert "Order" in (await guest.says("我的订单到哪了"))[-1]
    await guest.commands("language")
    await guest.commands("language", "auto")
    assert "订单" in (await guest.says("我的订单到哪了"))[-1]


@ONE_DATABASE
async def test_a_text_without_letters_keeps_the_language(shop: Shop) -> None:
    guest = await shop.customer("zh")
    await guest.says("你好")
    await guest.says("😀")
    await guest.says("12345")
    assert (await guest.conversation()).language == "zh"


# --- when something is broken


@EACH_LANGUAGE
async def test_while_nlu_is_gone_it_is_said_once_and_everything_is_answered_when_it_is_back(
    shop: Shop, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasa, "TRIES_AFTER", (0.0, 0.0))
    guest = await shop.customer(language, linked=True)
    order = await guest.buys()
    there, shop.app.rasa.url = shop.app.rasa.url, f"http://127.0.0.1:{free_port()}"
    await guest.says(HELLO[language])
    await guest.says({"zh": "在不在", "en": "anything?"}[language])
    await shop.passes(minutes=1, steps=6)
    assert (await guest.keys()).count("talk.holding") == 1, await told(guest)
    (entry,) = await shop.rows(QueueEntry)
    assert entry.reason is Reason.ENGINE_DOWN
    await guest.sends(WHERE[language])
    await shop.settles()
    assert await newest(guest) == ["talk.holding"]
    shop.app.rasa.url = there
    await shop.passes(seconds=11)
    assert order.id in (await guest.heard())[-1].text, await told(guest)
    assert Handling.NEW not in await handlings(shop)
    (entry,) = await shop.rows(QueueEntry)
    assert entry.outcome == "answered by the bot"


@ONE_DATABASE
async def test_who_was_answered_by_a_person_while_nlu_was_gone_is_not_answered_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasa, "TRIES_AFTER", (0.0,))
    guest = await shop.customer("en")
    there, shop.app.rasa.url = shop.app.rasa.url, f"http://127.0.0.1:{free_port()}"
    await guest.says("where is my order")
    await shop.colleague().says(guest, "It is on its way.")
    heard = await guest.keys()
    shop.app.rasa.url = there
    await shop.passes(minutes=1, steps=6)
    assert await guest.keys() == heard


@ONE_DATABASE
async def test_buttons_and_commands_work_while_nlu_is_gone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa, "TRIES_AFTER", (0.0,))
    guest = await shop.customer("en")
    shop.app.rasa.url = f"http://127.0.0.1:{free_port()}"
    await guest.commands("help")
    assert await newest(guest) == ["talk.help"]
    await guest.commands("human")
    assert await guest.owner() == QUEUE


async def test_an_action_that_fails_is_undone_apologised_for_and_put_before_a_person(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(turn: Turn) -> list[Say]:
        turn.conversation.time_zone = "Europe/Paris"
        await turn.session.flush()
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(REGISTER["action_track_order"], "run", fails)
    guest = await shop.customer("en")
    await guest.says("where is my order")
    assert (await guest.keys())[-2:] == ["talk.sorry_failed", "handoff.fetching_a_person"], await told(guest)
    conversation = await guest.conversation()
    assert (conversation.owner, conversation.time_zone) == (QUEUE, "")
    (entry,) = await shop.rows(QueueEntry)
    assert (entry.reason, entry.detail) == (Reason.ACTION_FAILED, "action_track_order: ZeroDivisionError")
    (turn,) = await shop.rows(TurnRow)
    assert turn.error == "action_track_order: ZeroDivisionError"
    assert await handlings(shop) == [Handling.ANSWERED]


async def test_when_the_database_fails_in_the_middle_nothing_is_half_stored_and_the_channel_is_told(
    shop: Shop,
) -> None:
    guest = await shop.customer("en")
    engine = shop.app.db.engine.sync_engine

    def breaks(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO inbound"):
            raise DBAPIError(statement, None, ConnectionError("gone"))

    event.listen(engine, "before_cursor_execute", breaks)
    try:
        with pytest.raises(DBAPIError):
            await guest.sends("hello", external_id="17")
    finally:
        event.remove(engine, "before_cursor_execute", breaks)
    assert await shop.rows(Inbound) == []
    assert await shop.rows(Conversation) == []
    await guest.sends("hello", external_id="17")
    await shop.settles()
    assert await guest.keys() == ["talk.introduction"]


async def test_when_the_database_fails_during_an_answer_the_turn_runs_again_and_is_said_once(shop: Shop) -> None:
    guest = await shop.customer("en")
    await guest.sends("hello")
    shop.clock.passes(seconds=2)
    conversation_id = (await guest.conversation()).id
    engine = shop.app.db.engine.sync_engine

    def breaks(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO delivery"):
            raise DBAPIError(statement, None, ConnectionError("gone"), connection_invalidated=True)

    event.listen(engine, "before_cursor_execute", breaks)
    try:
        with pytest.raises(DBAPIError):
            await shop.app.answering.turn(conversation_id)
    finally:
        event.remove(engine, "before_cursor_execute", breaks)
    assert await handlings(shop) == [Handling.NEW]
    assert await guest.owner() == BOT, "a database that was gone for a moment is no reason to call a person"
    await shop.settles()
    assert await guest.keys() == ["talk.introduction"]


async def test_two_processes_on_one_database_answer_a_turn_once(shop: Shop, rasa_url: str, tmp_path: Path) -> None:
    address = shop.app.db.url.render_as_string(hide_password=False)
    async with open_shop(address, rasa_url, tmp_path, shop.clock, is_migrated=True) as other:
        for _ in range(5):
            guest: Guest = await shop.customer("en")
            await guest.sends("where is my order")
            shop.clock.passes(seconds=2)
            conversation_id = (await guest.conversation()).id
            await asyncio.gather(*(s.app.answering.turn(conversation_id) for s in (shop, other, shop, other)))
            keys = await guest.keys()
            assert (len(keys), keys[0]) == (2, "talk.introduction"), keys
            assert [t.conversation_id for t in await shop.rows(TurnRow)].count(conversation_id) == 1
    assert set(await handlings(shop)) == {Handling.ANSWERED}


async def test_two_processes_that_get_the_same_update_store_it_once(shop: Shop, rasa_url: str, tmp_path: Path) -> None:
    address = shop.app.db.url.render_as_string(hide_password=False)
    update = Incoming("web", "chat-1", "17", shop.clock.now(), text="hello", message_id="1")
    async with open_shop(address, rasa_url, tmp_path, shop.clock, is_migrated=True) as other:
        both = [s.app.take(replace(update)) for s in (shop, other) for _ in range(4)]
        stored = await asyncio.gather(*both)
    assert len({s.id for s in stored}) == 1
    assert sum(not s.repeated for s in stored) == 1
    assert len(await shop.rows(Inbound)) == 1


# --- the same thing said again


OUT_OF_SCOPE = {
    "zh": ("明天天气怎么样", "给我写首诗", "世界杯谁会赢", "给我讲个笑话"),
    "en": (
        "what is the weather tomorrow?",
        "write me a poem about the sea",
        "who will win the world cup",
        "tell me a joke",
    ),
}


@EACH_LANGUAGE
async def test_nobody_reads_the_same_refusal_twice_running(shop: Shop, language: str) -> None:
    guest = await shop.customer(language)
    answers = [(await guest.says(words))[-1] for words in OUT_OF_SCOPE[language]]
    assert (await guest.keys())[-3:] == ["talk.out_of_scope_again"] * 3, await told(guest)
    assert len(set(answers)) == len(answers), answers
    await guest.taps((await guest.heard())[-1].buttons[-1]["label"])
    assert await guest.owner() == QUEUE
