"""Cancelling an order: allowed by its state, warned of what would be lost, asked, then done.

Where the policy allows it at once, the bot cancels in our copy of the order and says so: the state becomes cancelled,
a paid order's refund is requested with the last day it may take. A note of the change stays with the record through
every later word of the shop (bot.shop.store.CHANGES); the shop's system remains the source of truth and may overrule
it. Where the goods are packed already only a person can tell whether the parcel can be stopped: one is fetched.
"""

from dataclasses import replace

from bot.enquiries import own, telling
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.question import NO, YES, Expecting
from bot.enquiries.refund import due_after_cancelling, read_refund_times
from bot.enquiries.ways import go, person
from bot.handoff.queue import Reason
from bot.messages import Button, Say, Value
from bot.shop import store
from bot.shop.benefit import Request, about_to_lose
from bot.shop.order import Order, OrderState, Permission, RefundState, may_cancel

CANCEL = "action_cancel_order"
POSSIBLE = frozenset({Permission.ALLOWED, Permission.ASKS_A_PERSON})


async def cancel(e: Enquiry) -> list[Say]:
    if e.question is not None and e.question.expecting is Expecting.YES_NO:
        return await _answered(e)
    rule = e.shop.policy.cancel
    found = await own.order(e, CANCEL, lambda o: may_cancel(o, rule) in POSSIBLE, which="orders.cancel_which")
    return [*found.says, *await _asked(e, found.order)] if found.order is not None else found.says


async def _asked(e: Enquiry, order: Order) -> list[Say]:
    """The question, after what it would cost; or why it is too late."""
    permission = may_cancel(order, e.shop.policy.cancel)
    if permission not in POSSIBLE:
        return [_too_late(order, permission, e)]
    benefits = await own.benefits(e)
    losses = about_to_lose(benefits, Request.CANCEL, order, e.today, e.shop.policy.warn_within_days)
    by_person = permission is Permission.ASKS_A_PERSON
    options = {YES: "orders.cancel_ask_person" if by_person else "orders.cancel_yes", NO: "orders.cancel_no"}
    buttons = e.ask(CANCEL, Expecting.YES_NO, options, order=order.id)
    values: dict[str, Value] = {"number": order.id, "items": telling.items(order), "total": telling.total(order)}
    key = "orders.cancel_packed" if by_person else "orders.cancel_sure"
    return [*telling.would_lose(losses, order.currency), Say(key, values, buttons)]


async def _answered(e: Enquiry) -> list[Say]:
    """Yes or no. Whose order it is and what its state allows is looked at again: both may have changed meanwhile."""
    number, customer_id = str(e.arg("order")), e.conversation.customer_id
    if e.answer != YES:
        return [Say("orders.cancel_left", {"number": number})]
    order = await store.locked_order(e.session, customer_id, number) if customer_id is not None else None
    if order is None:
        return [Say("orders.gone", {"number": number})]
    match permission := may_cancel(order, e.shop.policy.cancel):
        case Permission.ALLOWED:
            return [await _cancelled(e, order)]
        case Permission.ASKS_A_PERSON:
            return [
                Say("orders.cancel_passed_on", {"number": number}),
                *await e.person(Reason.STAFF_ONLY, f"cancel {number}"),
            ]
    return [_too_late(order, permission, e)]


async def _cancelled(e: Enquiry, order: Order) -> Say:
    if order.state is OrderState.PLACED:
        await store.change_order(e.session, replace(order, state=OrderState.CANCELLED), "cancelled", e.at)
        return Say("orders.cancelled", {"number": order.id})
    due = due_after_cancelling(read_refund_times(e.shop.policy.raw), e.shop.desk.hours, e.at)
    cancelled = replace(
        order,
        state=OrderState.CANCELLED,
        refund_state=RefundState.REQUESTED,
        refund_cents=order.total_cents,
        refund_due=due,
    )
    await store.change_order(e.session, cancelled, "cancelled", e.at)
    return Say("orders.cancelled_refund", {"number": order.id, "amount": telling.total(order), "due": due})


def _too_late(order: Order, permission: Permission, e: Enquiry) -> Say:
    """Why not, and what can be done instead."""
    values: dict[str, Value] = {"number": order.id, "refund": telling.refund_line(order, e.today)}
    ways: tuple[Button, ...] = (person(),)
    if permission is Permission.TOO_LATE_BECAUSE_DELIVERED:
        ways = (go("refunds.return_button", "action_get_refund", order.id), *ways)
    return Say(f"orders.cancel_{permission}", values, ways)
