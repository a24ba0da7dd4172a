"""Customers, orders and benefits from CSV files: the good records, and every problem with its line and column.

The columns are explained in data/demo/README.md; their names and words are in data/policy/columns.yml.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.messages import Words
from bot.shop import csv_cells as cells
from bot.shop.benefit import Benefit, BenefitKind, Request
from bot.shop.csv_table import Columns, Problem, Row, fold, read_table
from bot.shop.customer import CustomerRecord
from bot.shop.order import InvoiceState, Item, Order, OrderState, RefundState
from bot.shop.order_number import canonical_number
from bot.shop.policy import ShopPolicy
from bot.shop.product import Catalogue

T = TypeVar("T")
Source = str | bytes | Path
"""A Path is read; a str is the text itself."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
ORDER_COLUMNS = (
    *("customer_id", "state", "placed_at", "promised_on", "shipped_at", "delivered_at", "total", "currency"),
    *("address", "phone", "carrier", "tracking_number", "refund_state", "refund", "refund_due"),
    *("invoice_state", "invoice_url"),
)
"""What all lines of an order share: later lines may leave it empty, but not say something else."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What is needed to read a shop's files."""

    columns: Columns
    policy: ShopPolicy
    catalogue: Catalogue


def _once(rows: list[Row]) -> None:
    """An id that comes again is a problem of the later line."""
    seen: set[str] = set()
    for row in rows:
        if (id := row.cells.get("id", "")) in seen:
            row.wrong("id", "twice", value=id)
        elif id:
            seen.add(id)


def _problems(rows: list[Row]) -> list[Problem]:
    return [problem for row in rows for problem in row.problems]


def _tier_words(policy: ShopPolicy) -> dict[str, str]:
    return {fold(said): t.id for t in policy.tiers.values() for said in (t.id, t.name.zh, t.name.en)}


def _customer(row: Row, shop: Shop) -> CustomerRecord:
    zone = shop.policy.zone
    return CustomerRecord(
        id=row.need("id", cells.code, ""),
        name=row.take("name", cells.text, ""),
        phone=row.take("phone", cells.phone, ""),
        email=row.take("email", cells.email, ""),
        language=row.take("language", cells.word_of(shop.columns.values["language"]), ""),
        time_zone=row.take("time_zone", cells.time_zone, ""),
        tier=row.take("tier", cells.word_of(_tier_words(shop.policy)), ""),
        birthday=row.take("birthday", cells.birthday(shop.columns, zone), None),
        created_on=row.take("created_on", cells.day(zone), None),
        tags=row.take("tags", cells.tags, ()),
    )


def read_customers(source: Source, shop: Shop) -> tuple[tuple[CustomerRecord, ...], tuple[Problem, ...]]:
    """The good customers and all problems, in the order of the lines."""
    table = read_table(source, "customers", ("id",), shop.columns)
    _once(table.rows)
    read = [(row, _customer(row, shop)) for row in table.rows]
    return tuple(record for row, record in read if row.good), tuple(table.problems + _problems(table.rows))


def _name(row: Row, column: str, product_id: str, shop: Shop) -> Words:
    """The cells' words, else the catalogue's. A name in one language stands for both."""
    first, second = row.take(column, cells.text, ""), row.take(f"{column}_en", cells.text, "")
    product = shop.catalogue.products.get(product_id)
    if not first and not second and product:
        return product.name
    if not first and not second:
        row.wrong(column, "empty")
    return Words(first or second, second or first)


def _item(row: Row, shop: Shop) -> Item:
    product_id = row.take("product_id", cells.code, "")
    return Item(
        product_id=product_id,
        name=_name(row, "product_name", product_id, shop),
        quantity=row.take("quantity", cells.whole(1), 1),
        price_cents=row.need("price", cells.cents(shop.columns), 0),
    )


def _order_id(row: Row, shop: Shop) -> str:
    """In canonical form; one that does not fit the shop's form is kept and told."""
    written = row.need("id", cells.code, "")
    canonical = canonical_number(written, shop.policy.number)
    if written and canonical is None:
        row.warn("id", "number_form", value=written, choices=shop.policy.number.template)
    return canonical or written


class _Lines:
    """The lines of one order; what they share is taken from the first line that says it."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        for column in ORDER_COLUMNS:
            says = self.saying(column)
            for row in rows:
                if (cell := row.cells.get(column)) and cell != says.cells[column]:
                    row.wrong(column, "contradicts", value=cell, line=str(says.line))

    def saying(self, column: str) -> Row:
        return next((row for row in self.rows if row.cells.get(column)), self.rows[0])

    def take(self, column: str, read: Callable[[str], T], default: T) -> T:
        return self.saying(column).take(column, read, default)

    def need(self, column: str, read: Callable[[str], T], stand_in: T) -> T:
        return self.saying(column).need(column, read, stand_in)

    def after(self, column: str, placed_at: datetime, zone: ZoneInfo) -> datetime | None:
        """A time that cannot be before the order itself."""
        at = self.take(column, cells.moment(zone), None)
        # A cell with only a day means the beginning of that day.
        if at is not None and at.astimezone(zone).date() < placed_at.astimezone(zone).date():
            row = self.saying(column)
            row.wrong(column, "before_placed", value=row.cells[column])
        return at


def _order(id: str, lines: _Lines, shop: Shop) -> Order:
    zone, words, cents = shop.policy.zone, shop.columns.values, cells.cents(shop.columns)
    refunded = cells.one_of(RefundState, words["refund_state"])
    invoiced = cells.one_of(InvoiceState, words["invoice_state"])
    items = tuple(_item(row, shop) for row in lines.rows)
    placed_at = lines.need("placed_at", cells.moment(zone), NEVER)
    return Order(
        id=id,
        customer_id=lines.need("customer_id", cells.code, ""),
        state=lines.need("state", cells.one_of(OrderState, words["order_state"]), OrderState.PLACED),
        placed_at=placed_at,
        items=items,
        total_cents=lines.take("total", cents, sum(item.quantity * item.price_cents for item in items)),
        currency=lines.take("currency", cells.currency, shop.policy.currency),
        promised_on=lines.take("promised_on", cells.day(zone), None),
        shipped_at=lines.after("shipped_at", placed_at, zone),
        delivered_at=lines.after("delivered_at", placed_at, zone),
        address=lines.take("address", cells.text, ""),
        phone=lines.take("phone", cells.phone, ""),
        carrier=lines.take("carrier", cells.text, ""),
        tracking_number=lines.take("tracking_number", cells.code, ""),
        refund_state=lines.take("refund_state", refunded, RefundState.NONE),
        refund_cents=lines.take("refund", cents, 0),
        refund_due=lines.take("refund_due", cells.day(zone), None),
        invoice_state=lines.take("invoice_state", invoiced, InvoiceState.NONE),
        invoice_url=lines.take("invoice_url", cells.link, ""),
    )


def read_orders(source: Source, shop: Shop) -> tuple[tuple[Order, ...], tuple[Problem, ...]]:
    """The good orders and all problems. One line is one item; an order of which one line is bad is left out whole."""
    needed = ("id", "customer_id", "state", "placed_at", "price")
    table = read_table(source, "orders", needed, shop.columns)
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        # Lines without an id cannot belong together.
        groups.setdefault(_order_id(row, shop) or f"line {row.line}", []).append(row)
    orders = [(rows, _order(id, _Lines(rows), shop)) for id, rows in groups.items()]
    good = tuple(order for rows, order in orders if all(row.good for row in rows))
    return good, tuple(table.problems + _problems(table.rows))


def _benefit(row: Row, shop: Shop) -> Benefit:
    zone, words = shop.policy.zone, shop.columns.values
    order_id = row.take("order_id", cells.code, "")
    return Benefit(
        id=row.need("id", cells.code, ""),
        customer_id=row.need("customer_id", cells.code, ""),
        kind=row.need("kind", cells.one_of(BenefitKind, words["benefit_kind"]), BenefitKind.GIFT),
        name=_name(row, "name", "", shop),
        amount=row.take("amount", cells.whole(0), 1),
        value_cents=row.take("value", cells.cents(shop.columns), 0),
        due_on=row.take("due_on", cells.day(zone), None),
        expires_on=row.take("expires_on", cells.day(zone), None),
        order_id=(canonical_number(order_id, shop.policy.number) or order_id) if order_id else None,
        product_id=row.take("product_id", cells.code, ""),
        lost_if=row.take("lost_if", cells.some_of(Request, words["request"]), frozenset()),
        used=row.take("used", cells.word_of(words["yes_no"]), "no") == "yes",
    )


def read_benefits(source: Source, shop: Shop) -> tuple[tuple[Benefit, ...], tuple[Problem, ...]]:
    """The good benefits and all problems, in the order of the lines."""
    table = read_table(source, "benefits", ("id", "customer_id", "kind", "name"), shop.columns)
    _once(table.rows)
    read = [(row, _benefit(row, shop)) for row in table.rows]
    return tuple(record for row, record in read if row.good), tuple(table.problems + _problems(table.rows))
