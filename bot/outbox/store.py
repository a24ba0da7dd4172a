"""Outgoing rows: written, claimed, finished. The session comes first, the caller owns the transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.conversations.tables import Conversation
from bot.outbox.delivery import WAITING, State
from bot.outbox.tables import Delivery
from bot.statement import Statement

INSERT = Statement(
    insert(Delivery),
    (
        *("key", "conversation_id", "channel", "seq", "lane", "author", "staff_name", "staff_id", "text_key"),
        *("text", "buttons", "attachments", "state", "due_at", "reason", "created_at", "sent_at"),
    ),
)


async def insert_row(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Write a message. Raises what the database raises when its key is there already."""
    await INSERT.changed(session, values)


async def claim(
    session: AsyncSession, channels: Sequence[str], worker: str, at: datetime, lease_until: datetime, limit: int
) -> list[Delivery]:
    """Claim the next message of up to `limit` conversations whose turn it is.

    One message a conversation, the oldest one, and only when none of its messages is under way: so words arrive in
    order, also when several processes send. The conversation's row is the lock.
    """
    due = aliased(Delivery)
    earlier = aliased(Delivery)
    next_ones = (
        select(due.id, due.conversation_id)
        .where(
            due.state == State.DUE,
            due.due_at <= at,
            due.channel.in_(channels),
            ~exists().where(
                earlier.conversation_id == due.conversation_id,
                earlier.id < due.id,
                earlier.state.in_(WAITING),
            ),
            ~exists().where(
                earlier.conversation_id == due.conversation_id,
                earlier.state.in_([State.CLAIMED, State.SENDING]),
            ),
        )
        .order_by(due.due_at)
        .limit(limit)
        .subquery()
    )
    free = (
        select(Conversation.id, next_ones.c.id)
        .join(next_ones, next_ones.c.conversation_id == Conversation.id)
        .with_for_update(of=Conversation, skip_locked=True)
    )
    ids = [row[1] for row in await session.execute(free)]
    if not ids:
        return []
    claimed = (
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.state == State.DUE)
        .values(state=State.CLAIMED, claimed_by=worker, lease_until=lease_until, fence=Delivery.fence + 1)
        .returning(Delivery)
        .execution_options(synchronize_session=False)
    )
    return list((await session.scalars(claimed)).all())


async def set_state(session: AsyncSession, delivery: Delivery, before: State, after: State, **values: object) -> bool:
    """Move one row, unless somebody else has moved it since it was claimed."""
    query = (
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.fence == delivery.fence, Delivery.state == before)
        .values(state=after, **values)
        .execution_options(synchronize_session=False)
    )
    return bool((await session.execute(query)).rowcount)  # type: ignore[attr-defined]


async def left_behind(session: AsyncSession, at: datetime, limit: int = 100) -> Sequence[Delivery]:
    """Rows whose process died: the lease is over. Not locked: whoever moves one tests again (set_state)."""
    query = (
        select(Delivery)
        .where(Delivery.state.in_([State.CLAIMED, State.SENDING]), Delivery.lease_until <= at)
        .order_by(Delivery.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def next_due(session: AsyncSession, channels: Sequence[str]) -> datetime | None:
    query = select(func.min(Delivery.due_at)).where(Delivery.state == State.DUE, Delivery.channel.in_(channels))
    return await session.scalar(query)


async def drop_waiting(
    session: AsyncSession, conversation_id: int, state: State, reason: str, authors: Sequence[str] | None = None
) -> int:
    """End what has not left yet, with a reason anyone can look up. A row in `sending` is beyond recall."""
    query = update(Delivery).where(
        Delivery.conversation_id == conversation_id,
        Delivery.state.in_([State.DUE, State.CLAIMED]),
    )
    if authors is not None:
        query = query.where(Delivery.author.in_(authors))
    query = query.values(state=state, reason=reason)
    result = await session.execute(query.execution_options(synchronize_session=False))
    return result.rowcount  # type: ignore[attr-defined, no-any-return]


async def unknown(session: AsyncSession, limit: int = 100) -> Sequence[Delivery]:
    """Messages that may or may not have arrived, the newest first."""
    query = select(Delivery).where(Delivery.state == State.UNKNOWN).order_by(Delivery.id.desc()).limit(limit)
    return (await session.scalars(query)).all()
