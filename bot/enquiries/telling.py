"""What is told of an order: its state, its goods, its dates. Pure."""

from collections.abc import Iterable
from datetime import date

from bot.messages import Money, Say, Text, Value
from bot.shop.benefit import Loss
from bot.shop.order import AWAITED, Order, OrderState, RefundState, days_late, refund_is_late

MOST_ITEMS = 4


def items(order: Order) -> tuple[Value, ...]:
    """The goods, one a line; of many the first, and how many more there are."""
    lines: list[Value] = [
        Text("orders.item_many", {"name": i.name, "quantity": i.quantity}) if i.quantity > 1 else i.name
        for i in order.items
    ]
    if len(lines) > MOST_ITEMS:
        more = len(lines) - MOST_ITEMS + 1
        lines = [*lines[: MOST_ITEMS - 1], Text("orders.more_items", {"count": more})]
    return tuple(lines) or (Text("orders.no_items"),)


def total(order: Order) -> Money:
    return Money(order.total_cents, order.currency)


def refunded(order: Order) -> Money:
    return Money(order.refund_cents or order.total_cents, order.currency)


def status(order: Order, today: date) -> Say:
    """Where the goods are, and what is promised. `today` is a day in the shop's zone."""
    values: dict[str, Value] = {"number": order.id, "items": items(order), "total": total(order)}
    if order.state is OrderState.DELIVERED:
        if order.delivered_at is None:
            return Say("orders.status_delivered_undated", values)
        return Say("orders.status_delivered", {**values, "delivered": order.delivered_at})
    if order.state in AWAITED:
        values |= {"promised": promised(order, today), "tracking": tracking(order)}
    return Say(f"orders.status_{order.state}", {**values, "refund": refund_line(order, today)})


def promised(order: Order, today: date) -> Text:
    if order.promised_on is None:
        return Text("orders.not_promised")
    if late := days_late(order, today):
        key = "orders.promised_late_one" if late == 1 else "orders.promised_late"
        return Text(key, {"date": order.promised_on, "days": late})
    return Text("orders.promised", {"date": order.promised_on})


def tracking(order: Order) -> Text:
    if order.carrier and order.tracking_number:
        return Text("orders.tracking", {"carrier": order.carrier, "tracking": order.tracking_number})
    return Text("orders.carrier_only", {"carrier": order.carrier}) if order.carrier else Text("orders.no_tracking")


def refund_line(order: Order, today: date) -> Text:
    """What became of the money; `today` is a day in the shop's zone."""
    amount: dict[str, Value] = {"amount": refunded(order)}
    match order.refund_state:
        case RefundState.NONE:
            return Text("refunds.line_none")
        case RefundState.PAID | RefundState.REFUSED:
            return Text(f"refunds.line_{order.refund_state}", amount)
        case RefundState.REQUESTED if not order.refund_cents:
            return Text("refunds.line_unsettled")
    if order.refund_due is None:
        return Text("refunds.line_undated", amount)
    late = refund_is_late(order, today)
    return Text("refunds.line_late" if late else "refunds.line_due", {**amount, "due": order.refund_due})


def would_lose(losses: Iterable[Loss], currency: str) -> list[Say]:
    """What the customer would give up, the most valuable first; no words when it is nothing."""
    lines = tuple(_loss(loss, currency) for loss in losses)
    return [Say("benefits.would_lose", {"losses": lines})] if lines else []


def _loss(loss: Loss, currency: str) -> Text:
    values: dict[str, Value] = {"name": loss.benefit.name}
    key = f"benefits.loss_{loss.why}"
    if loss.value_cents:
        key += "_worth"
        values["value"] = Money(loss.value_cents, currency)
    if loss.on is not None:
        key += "_on"
        values["date"] = loss.on
    return Text(key, values)
