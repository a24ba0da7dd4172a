"""Handoffs and what happened in them. The session comes first, the caller owns the transaction."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.tables import QUEUE, Conversation
from bot.handoff.assignment import Waiting
from bot.handoff.queue import Reason
from bot.handoff.sla import Event, Happening
from bot.handoff.tables import CallBack, CallBackState, Deed, DeskEvent, QueueEntry
from bot.inbox.tables import Handling, Inbound
from bot.messages import Author
from bot.outbox.delivery import State
from bot.outbox.tables import Delivery

RECENT = timedelta(hours=2)
"""How far back the pace of the desk is looked at."""
MOST = 2000
"""Handoffs looked at by one tick."""


OPEN = select(QueueEntry).where(QueueEntry.conversation_id == bindparam("conversation"), QueueEntry.closed_at.is_(None))


async def open_entry(session: AsyncSession, conversation_id: int) -> QueueEntry | None:
    return await session.scalar(OPEN, {"conversation": conversation_id})


async def open_entries(session: AsyncSession) -> Sequence[QueueEntry]:
    """Every handoff that has not ended, the most urgent first."""
    query = select(QueueEntry).where(QueueEntry.closed_at.is_(None), QueueEntry.reason != Reason.ENGINE_DOWN)
    query = query.order_by(QueueEntry.priority, QueueEntry.opened_at, QueueEntry.id).limit(MOST)
    return (await session.scalars(query)).all()


async def waiting(session: AsyncSession) -> Sequence[QueueEntry]:
    """Who waits for a person: the most urgent first, then first come."""
    query = (
        select(QueueEntry)
        .where(QueueEntry.closed_at.is_(None), QueueEntry.taken_at.is_(None))
        .order_by(QueueEntry.priority, QueueEntry.opened_at, QueueEntry.id)
    )
    return (await session.scalars(query)).all()


async def in_queue(session: AsyncSession, limit: int = MOST, offset: int = 0) -> list[Waiting]:
    """The queue as values, in order. Where only the bot is out of order (its engine is down) nobody is given it."""
    e = QueueEntry
    query = (
        select(e.id, e.conversation_id, e.priority, e.opened_at, e.language, e.team, e.not_before)
        .join(Conversation, Conversation.id == e.conversation_id)
        .where(e.closed_at.is_(None), e.taken_at.is_(None), Conversation.owner == QUEUE)
        .order_by(e.priority, e.opened_at, e.id)
        .limit(limit)
        .offset(offset)
    )
    return [Waiting(*row) for row in await session.execute(query)]


async def ahead(session: AsyncSession, priority: int, but: int = 0) -> int:
    """How many others wait that are at least as urgent; `but`: the handoff that asks, when it waits already."""
    query = (
        select(func.count())
        .select_from(QueueEntry)
        .where(
            QueueEntry.closed_at.is_(None),
            QueueEntry.taken_at.is_(None),
            QueueEntry.priority <= priority,
            QueueEntry.reason != Reason.ENGINE_DOWN,
            QueueEntry.id != but,
        )
    )
    return await session.scalar(query) or 0


async def taken_since(session: AsyncSession, at: datetime) -> int:
    """How many who had waited were taken by a person in the recent past."""
    query = select(func.count()).select_from(QueueEntry).where(QueueEntry.taken_at > at - RECENT)
    return await session.scalar(query.where(QueueEntry.reason != Reason.STEPPED_IN)) or 0


def record(
    session: AsyncSession,
    conversation: Conversation,
    entry: QueueEntry | None,
    what: Deed,
    at: datetime,
    by: str,
    to: str = "",
    note: str = "",
) -> None:
    """Add a line to what happened."""
    session.add(
        DeskEvent(
            conversation_id=conversation.id,
            entry_id=entry.id if entry else None,
            what=what,
            at=at,
            seq=conversation.seq,
            by=by,
            to=to,
            note=note,
            case_id=conversation.case_id,
        )
    )


async def history(session: AsyncSession, conversation_id: int) -> Sequence[DeskEvent]:
    """What happened at the desk to this conversation, in order. For staff alone."""
    query = select(DeskEvent).where(DeskEvent.conversation_id == conversation_id).order_by(DeskEvent.id)
    return (await session.scalars(query)).all()


async def slots_taken(session: AsyncSession) -> Counter[datetime]:
    """How many customers have chosen which time."""
    query = (
        select(CallBack.slot_at, func.count()).where(CallBack.state == CallBackState.OPEN).group_by(CallBack.slot_at)
    )
    return Counter({row[0]: row[1] for row in await session.execute(query)})


async def open_call_back(session: AsyncSession, entry_id: int) -> CallBack | None:
    query = select(CallBack).where(CallBack.entry_id == entry_id, CallBack.state == CallBackState.OPEN)
    return await session.scalar(query)


async def open_call_backs(session: AsyncSession) -> Sequence[CallBack]:
    """Every time given that is not kept yet, the soonest first: staff see them as promises."""
    query = select(CallBack).where(CallBack.state == CallBackState.OPEN).order_by(CallBack.slot_at, CallBack.id)
    return (await session.scalars(query)).all()


async def withdraw_call_backs(session: AsyncSession, entry_id: int) -> None:
    query = update(CallBack).where(CallBack.entry_id == entry_id, CallBack.state == CallBackState.OPEN)
    query = query.values(state=CallBackState.WITHDRAWN)
    await session.execute(query.execution_options(synchronize_session="evaluate"))


NEVER_ARRIVED = (State.FAILED, State.SUPPRESSED, State.EXPIRED, State.CANCELLED)


async def happenings(session: AsyncSession, entries: Sequence[QueueEntry]) -> Mapping[int, list[Event]]:
    """What the clocks are made of (bot/handoff/sla.py), by the id of the handoff.

    A handoff to a chosen time begins at that time. A person's words that could not be sent are no answer.
    """
    found: dict[int, list[Event]] = defaultdict(list)
    if not entries:
        return found
    ids = [entry.id for entry in entries]
    within = QueueEntry.id.in_(ids)
    ended = QueueEntry.closed_at
    for entry in entries:
        began = max(entry.opened_at, entry.not_before or entry.opened_at)
        found[entry.id].append(Event(Happening.HANDED_OVER, began))
        if entry.closed_at is not None:
            found[entry.id].append(Event(Happening.ENDED, entry.closed_at))
    wrote = (
        select(QueueEntry.id, Inbound.at)
        .join(Inbound, Inbound.conversation_id == QueueEntry.conversation_id)
        .where(within, Inbound.handling == Handling.FOR_STAFF, Inbound.at >= QueueEntry.opened_at)
        .where(ended.is_(None) | (Inbound.at <= ended))
    )
    answered = (
        select(QueueEntry.id, Delivery.created_at)
        .join(Delivery, Delivery.conversation_id == QueueEntry.conversation_id)
        .where(within, Delivery.author == Author.STAFF, Delivery.text_key == "")
        .where(Delivery.state.not_in(NEVER_ARRIVED), Delivery.created_at >= QueueEntry.opened_at)
        .where(ended.is_(None) | (Delivery.created_at <= ended))
    )
    for what, query in ((Happening.WROTE, wrote), (Happening.ANSWERED, answered)):
        for entry_id, at in await session.execute(query):
            found[entry_id].append(Event(what, at))
    return found
