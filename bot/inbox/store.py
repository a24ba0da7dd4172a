"""Stored updates and turns. The session comes first, the caller owns the transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.tables import Conversation
from bot.db import insert_once, table
from bot.inbox.tables import Handling, Inbound
from bot.messages import Kind
from bot.statement import Statement

MOST_IN_A_TURN = 300
"""Messages read at once; a flood of more is answered in several turns."""


async def insert(session: AsyncSession, values: Mapping[str, Any]) -> int | None:
    """Store an update. Gives its id, or None when (channel, external_id) is there already."""
    return await insert_once(session, Inbound, values)


async def by_external_id(session: AsyncSession, channel: str, external_id: str) -> Inbound:
    query = select(Inbound).where(Inbound.channel == channel, Inbound.external_id == external_id)
    return (await session.scalars(query)).one()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a turn has to know of a message that waits for its answer."""

    id: int
    seq: int
    kind: Kind
    text: str
    payload: str
    attachments: list[Any]
    at: datetime


_in = table(Inbound).c
WAITING = Statement(
    select(_in.id, _in.seq, _in.kind, _in.text, _in.payload, _in.attachments, _in.at)
    .where(_in.conversation_id == bindparam("conversation"), _in.handling == Handling.NEW)
    .order_by(_in.seq)
    .limit(MOST_IN_A_TURN)
)


async def waiting(session: AsyncSession, conversation_id: int) -> list[Waiting]:
    """What waits for the bot, in the order of the thread."""
    return [Waiting(*row) for row in await WAITING.rows(session, {"conversation": conversation_id})]


ANSWERED = Statement(
    update(table(Inbound))
    .where(
        _in.conversation_id == bindparam("conversation"),
        _in.handling == Handling.NEW,
        _in.seq <= bindparam("last"),
    )
    .values(handling=Handling.ANSWERED, turn_id=bindparam("turn"))
)


async def answered(session: AsyncSession, conversation_id: int, last: int, turn_id: int) -> int:
    """Mark what waits as answered by this turn, up to the message with seq `last`. Gives how many there were."""
    return await ANSWERED.changed(session, {"conversation": conversation_id, "last": last, "turn": turn_id})


async def give_to_staff(session: AsyncSession, messages: Sequence[Waiting]) -> None:
    """A person has been called: these are theirs, the bot does not answer them."""
    await session.execute(
        update(Inbound)
        .where(Inbound.id.in_([m.id for m in messages]), Inbound.handling == Handling.NEW)
        .values(handling=Handling.FOR_STAFF)
        .execution_options(synchronize_session=False)
    )


async def supersede(session: AsyncSession, conversation_id: int, message_id: str) -> int:
    """An edit has come: the unanswered words it replaces are not answered any more (they stay in the thread)."""
    query = (
        update(Inbound)
        .where(
            Inbound.conversation_id == conversation_id,
            Inbound.message_id == message_id,
            Inbound.handling == Handling.NEW,
        )
        .values(handling=Handling.STORED)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(query)).rowcount  # type: ignore[attr-defined, no-any-return]


async def newest(session: AsyncSession, conversation_id: int) -> str | None:
    """The channel's number of the newest message of the customer."""
    query = select(Inbound.message_id).where(Inbound.conversation_id == conversation_id).order_by(Inbound.seq.desc())
    return await session.scalar(query.limit(1))


async def ready(session: AsyncSession, worker: str, at: datetime, limit: int = 200) -> list[tuple[int, datetime]]:
    """Conversations that this process may answer now: its own lanes, free ones, and those of a dead process."""
    query = (
        select(Conversation.id, Conversation.ready_at)
        .where(
            Conversation.ready_at <= at,
            or_(Conversation.lane_by.in_(["", worker]), Conversation.lane_until <= at),
        )
        .order_by(Conversation.ready_at)
        .limit(limit)
    )
    return [(row[0], row[1] or at) for row in await session.execute(query)]


async def claim(session: AsyncSession, conversation_id: int, worker: str, at: datetime, until: datetime) -> bool:
    """Take a lane that is free or left behind. Test and set are one statement: of two processes one wins."""
    query = (
        update(Conversation)
        .where(
            Conversation.id == conversation_id,
            or_(Conversation.lane_by.in_(["", worker]), Conversation.lane_until <= at),
        )
        .values(lane_by=worker, lane_until=until)
        .execution_options(synchronize_session=False)
    )
    return bool((await session.execute(query)).rowcount)  # type: ignore[attr-defined]
