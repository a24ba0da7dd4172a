"""One customer with everything that is theirs: accounts, chats, cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints.tables import Case
from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.db import Base
from bot.errors import NotFound
from bot.privacy.holdings import OF_A_PERSON


@dataclass(frozen=True, slots=True)
class Person:
    """Ids. `customers` has the account itself first, then those that were joined to it."""

    customers: tuple[int, ...]
    chats: tuple[int, ...]
    cases: tuple[int, ...]

    def owns(self, table: sa.Table) -> sa.ColumnElement[bool] | None:
        """Which rows of a table are this person's; None where no column says whose they are."""
        ids = {"customer": self.customers, "conversation": self.chats, "case": self.cases}.get(table.name)
        if ids is not None:
            return table.c.id.in_(ids)
        found = [table.c[name].in_(getattr(self, of)) for name, of in OF_A_PERSON.items() if name in table.c]
        return sa.or_(*found) if found else None


async def of_customer(session: AsyncSession, customer_id: int) -> Person:
    """A chat belongs to whom it is linked to now; one that is linked to nobody, to whose complaint was told in it.

    Raises NotFound; an account that was joined to another gives that one's person.
    """
    if (customer := await session.get(Customer, customer_id)) is None:
        raise NotFound(f"there is no customer {customer_id}")
    main = customer.merged_into or customer.id
    joined = await session.scalars(select(Customer.id).where(Customer.merged_into == main).order_by(Customer.id))
    customers = (main, *joined)
    linked = Conversation.customer_id.in_(customers)
    told_in = select(Case.conversation_id).where(Case.customer_id.in_(customers))
    without = sa.and_(Conversation.customer_id.is_(None), Conversation.id.in_(told_in))
    chats = tuple(
        await session.scalars(select(Conversation.id).where(sa.or_(linked, without)).order_by(Conversation.id))
    )
    return Person(customers, chats, await _cases(session, customers, chats))


async def of_chat(session: AsyncSession, conversation_id: int) -> Person:
    """Somebody of whom only a chat is known. Raises NotFound; a chat that is linked gives its customer's person."""
    chat = await session.get(Conversation, conversation_id)
    if chat is None:
        raise NotFound(f"there is no conversation {conversation_id}")
    if chat.customer_id is not None:
        return await of_customer(session, chat.customer_id)
    return Person((), (chat.id,), await _cases(session, (), (chat.id,)))


async def _cases(session: AsyncSession, customers: tuple[int, ...], chats: tuple[int, ...]) -> tuple[int, ...]:
    mine = sa.or_(Case.conversation_id.in_(chats), Case.customer_id.in_(customers))
    return tuple(await session.scalars(select(Case.id).where(mine).order_by(Case.id)))


def tables(person: Person) -> Iterator[tuple[sa.Table, Any]]:
    """Every table with rows of somebody, children before what they refer to, and the condition for this person."""
    for table in reversed(Base.metadata.sorted_tables):
        if (mine := person.owns(table)) is not None:
            yield table, mine
