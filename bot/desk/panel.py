"""The customer beside the conversation: who it is, what they have bought, what they have coming, what they allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import store as cases
from bot.complaints.complaint import Kind, Stage
from bot.complaints.tables import Case
from bot.conversations.tables import Conversation
from bot.customers.tables import Consent, Customer
from bot.db import table
from bot.desk.brief import Brief, brief
from bot.errors import NotFound
from bot.shop import record
from bot.shop.benefit import Benefit, expiring, points
from bot.shop.order import Order
from bot.shop.tables import BenefitRow, OrderRow
from bot.staff.account import May, Me, needs

RECENT_ORDERS = 5
RECENT_CASES = 10
SOON_DAYS = 60
"""Benefits that expire within so many days are shown."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Empty texts for what is not known; a chat that is not linked has only a name."""

    name: str
    shop_id: str
    phone: str
    email: str
    tier: str
    since: date | None
    tags: tuple[str, ...]
    linked_at: datetime | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class PastCase:
    id: int
    kind: Kind
    stage: Stage
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Allowed:
    purpose: str
    granted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Panel:
    identity: Identity
    orders: tuple[Order, ...]
    benefits: tuple[Benefit, ...]
    """About to expire, the first first."""
    points: int
    cases: tuple[PastCase, ...]
    consents: tuple[Allowed, ...]
    brief: Brief | None
    """Of the open complaint."""


_k, _o, _b, _a = table(Case).c, table(OrderRow).c, table(BenefitRow).c, table(Consent).c
CHAT = (
    select(Conversation, Customer)
    .outerjoin(Customer, Customer.id == Conversation.customer_id)
    .where(Conversation.id == bindparam("conversation"))
)
ORDERS = (
    select(_o.record)
    .where(_o.customer_id == bindparam("customer"))
    .order_by(_o.placed_at.desc(), _o.id.desc())
    .limit(RECENT_ORDERS)
)
BENEFITS = select(_b.record).where(_b.customer_id == bindparam("customer"))
_past = select(_k.id, _k.kind, _k.stage, _k.opened_at, _k.closed_at).order_by(_k.opened_at.desc()).limit(RECENT_CASES)
CASES_OF_CHAT = _past.where(_k.conversation_id == bindparam("conversation"))
CASES_OF_CUSTOMER = _past.where(_k.customer_id == bindparam("customer"))
CONSENTS = select(_a.purpose, _a.granted, _a.at).where(_a.conversation_id == bindparam("conversation")).order_by(_a.id)


@needs(May.ANSWER)
async def panel(session: AsyncSession, me: Me, conversation_id: int, today: date) -> Panel:
    """Everything beside the thread. `today` is a day in the shop's zone. Raises NotFound."""
    found = (await session.execute(CHAT, {"conversation": conversation_id})).one_or_none()
    if found is None:
        raise NotFound(f"there is no conversation {conversation_id}")
    conversation, customer = found
    orders: list[Order] = []
    benefits: list[Benefit] = []
    if customer is not None:
        which = {"customer": customer.id}
        orders = [record.read_order(row) for row in await session.scalars(ORDERS, which)]
        benefits = [record.read_benefit(row) for row in await session.scalars(BENEFITS, which)]
    return Panel(
        identity=_identity(conversation, customer),
        orders=tuple(orders),
        benefits=expiring(benefits, today, SOON_DAYS),
        points=points(benefits, today),
        cases=await _cases(session, conversation_id, customer.id if customer else None),
        consents=await _consents(session, conversation_id),
        brief=await _brief(session, conversation),
    )


async def _brief(session: AsyncSession, conversation: Conversation) -> Brief | None:
    if conversation.case_id is None or (case := await session.get(Case, conversation.case_id)) is None:
        return None
    if case.closed_at is not None:
        return None
    return brief(case, await cases.history(session, case.id), await cases.promises(session, case.id))


async def _cases(session: AsyncSession, conversation_id: int, customer_id: int | None) -> tuple[PastCase, ...]:
    """Of this chat, and of the customer's other chats."""
    rows: Sequence[Any] = (await session.execute(CASES_OF_CHAT, {"conversation": conversation_id})).all()
    if customer_id is not None:
        rows = [*rows, *(await session.execute(CASES_OF_CUSTOMER, {"customer": customer_id})).all()]
    found = {row.id: PastCase(row.id, row.kind, row.stage, row.opened_at, row.closed_at) for row in rows}
    return tuple(sorted(found.values(), key=lambda case: case.opened_at, reverse=True)[:RECENT_CASES])


async def _consents(session: AsyncSession, conversation_id: int) -> tuple[Allowed, ...]:
    """The newest word for each purpose."""
    newest: dict[str, Allowed] = {}
    for row in await session.execute(CONSENTS, {"conversation": conversation_id}):
        newest[row.purpose] = Allowed(row.purpose, row.granted, row.at)
    return tuple(newest.values())


def _identity(conversation: Conversation, customer: Customer | None) -> Identity:
    return Identity(
        name=(customer.name if customer else "") or conversation.name,
        shop_id=customer.shop_id if customer else "",
        phone=customer.phone if customer else "",
        email=customer.email if customer else "",
        tier=customer.tier if customer else "",
        since=customer.created_on if customer else None,
        tags=tuple(str(tag) for tag in customer.tags) if customer else (),
        linked_at=conversation.linked_at,
        time_zone=conversation.time_zone or (customer.time_zone if customer else ""),
    )
