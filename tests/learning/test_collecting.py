"""What customers write and the bot does not understand is kept: masked, once, in the turn's own transaction."""

import asyncio

import pytest

from bot.conversations.tables import Conversation
from bot.errors import NotFound
from bot.inbox import lessons
from bot.inbox.tables import TurnRow
from bot.learning import files, service
from bot.learning.lesson import Met, State, Why
from bot.learning.tables import Lesson
from bot.outbox import service as outbox
from bot.schedule import forget_old_lessons
from tests.openshop import Guest, Shop

MONEY = "the money thing for LJ20261103-0042, call 13812345678"
MASKED = "the money thing for LJ20260101-0001, call 13900001234"
INTENTS = files.intents()


async def only_lesson(shop: Shop) -> Lesson:
    [found] = await shop.rows(Lesson)
    return found


async def test_a_message_that_was_not_understood_is_kept_without_personal_data(shop: Shop) -> None:
    emma = await shop.customer("en")
    await emma.says(MONEY)
    found = await only_lesson(shop)
    assert (found.text, found.why, found.state, found.count) == (MASKED, Why.NOT_UNDERSTOOD, State.NEW, 1)
    assert (found.language, found.intent, found.confidence, found.emotion) == ("en", "track_refund", 0.31, "annoyed")
    assert found.ranking[:2] == [["track_refund", 0.31], ["get_refund", 0.24]]
    assert (found.journey, found.first_at) == ("none", shop.clock.now())
    assert found.conversation_id == (await emma.conversation()).id


async def test_what_was_understood_is_not_kept(shop: Shop) -> None:
    guest = await shop.customer("zh")
    await guest.says("你好")
    assert await shop.rows(Lesson) == []


async def test_the_same_message_is_kept_once_and_counted_whoever_writes_it(shop: Shop) -> None:
    for number in ("LJ20261103-0042", "LJ20261119-0777"):
        guest = await shop.customer("zh")
        await guest.says(f"那个钱的事 {number}")
        shop.clock.at = shop.clock.at.replace(second=30)
    found = await only_lesson(shop)
    assert (found.count, found.script) == (2, "Hans")
    assert found.last_at > found.first_at


async def test_two_turns_that_store_the_same_message_at_the_same_time_are_counted_both(shop: Shop) -> None:
    guests = [await shop.customer("en") for _ in range(2)]
    for guest in guests:
        await guest.says("hello")
    conversations = [await guest.conversation() for guest in guests]
    met, personal = Met(Why.NOT_UNDERSTOOD, "the money thing", "en"), shop.app.data.now.personal

    async def collect(conversation: Conversation) -> None:
        async with shop.app.db.write() as session:
            await service.collect(session, conversation, met, shop.clock.now(), personal)

    await asyncio.gather(*map(collect, conversations))
    assert (await only_lesson(shop)).count == 2


async def test_the_guess_that_a_customer_takes_is_noted_and_the_message_not_counted_again(shop: Shop) -> None:
    emma = await shop.customer("en")
    await emma.says(MONEY)
    await emma.taps("action_get_refund")
    found = await only_lesson(shop)
    assert (found.why, found.suggested, found.count, found.text) == (Why.GUESS_TAKEN, "get_refund", 1, MASKED)
    assert found.intent == "track_refund"  # what the model thought stays


async def test_none_of_the_guesses_is_noted(shop: Shop) -> None:
    emma = await shop.customer("en")
    await emma.says(MONEY)
    await emma.taps("action_something_else")
    assert (await only_lesson(shop)).why is Why.GUESS_REJECTED


async def test_the_strongest_reason_stays(shop: Shop) -> None:
    emma = await shop.customer("en")
    await emma.says("the money thing")
    await emma.taps("action_get_refund")
    await emma.says("the money thing")
    found = await only_lesson(shop)
    assert (found.why, found.suggested, found.count) == (Why.GUESS_TAKEN, "get_refund", 2)


async def test_the_name_of_a_linked_customer_goes(shop: Shop) -> None:
    lin = await shop.customer("zh", linked=True)
    await lin.says("林小雨那个钱的事")
    assert (await only_lesson(shop)).text == "王小明那个钱的事"


async def test_a_turn_that_is_not_committed_teaches_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    emma = await shop.customer("en")
    await emma.sends(MONEY)
    put = outbox.put

    async def killed(*_: object, **__: object) -> None:
        raise ConnectionError("the database is gone")

    monkeypatch.setattr(outbox, "put", killed)
    with pytest.raises(ConnectionError):
        await shop.settles()
    assert await shop.rows(Lesson) == []
    monkeypatch.setattr(outbox, "put", put)
    await shop.settles()
    assert (await only_lesson(shop)).count == 1


async def corrected(shop: Shop, text: str, **label: str) -> Lesson:
    """Staff corrects the newest turn, in which this was written."""
    emma = await shop.customer("en")
    await emma.says(text)
    turn = (await shop.rows(TurnRow))[-1]
    personal, at = shop.app.data.now.personal, shop.clock.now()
    async with shop.app.db.write() as session:
        conversation, met = await emma.conversation(), await lessons.of_turn(session, turn.id)
        if "intent" in label:
            await service.correct_intent(session, conversation, met, label["intent"], "Anna", at, personal, INTENTS)
        else:
            await service.correct_emotion(session, conversation, met, label["emotion"], "Anna", at, personal)
    return await only_lesson(shop)


async def test_an_intent_that_staff_corrects_is_labelled_at_once(shop: Shop) -> None:
    found = await corrected(shop, "hello you took 13812345678 twice", intent="complaint_billing")
    assert (found.text, found.intent) == ("hello you took 13900001234 twice", "greet")
    assert (found.why, found.state) == (Why.INTENT_CORRECTED, State.LABELLED)
    assert (found.label_intent, found.labelled_by, found.labelled_at) == (
        "complaint_billing",
        "Anna",
        shop.clock.now(),
    )


async def test_a_feeling_that_staff_corrects_waits_for_its_intent(shop: Shop) -> None:
    found = await corrected(shop, "hello this is the end", emotion="angry")
    assert (found.why, found.state, found.label_emotion) == (Why.EMOTION_CORRECTED, State.NEW, "angry")
    async with shop.app.db.write() as session:
        await service.label(session, found.id, "complaint_service", "", "Anna", shop.clock.now(), INTENTS)
    labelled = await only_lesson(shop)
    assert (labelled.state, labelled.label_intent, labelled.label_emotion) == (
        State.LABELLED,
        "complaint_service",
        "angry",
    )


async def test_an_intent_that_there_is_not_changes_nothing(shop: Shop) -> None:
    with pytest.raises(NotFound, match="did you mean complaint_billing"):
        await corrected(shop, "hello there", intent="complaint_biling")
    assert await shop.rows(Lesson) == []


async def test_a_turn_without_words_cannot_be_corrected(shop: Shop) -> None:
    emma = await shop.customer("en")
    await emma.says(MONEY)
    await emma.taps("action_something_else")
    tap = (await shop.rows(TurnRow))[-1]
    async with shop.app.db.read() as session:
        with pytest.raises(NotFound, match="no words"):
            await lessons.of_turn(session, tap.id)


async def test_old_messages_are_forgotten_unless_their_label_waits(shop: Shop) -> None:
    emma = await shop.customer("en")
    for text in ("first thing", "second thing", "third thing"):
        await emma.says(text)
    first, second, _ = await shop.rows(Lesson)
    async with shop.app.db.write() as session:
        await service.label(session, first.id, "track_refund", "", "Anna", shop.clock.now(), INTENTS)
        await service.drop(session, second.id, "Anna", shop.clock.now())
    await shop.passes(days=shop.app.settings.learn_keep_days + 1)
    await emma.says("fourth thing")
    assert await forget_old_lessons(shop.app) == 2
    assert [row.text for row in await shop.rows(Lesson)] == ["first thing", "fourth thing"]


# --- in a complaint


LOST = {"zh": "嗯嗯那个嘛 13812345678", "en": "well you know 13812345678"}
KEPT = {"zh": "嗯嗯那个嘛 13900001234", "en": "well you know 13900001234"}


async def complaint_until_the_wish(shop: Shop, language: str) -> Guest:
    """A complaint that has come to its question for the wish."""
    guest = await shop.customer(language, linked=True)
    await guest.buys("washer-10")
    opening = {
        "zh": "坏了，洗衣机滚筒完全不转了，水也放不掉",
        "en": "broken, the drum of it does not turn any more at all",
    }
    await guest.says(opening[language])
    for _ in range(4):
        match (await guest.keys())[-1]:
            case "complaints.ask_wish":
                return guest
            case "complaints.ask_photo":
                await guest.taps("none")
            case _:
                await guest.says({"zh": "你们打算怎么处理", "en": "what are you going to do about it?"}[language])
    raise AssertionError(await guest.keys())


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_answer_in_a_complaint_that_nobody_understood_is_kept_with_what_was_asked(
    shop: Shop, language: str
) -> None:
    guest = await complaint_until_the_wish(shop, language)
    assert await shop.rows(Lesson) == [], "what is told in a complaint is no answer that could be misunderstood"
    await guest.says(LOST[language])
    assert (await guest.keys())[-1] == "complaints.ask_wish_again"
    found = await only_lesson(shop)
    assert (found.text, found.why, found.count) == (KEPT[language], Why.NOT_UNDERSTOOD, 1)
    assert (found.journey, found.stage) == ("complaint", "clarify:wish")
    await guest.taps("exchange")
    assert (await guest.keys())[-1] == "complaints.summary"
    await guest.says({"zh": "这个嘛难说", "en": "hard to say, hm"}[language])
    assert (await guest.keys())[-2:] == ["complaints.summary_unclear", "complaints.summary"]
    assert [row.stage for row in await shop.rows(Lesson)] == ["clarify:wish", "clarify:summary"]


async def test_an_answer_in_a_complaint_that_its_stage_understands_teaches_nothing(shop: Shop) -> None:
    guest = await complaint_until_the_wish(shop, "en")
    await guest.says("I want a replacement")  # the model does not know it, the words of the policy do
    assert (await guest.keys())[-1] == "complaints.summary"
    await guest.says("send a technician, please repair it")
    assert (await guest.keys())[-1] == "complaints.summary", "corrected"
    assert await shop.rows(Lesson) == []
