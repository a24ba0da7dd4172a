"""An order, and what may still be done with it. Pure: time and policy are arguments."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.messages import Words


class OrderState(StrEnum):
    """Where the goods are. Where the money is, is RefundState."""

    PLACED = "placed"
    """Ordered, not paid."""
    PAID = "paid"
    PACKED = "packed"
    SHIPPED = "shipped"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURN_REQUESTED = "return_requested"
    """A return is agreed or asked for; the goods are not back yet."""
    RETURNED = "returned"


class RefundState(StrEnum):
    NONE = "none"
    REQUESTED = "requested"
    APPROVED = "approved"
    PAID = "paid"
    REFUSED = "refused"


class InvoiceState(StrEnum):
    NONE = "none"
    REQUESTED = "requested"
    ISSUED = "issued"


class Permission(StrEnum):
    """Whether something may be done with an order, and if not, why not. Texts are keyed on these."""

    ALLOWED = "allowed"
    ASKS_A_PERSON = "asks_a_person"
    NOT_YET_DELIVERED = "not_yet_delivered"
    TOO_LATE_BECAUSE_SHIPPED = "too_late_because_shipped"
    TOO_LATE_BECAUSE_DELIVERED = "too_late_because_delivered"
    RETURN_PERIOD_OVER = "return_period_over"
    ALREADY_CANCELLED = "already_cancelled"
    ALREADY_RETURNING = "already_returning"
    ALREADY_RETURNED = "already_returned"


ON_THE_WAY = frozenset({OrderState.SHIPPED, OrderState.OUT_FOR_DELIVERY})
AWAITED = frozenset({OrderState.PAID, OrderState.PACKED}) | ON_THE_WAY
"""Paid and not in the customer's hands: only these can be late."""
OVER = {
    OrderState.CANCELLED: Permission.ALREADY_CANCELLED,
    OrderState.RETURN_REQUESTED: Permission.ALREADY_RETURNING,
    OrderState.RETURNED: Permission.ALREADY_RETURNED,
}


@dataclass(frozen=True, slots=True)
class Item:
    product_id: str
    """"" when the shop's line has no product of data/products.yml."""
    name: Words
    quantity: int
    price_cents: int
    """Of one piece."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order as the shop tells it. Times are aware UTC; dates are days in the shop's time zone.

    Raises ValueError for a naive time.
    """

    id: str
    """In canonical form (bot.shop.order_number)."""
    customer_id: str
    state: OrderState
    placed_at: datetime
    items: tuple[Item, ...]
    total_cents: int
    """Paid or to be paid, after discounts, delivery included."""
    currency: str = "CNY"
    promised_on: date | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    address: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    carrier: str = ""
    tracking_number: str = ""
    refund_state: RefundState = RefundState.NONE
    refund_cents: int = 0
    refund_due: date | None = None
    """When the money will be back, or was, if paid."""
    invoice_state: InvoiceState = InvoiceState.NONE
    invoice_url: str = ""

    def __post_init__(self) -> None:
        for at in (self.placed_at, self.shipped_at, self.delivered_at):
            if at is not None and at.utcoffset() is None:
                raise ValueError(f"order {self.id}: {at.isoformat()} has no time zone")


@dataclass(frozen=True, slots=True)
class StateRule:
    """Which states allow something at once, and in which a person decides. Source: data/policy/shop.yml."""

    allowed_in: frozenset[OrderState]
    ask_a_person_in: frozenset[OrderState]


@dataclass(frozen=True, slots=True)
class ReturnRule:
    """Source: data/policy/shop.yml, `returns`."""

    days: int
    faulty_days: int
    zone: ZoneInfo
    ask_a_person_for: frozenset[str]
    """Categories of products (data/products.yml)."""


def _by_state(state: OrderState, rule: StateRule) -> Permission:
    if state in OVER:
        return OVER[state]
    if state in rule.allowed_in:
        return Permission.ALLOWED
    if state in rule.ask_a_person_in:
        return Permission.ASKS_A_PERSON
    if state in ON_THE_WAY:
        return Permission.TOO_LATE_BECAUSE_SHIPPED
    if state is OrderState.DELIVERED:
        return Permission.TOO_LATE_BECAUSE_DELIVERED
    # A state the policy forgot is never refused without a reason.
    return Permission.ASKS_A_PERSON


def may_cancel(order: Order, rule: StateRule) -> Permission:
    return _by_state(order.state, rule)


def may_change_address(order: Order, rule: StateRule) -> Permission:
    return _by_state(order.state, rule)


def may_change_items(order: Order, rule: StateRule) -> Permission:
    return _by_state(order.state, rule)


def return_until(order: Order, rule: ReturnRule, *, faulty: bool = False) -> date | None:
    """The last day on which a return may be asked for, in the shop's zone; None while the delivery's time is unknown.

    The days are counted from the day after delivery.
    """
    if order.delivered_at is None:
        return None
    days = rule.faulty_days if faulty else rule.days
    return order.delivered_at.astimezone(rule.zone).date() + timedelta(days=days)


def may_return(
    order: Order, at: datetime, rule: ReturnRule, *, faulty: bool = False, categories: Collection[str] = ()
) -> Permission:
    """May the goods go back? `at` is aware; `faulty` when they have a fault; `categories` are those of the items.

    A fault overrides the categories: a broken filter goes back like anything else.
    """
    if order.state in OVER:
        return OVER[order.state]
    if order.state is not OrderState.DELIVERED:
        return Permission.NOT_YET_DELIVERED
    if (last := return_until(order, rule, faulty=faulty)) is None:
        return Permission.ASKS_A_PERSON
    if at.astimezone(rule.zone).date() > last:
        return Permission.RETURN_PERIOD_OVER
    if not faulty and not rule.ask_a_person_for.isdisjoint(categories):
        return Permission.ASKS_A_PERSON
    return Permission.ALLOWED


def days_late(order: Order, today: date) -> int:
    """Days past the promise while the customer is still waiting; else 0. `today` is a day in the shop's zone."""
    if order.promised_on is None or order.state not in AWAITED:
        return 0
    return max(0, (today - order.promised_on).days)


def is_late(order: Order, today: date) -> bool:
    return days_late(order, today) > 0


def refund_is_late(order: Order, today: date) -> bool:
    """The money was due before `today` (a day in the shop's zone) and has not been paid."""
    waiting = order.refund_state in (RefundState.REQUESTED, RefundState.APPROVED)
    return waiting and order.refund_due is not None and order.refund_due < today
