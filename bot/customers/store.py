"""Customers, link codes and the consent log. The session comes first, the caller owns the transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.customers.tables import Consent, Customer, LinkCode


async def by_shop_id(session: AsyncSession, shop_id: str) -> Customer | None:
    return await session.scalar(select(Customer).where(Customer.shop_id == shop_id))


async def by_id(session: AsyncSession, customer_id: int) -> Customer | None:
    return await session.get(Customer, customer_id)


async def phones(session: AsyncSession, customer_id: int) -> tuple[str, ...]:
    """The phone numbers of an account and of those that were joined to it, as far as they have one."""
    mine = or_(Customer.id == customer_id, Customer.merged_into == customer_id)
    return tuple(await session.scalars(select(Customer.phone).where(mine, Customer.phone != "")))


async def add_code(session: AsyncSession, customer_id: int, code_hash: str, expires_at: datetime) -> None:
    session.add(LinkCode(customer_id=customer_id, code_hash=code_hash, expires_at=expires_at))
    await session.flush()


async def code(session: AsyncSession, code_hash: str, at: datetime) -> LinkCode | None:
    """The code of this hash while it may be used."""
    query = select(LinkCode).where(
        LinkCode.code_hash == code_hash, LinkCode.used_at.is_(None), LinkCode.expires_at > at
    )
    return await session.scalar(query)


async def use_code(session: AsyncSession, code_id: int, at: datetime) -> bool:
    """Use a code up. Test and set are one statement: of two chats only one gets it."""
    query = update(LinkCode).where(LinkCode.id == code_id, LinkCode.used_at.is_(None)).values(used_at=at)
    result = await session.execute(query.execution_options(synchronize_session=False))
    return bool(result.rowcount)  # type: ignore[attr-defined]


async def add_consent(session: AsyncSession, values: Mapping[str, Any]) -> None:
    session.add(Consent(**values))
    await session.flush()


async def newest_consent(session: AsyncSession, conversation_id: int, purpose: str) -> Consent | None:
    query = select(Consent).where(Consent.conversation_id == conversation_id, Consent.purpose == purpose)
    return await session.scalar(query.order_by(Consent.id.desc()).limit(1))
