"""The shop's HTTP API: customers, orders, benefits, link codes, conversations, cases. Bearer CAREBOT_API_TOKEN."""

import hmac
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Body, Depends, Header, HTTPException, Path, Request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import select

from bot.api.chat import app_of
from bot.complaints import store as cases
from bot.complaints.service import number_of
from bot.complaints.tables import Case
from bot.conversations.tables import Conversation
from bot.customers import service as customers
from bot.customers.tables import Customer
from bot.errors import NotFound, Unreadable
from bot.messages import Words
from bot.shop import store as shop
from bot.shop.benefit import Benefit, BenefitKind
from bot.shop.benefit import Request as Undoing
from bot.shop.customer import Birthday, Calendar, CustomerRecord, canonical_phone
from bot.shop.order import InvoiceState, Item, Order, OrderState, RefundState
from bot.shop.record import write_order

MOST_IN_A_BATCH = 1000


def _storable(value: Any) -> Any:
    """Refuses what no database takes in a text: NUL and half surrogate pairs, which JSON can carry."""
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and ("\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text)):
            raise ValueError("holds a character that cannot be stored")
    return value


Storable = AfterValidator(_storable)
Id = Annotated[str, Path(min_length=1, max_length=100), Storable]
Key = Annotated[str, Field(min_length=1, max_length=100)]
Cents = Annotated[int, Field(ge=0, le=10**15)]
T = TypeVar("T", bound=BaseModel)


def authorised(request: Request, authorization: Annotated[str, Header()] = "") -> None:
    """401 without the right token; 403 while no token is set, because then nobody could be told apart."""
    expected = app_of(request).settings.api_token.get_secret_value()
    if not expected:
        raise HTTPException(403, "the shop API is closed: set CAREBOT_API_TOKEN")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), expected.encode()):
        raise HTTPException(401, "this needs the shop's token", {"WWW-Authenticate": "Bearer"})


router = APIRouter(prefix="/api/v1", tags=["shop"], dependencies=[Depends(authorised)])


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


R = TypeVar("R")


def _record(make: Callable[[str], R], id: str) -> R:
    """The plain record. Raises Unreadable where a value cannot be (a 31 February)."""
    try:
        return make(id)
    except ValueError as error:
        raise Unreadable(f"{id}: {error}") from error


@router.put("/customers/{id}")
async def put_customer(id: Id, body: CustomerIn, request: Request) -> dict[str, str]:
    await _put_customers(request, [_record(body.record, id)])
    return {"id": id}


@router.put("/customers")
async def put_customers(
    body: Annotated[list[CustomerWithId], Body(max_length=MOST_IN_A_BATCH)], request: Request
) -> dict[str, int]:
    """A batch: all or nothing."""
    await _put_customers(request, [_record(row.record, row.id) for row in body])
    return {"stored": len(body)}


async def _put_customers(request: Request, records: Sequence[CustomerRecord]) -> None:
    app = app_of(request)
    async with app.db.write() as session:
        await shop.upsert_customers(session, records, app.clock.now())


@router.put("/orders/{id}")
async def put_order(id: Id, body: OrderIn, request: Request) -> dict[str, str]:
    await _put_orders(request, [_record(body.record, id)])
    return {"id": id}


@router.put("/orders")
async def put_orders(
    body: Annotated[list[OrderWithId], Body(max_length=MOST_IN_A_BATCH)], request: Request
) -> dict[str, int]:
    """A batch: all or nothing."""
    await _put_orders(request, [_record(row.record, row.id) for row in body])
    return {"stored": len(body)}


@router.get("/orders/changes")
async def get_order_changes(since: AwareDatetime, request: Request) -> list[dict[str, Any]]:
    """What customers have changed in the chat since then (cancelled, a new address, a return, an invoice).

    For the shop's own system, which is where an order really lives; at most 500 at a time, the oldest first.
    """
    async with app_of(request).db.read() as session:
        found = await shop.changed_orders(session, since)
    return [
        {
            "id": c.order.id,
            "updated_at": c.updated_at.isoformat(),
            "changes": list(c.changes),
            "order": write_order(c.order),
        }
        for c in found
    ]


async def _put_orders(request: Request, orders: Sequence[Order]) -> None:
    app = app_of(request)
    async with app.db.write() as session:
        await shop.upsert_orders(session, orders, app.clock.now())
    await app.orders_changed(orders)


@router.put("/benefits/{id}")
async def put_benefit(id: Id, body: BenefitIn, request: Request) -> dict[str, str]:
    await _put_benefits(request, [_record(body.record, id)])
    return {"id": id}


@router.put("/benefits")
async def put_benefits(
    body: Annotated[list[BenefitWithId], Body(max_length=MOST_IN_A_BATCH)], request: Request
) -> dict[str, int]:
    """A batch: all or nothing."""
    await _put_benefits(request, [_record(row.record, row.id) for row in body])
    return {"stored": len(body)}


async def _put_benefits(request: Request, benefits: Sequence[Benefit]) -> None:
    app = app_of(request)
    async with app.db.write() as session:
        await shop.upsert_benefits(session, benefits, app.clock.now())


@router.post("/customers/{id}/link-codes", status_code=201)
async def post_link_code(id: Id, request: Request) -> dict[str, str]:
    """A one-time code for a customer who is signed in at the shop; typed in a chat it links the chat to the account."""
    app = app_of(request)
    async with app.db.write() as session:
        code, expires_at = await customers.create_link_code(session, id, app.clock.now())
    return {"code": code, "expires_at": expires_at.isoformat()}


@router.get("/conversations")
async def get_conversations(
    request: Request,
    channel: Annotated[str, Storable] = "",
    external_id: Annotated[str, Storable] = "",
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Conversations, the newest first; `external_id` is the channel's own id of the chat."""
    query = select(Conversation).order_by(Conversation.id.desc()).limit(min(max(limit, 1), 1000))
    if channel:
        query = query.where(Conversation.channel == channel)
    if external_id:
        query = query.where(Conversation.chat == external_id)
    async with app_of(request).db.read() as session:
        found = (await session.scalars(query)).all()
        return [
            {
                "id": c.id,
                "channel": c.channel,
                "external_id": c.chat,
                "owner": c.owner,
                "language": c.language,
                "customer": await _shop_id(session, c.customer_id),
                "case": c.case_id,
            }
            for c in found
        ]


async def _shop_id(session: Any, customer_id: int | None) -> str | None:
    if customer_id is None:
        return None
    account = await session.get(Customer, customer_id)
    return account.shop_id if account else None


@router.get("/cases/{id}")
async def get_case(id: Annotated[int, Path(ge=1, le=2**63 - 1)], request: Request) -> dict[str, Any]:
    """A complaint with its facts, offers, promises and history."""
    app = app_of(request)
    async with app.db.read() as session:
        if (case := await session.get(Case, id)) is None:
            raise NotFound(f"there is no case {id}")
        promises = await cases.promises(session, id)
        history = await cases.history(session, id)
    return {
        "id": case.id,
        "number": number_of(case),
        "kind": case.kind,
        "stage": case.stage,
        "severity": case.severity,
        "emotion": {"level": case.level, "peak": case.peak, "reasons": case.level_reasons},
        "facts": case.facts,
        "offers": case.offers,
        "conversation": case.conversation_id,
        "failure_count": case.failure_count,
        "repeat_of": case.repeat_of,
        "opened_at": _iso(case.opened_at),
        "closed_at": _iso(case.closed_at),
        "promises": [
            {
                "id": p.id,
                "what": p.remedy,
                "due": _iso(p.due_at),
                "state": p.state,
                "owner": p.owner,
                "done_at": _iso(p.done_at),
            }
            for p in promises
        ],
        "history": [
            {
                "at": _iso(s.at),
                "event": s.event,
                "from": s.before,
                "to": s.after,
                "by": s.by,
                "level": s.level,
                "note": s.note,
            }
            for s in history
        ],
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
