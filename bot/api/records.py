"""What the shop tells of its customers, orders and benefits, as it stands in a request's body."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from bot.messages import Words
from bot.shop.benefit import Benefit, BenefitKind
from bot.shop.benefit import Request as Undoing
from bot.shop.customer import Birthday, Calendar, CustomerRecord, canonical_phone
from bot.shop.order import InvoiceState, Item, Order, OrderState, RefundState


def _storable(value: Any) -> Any:
    """Refuses what no database takes in a text: NUL and half surrogate pairs, which JSON can carry."""
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and ("\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text)):
            raise ValueError("holds a character that cannot be stored")
    return value


Storable = AfterValidator(_storable)
Key = Annotated[str, Field(min_length=1, max_length=100)]
Cents = Annotated[int, Field(ge=0, le=10**15)]


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    _storable = field_validator("*", mode="before")(_storable)


class NameIn(Given):
    zh: str
    en: str


class BirthdayIn(Given):
    month: int
    day: int
    calendar: Calendar = Calendar.SOLAR
    leap: bool = False


class CustomerIn(Given):
    name: str = ""
    phone: str = ""
    email: str = ""
    language: Annotated[str, Field(pattern="^(zh|en)?$")] = ""
    time_zone: str = ""
    tier: str = ""
    birthday: BirthdayIn | None = None
    created_on: date | None = None
    tags: list[str] = []

    def record(self, id: str) -> CustomerRecord:
        birthday = Birthday(**self.birthday.model_dump()) if self.birthday else None
        rest = self.model_dump(exclude={"birthday", "phone", "tags", "id"})
        return CustomerRecord(
            id=id, phone=canonical_phone(self.phone), birthday=birthday, tags=tuple(self.tags), **rest
        )


class ItemIn(Given):
    product_id: str = ""
    name: str | NameIn
    quantity: Annotated[int, Field(ge=1, le=10**6)] = 1
    price_cents: Cents = 0


class OrderIn(Given):
    customer_id: Key
    state: OrderState
    placed_at: AwareDatetime
    items: list[ItemIn] = []
    total_cents: Cents
    currency: str = "CNY"
    promised_on: date | None = None
    shipped_at: AwareDatetime | None = None
    delivered_at: AwareDatetime | None = None
    address: str = ""
    phone: str = ""
    carrier: str = ""
    tracking_number: str = ""
    refund_state: RefundState = RefundState.NONE
    refund_cents: Cents = 0
    refund_due: date | None = None
    invoice_state: InvoiceState = InvoiceState.NONE
    invoice_url: str = ""

    def record(self, id: str) -> Order:
        items = tuple(Item(i.product_id, words(i.name), i.quantity, i.price_cents) for i in self.items)
        rest = {name: getattr(self, name) for name in type(self).model_fields if name not in ("items", "phone", "id")}
        return Order(id=id, items=items, phone=canonical_phone(self.phone), **rest)


class BenefitIn(Given):
    customer_id: Key
    kind: BenefitKind
    name: str | NameIn
    amount: Annotated[int, Field(ge=0, le=10**9)] = 1
    value_cents: Cents = 0
    due_on: date | None = None
    expires_on: date | None = None
    order_id: str | None = None
    product_id: str = ""
    lost_if: list[Undoing] = []
    used: bool = False

    def record(self, id: str) -> Benefit:
        rest = {n: getattr(self, n) for n in type(self).model_fields if n not in ("name", "lost_if", "id")}
        return Benefit(id=id, name=words(self.name), lost_if=frozenset(self.lost_if), **rest)


class CustomerWithId(CustomerIn):
    id: Key


class OrderWithId(OrderIn):
    id: Key


class BenefitWithId(BenefitIn):
    id: Key


def words(name: str | NameIn) -> Words:
    return Words(name, name) if isinstance(name, str) else Words(name.zh, name.en)
