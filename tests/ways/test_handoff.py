"""Handing over to people and back, as a customer lives it: real nlu, real database, a clock that we move."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.complaints.complaint import Stage
from bot.conversations.tables import BOT, QUEUE
from bot.handoff.alerts import Alert, AlertKind
from bot.handoff.desk import Outcome
from bot.handoff.tables import CallBack, CallBackState, Deed, DeskEvent
from bot.inbox.tables import Handling, Inbound
from bot.messages import Author
from tests.clock import FakeClock
from tests.openshop import Guest, Shop
from tests.ways.complaining import EACH_LANGUAGE, LINES, ONE_DATABASE, complaining, newest, told
from tests.ways.test_person_at_once import NIGHT, waiting

ASK = {"zh": "转人工", "en": "I want to talk to a person"}
HOLIDAY_NIGHT = datetime(2026, 10, 1, 18, 0, tzinfo=UTC)
"""Friday 2 October, 02:00 in the shop: China's National Day week lasts to Wednesday the 7th."""
UNANNOUNCED_NIGHT = datetime(2031, 1, 21, 18, 0, tzinfo=UTC)
"""Before a Chinese New Year whose holidays nobody has announced yet."""


@EACH_LANGUAGE
async def test_with_nobody_online_at_two_in_a_holiday_week_nothing_false_is_promised(
    shop: Shop, clock: FakeClock, language: str
) -> None:
    clock.at = HOLIDAY_NIGHT
    guest = await shop.customer(language)
    await guest.says(ASK[language])
    assert await newest(guest) == ["handoff.off_hours"]
    assert {"zh": "10月8日（周四）09:15", "en": "Thu 8 Oct, 09:15"}[language] in (await guest.heard())[-1].text
    keys = await guest.keys()
    await shop.passes(days=5, steps=20)
    assert await guest.keys() == keys, "no word before somebody can be there"
    clock.at = datetime(2026, 10, 8, 1, 16, tzinfo=UTC)
    await shop.passes(seconds=1)
    assert await newest(guest) == ["handoff.later_than_said"], "nobody came: the truth, with a new estimate"
    entry = await waiting(guest)
    assert entry.expected_at
    assert entry.expected_at > clock.now()


@EACH_LANGUAGE
async def test_where_holidays_are_not_announced_yet_the_customer_is_told_so(
    shop: Shop, clock: FakeClock, language: str
) -> None:
    clock.at = UNANNOUNCED_NIGHT
    guest = await shop.customer(language)
    await guest.says(ASK[language])
    assert await newest(guest) == ["handoff.off_hours_unsure"], await told(guest)


@EACH_LANGUAGE
async def test_at_night_a_time_is_chosen_by_button_and_kept_as_a_promise_that_staff_see(
    shop: Shop, clock: FakeClock, language: str
) -> None:
    clock.at = NIGHT
    guest = await shop.customer(language)
    await guest.says(ASK[language])
    labels = [b["label"] for b in (await guest.heard())[-1].buttons]
    ten = {"zh": "11月25日（周三）10:00", "en": "Wed 25 Nov, 10:00"}[language]
    assert ten in labels
    await guest.taps(ten)
    assert await newest(guest) == ["handoff.call_back_agreed"], await told(guest)
    assert ten in (await guest.heard())[-1].text
    assert await guest.owner() == QUEUE
    (given,) = await shop.rows(CallBack)
    assert (given.slot_at, given.state) == (datetime(2026, 11, 25, 2, 0, tzinfo=UTC), CallBackState.OPEN)
    # staff are reminded, and the customer hears nothing false before
    clock.at = given.slot_at - timedelta(minutes=16)
    await shop.passes(minutes=1)
    assert [a.kind for a in await shop.rows(Alert)].count(AlertKind.CALL_BACK_NEAR) == 1
    assert await newest(guest) == ["handoff.call_back_agreed"]
    clock.at = given.slot_at
    await shop.colleague("Mei").says(guest, "Good morning")
    (given,) = await shop.rows(CallBack)
    assert (given.state, given.done_by) == (CallBackState.KEPT, "Mei")


@EACH_LANGUAGE
async def test_another_time_replaces_the_first_and_a_time_that_has_passed_is_not_taken(
    shop: Shop, clock: FakeClock, language: str
) -> None:
    clock.at = NIGHT
    guest = await shop.customer(language)
    await guest.says(ASK[language])
    row = (await guest.heard())[-1]
    for place in (1, 2):
        await guest.taps(row.buttons[place]["label"])
    first, second = await shop.rows(CallBack)
    assert (first.state, second.state) == (CallBackState.WITHDRAWN, CallBackState.OPEN)
    clock.at = second.slot_at + timedelta(hours=1)
    await guest.taps(row.buttons[0]["label"])
    assert await newest(guest) == ["handoff.call_back_full"], await told(guest)


@EACH_LANGUAGE
async def test_a_time_that_was_given_and_missed_is_confessed(shop: Shop, clock: FakeClock, language: str) -> None:
    clock.at = NIGHT
    guest = await shop.customer(language)
    await guest.says(ASK[language])
    await guest.taps("action_call_back")
    clock.at = (await shop.rows(CallBack))[0].slot_at
    await shop.passes(minutes=1)
    assert await newest(guest) == ["handoff.call_back_late"], await told(guest)
    await shop.colleague("Mei").says(guest, "Sorry to be late")
    assert [g.state for g in await shop.rows(CallBack)] == [CallBackState.LATE]


@ONE_DATABASE
async def test_a_made_up_tap_does_not_let_the_bot_speak_where_a_person_does(shop: Shop) -> None:
    guest = await complaining(shop, "en", Stage.RESOLVE)
    offer = (await guest.heard())[-1]
    assert offer.buttons, await told(guest)
    await guest.says("I want to talk to a person")
    keys = await guest.keys()
    await guest.taps_payload(f"a:{offer.id}:0")
    assert await guest.keys() == keys
    assert (await guest.case()).stage is Stage.RESOLVE
    assert await guest.owner() == QUEUE


@EACH_LANGUAGE
async def test_a_late_estimate_is_told_more_than_once_and_not_too_often(shop: Shop, language: str) -> None:
    guest = await shop.customer(language)
    await guest.says(ASK[language])
    told_at = []
    for minute in range(0, 115, 5):  # until noon the shop is open
        await shop.passes(minutes=5)
        if (await guest.keys()).count("handoff.later_than_said") > len(told_at):
            told_at.append(minute + 5)
            expected = (await waiting(guest)).expected_at
            assert expected
            assert expected > shop.clock.now()
    assert len(told_at) >= 2, told_at
    pauses = [b - a for a, b in pairwise(told_at)]
    assert all(pause >= 15 for pause in pauses), told_at


@EACH_LANGUAGE
async def test_the_customer_hears_who_writes_and_when_they_leave(shop: Shop, language: str) -> None:
    guest = await shop.customer(language)
    await guest.says(ASK[language])
    mei = shop.colleague("Mei")
    await mei.says(guest, "你好" if language == "zh" else "Hello")
    assert await newest(guest, 2) == ["handoff.now_with_you", ""]
    assert "Mei" in (await guest.heard())[-2].text
    assert {row.staff_name for row in (await guest.heard())[-2:]} == {"Mei"}
    await mei.closes(guest)
    assert await newest(guest) == ["handoff.closed"]
    assert "Mei" in (await guest.heard())[-1].text


@EACH_LANGUAGE
async def test_on_return_the_bot_speaks_first_goes_on_and_a_summary_is_kept_for_staff(
    shop: Shop, language: str
) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    mei = shop.colleague("Mei")
    await mei.says(guest, "one moment")
    await mei.hands_back(guest, "the hose leaks, photo not needed")
    assert await newest(guest, 2) == ["handoff.back_with_the_bot", "complaints.back_to_photo"]
    (ended,) = [e for e in await shop.rows(DeskEvent) if e.what is Deed.HANDOFF_ENDED]
    assert ended.note == "the hose leaks, photo not needed"
    assert all("hose leaks" not in row.text for row in await guest.heard())
    await guest.says(LINES[language].no_photo)
    assert await newest(guest) == ["complaints.ask_wish"], await told(guest)


@EACH_LANGUAGE
async def test_a_message_after_closing_starts_a_new_episode_with_the_bot(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    before = await guest.case()
    mei = shop.colleague("Mei")
    await mei.says(guest, "I see")
    await mei.closes(guest)
    assert (await guest.conversation()).case_id is None
    await guest.says({"zh": "你们几点下班", "en": "what are your opening hours"}[language])
    assert await guest.owner() == BOT
    heard = (await guest.heard())[-1]
    assert heard.author is Author.BOT
    assert not heard.text_key.startswith("complaints."), await told(guest)
    # what is complained of next is linked to the case that staff still have
    await guest.says(LINES[language].opening)
    after = await guest.case()
    assert (after.id != before.id, after.repeat_of) == (True, before.id), await told(guest)


@EACH_LANGUAGE
async def test_a_case_that_is_solved_is_closed_with_the_thread_and_linked_to_the_next(
    shop: Shop, language: str
) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    before = await guest.case()
    mei = shop.colleague("Mei")
    await mei.says(guest, "I have sent a new hose")
    await mei.closes(guest, Outcome.SOLVED)
    assert (await guest.case()).stage is Stage.CLOSED
    await guest.says(LINES[language].opening)
    assert (await guest.case()).repeat_of == before.id


@EACH_LANGUAGE
async def test_a_thread_closed_while_a_promise_is_open_keeps_the_promise(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.COMMIT)
    mei = shop.colleague("Mei")
    await mei.says(guest, "it is on the way")
    await mei.closes(guest, Outcome.SOLVED)
    assert (await guest.case()).stage is Stage.COMMIT
    await guest.says(LINES[language].my_case)
    assert await newest(guest) == ["complaints.status_with_promises"], await told(guest)


@ONE_DATABASE
async def test_while_a_person_speaks_nlu_is_not_asked_and_everything_reaches_the_person(shop: Shop) -> None:
    guest = await shop.customer("en")
    await guest.says("I want to talk to a person")
    await shop.colleague("Mei").says(guest, "Hello")

    async def refuse(*_: object) -> None:
        raise AssertionError("nlu was asked")

    shop.app.rasa.decide = refuse  # type: ignore[assignment, method-assign]
    await guest.says("where is my order")
    await guest.shows_a_photo("here")
    assert [m.handling for m in await shop.rows(Inbound)][-2:] == [Handling.FOR_STAFF] * 2


@ONE_DATABASE
async def test_a_tier_that_waits_is_more_urgent_and_says_why(shop: Shop) -> None:
    guest = await shop.customer("en", linked=True, tier="gold")
    await guest.says("I want to talk to a person")
    entry = await waiting(guest)
    assert (entry.priority, entry.tier) == (2, "gold")


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_the_terminal_shows_what_waits_and_what_was_promised(
    shop: Shop, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    clock.at = NIGHT
    guest: Guest = await shop.customer("en")
    await guest.says("I want to talk to a person")
    await guest.taps("action_call_back")
    mei = shop.colleague("Mei")
    await mei.notes(guest, "knows the owner")
    await mei.looks()
    shown = capsys.readouterr().out
    assert "asked" in shown
    assert "is to be written to at" in shown
