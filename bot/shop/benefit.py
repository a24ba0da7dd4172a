"""What a customer has coming: points, coupons, a longer warranty, a bonus; and what a request would cost them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.messages import Words
from bot.shop.order import Order


class BenefitKind(StrEnum):
    POINTS = "points"
    COUPON = "coupon"
    WARRANTY = "warranty"
    MEMBERSHIP = "membership"
    CONTRACT = "contract"
    GIFT = "gift"


class Request(StrEnum):
    """What cannot be undone."""

    CANCEL = "cancel"
    RETURN = "return"
    DELETE_ACCOUNT = "delete_account"
    WITHDRAW = "withdraw"
    """End a contract or a membership early."""


class Why(StrEnum):
    """Why a benefit would be lost. Texts are keyed on these."""

    BOUND = "bound"
    """It belongs to what is given up."""
    DUE_SOON = "due_soon"
    """It would fall due in a few days: whoever waits gets it."""


@dataclass(frozen=True, slots=True)
class Benefit:
    id: str
    customer_id: str
    kind: BenefitKind
    name: Words
    amount: int = 1
    """Points, coupons or months of warranty."""
    value_cents: int = 0
    """What all of it is worth; 0 when it cannot be told in money."""
    due_on: date | None = None
    """The first day on which the customer has it; None: has it already."""
    expires_on: date | None = None
    """The last day on which it can be used; None: does not expire."""
    order_id: str | None = None
    product_id: str = ""
    """WARRANTY: the product it lengthens; "" means every product of the order."""
    lost_if: frozenset[Request] = frozenset()
    used: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    benefit: Benefit
    why: Why
    value_cents: int
    on: date | None
    """DUE_SOON: the day it would fall due. BOUND: the day it would have lasted to, if there is one."""


def is_open(benefit: Benefit, today: date) -> bool:
    """Neither used nor expired; it may fall due only later. `today` is a day in the shop's zone."""
    return not benefit.used and benefit.amount > 0 and (benefit.expires_on is None or benefit.expires_on >= today)


def is_usable(benefit: Benefit, today: date) -> bool:
    return is_open(benefit, today) and (benefit.due_on is None or benefit.due_on <= today)


def _loss(benefit: Benefit, today: date, within_days: int) -> Loss | None:
    if benefit.due_on is None or benefit.due_on < today:
        return Loss(benefit, Why.BOUND, benefit.value_cents, benefit.expires_on)
    # Due today still counts: one day too early cost customers most.
    if benefit.due_on <= today + timedelta(days=within_days):
        return Loss(benefit, Why.DUE_SOON, benefit.value_cents, benefit.due_on)
    return None


def about_to_lose(
    benefits: Iterable[Benefit], request: Request, order: Order | None, today: date, within_days: int = 30
) -> tuple[Loss, ...]:
    """What the customer would give up by this request, the most valuable first.

    A benefit counts when `lost_if` names the request and it belongs to `order` or to no order; with no order given
    (deleting an account, leaving a contract) every benefit the request names counts. What the customer has already
    is BOUND; what falls due within `within_days` is DUE_SOON; what is further off does not count. Give only the
    benefits of one customer; those of another than the order's are passed over. `today` is a day in the shop's zone.
    """
    losses = (
        _loss(benefit, today, within_days)
        for benefit in benefits
        if request in benefit.lost_if and is_open(benefit, today) and _concerns(benefit, order)
    )
    real = (loss for loss in losses if loss is not None)
    return tuple(sorted(real, key=lambda loss: (-loss.value_cents, loss.on or date.max, loss.benefit.id)))


def _concerns(benefit: Benefit, order: Order | None) -> bool:
    if order is None:
        return True
    return benefit.customer_id == order.customer_id and benefit.order_id in (None, order.id)


def expiring(benefits: Iterable[Benefit], today: date, days: int) -> tuple[Benefit, ...]:
    """Usable benefits whose last day is today or within `days`, the earliest first."""
    last = today + timedelta(days=days)
    dated = [(b.expires_on, b) for b in benefits if is_usable(b, today) and b.expires_on is not None]
    return tuple(b for on, b in sorted(dated, key=lambda entry: (entry[0], entry[1].id)) if on <= last)


def points(benefits: Iterable[Benefit], today: date) -> int:
    """All points that can be used today."""
    return sum(b.amount for b in benefits if b.kind is BenefitKind.POINTS and is_usable(b, today))
