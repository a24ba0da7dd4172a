"""The pure parts: the open question, what answers it, phone numbers, which order is meant, when money is back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import datafile
from bot.enquiries.choice import choose
from bot.enquiries.details import phones
from bot.enquiries.guess import guesses
from bot.enquiries.question import Expecting, Question, open_question, reply
from bot.enquiries.refund import due_after_arrival, due_after_cancelling, read_refund_times
from bot.errors import BadContent
from bot.hours import Hours
from bot.settings import ROOT
from bot.shop.order import Order, OrderState
from bot.shop.order_number import NumberForm
from tests.enquiries.people import LATE, NOW, ORDERS, PACKED, PAID, UNPAID

FORM = NumberForm.of("LJ{date}-{4}")
ASKED = Question("action_x", Expecting.YES_NO, {"order": PAID}, NOW)
RAW = datafile.read(ROOT / "data/policy/shop.yml")
HOURS = Hours.load(datafile.read(ROOT / "data/policy/hours.yml"))


def test_a_question_comes_back_from_the_database_as_it_was() -> None:
    offered = Question("action_x", Expecting.TEXT, {}, NOW, (("no", "orders.cancel_no"), ("yes", "orders.cancel_yes")))
    assert open_question(ASKED.stored(), NOW) == ASKED
    assert open_question(offered.stored(), NOW) == offered
    assert open_question(None, NOW) is None


@pytest.mark.parametrize(("minutes", "is_open"), [(0, True), (60, True), (61, False)])
def test_a_question_holds_for_an_hour(minutes: int, is_open: bool) -> None:
    assert (open_question(ASKED.stored(), NOW + timedelta(minutes=minutes)) is not None) is is_open


@pytest.mark.parametrize(
    "other",
    [
        Question("action_y", Expecting.YES_NO, {"order": PAID}, NOW),
        Question("action_x", Expecting.TEXT, {"order": PAID}, NOW),
        Question("action_x", Expecting.YES_NO, {"order": UNPAID}, NOW),
        Question("action_x", Expecting.YES_NO, {"order": PAID}, NOW + timedelta(microseconds=1)),
        Question("action_x", Expecting.YES_NO, {"order": PAID}, NOW, (("yes", "orders.cancel_yes"),)),
    ],
)
def test_every_question_has_a_token_of_its_own(other: Question) -> None:
    assert other.token != ASKED.token
    assert Question("action_x", Expecting.YES_NO, {"order": PAID}, NOW).token == ASKED.token


@pytest.mark.parametrize(
    ("expecting", "intent", "text", "answer"),
    [
        (Expecting.YES_NO, "affirm", "ok", "yes"),
        (Expecting.YES_NO, "deny", "不要", "no"),
        (Expecting.YES_NO, "nlu_fallback", "maybe", None),
        (Expecting.TEXT, "inform", " 12 Main St ", "12 Main St"),
        (Expecting.TEXT, "deny", "No. 5 Garden Road", "No. 5 Garden Road"),
        (Expecting.TEXT, "deny", "no, never mind", "no"),
        (Expecting.TEXT, "inform", "  ", None),
        (Expecting.FACT, "inform", "13900000001", "13900000001"),
        (Expecting.FACT, "deny", "no 13900000001", "no 13900000001"),
        (Expecting.FACT, "deny", "rather not", "no"),
        (Expecting.FACT, "inform", "it is blue", None),
    ],
)
def test_what_answers_a_question(expecting: Expecting, intent: str, text: str, answer: str | None) -> None:
    question = Question("action_x", expecting, {}, NOW)
    args = reply(question, intent, text, FORM)
    assert (args or {}).get("answer") == answer
    assert args is None or args["token"] == question.token


LABELS = {"yes": "个人抬头", "company": "公司抬头", "no": "Not now"}


@pytest.mark.parametrize(
    ("text", "intent", "answer"),
    [
        ("个人抬头", "contact_human_agent", "yes"),
        ("個人抬頭！", "nlu_fallback", "yes"),
        ("公司", "inform", "company"),
        ("抬头", "inform", None),
        ("公", "inform", None),
        ("NOT NOW.", "affirm", "no"),
        ("now", "inform", None),
        ("some other words", "inform", None),
        ("!", "inform", None),
    ],
)
def test_the_words_of_a_button_are_its_answer(text: str, intent: str, answer: str | None) -> None:
    assert (reply(ASKED, intent, text, FORM, LABELS) or {}).get("answer") == answer


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("0002", PAID),
        (PAID, PAID),
        ("the last four are 0003", PACKED),
        ("1", UNPAID),
        ("第2个", PAID),
        ("二", PAID),
        ("the first one", UNPAID),
        ("third", PACKED),
        ("第三个", PACKED),
        ("9", ""),
        ("0", ""),
        ("8888", ""),
        ("the blue one", ""),
        ("那一个", ""),
        ("first or second", ""),
        ("whatever", ""),
    ],
)
def test_a_choice_by_digits_or_place(text: str, order: str) -> None:
    question = Question("action_x", Expecting.CHOICE, {"orders": [UNPAID, PAID, PACKED]}, NOW)
    args = reply(question, "inform", text, FORM)
    assert (args or {}).get("order", "") == order


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("13900000001", ("13900000001",)),
        ("+86 139 0000 0001", ("13900000001",)),
        ("１３９０００００００１", ("13900000001",)),
        (f"{PAID} 13900000001", ("13900000001",)),
        (f"13900000001 {PAID}", ("13900000001",)),
        ("LJ20261122 0002 13900000001", ("13900000001",)),
        ("lj 20261122 0002\n139-0000-0001", ("13900000001",)),
        ("20261122-0002, 13900000001", ("13900000001",)),
        ("(021) 5555 1234", ("02155551234",)),
        ("13900000001 and 13900000002", ("13900000001", "13900000002")),
        (f"{PAID}", ()),
        ("2026-11-22", ()),
        ("20261122", ()),
        ("1,299.00", ()),
        ("four 4444", ()),
        ("", ()),
    ],
)
def test_phone_numbers_in_a_message(text: str, found: tuple[str, ...]) -> None:
    assert phones(text, FORM) == found


def is_paid(order: Order) -> bool:
    return order.state is OrderState.PAID


OWN = tuple(order for order in ORDERS if order.customer_id == "K1")


def test_a_number_decides_over_what_is_wanted() -> None:
    assert [o.id for o in choose(LATE, OWN, FORM, is_paid).orders] == [LATE]
    assert choose("LJ20260101-1111", OWN, FORM, is_paid).unknown == "LJ20260101-1111"
    assert [o.id for o in choose("my order", OWN, FORM, is_paid).orders] == [PAID]


def test_when_nothing_is_wanted_the_newest_is_told_about() -> None:
    assert [o.id for o in choose("my order", OWN, FORM, lambda _: False).orders] == [OWN[0].id]
    assert choose("my order", (), FORM, is_paid).orders == ()


def test_a_product_that_nobody_bought_narrows_nothing() -> None:
    assert [o.id for o in choose("", OWN, FORM, is_paid, ["tv-55"]).orders] == [PAID]


def test_guesses_are_the_two_likeliest_that_have_words() -> None:
    ranking = [("affirm", 0.3), ("track_refund", 0.2), ("greet", 0.2), ("complaint_billing", 0.1), ("get_refund", 0.1)]
    first, second = guesses(ranking, "my money LJ20261122-0002")
    assert (first.key, first.action) == ("talk.guess_track_refund", "action_track_refund")
    assert first.args["text"] == "my money LJ20261122-0002"
    assert (second.action, second.args["intent"]) == ("action_open_complaint", "complaint_billing")


def test_the_money_is_back_by_the_slowest_way() -> None:
    times = read_refund_times(RAW)
    friday_evening = datetime(2026, 11, 27, 12, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
    # begun within 24 hours, on Saturday the 28th (a working day here); then seven working days, Sundays off
    assert due_after_cancelling(times, HOURS, friday_evening) == date(2026, 12, 7)
    assert due_after_arrival(times, HOURS, friday_evening) == date(2026, 12, 8)


def test_a_policy_without_these_numbers_names_the_key() -> None:
    with pytest.raises(BadContent, match=r"refund\.not_shipped_hours is missing"):
        read_refund_times({**RAW, "refund": {}})
