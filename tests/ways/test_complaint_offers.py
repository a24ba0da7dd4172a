"""Solution and choice: two ways with exact dates, the wish first, and what has to be approved by a colleague."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.complaints.complaint import Stage
from bot.conversations.tables import QUEUE
from bot.handoff.queue import Reason
from bot.handoff.tables import QueueEntry
from bot.shop.order import OrderState
from tests.clock import FakeClock
from tests.openshop import Guest, Shop
from tests.ways.complaining import EACH_LANGUAGE, LINES, ONE_DATABASE, complaining, newest, told

FRIDGE = "fridge-500"


@EACH_LANGUAGE
async def test_two_options_with_exact_dates_and_something_else(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.RESOLVE)
    (offer,) = (await guest.heard())[-1:]
    assert offer.text_key == "complaints.offer_two"
    assert [b["args"]["choice"] for b in offer.buttons] == ["exchange", "refund", "other"], "the wish comes first"
    # Tuesday 24 November, 10:00 in the shop, which works 8 hours a day: 27 working hours and 24, and the next half hour
    dates = {"zh": ["11月27日（周五）14:30", "11月27日（周五）10:30"], "en": ["Fri 27 Nov, 14:30", "Fri 27 Nov, 10:30"]}
    assert all(date in offer.text for date in dates[language]), offer.text
    assert {"zh": "¥599", "en": "¥599.00"}[language] in offer.text


@ONE_DATABASE
async def test_the_dates_leave_out_the_weekend_and_the_holiday_and_count_the_make_up_day(
    shop: Shop, clock: FakeClock
) -> None:
    clock.at = datetime(2026, 9, 30, 8, 0, tzinfo=UTC)  # Wednesday 16:00, the day before the National Day holiday
    guest = await complaining(shop, "zh", Stage.RESOLVE)
    (offer,) = (await guest.heard())[-1:]
    # 2 h that day; closed from 1 to 7 October; 8 h on Thursday, on Friday and on Saturday 10 (made up); 1 h on Monday
    assert "10月12日（周一）10:30" in offer.text, offer.text


@EACH_LANGUAGE
@pytest.mark.parametrize(
    ("zh", "en", "chosen"),
    [
        ("第一个", "the first one", "exchange"),
        ("第二个", "option 2", "refund"),
        ("2", "2", "refund"),
        ("退款吧", "I'll take the refund", "refund"),
    ],
)
async def test_an_option_is_accepted_by_its_number_or_its_name(
    shop: Shop, language: str, zh: str, en: str, chosen: str
) -> None:
    guest = await complaining(shop, language, Stage.RESOLVE)
    await guest.says({"zh": zh, "en": en}[language])
    assert [p.remedy for p in await guest.promises()] == [chosen], await told(guest)
    assert (await guest.case()).stage is Stage.COMMIT


@ONE_DATABASE
async def test_an_option_is_accepted_by_its_button_once(shop: Shop) -> None:
    guest = await complaining(shop, "en", Stage.RESOLVE)
    await guest.taps("refund")
    assert [p.remedy for p in await guest.promises()] == ["refund"]
    await guest.taps("exchange")
    assert await newest(guest) == ["complaints.choice_no_longer_open"]
    assert [p.remedy for p in await guest.promises()] == ["refund"]


@EACH_LANGUAGE
async def test_a_rejected_pair_is_followed_by_the_question_what_would_do(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.RESOLVE)
    await guest.taps("other")
    assert await newest(guest) == ["complaints.ask_wish_after_rejection"]
    await guest.says({"zh": "那就派人来修好", "en": "then send somebody to repair it"}[language])
    assert await newest(guest) == ["complaints.offer_one"], await told(guest)
    await guest.says(LINES[language].ok)
    assert [p.remedy for p in await guest.promises()] == ["repair"]


@ONE_DATABASE
async def test_an_offer_accepted_days_later_has_a_new_date(shop: Shop) -> None:
    guest = await complaining(shop, "en", Stage.RESOLVE)
    await shop.passes(days=6)
    await guest.says(LINES["en"].first)
    (given,) = await guest.promises()
    assert given.due_at > shop.clock.now() + timedelta(days=1)


# --- what fits: the wish, the order's state, and the authority


DENTED = {
    "zh": "冰箱昨天送到，门板凹进去一大块！",
    "en": "The fridge was delivered yesterday with a dent in the door!",
}
DAY_OFF = {"zh": "我请了一天假等快递送到，结果是这样", "en": "I took a day off for this delivery"}


async def dented(shop: Shop, language: str, state: OrderState = OrderState.DELIVERED) -> Guest:
    """Somebody whose expensive fridge came with a dent, up to the question what would put it right."""
    lines = LINES[language]
    guest = await shop.customer(language, linked=True)
    await guest.buys(FRIDGE, paid=4_599_00, state=state)
    for words in (DENTED[language], DAY_OFF[language], lines.what_now):
        await guest.says(words)
        if await newest(guest) == ["complaints.ask_wish"]:  # a calm customer is asked at once
            break
    if (await newest(guest)) == ["complaints.ask_photo"]:
        await guest.says(lines.no_photo)
    assert await newest(guest) == ["complaints.ask_wish"], await told(guest)
    return guest


@EACH_LANGUAGE
async def test_a_story_of_a_delivery_is_no_wish_for_one(shop: Shop, language: str) -> None:
    guest = await dented(shop, language)
    assert (await guest.case()).facts["wish"] is None


@EACH_LANGUAGE
async def test_a_wish_beside_the_usual_ones_is_met(shop: Shop, language: str) -> None:
    guest = await dented(shop, language)
    await guest.says(LINES[language].exchange)
    await guest.says(LINES[language].yes)
    offers = (await guest.case()).offers[-1]["options"]
    assert offers[0]["id"] == "exchange", await told(guest)
    assert len(offers) == 2
    assert "deliver" not in [o["id"] for o in offers], "it has arrived already"


@EACH_LANGUAGE
async def test_what_a_colleague_has_to_approve_is_said_to_be_so_and_chosen_goes_to_one(
    shop: Shop, language: str
) -> None:
    guest = await dented(shop, language)
    await guest.says(LINES[language].exchange)
    await guest.says(LINES[language].yes)
    offer = (await guest.heard())[-1]
    assert offer.text_key == "complaints.offer_two"
    assert {"zh": "要同事先批准", "en": "has to approve it"}[language] in offer.text
    await guest.taps("refund")
    assert "complaints.beyond_my_authority" in await newest(guest, 2), await told(guest)
    assert (await guest.conversation()).owner == QUEUE
    assert [entry.reason for entry in await shop.rows(QueueEntry)] == [Reason.AUTHORITY]
    assert await guest.promises() == [], "nothing is promised that nobody has granted"
    assert (await guest.case()).facts["wish"] == "refund"


@ONE_DATABASE
async def test_a_wish_nothing_is_foreseen_for_is_not_passed_over(shop: Shop) -> None:
    guest = await dented(shop, "en")
    await guest.says("I want it installed again, redo it")
    await guest.says("yes")
    assert (await guest.conversation()).owner == QUEUE, await told(guest)
