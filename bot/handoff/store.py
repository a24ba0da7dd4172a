"""Queue entries. The session comes first, the caller owns the transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handoff.queue import Reason
from bot.handoff.tables import QueueEntry

RECENT = timedelta(hours=2)
"""How far back the pace of the desk is looked at."""


OPEN = select(QueueEntry).where(QueueEntry.conversation_id == bindparam("conversation"), QueueEntry.closed_at.is_(None))


async def open_entry(session: AsyncSession, conversation_id: int) -> QueueEntry | None:
    return await session.scalar(OPEN, {"conversation": conversation_id})


async def waiting(session: AsyncSession) -> Sequence[QueueEntry]:
    """Who waits for a person: the most urgent first, then first come."""
    query = (
        select(QueueEntry)
        .where(QueueEntry.closed_at.is_(None), QueueEntry.taken_at.is_(None))
        .order_by(QueueEntry.priority, QueueEntry.opened_at, QueueEntry.id)
    )
    return (await session.scalars(query)).all()


async def ahead(session: AsyncSession, priority: int) -> int:
    """How many wait that are at least as urgent."""
    query = (
        select(func.count())
        .select_from(QueueEntry)
        .where(
            QueueEntry.closed_at.is_(None),
            QueueEntry.taken_at.is_(None),
            QueueEntry.priority <= priority,
            QueueEntry.reason != Reason.ENGINE_DOWN,
        )
    )
    return await session.scalar(query) or 0


async def taken_since(session: AsyncSession, at: datetime) -> int:
    """How many were taken by a person in the recent past."""
    query = select(func.count()).select_from(QueueEntry).where(QueueEntry.taken_at > at - RECENT)
    return await session.scalar(query) or 0
