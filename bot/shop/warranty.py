"""Until when a product is covered. The months come from data/products.yml, extensions from the customer's benefits."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.messages import Words
from bot.shop.benefit import Benefit, BenefitKind
from bot.shop.order import Item, Order
from bot.shop.product import Product


class CoverState(StrEnum):
    """Texts are keyed on these."""

    COVERED = "covered"
    PARTS_ONLY = "parts_only"
    """The whole is no longer covered, some part still is."""
    OVER = "over"
    NONE = "none"
    """Goods without a warranty (filters, consumables)."""
    UNKNOWN = "unknown"
    """Not delivered yet, or a product the catalogue does not know."""


@dataclass(frozen=True, slots=True)
class PartCover:
    name: Words
    until: date


@dataclass(frozen=True, slots=True)
class Cover:
    state: CoverState
    until: date | None = None
    """The last day on which the whole is or was covered; None for NONE and UNKNOWN."""
    parts: tuple[PartCover, ...] = ()
    """Parts covered longer than the whole, and still covered."""
    extended_months: int = 0


def months_later(day: date, months: int) -> date:
    """The same day so many months on; the last of the month where it has no such day (31 January + 1 → 28 February)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _extension(benefits: Iterable[Benefit], order: Order, product: Product) -> int:
    return sum(
        b.amount
        for b in benefits
        if b.kind is BenefitKind.WARRANTY
        and b.customer_id == order.customer_id
        and b.order_id == order.id
        and b.product_id in ("", product.id)
    )


def cover(
    item: Item, order: Order, product: Product | None, benefits: Iterable[Benefit], today: date, zone: ZoneInfo
) -> Cover:
    """The cover of one item, counted from the day of delivery in `zone` (the shop's); `today` is a day there.

    `product` is the item's, None when the catalogue does not know it. The extension lengthens the whole, not the
    parts: a part ends with the whole where its own months are fewer.
    """
    if product is None or product.id != item.product_id or order.delivered_at is None:
        return Cover(CoverState.UNKNOWN)
    extended = _extension(benefits, order, product)
    if not product.warranty_months + extended:
        return Cover(CoverState.NONE)
    start = order.delivered_at.astimezone(zone).date()
    until = months_later(start, product.warranty_months + extended)
    ends = (PartCover(part.name, months_later(start, part.months)) for part in product.warranty_parts)
    parts = tuple(part for part in ends if part.until > until and part.until >= today)
    state = CoverState.COVERED if today <= until else CoverState.PARTS_ONLY if parts else CoverState.OVER
    return Cover(state, until, parts, extended)
