"""Finding customers, and everything about one of them. Only reads."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints.tables import Case
from bot.conversations.tables import Conversation
from bot.customers.service import Purpose
from bot.customers.tables import Consent, Customer
from bot.errors import NotFound
from bot.privacy import accounts, person
from bot.privacy.person import Person
from bot.privacy.tables import CustomerMerge
from bot.shop import store as shop
from bot.shop.benefit import Benefit
from bot.shop.customer import canonical_phone
from bot.shop.order import Order
from bot.shop.order_number import NumberForm, canonical_number
from bot.shop.tables import OrderRow
from bot.staff.account import May, Me, needs

MOST = 50
SHORTEST = 2
"""Letters of a name; a Chinese one may have two."""


@dataclass(frozen=True, slots=True)
class Found:
    """Accounts, and chats of people who are not linked to one."""

    customers: Sequence[Customer]
    chats: Sequence[Conversation]


@needs(May.READ_CUSTOMERS)
async def find(session: AsyncSession, me: Me, words: str, form: NumberForm) -> Found:
    """By name, phone number, the shop's id of the account, or an order number; at most 50 of each.

    An exact id or number stands before names. Erased customers are not found.
    """
    words = words.strip()
    if len(words) < SHORTEST:
        return Found((), ())
    hits = [Customer.shop_id == words, func.lower(Customer.name).contains(words.lower(), autoescape=True)]
    if phone := canonical_phone(words):
        hits.append(Customer.phone == phone)
    if number := canonical_number(words, form):
        hits.append(Customer.id.in_(select(OrderRow.customer_id).where(OrderRow.shop_id == number)))
    exact = Customer.shop_id != words
    query = select(Customer).where(or_(*hits), Customer.erased_at.is_(None)).order_by(exact, Customer.name, Customer.id)
    named = func.lower(Conversation.name).contains(words.lower(), autoescape=True)
    chats = (
        select(Conversation)
        .where(named, Conversation.customer_id.is_(None))
        .order_by(Conversation.last_inbound_at.desc().nulls_last(), Conversation.id.desc())
    )
    return Found(
        (await session.scalars(query.limit(MOST))).all(),
        (await session.scalars(chats.limit(MOST))).all(),
    )


@dataclass(frozen=True, slots=True)
class CustomerFile:
    customer: Customer
    person: Person
    orders: tuple[Order, ...]
    benefits: tuple[Benefit, ...]
    chats: Sequence[Conversation]
    cases: Sequence[Case]
    consents: tuple[tuple[Conversation, Purpose, Consent], ...]
    """What was said last in each chat about each purpose."""
    merges: list[tuple[CustomerMerge, Customer]]
    kept: Customer | None
    """The account that this one was joined to."""


@needs(May.READ_CUSTOMERS)
async def opened(session: AsyncSession, me: Me, customer_id: int) -> CustomerFile:
    """Raises NotFound."""
    if (customer := await session.get(Customer, customer_id)) is None:
        raise NotFound(f"there is no customer {customer_id}")
    who = await person.of_customer(session, customer_id)
    query = select(Conversation).where(Conversation.id.in_(who.chats)).order_by(Conversation.id.desc())
    chats = (await session.scalars(query)).all()
    cases = select(Case).where(Case.id.in_(who.cases)).order_by(Case.id.desc())
    return CustomerFile(
        customer=customer,
        person=who,
        orders=await shop.orders_of(session, customer_id),
        benefits=await shop.benefits_of(session, customer_id),
        chats=chats,
        cases=(await session.scalars(cases)).all(),
        consents=await _consents(session, chats),
        merges=await accounts.merges_of(session, customer_id),
        kept=await session.get(Customer, customer.merged_into) if customer.merged_into else None,
    )


async def _consents(
    session: AsyncSession, chats: Sequence[Conversation]
) -> tuple[tuple[Conversation, Purpose, Consent], ...]:
    found = []
    for chat in chats:
        query = select(Consent).where(Consent.conversation_id == chat.id).order_by(Consent.id)
        newest = {row.purpose: row for row in await session.scalars(query)}
        found += [(chat, Purpose(purpose), row) for purpose, row in newest.items() if purpose in set(Purpose)]
    return tuple(found)
