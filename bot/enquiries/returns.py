"""Sending goods back for the money: allowed by time and kind, warned of what would be lost, asked, then registered.

Registered is our copy of the order, with a note of it (see cancelling.py). The money's day is told for a day of
arrival, because nobody knows when the goods will be back; amount and date stay open until the shop has checked them.
"""

from dataclasses import replace
from datetime import timedelta

from bot.enquiries import exchange, own, telling
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.question import NO, YES, Expecting
from bot.enquiries.refund import due_after_arrival, read_refund_times
from bot.enquiries.ways import complain, go, person
from bot.handoff.queue import Reason
from bot.messages import Button, Money, Say, Text, Value
from bot.shop import store
from bot.shop.benefit import Request, about_to_lose
from bot.shop.order import Order, OrderState, Permission, RefundState, may_cancel, may_return, return_until

GET_REFUND = "action_get_refund"
POSSIBLE = frozenset({Permission.ALLOWED, Permission.ASKS_A_PERSON})
ON_THE_WAY_BACK = timedelta(days=7)
"""The arrival for which the day of the money is told as an example."""


async def get_refund(e: Enquiry) -> list[Say]:
    if e.question is not None and e.question.expecting is Expecting.YES_NO:
        return await _answered(e)
    found = await own.order(e, GET_REFUND, lambda o: _may(e, o) in POSSIBLE, which="refunds.which")
    if (order := found.order) is None:
        return found.says
    if exchange.is_wanted(e) and order.state is OrderState.DELIVERED:
        return [*found.says, exchange.of_order(e, order)]
    return [*found.says, *await _asked(e, order)]


def _may(e: Enquiry, order: Order) -> Permission:
    categories = e.shop.catalogue.categories_of(item.product_id for item in order.items)
    return may_return(order, e.at, e.shop.policy.returns, categories=categories)


async def _asked(e: Enquiry, order: Order) -> list[Say]:
    permission = _may(e, order)
    if permission not in POSSIBLE:
        return [_not_now(e, order, permission)]
    benefits = await own.benefits(e)
    losses = about_to_lose(benefits, Request.RETURN, order, e.today, e.shop.policy.warn_within_days)
    by_person = permission is Permission.ASKS_A_PERSON
    options = {YES: "refunds.return_ask_person" if by_person else "refunds.return_yes", NO: "refunds.return_no"}
    buttons = e.ask(GET_REFUND, Expecting.YES_NO, options, order=order.id)
    faulty = complain("complaint_product", order.id, "refunds.faulty_button")
    values = {**_values(e, order), "fee": _fee(e, order)}
    key = "refunds.return_person" if by_person else "refunds.return_sure"
    return [*telling.would_lose(losses, order.currency), Say(key, values, (*buttons, faulty))]


def _values(e: Enquiry, order: Order) -> dict[str, Value]:
    rule = e.shop.policy.returns
    values: dict[str, Value] = {
        "number": order.id,
        "items": telling.items(order),
        "amount": telling.total(order),
        "days": rule.days,
        "refund": telling.refund_line(order, e.today),
    }
    if (last := return_until(order, rule)) is not None:
        values |= {"until": last}
    return values


def _fee(e: Enquiry, order: Order) -> Text:
    """What the way back costs after a change of mind."""
    times, catalogue = read_refund_times(e.shop.policy.raw), e.shop.catalogue
    kinds = catalogue.categories_of(item.product_id for item in order.items)
    large = any(catalogue.categories[kind].large for kind in kinds)
    cents = times.fee_large_cents if large else times.fee_small_cents
    if not cents:
        return Text("refunds.no_fee")
    return Text("refunds.fee_large" if large else "refunds.fee_small", {"fee": Money(cents, order.currency)})


async def _answered(e: Enquiry) -> list[Say]:
    """Yes or no. Whose order it is and what is allowed is looked at again: both may have changed meanwhile."""
    number, customer_id = str(e.arg("order")), e.conversation.customer_id
    if e.answer != YES:
        return [Say("refunds.return_left", {"number": number})]
    order = await store.locked_order(e.session, customer_id, number) if customer_id is not None else None
    if order is None:
        return [Say("orders.gone", {"number": number})]
    match permission := _may(e, order):
        case Permission.ALLOWED:
            return [await _registered(e, order)]
        case Permission.ASKS_A_PERSON:
            return [
                Say("refunds.return_passed_on", {"number": number}),
                *await e.person(Reason.STAFF_ONLY, f"return {number}"),
            ]
    return [_not_now(e, order, permission)]


async def _registered(e: Enquiry, order: Order) -> Say:
    returning = replace(
        order,
        state=OrderState.RETURN_REQUESTED,
        refund_state=RefundState.REQUESTED,
        refund_cents=0,
        refund_due=None,
    )
    await store.change_order(e.session, returning, "return requested", e.at)
    arrival = e.at + ON_THE_WAY_BACK
    due = due_after_arrival(read_refund_times(e.shop.policy.raw), e.shop.desk.hours, arrival)
    arrives = arrival.astimezone(e.shop.policy.zone).date()
    return Say("refunds.return_registered", {**_values(e, order), "arrival": arrives, "due": due})


def _not_now(e: Enquiry, order: Order, permission: Permission) -> Say:
    """Why not, and what can be done instead."""
    values = _values(e, order)
    ways: tuple[Button, ...] = (person(),)
    match permission:
        case Permission.NOT_YET_DELIVERED if may_cancel(order, e.shop.policy.cancel) is Permission.ALLOWED:
            cancel = go("orders.cancel_button", "action_cancel_order", order.id)
            return Say("refunds.cancel_instead", values, (cancel, *ways))
        case Permission.RETURN_PERIOD_OVER:
            ways = (complain("complaint_product", order.id, "refunds.faulty_button"), *ways)
    return Say(f"refunds.{permission}", values, ways)
