"""Orders and benefits as JSON, the way they lie in the database: written by us, so read without doubting. Pure."""

from datetime import date, datetime
from typing import Any

from bot.messages import Words
from bot.shop.benefit import Benefit, BenefitKind, Request
from bot.shop.customer import Birthday
from bot.shop.order import InvoiceState, Item, Order, OrderState, RefundState

ORDER_DATES = ("promised_on", "refund_due")
ORDER_TIMES = ("shipped_at", "delivered_at")
ORDER_PLAIN = (
    "id",
    "customer_id",
    "total_cents",
    "currency",
    "address",
    "phone",
    "carrier",
    "tracking_number",
    "refund_cents",
    "invoice_url",
)
BENEFIT_PLAIN = ("id", "customer_id", "amount", "value_cents", "order_id", "product_id", "used")


def write_order(order: Order) -> dict[str, Any]:
    """Days as 2026-11-03, times in ISO 8601 with their offset, closed sets by their values."""
    record: dict[str, Any] = {name: getattr(order, name) for name in ORDER_PLAIN}
    record |= {name: _iso(getattr(order, name)) for name in (*ORDER_DATES, *ORDER_TIMES, "placed_at")}
    return record | {
        "state": order.state.value,
        "refund_state": order.refund_state.value,
        "invoice_state": order.invoice_state.value,
        "items": [_write_item(item) for item in order.items],
    }


def read_order(record: dict[str, Any]) -> Order:
    values: dict[str, Any] = {name: record[name] for name in ORDER_PLAIN}
    values |= {name: _date(record[name]) for name in ORDER_DATES}
    values |= {name: _time(record[name]) for name in ORDER_TIMES}
    return Order(
        **values,
        placed_at=datetime.fromisoformat(record["placed_at"]),
        state=OrderState(record["state"]),
        refund_state=RefundState(record["refund_state"]),
        invoice_state=InvoiceState(record["invoice_state"]),
        items=tuple(_read_item(item) for item in record["items"]),
    )


def write_benefit(benefit: Benefit) -> dict[str, Any]:
    record: dict[str, Any] = {name: getattr(benefit, name) for name in BENEFIT_PLAIN}
    return record | {
        "kind": benefit.kind.value,
        "name": {"zh": benefit.name.zh, "en": benefit.name.en},
        "due_on": _iso(benefit.due_on),
        "expires_on": _iso(benefit.expires_on),
        "lost_if": sorted(request.value for request in benefit.lost_if),
    }


def read_benefit(record: dict[str, Any]) -> Benefit:
    return Benefit(
        **{name: record[name] for name in BENEFIT_PLAIN},
        kind=BenefitKind(record["kind"]),
        name=Words(**record["name"]),
        due_on=_date(record["due_on"]),
        expires_on=_date(record["expires_on"]),
        lost_if=frozenset(Request(name) for name in record["lost_if"]),
    )


def write_birthday(birthday: Birthday | None) -> dict[str, Any] | None:
    if birthday is None:
        return None
    return {
        "month": birthday.month,
        "day": birthday.day,
        "calendar": birthday.calendar.value,
        "leap": birthday.leap,
    }


def _write_item(item: Item) -> dict[str, Any]:
    return {
        "product_id": item.product_id,
        "name": {"zh": item.name.zh, "en": item.name.en},
        "quantity": item.quantity,
        "price_cents": item.price_cents,
    }


def _read_item(record: dict[str, Any]) -> Item:
    return Item(record["product_id"], Words(**record["name"]), record["quantity"], record["price_cents"])


def _iso(value: date | datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value is not None else None


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value is not None else None
