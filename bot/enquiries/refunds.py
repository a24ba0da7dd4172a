"""Where the money is, and a payment that did not go as it should."""

from bot.enquiries import articles, own, telling
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.ways import complain, go, person
from bot.messages import Button, Say, Value
from bot.shop import store
from bot.shop.order import Order, OrderState, RefundState, refund_is_late

TRACK_REFUND = "action_track_refund"
COMING_BACK = frozenset({OrderState.RETURN_REQUESTED, OrderState.RETURNED})


async def track(e: Enquiry) -> list[Say]:
    """The refund of an order: its state and its day; a late one is called late."""
    found = await own.order(e, TRACK_REFUND, _has_refund, which="refunds.which_refund")
    if (order := found.order) is None:
        return found.says
    if not _has_refund(order):
        back = go("refunds.return_button", "action_get_refund", order.id)
        return [*found.says, Say("refunds.none", {"number": order.id}, (back, person()))]
    line = telling.refund_line(order, e.today)
    values: dict[str, Value] = {"number": order.id, "items": telling.items(order), "refund": line}
    ways: tuple[Button, ...] = ()
    if refund_is_late(order, e.today):
        ways = (complain("complaint_billing", order.id), person())
    elif order.refund_state is RefundState.REFUSED:
        ways = (person(),)
    return [*found.says, Say(_key(order), values, ways)]


def _has_refund(order: Order) -> bool:
    return order.refund_state is not RefundState.NONE or order.state in COMING_BACK


def _key(order: Order) -> str:
    if order.refund_state is RefundState.NONE:
        return "refunds.awaiting_decision"
    return "refunds.status"


async def payment_issue(e: Enquiry) -> list[Say]:
    """What helps most payments, the orders that wait for one, and a person: money that left twice is theirs."""
    says = articles.answer(e)
    customer_id = e.conversation.customer_id
    orders = await store.orders_of(e.session, customer_id) if customer_id is not None else ()
    unpaid = tuple(order.id for order in orders if order.state is OrderState.PLACED)
    if unpaid:
        return [*says, Say("refunds.unpaid_orders", {"orders": unpaid}, (person(),))]
    return [*says, Say("refunds.payment_person", {}, (person(),))]
