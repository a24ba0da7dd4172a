"""A complaint from its first word to after-care: what the customer needs at each stage, and what the bot does."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.complaints.complaint import Event, Stage
from bot.complaints.promise import State
from bot.complaints.tables import Promise
from bot.handoff.alerts import Alert, AlertKind
from bot.inbox.tables import TurnRow
from bot.shop.order import RefundState
from bot.shop.tables import BenefitRow
from tests.openshop import Guest, Shop
from tests.ways.complaining import (
    EACH_LANGUAGE,
    LINES,
    ONE_DATABASE,
    WASHER,
    complaining,
    customer,
    goes_on,
    keeps,
    newest,
    steps,
    told,
)

FACT_QUESTIONS = {
    f"complaints.{k}"
    for k in (
        "ask_what",
        "ask_order",
        "ask_order_needed",
        "ask_which_order",
        "ask_phone",
        "ask_photo",
        "ask_wish",
        "summary",
    )
}
EMPATHY = re.compile(r"complaints\.acknowledge_")


def sentences(text: str) -> int:
    return len(re.findall(r"[。！？.!?](?=\s|$|[^\d\s])", text.rstrip()))


# --- let them speak


@EACH_LANGUAGE
async def test_the_first_word_is_met_with_a_receipt_and_an_open_question(shop: Shop, language: str) -> None:
    guest = await customer(shop, language)
    (answer,) = (await guest.says(LINES[language].opening))[-1:]
    assert (await guest.case()).stage is Stage.VENT
    assert await newest(guest) == ["complaints.listen_on"]
    assert sentences(answer) <= 3, answer
    assert not (await guest.heard())[-1].buttons, "nothing to choose from while somebody tells their story"


@EACH_LANGUAGE
async def test_the_customers_own_word_for_the_thing_is_echoed(shop: Shop, language: str) -> None:
    guest = await customer(shop, language)
    (answer,) = (await guest.says(LINES[language].opening))[-1:]
    assert {"zh": "洗衣机", "en": "washing machine"}[language] in answer


@EACH_LANGUAGE
async def test_while_they_speak_nothing_is_asked_offered_or_explained(shop: Shop, language: str) -> None:
    guest = await customer(shop, language)
    await guest.says(LINES[language].opening)
    await guest.says(LINES[language].worse)
    assert (await guest.case()).stage is Stage.VENT
    keys = await guest.keys()
    assert keys[-2:] == ["complaints.listen_on", "complaints.listen_more_1"], keys
    assert not FACT_QUESTIONS & set(keys)
    assert (await guest.case()).offers == []


@ONE_DATABASE
async def test_who_only_says_that_they_want_to_complain_is_asked_what_happened(shop: Shop) -> None:
    guest = await customer(shop, "zh")
    await guest.says("我要投诉快递")
    assert await newest(guest) == ["complaints.listen"]


@ONE_DATABASE
async def test_a_calm_customer_who_writes_english_and_has_told_what_happened_need_not_tell_it_again(shop: Shop) -> None:
    guest = await customer(shop, "en")
    await guest.says(LINES["en"].calm_opening)
    assert await steps(guest) == [
        (Stage.VENT, Event.OPENED),
        (Stage.VENT, Event.HEARD),
        (Stage.ACKNOWLEDGE, Event.FELT_UNDERSTOOD),
    ]
    assert await newest(guest, 2) == ["complaints.acknowledge_product", "complaints.ask_photo"]


@ONE_DATABASE
async def test_a_calm_customer_who_writes_chinese_is_listened_to_all_the_same(shop: Shop) -> None:
    guest = await customer(shop, "zh")
    await guest.says(LINES["zh"].calm_opening)
    assert (await guest.case()).stage is Stage.VENT


@EACH_LANGUAGE
async def test_a_burst_of_messages_is_one_turn_with_one_answer(shop: Shop, language: str) -> None:
    lines = LINES[language]
    guest = await customer(shop, language)
    await guest.says(lines.opening)
    turns, heard = len(await shop.rows(TurnRow)), len(await guest.heard())
    began = shop.clock.now()
    await guest.sends(lines.worse)
    shop.clock.passes(seconds=2)
    await guest.sends(lines.outburst)
    shop.clock.passes(seconds=2)
    await guest.sends(lines.worse)
    await shop.settles()
    assert len(await shop.rows(TurnRow)) == turns + 1
    assert len(await guest.heard()) == heard + 1
    assert shop.clock.now() - began >= timedelta(seconds=7), "in this stage the bot waits longer for the next message"
    assert (await guest.case()).facts["told"][-1] == f"{lines.worse}\n{lines.outburst}\n{lines.worse}"


@EACH_LANGUAGE
async def test_after_three_minutes_of_silence_there_is_one_gentle_word_and_no_second(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.VENT)
    before = await guest.keys()
    await shop.passes(minutes=2, seconds=50)
    assert await guest.keys() == before
    await shop.passes(seconds=15)
    assert await guest.keys() == [*before, "complaints.still_here"]
    await shop.passes(minutes=30, steps=10)
    assert await guest.keys() == [*before, "complaints.still_here"]


@EACH_LANGUAGE
@pytest.mark.parametrize("line", ["all_said", "what_now"])
async def test_a_turn_with_nothing_new_or_asking_for_deeds_ends_the_listening(
    shop: Shop, language: str, line: str
) -> None:
    guest = await complaining(shop, language, Stage.VENT)
    await guest.says(getattr(LINES[language], line))
    assert (Stage.VENT, Event.HEARD) in await steps(guest), await told(guest)
    assert "complaints.acknowledge_product" in await guest.keys()


# --- acknowledge


@EACH_LANGUAGE
async def test_no_line_of_empathy_is_said_twice_in_a_case(shop: Shop, language: str) -> None:
    lines = LINES[language]
    guest = await complaining(shop, language, Stage.ACKNOWLEDGE)
    for words in (lines.outburst, lines.ok, lines.outburst, lines.ok, lines.outburst):
        await guest.says(words)
    said = [key for key in await guest.keys() if EMPATHY.match(key)]
    assert len(said) >= 3, await told(guest)
    assert len(said) == len(set(said)), said


@EACH_LANGUAGE
async def test_after_two_turns_of_words_come_the_facts(shop: Shop, language: str) -> None:
    lines = LINES[language]
    guest = await complaining(shop, language, Stage.ACKNOWLEDGE)
    await guest.says(lines.outburst)
    assert (await guest.case()).stage is Stage.ACKNOWLEDGE, await told(guest)
    await guest.says(lines.outburst)
    assert (await guest.case()).stage is Stage.CLARIFY, await told(guest)


@EACH_LANGUAGE
async def test_facts_that_come_unasked_are_enough_to_go_on(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.ACKNOWLEDGE)
    await guest.shows_a_photo(LINES[language].outburst)
    assert (await guest.case()).stage is Stage.CLARIFY, await told(guest)


# --- facts and wish


@EACH_LANGUAGE
async def test_the_only_order_of_a_known_customer_is_not_asked_for(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    assert await newest(guest) == ["complaints.ask_photo"]
    facts = (await guest.case()).facts
    assert facts["verified"]
    assert facts["order"].startswith("LJ")
    assert facts["paid_cents"] == 599_00


@EACH_LANGUAGE
async def test_of_several_orders_the_customer_chooses_by_tapping(shop: Shop, language: str) -> None:
    guest = await customer(shop, language)
    second = await guest.buys(WASHER)
    await goes_on_to_the_order(guest)
    assert await newest(guest) == ["complaints.ask_which_order"]
    await guest.taps(second.id)
    assert (await guest.case()).facts["order"] == second.id


async def goes_on_to_the_order(guest: Guest) -> None:
    await guest.says(LINES[guest.language].opening)
    await guest.says(LINES[guest.language].what_now)


@EACH_LANGUAGE
async def test_a_stranger_is_asked_for_order_and_phone_and_then_known(shop: Shop, language: str) -> None:
    guest = await shop.customer(language)
    order = await guest.buys(WASHER)
    await goes_on_to_the_order(guest)
    assert await newest(guest) == ["complaints.ask_order"]
    await guest.says(order.id)
    assert await newest(guest) == ["complaints.ask_phone"]
    await guest.says(order.phone)
    assert (await guest.case()).facts["verified"]
    assert await newest(guest) == ["complaints.ask_photo"]


@EACH_LANGUAGE
async def test_all_facts_of_one_answer_are_taken_and_none_is_asked_for_again(shop: Shop, language: str) -> None:
    guest = await shop.customer(language)
    order = await guest.buys(WASHER)
    await goes_on_to_the_order(guest)
    said = {"zh": "{}，手机{}，没有照片，给我换一台新的", "en": "{}, phone {}, no photo, I want a replacement"}
    await guest.says(said[language].format(order.id, order.phone))
    assert await newest(guest) == ["complaints.summary"], await told(guest)


@EACH_LANGUAGE
async def test_one_question_a_turn_and_at_most_four(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.RESOLVE)
    questions = [k for k in await guest.keys() if k in FACT_QUESTIONS]
    assert questions == ["complaints.ask_photo", "complaints.ask_wish", "complaints.summary"]


@EACH_LANGUAGE
async def test_a_photo_is_kept_as_evidence_and_named_in_the_summary(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    await guest.shows_a_photo()
    await guest.says(LINES[language].exchange)
    case = await guest.case()
    assert len(case.facts["photos"]) == 1
    summary = (await guest.heard())[-1]
    assert summary.text_key == "complaints.summary"
    assert {"zh": "照片：1 张", "en": "Photos: 1"}[language] in summary.text


@EACH_LANGUAGE
async def test_the_summary_names_the_case_and_repeats_the_customers_own_words(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    await guest.says(LINES[language].no_photo)
    await guest.says(LINES[language].exchange)
    (summary,) = (await guest.heard())[-1:]
    case = await guest.case()
    assert f"C{case.id:05d}" in summary.text
    assert LINES[language].opening in summary.text
    assert case.facts["order"] in summary.text
    assert {"zh": "您希望：换货", "en": "Your wish: a replacement"}[language] in summary.text


@EACH_LANGUAGE
async def test_a_summary_that_is_denied_is_corrected_and_shown_again(shop: Shop, language: str) -> None:
    lines = LINES[language]
    guest = await complaining(shop, language, Stage.CLARIFY)
    await guest.says(lines.no_photo)
    await guest.says(lines.exchange)
    await guest.says(lines.no)
    assert await newest(guest) == ["complaints.ask_correction"]
    await guest.says({"zh": "我要退款，不换货", "en": "I would like my money back instead"}[language])
    (summary,) = (await guest.heard())[-1:]
    assert summary.text_key == "complaints.summary"
    assert {"zh": "您希望：退款", "en": "Your wish: money back"}[language] in summary.text
    await guest.says(lines.yes)
    assert (await guest.case()).stage is Stage.RESOLVE


@EACH_LANGUAGE
async def test_the_wish_can_be_tapped(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    await guest.taps("none")
    assert await newest(guest) == ["complaints.ask_wish"]
    await guest.taps("repair")
    assert (await guest.case()).facts["wish"] == "repair"
    assert await newest(guest) == ["complaints.summary"]


# --- keep the promise


@EACH_LANGUAGE
async def test_the_promise_names_action_owner_and_time(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.COMMIT)
    (given,) = await guest.promises()
    assert (given.remedy, given.owner, given.given_by, given.state) == ("exchange", "warehouse", "bot", State.OPEN)
    assert given.due_at == datetime(2026, 11, 27, 6, 30, tzinfo=UTC)
    (said,) = (await guest.heard())[-1:]
    assert said.text_key == "complaints.commit"
    for words in {
        "zh": ("换一台全新的", "仓库", "11月27日（周五）14:30"),
        "en": ("brand-new replacement", "the warehouse", "Fri 27 Nov, 14:30"),
    }[language]:
        assert words in said.text


@EACH_LANGUAGE
async def test_my_case_shows_stage_owner_next_date_and_what_was_done(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.COMMIT)
    answer = (await guest.says(LINES[language].my_case))[0]
    assert await newest(guest) == ["complaints.status_with_promises"]
    wanted = {
        "zh": ("正在兑现", "换一台全新的", "仓库", "11月27日（周五）14:30"),
        "en": ("keeping the promise", "brand-new replacement", "the warehouse", "Fri 27 Nov, 14:30"),
    }
    assert all(words in answer for words in wanted[language]), answer
    await keeps(guest)
    answer = (await guest.says(LINES[language].my_case))[0]
    assert {"zh": "已完成", "en": "done Tue 24 Nov"}[language] in answer


@EACH_LANGUAGE
async def test_progress_is_told_each_working_day_without_being_asked(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.COMMIT)
    await shop.passes(hours=31, steps=31)  # to Wednesday 17:00
    assert "complaints.progress" not in await guest.keys()
    await shop.passes(hours=2, steps=2)
    assert (await guest.keys()).count("complaints.progress") == 1
    (said,) = (await guest.heard())[-1:]
    assert {"zh": "仓库，11月27日", "en": "the warehouse, before Fri 27 Nov"}[language] in said.text


@ONE_DATABASE
async def test_those_who_owe_it_are_reminded_at_half_and_at_nine_tenths_of_the_time(shop: Shop) -> None:
    guest = await complaining(shop, "zh", Stage.COMMIT)
    (given,) = await guest.promises()
    whole = given.due_at - given.given_at

    async def at(share: float) -> list[AlertKind]:
        shop.clock.at = given.given_at + whole * share
        await shop.passes(seconds=0)
        await shop.passes(seconds=0)
        return [alert.kind for alert in await shop.rows(Alert)]

    assert await at(0.49) == []
    assert await at(0.51) == [AlertKind.PROMISE_HALF]
    assert await at(0.89) == [AlertKind.PROMISE_HALF]
    assert await at(0.91) == [AlertKind.PROMISE_HALF, AlertKind.PROMISE_NEAR]


@EACH_LANGUAGE
async def test_the_customer_hears_before_it_is_late(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.COMMIT)
    (given,) = await guest.promises()
    shop.clock.at = given.given_at + (given.due_at - given.given_at) * 0.95  # Friday, 11:00
    await shop.passes(seconds=0)
    await shop.passes(minutes=30)
    assert (await guest.keys()).count("complaints.promise_near") == 1
    assert shop.clock.now() < given.due_at


@ONE_DATABASE
async def test_what_is_near_at_night_is_told_in_the_morning(shop: Shop) -> None:
    guest = await complaining(shop, "zh", Stage.COMMIT)
    async with shop.app.db.write() as session:
        given = await session.merge((await guest.promises())[0])
        given.due_at = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)  # Friday 09:00; nine tenths are over on Thursday night
    shop.clock.at = datetime(2026, 11, 26, 19, 0, tzinfo=UTC)  # 03:00
    await shop.passes(seconds=0)
    assert "complaints.promise_near" not in await guest.keys()
    shop.clock.at = datetime(2026, 11, 27, 0, 15, tzinfo=UTC)  # 08:15
    await shop.passes(seconds=0)
    assert "complaints.promise_near" in await guest.keys()


# --- restore and after-care


@EACH_LANGUAGE
async def test_what_was_done_is_told_and_whether_it_helped_is_asked(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.COMMIT)
    await keeps(guest)
    assert await newest(guest, 2) == ["complaints.done", "complaints.is_it_solved"]
    assert [b["args"]["choice"] for b in (await guest.heard())[-1].buttons] == ["solved", "partly", "no"]
    assert [p.state for p in await guest.promises()] == [State.KEPT]


@ONE_DATABASE
async def test_the_shops_own_data_are_the_evidence_that_money_was_paid(shop: Shop) -> None:
    guest = await complaining(shop, "en", Stage.RESOLVE)
    await guest.taps("refund")
    number = (await guest.case()).facts["order"]
    answer = await shop.http.put(
        f"/api/v1/orders/{number}",
        json={
            "customer_id": guest.account,
            "state": "returned",
            "placed_at": "2026-11-19T02:00:00Z",
            "total_cents": 59900,
            "refund_state": RefundState.PAID,
            "refund_cents": 59900,
        },
    )
    assert answer.status_code == 200
    await shop.settles()
    assert [p.state for p in await guest.promises()] == [State.KEPT]
    assert await newest(guest, 2) == ["complaints.done", "complaints.is_it_solved"]


@EACH_LANGUAGE
async def test_solved_ends_with_thanks_what_changes_and_points_once(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.RESTORE)
    await guest.taps("solved")
    assert (await guest.case()).stage is Stage.CLOSED
    assert await newest(guest, 2) == ["complaints.closed_product", "complaints.goodwill"]
    assert (await guest.conversation()).case_id is None
    await guest.taps("solved")
    await guest.taps("solved")
    (credited,) = await shop.rows(BenefitRow)
    assert (credited.record["amount"], credited.record["kind"]) == (200, "points")


@ONE_DATABASE
async def test_a_customer_without_an_account_gets_thanks_and_no_points(shop: Shop) -> None:
    guest = await shop.customer("en")
    await guest.says("Your hotline treated me badly, this is unacceptable and very rude")
    for words in (LINES["en"].what_now, LINES["en"].ok, "I want an apology", LINES["en"].yes, LINES["en"].first):
        await guest.says(words)
    await keeps(guest)
    await guest.taps("solved")
    assert await newest(guest) == ["complaints.closed_service"], await told(guest)
    assert await shop.rows(BenefitRow) == []


@EACH_LANGUAGE
async def test_seven_days_later_somebody_asks_whether_it_came_back(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLOSED)
    await shop.passes(days=6, hours=23)
    assert "complaints.check_after" not in await guest.keys()
    await shop.passes(hours=2)
    await shop.passes(hours=24)
    assert (await guest.keys()).count("complaints.check_after") == 1


@EACH_LANGUAGE
async def test_a_new_complaint_within_thirty_days_begins_with_an_apology(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLOSED)
    first = await guest.case()
    await shop.passes(days=20)
    await guest.says(LINES[language].other_grievance)
    case = await guest.case()
    assert case.repeat_of == first.id, await told(guest)
    assert (Stage.ACKNOWLEDGE, Event.OPENED) in await steps(guest)
    assert "complaints.acknowledge_repeat" in await guest.keys()


@ONE_DATABASE
async def test_after_thirty_days_it_is_a_complaint_like_any_other(shop: Shop) -> None:
    guest = await complaining(shop, "zh", Stage.CLOSED)
    await shop.passes(days=31)
    await guest.says(LINES["zh"].opening)
    case = await guest.case()
    assert (case.stage, case.repeat_of) == (Stage.VENT, None)


@ONE_DATABASE
async def test_a_complaint_is_written_down_step_by_step(shop: Shop) -> None:
    guest = await customer(shop, "en")
    await goes_on(guest, Stage.CLOSED)
    assert [event for _, event in await steps(guest)] == [
        Event.OPENED,
        Event.HEARD,
        Event.FELT_UNDERSTOOD,
        Event.FACTS_AGREED,
        Event.ACCEPTED,
        Event.DONE,
        Event.SOLVED,
    ]
    assert [p.evidence for p in await shop.rows(Promise)] == ["seen in the shop's system"]
