"""The people of the demo shop whom one can play: named, with fixed phones and order numbers, as fresh as the day.

Source: data/demo/cast.yml.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.shop.benefit import Benefit, BenefitKind, Request
from bot.shop.customer import Birthday, Calendar, CustomerRecord
from bot.shop.order import InvoiceState, Item, Order, OrderState, RefundState
from bot.shop.policy import ShopPolicy
from bot.shop.product import Catalogue
from bot.shop.reading import Section

CAST_FILE = "data/demo/cast.yml"


@dataclass(frozen=True, slots=True)
class Demo:
    customers: tuple[CustomerRecord, ...]
    orders: tuple[Order, ...]
    benefits: tuple[Benefit, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """Days counted from the one the demo is made for, in the shop's zone."""

    today: date
    zone: ZoneInfo

    def on(self, offset: int) -> date:
        return self.today + timedelta(days=offset)

    def at(self, offset: int, hour: int, minute: int = 0) -> datetime:
        """A clock time of that day as aware UTC."""
        return datetime.combine(self.on(offset), time(hour, minute), self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a demo is made with."""

    days: Days
    catalogue: Catalogue
    policy: ShopPolicy

    def item(self, product_id: str, quantity: int = 1) -> Item:
        product = self.catalogue.products[product_id]
        return Item(product_id, product.name, quantity, product.price_cents)

    def is_large(self, items: tuple[Item, ...]) -> bool:
        kinds = self.catalogue.categories_of(item.product_id for item in items)
        return any(self.catalogue.categories[kind].large for kind in kinds)


def tracking_number(order_id: str) -> str:
    return "SF" + "".join(char for char in order_id if char.isdigit())


def invoice_url(order_id: str) -> str:
    return f"https://invoices.langju.example/{order_id}.pdf"


def _offset(section: Section, key: str) -> int | None:
    value = section.raw.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise section.wrong(key, f"must be a whole number of days; it is {value!r}")
    return value


def _items(section: Section, stage: Stage) -> tuple[Item, ...]:
    listed = section.section("items")
    for product_id in listed.raw:
        if product_id not in stage.catalogue.products:
            raise listed.wrong(product_id, "is not a product of data/products.yml")
    return tuple(stage.item(product_id, listed.whole(product_id, least=1)) for product_id in listed.raw)


def _order(section: Section, customer: CustomerRecord, address: str, stage: Stage) -> Order:
    days, id = stage.days, section.text("id")
    placed, shipped, delivered = (_offset(section, key) for key in ("placed", "shipped", "delivered"))
    promised, items = _offset(section, "promised"), _items(section, stage)
    refund = section.section("refund") if "refund" in section.raw else None
    refund_due = _offset(refund, "due") if refund else None
    invoice = InvoiceState(section.raw.get("invoice", "none"))
    total = sum(item.quantity * item.price_cents for item in items) - section.raw.get("discount", 0)
    return Order(
        id=id,
        customer_id=customer.id,
        state=section.choice("state", OrderState),
        placed_at=days.at(placed if placed is not None else -1, 10, 5),
        items=items,
        total_cents=total,
        currency=stage.policy.currency,
        promised_on=days.on(promised) if promised is not None else None,
        shipped_at=days.at(shipped, 16, 30) if shipped is not None else None,
        delivered_at=days.at(delivered, 11, 20) if delivered is not None else None,
        address=address,
        phone=customer.phone,
        carrier=("Langju Delivery" if stage.is_large(items) else "SF Express") if shipped is not None else "",
        tracking_number=tracking_number(id) if shipped is not None else "",
        refund_state=refund.choice("state", RefundState) if refund else RefundState.NONE,
        refund_cents=total if refund else 0,
        refund_due=days.on(refund_due) if refund_due is not None else None,
        invoice_state=invoice,
        invoice_url=invoice_url(id) if invoice is InvoiceState.ISSUED else "",
    )


def _benefit(section: Section, customer: CustomerRecord, number: int, stage: Stage) -> Benefit:
    due, expires = _offset(section, "due"), _offset(section, "expires")
    return Benefit(
        id=f"B-{customer.id}-{number}",
        customer_id=customer.id,
        kind=section.choice("kind", BenefitKind),
        name=section.as_words(),
        amount=section.raw.get("amount", 1),
        value_cents=section.raw.get("worth", 0),
        due_on=stage.days.on(due) if due is not None else None,
        expires_on=stage.days.on(expires) if expires is not None else None,
        order_id=section.raw.get("order"),
        lost_if=section.choices("lost_if", Request),
    )


def _birthday(section: Section) -> Birthday | None:
    if "birthday" not in section.raw:
        return None
    born = section.section("birthday")
    calendar = born.choice("calendar", Calendar) if "calendar" in born.raw else Calendar.SOLAR
    return Birthday(born.whole("month", 1), born.whole("day", 1), calendar)


def _customer(section: Section, stage: Stage) -> CustomerRecord:
    return CustomerRecord(
        id=section.text("id"),
        name=section.text("name"),
        phone=section.text("phone"),
        email=section.text("email"),
        language=section.text("language"),
        time_zone=section.raw.get("time_zone", str(stage.policy.zone)),
        tier=section.raw.get("tier", next(iter(stage.policy.tiers))),
        birthday=_birthday(section),
        created_on=stage.days.on(_offset(section, "since") or 0),
        tags=section.texts("tags"),
    )


def read_cast(raw: object, stage: Stage, file: str = CAST_FILE) -> Demo:
    """The people one can play. Raises BadContent naming file and key."""
    customers: list[CustomerRecord] = []
    orders: list[Order] = []
    benefits: list[Benefit] = []
    for section in Section.of(file, {"cast": raw}).sections("cast"):
        customer = _customer(section, stage)
        customers.append(customer)
        orders += [_order(s, customer, section.text("address"), stage) for s in section.sections("orders")]
        listed = enumerate(section.sections("benefits"), 1)
        benefits += [_benefit(s, customer, number, stage) for number, s in listed]
    return Demo(tuple(customers), tuple(orders), tuple(benefits))
