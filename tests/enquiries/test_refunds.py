"""Sending back, where the money is, and payments."""

from dataclasses import replace
from datetime import date

from bot.messages import Money, Words
from bot.shop.order import Item, OrderState, RefundState
from tests.enquiries.chat import Chat, values_of
from tests.enquiries.people import DELIVERED, LATE, LATE_REFUND, OLD, PAID, REFUNDED, UNPAID


async def test_a_return_tells_what_it_costs_and_is_registered_after_a_yes(lin: Chat) -> None:
    assert await lin.says(f"return {DELIVERED}", "get_refund") == ["benefits.would_lose", "refunds.return_sure"]
    values = values_of(lin, "refunds.return_sure")
    assert values["until"] == date(2026, 11, 27)
    assert values["fee"].key == "refunds.fee_large"
    assert values["fee"].values["fee"] == Money(15000, "CNY")
    assert await lin.taps("refunds.return_yes") == ["refunds.return_registered"]
    order = await lin.order(DELIVERED)
    assert (order.state, order.refund_state) == (OrderState.RETURN_REQUESTED, RefundState.REQUESTED)
    # arrival in a week (Tuesday 1 December), two working days to check and seven for the money
    assert values_of(lin, "refunds.return_registered")["arrival"] == date(2026, 12, 1)
    assert values_of(lin, "refunds.return_registered")["due"] == date(2026, 12, 11)
    assert order.refund_due is None, "nobody knows yet when the goods are back"
    assert await lin.says(DELIVERED, "track_refund") == ["refunds.status"]
    assert values_of(lin, "refunds.status")["refund"].key == "refunds.line_unsettled"


async def test_something_wrong_with_it_leads_to_a_complaint(lin: Chat) -> None:
    await lin.says(f"return {DELIVERED}", "get_refund")
    faulty = next(button for button in lin.buttons if button.key == "refunds.faulty_button")
    assert faulty.action == "action_open_complaint"
    assert faulty.args == {"intent": "complaint_product", "order": DELIVERED}


async def test_a_no_leaves_it(lin: Chat) -> None:
    await lin.says(f"return {DELIVERED}", "get_refund")
    assert await lin.says("no", "deny") == ["refunds.return_left"]
    assert (await lin.order(DELIVERED)).state is OrderState.DELIVERED


async def test_what_has_not_left_is_better_cancelled(lin: Chat) -> None:
    assert await lin.says(PAID, "get_refund") == ["refunds.cancel_instead"]
    assert (await lin.taps("orders.cancel_button"))[-1] == "orders.cancel_sure"


async def test_too_early_and_too_late_are_told_with_ways_on(lin: Chat) -> None:
    assert await lin.says(LATE, "get_refund") == ["refunds.not_yet_delivered"]
    assert await lin.says(OLD, "get_refund") == ["refunds.return_period_over"]
    assert values_of(lin, "refunds.return_period_over")["until"] == date(2026, 9, 12)
    assert lin.labels == ["refunds.faulty_button", "enquiries.fetch_person"]
    assert await lin.says(REFUNDED, "get_refund") == ["refunds.already_returned"]


async def test_consumables_are_looked_at_by_a_person(lin: Chat) -> None:
    consumable = next(p for p in lin.data.catalogue.products.values() if p.category == "consumable")
    item = Item(consumable.id, Words("滤芯", "Filter"), 1, 9900)
    await lin.shop_says(replace(await lin.order(DELIVERED), items=(item,)))
    assert (await lin.says(DELIVERED, "get_refund"))[-1] == "refunds.return_person"
    assert (await lin.taps("refunds.return_ask_person"))[0] == "refunds.return_passed_on"
    assert lin.conversation.owner == "queue"


async def test_a_refund_under_way_and_a_late_one(lin: Chat) -> None:
    assert await lin.says(REFUNDED, "track_refund") == ["refunds.status"]
    assert values_of(lin, "refunds.status")["refund"].values == {"amount": Money(400000), "due": date(2026, 11, 30)}
    assert lin.labels == []
    assert await lin.says(LATE_REFUND, "track_refund") == ["refunds.status"]
    assert values_of(lin, "refunds.status")["refund"].key == "refunds.line_late"
    assert lin.buttons[0].args == {"intent": "complaint_billing", "order": LATE_REFUND}


async def test_only_orders_with_a_refund_are_offered(lin: Chat) -> None:
    assert await lin.says("where is my money", "track_refund") == ["refunds.which_refund"]
    assert [button.args["order"] for button in lin.buttons] == [REFUNDED, LATE_REFUND]


async def test_no_refund_under_way(lin: Chat) -> None:
    assert await lin.says(DELIVERED, "track_refund") == ["refunds.none"]
    assert lin.labels == ["refunds.return_button", "enquiries.fetch_person"]


async def test_a_refused_refund_brings_a_person(lin: Chat) -> None:
    await lin.shop_says(replace(await lin.order(REFUNDED), refund_state=RefundState.REFUSED))
    assert await lin.says(REFUNDED, "track_refund") == ["refunds.status"]
    assert lin.labels == ["enquiries.fetch_person"]


async def test_a_return_without_a_decision_says_so(lin: Chat) -> None:
    await lin.shop_says(replace(await lin.order(REFUNDED), refund_state=RefundState.NONE))
    assert await lin.says(REFUNDED, "track_refund") == ["refunds.awaiting_decision"]


async def test_a_payment_problem_names_the_unpaid_orders_of_the_account(lin: Chat) -> None:
    assert await lin.says("my payment failed", "payment_issue") == ["products.answer", "refunds.unpaid_orders"]
    assert values_of(lin, "refunds.unpaid_orders")["orders"] == (UNPAID,)


async def test_a_payment_problem_of_a_stranger_shows_nothing_personal(chat: Chat) -> None:
    assert await chat.says("my payment failed", "payment_issue") == ["products.answer", "refunds.payment_person"]
