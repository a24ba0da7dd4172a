"""Two accounts, or an account and a chat, are one person's. What is joined is written down and can be undone."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints.tables import Case
from bot.conversations import store as conversations
from bot.conversations.tables import Conversation
from bot.customers import service as customers
from bot.customers.tables import Customer
from bot.errors import Moved, NotAllowed, NotFound
from bot.privacy.tables import CustomerMerge
from bot.shop.tables import BenefitRow, OrderRow
from bot.staff import audit
from bot.staff.account import May, Me, needs

AS_THEY_ARE = {"synchronize_session": False}


@needs(May.ERASE_CUSTOMER)
async def merge(session: AsyncSession, kept_id: int, merged_id: int, me: Me, typed: str, at: datetime) -> CustomerMerge:
    """The second account goes on as the first: chats, cases, orders and benefits, and what the shop sends later.

    `typed` is the shop's id of the account that goes. Raises NotFound, NotAllowed.
    """
    kept, merged = await _held(session, kept_id, merged_id)
    if kept.id == merged.id:
        raise NotAllowed("these are the same account")
    if typed.strip() != merged.shop_id:
        raise NotAllowed(f"type {merged.shop_id} to join it")
    if kept.merged_into or merged.merged_into or await _joined(session, merged.id):
        raise NotAllowed("one of the two is joined with another account: undo that first")
    if kept.erased_at or merged.erased_at:
        raise NotAllowed("nothing is known of one of them any more")
    chats = tuple(await session.scalars(select(Conversation.id).where(Conversation.customer_id == merged.id)))
    for chat in sorted(chats):
        (await conversations.locked(session, chat)).customer_id = kept.id
    cases = tuple(await session.scalars(select(Case.id).where(Case.customer_id == merged.id)))
    await session.execute(
        update(Case).where(Case.id.in_(cases)).values(customer_id=kept.id), execution_options=AS_THEY_ARE
    )
    for table in (OrderRow, BenefitRow):
        mine = update(table).where(table.customer_id == merged.id).values(customer_id=kept.id)
        await session.execute(mine, execution_options=AS_THEY_ARE)
    merged.merged_into = kept.id
    row = CustomerMerge(kept_id=kept.id, merged_id=merged.id, by=me.name, at=at)
    row.moved = {"conversations": list(chats), "cases": list(cases)}
    session.add(row)
    await audit.note(session, me, "customer.merged", f"customer {merged.id}", at, {"into": kept.id})
    await session.flush()
    return row


@needs(May.ERASE_CUSTOMER)
async def undo(session: AsyncSession, merge_id: int, me: Me, at: datetime) -> None:
    """They were two people: each has again what was theirs. What came since stays where it came. Raises Moved."""
    row = await session.get(CustomerMerge, merge_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"there is no such joining: {merge_id}")
    kept, merged = await _held(session, row.kept_id, row.merged_id)
    if row.undone_at is not None or merged.merged_into != kept.id or merged.erased_at:
        raise Moved("this has been undone already, or there is nothing left to undo")
    for chat in sorted(row.moved["conversations"]):
        found = await conversations.locked(session, chat)
        if found.customer_id == kept.id:
            found.customer_id = merged.id
    cases = update(Case).where(Case.id.in_(row.moved["cases"]), Case.customer_id == kept.id)
    await session.execute(cases.values(customer_id=merged.id), execution_options=AS_THEY_ARE)
    for table in (OrderRow, BenefitRow):
        theirs = table.record["customer_id"].as_string() == merged.shop_id
        back = update(table).where(table.customer_id == kept.id, theirs).values(customer_id=merged.id)
        await session.execute(back, execution_options=AS_THEY_ARE)
    merged.merged_into = None
    row.undone_by, row.undone_at = me.name, at
    await audit.note(session, me, "customer.unmerged", f"customer {merged.id}", at, {"from": kept.id})


async def merges_of(session: AsyncSession, customer_id: int) -> list[tuple[CustomerMerge, Customer]]:
    """What was joined to this account and is still."""
    query = (
        select(CustomerMerge, Customer)
        .join(Customer, Customer.id == CustomerMerge.merged_id)
        .where(CustomerMerge.kept_id == customer_id, CustomerMerge.undone_at.is_(None))
    )
    return [(row[0], row[1]) for row in await session.execute(query.order_by(CustomerMerge.id))]


@needs(May.ERASE_CUSTOMER)
async def attach(
    session: AsyncSession, conversation_id: int, customer_id: int, me: Me, typed: str, at: datetime
) -> None:
    """This chat is written by this customer: from now on it is shown what the account has. So the id is typed.

    Raises NotFound, NotAllowed (also where the chat belongs to another account).
    """
    chat = await conversations.locked(session, conversation_id)
    customer = await session.get(Customer, customer_id)
    if customer is None or customer.erased_at:
        raise NotFound(f"there is no customer {customer_id}")
    if typed.strip() != customer.shop_id:
        raise NotAllowed(f"type {customer.shop_id} to link this chat to it")
    if chat.customer_id is not None and chat.customer_id != customer.id:
        raise NotAllowed("this chat belongs to another account")
    await customers.link_to(session, chat, customer.id, at, wrote=True)
    await audit.note(session, me, "customer.attached", f"conversation {conversation_id}", at, {"to": customer.id})


@needs(May.ANSWER)
async def detach(session: AsyncSession, conversation_id: int, me: Me, at: datetime) -> None:
    """This chat is not this customer's: nothing personal is shown there any more. Open at once to everybody."""
    chat = await conversations.locked(session, conversation_id)
    before = chat.customer_id
    customers.unlink(chat)
    await audit.note(session, me, "customer.detached", f"conversation {conversation_id}", at, {"from": before})


async def _held(session: AsyncSession, one: int, other: int) -> tuple[Customer, Customer]:
    """Both, locked in the order of their ids."""
    found = {}
    for id in sorted({one, other}):
        customer = await session.get(Customer, id, with_for_update=True, populate_existing=True)
        if customer is None:
            raise NotFound(f"there is no customer {id}")
        found[id] = customer
    return found[one], found[other]


async def _joined(session: AsyncSession, customer_id: int) -> bool:
    query = select(sa.exists().where(Customer.merged_into == customer_id))
    return bool(await session.scalar(query))
