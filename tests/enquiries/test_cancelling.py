"""Cancelling: told what it costs, asked, done; and what an old yes may not do."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from bot.messages import Money, Text
from bot.shop.order import OrderState, RefundState
from bot.shop.store import CHANGES
from bot.shop.tables import OrderRow
from tests.enquiries.chat import Chat, values_of
from tests.enquiries.people import DELIVERED, EMMAS, LATE, PACKED, PAID, UNPAID


async def test_a_benefit_at_stake_is_named_with_value_and_date_before_the_question(lin: Chat) -> None:
    assert await lin.says(f"cancel {PAID}", "cancel_order") == ["benefits.would_lose", "orders.cancel_sure"]
    (loss,) = values_of(lin, "benefits.would_lose")["losses"]
    assert loss.key == "benefits.loss_due_soon_worth_on"
    assert (loss.values["value"], loss.values["date"]) == (Money(20000, "CNY"), date(2026, 12, 1))
    assert (await lin.order(PAID)).state is OrderState.PAID, "asked is not done"


async def test_after_a_yes_it_is_cancelled_and_the_refund_has_its_day(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    assert await lin.taps("orders.cancel_yes") == ["orders.cancelled_refund"]
    order = await lin.order(PAID)
    assert order.state is OrderState.CANCELLED
    assert (order.refund_state, order.refund_cents) == (RefundState.REQUESTED, 459900)
    # a day to begin, then seven working days from Wednesday 25 November; Saturdays are worked in this shop
    assert order.refund_due == date(2026, 12, 3)
    assert values_of(lin, "orders.cancelled_refund")["due"] == order.refund_due
    assert await lin.says(PAID, "track_order") == ["orders.status_cancelled"]


async def test_what_was_done_stays_noted_when_the_shop_writes_the_order_again(lin: Chat) -> None:
    await lin.says(f"cancel {UNPAID}", "cancel_order")
    assert await lin.says("yes please", "affirm") == ["orders.cancelled"]
    order = await lin.order(UNPAID)
    assert order.refund_state is RefundState.NONE
    await lin.shop_says(replace(order, state=OrderState.PLACED))
    record = await lin.session.scalar(select(OrderRow.record).where(OrderRow.shop_id == UNPAID))
    assert record is not None
    assert [change["what"] for change in record[CHANGES]] == ["cancelled"]
    assert (await lin.order(UNPAID)).state is OrderState.PLACED, "the shop has the last word"


async def test_a_no_changes_nothing(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    assert await lin.says("no, keep it", "deny") == ["orders.cancel_left"]
    assert (await lin.order(PAID)).state is OrderState.PAID
    assert lin.conversation.pending is None


async def test_a_second_tap_is_out_of_date(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    yes = lin.buttons[0]
    await lin.taps_old(yes)
    assert await lin.taps_old(yes) == ["talk.stale_button"]


async def test_the_yes_of_another_question_is_out_of_date_and_leaves_the_open_one(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    old_yes = lin.buttons[0]
    await lin.says(f"cancel {UNPAID}", "cancel_order")
    assert await lin.taps_old(old_yes) == ["talk.stale_button"]
    assert (await lin.order(PAID)).state is OrderState.PAID
    assert await lin.says("yes", "affirm") == ["orders.cancelled"]
    assert (await lin.order(UNPAID)).state is OrderState.CANCELLED


async def test_another_enquiry_takes_the_place_of_the_question(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    yes = lin.buttons[0]
    await lin.says(PACKED, "track_order")
    assert await lin.says("yes", "affirm") == ["talk.nothing_pending"]
    assert await lin.taps_old(yes) == ["talk.stale_button"]
    assert (await lin.order(PAID)).state is OrderState.PAID


async def test_thanks_in_between_leave_the_question_open(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    await lin.says("thanks", "thank")
    assert await lin.says("yes", "affirm") == ["orders.cancelled_refund"]


async def test_after_an_hour_a_yes_means_nothing_and_that_is_said(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    yes = lin.buttons[0]
    lin.clock.passes(minutes=61)
    assert await lin.says("yes", "affirm") == ["talk.question_expired"]
    assert await lin.taps_old(yes) == ["talk.stale_button"]
    assert (await lin.order(PAID)).state is OrderState.PAID


async def test_within_the_hour_it_still_counts(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    lin.clock.passes(minutes=59)
    assert await lin.taps("orders.cancel_yes") == ["orders.cancelled_refund"]


async def test_what_the_shop_does_meanwhile_counts(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    await lin.shop_says(replace(await lin.order(PAID), state=OrderState.SHIPPED))
    assert await lin.taps("orders.cancel_yes") == ["orders.cancel_too_late_because_shipped"]
    assert (await lin.order(PAID)).state is OrderState.SHIPPED


async def test_an_order_that_left_the_account_meanwhile_is_not_touched(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    await lin.shop_says(replace(await lin.order(PAID), customer_id="K2"))
    assert await lin.taps("orders.cancel_yes") == ["orders.gone"]
    assert (await lin.order(PAID)).state is OrderState.PAID


async def test_a_packed_order_is_a_persons_work(lin: Chat) -> None:
    assert await lin.says(f"cancel {PACKED}", "cancel_order") == ["orders.cancel_packed"]
    keys = await lin.taps("orders.cancel_ask_person")
    assert keys[0] == "orders.cancel_passed_on"
    assert keys[1].startswith("handoff.")
    assert lin.conversation.owner == "queue"
    assert (await lin.order(PACKED)).state is OrderState.PACKED


async def test_too_late_is_told_with_what_can_be_done_instead(lin: Chat) -> None:
    assert await lin.says(f"cancel {LATE}", "cancel_order") == ["orders.cancel_too_late_because_shipped"]
    assert await lin.says(f"cancel {DELIVERED}", "cancel_order") == ["orders.cancel_too_late_because_delivered"]
    assert lin.labels[0] == "refunds.return_button"
    assert lin.conversation.pending is None


async def test_cancelling_twice_tells_where_the_money_is(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    await lin.taps("orders.cancel_yes")
    assert await lin.says(f"cancel {PAID}", "cancel_order") == ["orders.cancel_already_cancelled"]
    refund = values_of(lin, "orders.cancel_already_cancelled")["refund"]
    assert refund == Text("refunds.line_due", {"amount": Money(459900), "due": date(2026, 12, 3)})


async def test_only_what_can_be_cancelled_is_offered(lin: Chat) -> None:
    assert await lin.says("cancel my order", "cancel_order") == ["orders.cancel_which"]
    assert [button.args["order"] for button in lin.buttons] == [UNPAID, PAID, PACKED]
    assert await lin.says("none of them", "deny") == ["orders.none_of_these"]


async def test_an_unclear_answer_is_asked_again_and_then_a_person_is_offered(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    assert await lin.says("hmm", "nlu_fallback") == ["talk.please_choose"]
    assert lin.labels == ["orders.cancel_yes", "orders.cancel_no"]
    assert await lin.says("hmmmm", "nlu_fallback") == ["talk.please_choose"]
    assert lin.labels == ["orders.cancel_yes", "orders.cancel_no", "enquiries.fetch_person"]
    assert await lin.taps("orders.cancel_yes") == ["orders.cancelled_refund"]


async def test_typing_what_a_button_says_is_as_good_as_a_tap(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    no, yes = lin.texts[3], lin.texts[2]
    assert await lin.says(no, "cancel_order") == ["orders.cancel_left"]
    await lin.says(f"cancel {PAID}", "cancel_order")
    assert await lin.says(yes, "out_of_scope") == ["talk.out_of_scope"], "unless it is taken for something else"
    assert await lin.says(f"  {yes}! ", "nlu_fallback") == ["orders.cancelled_refund"]


async def test_the_same_wish_again_is_about_the_same_order_and_asked_again(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    assert (await lin.says("so cancel it then", "cancel_order"))[-1] == "orders.cancel_sure"
    assert PAID in lin.text
    assert (await lin.order(PAID)).state is OrderState.PAID
    assert (await lin.says(f"cancel {UNPAID}", "cancel_order"))[-1] == "orders.cancel_sure"
    assert UNPAID in lin.text


async def test_a_button_with_a_foreign_order_does_nothing(lin: Chat) -> None:
    await lin.says("cancel my order", "cancel_order")
    forged = replace(lin.buttons[0], args={"order": EMMAS})
    assert await lin.taps_old(forged) == ["orders.unknown_number"]
    assert (await lin.order(EMMAS)).state is OrderState.PAID
