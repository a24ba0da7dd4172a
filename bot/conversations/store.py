"""Finding and locking conversations. The session comes first, the caller owns the transaction."""

import functools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.tables import Conversation
from bot.db import insert_once, table
from bot.errors import NotFound
from bot.statement import Statement

OF_CHAT = select(Conversation).where(
    Conversation.channel == bindparam("channel"), Conversation.chat == bindparam("chat")
)
LOCKED = select(Conversation).where(Conversation.id == bindparam("conversation")).with_for_update()

_its = table(Conversation).c
COLUMNS = tuple(column.key for column in _its)
MINE = "id of the row"
"""A parameter; no column may have its name, or the row would be chosen by that column's new value."""
ROW = Statement(select(*_its).where(_its.id == bindparam("conversation")))
ROW_HELD = Statement(select(*_its).where(_its.id == bindparam("conversation")).with_for_update())
ROW_OF_CHAT_HELD = Statement(
    select(*_its).where(_its.channel == bindparam("channel"), _its.chat == bindparam("chat")).with_for_update()
)


async def of_chat(session: AsyncSession, channel: str, chat: str) -> Conversation | None:
    return await session.scalar(OF_CHAT, {"channel": channel, "chat": chat})


async def locked(session: AsyncSession, conversation_id: int) -> Conversation:
    """The conversation, held until the transaction ends. Raises NotFound."""
    found = await session.scalar(
        LOCKED, {"conversation": conversation_id}, execution_options={"populate_existing": True}
    )
    if found is None:
        raise NotFound(f"there is no conversation {conversation_id}")
    return found


async def seen(session: AsyncSession, conversation_id: int) -> Conversation:
    """The conversation as it is now, only to be looked at. Raises NotFound."""
    row = await ROW.first(session, {"conversation": conversation_id})
    if row is None:
        raise NotFound(f"there is no conversation {conversation_id}")
    return _of(row)


@asynccontextmanager
async def held(session: AsyncSession, conversation_id: int) -> AsyncIterator[Conversation]:
    """The conversation, held until the transaction ends; what the block changes is written once, at its end.

    No object of the session: its unit of work would take longer than the rest of a message. Raises NotFound.
    """
    row = await ROW_HELD.first(session, {"conversation": conversation_id})
    if row is None:
        raise NotFound(f"there is no conversation {conversation_id}")
    found = _of(row)
    yield found
    await _write(session, found, row)


@asynccontextmanager
async def held_or_new(session: AsyncSession, channel: str, chat: str, at: datetime) -> AsyncIterator[Conversation]:
    """The same for the conversation of a chat, made when it is the first word."""
    which = {"channel": channel, "chat": chat}
    while (row := await ROW_OF_CHAT_HELD.first(session, which)) is None:
        await insert_once(session, Conversation, {**which, "created_at": at})
    found = _of(row)
    yield found
    await _write(session, found, row)


def _of(row: Sequence[Any]) -> Conversation:
    found = Conversation()
    found.__dict__.update(zip(COLUMNS, row, strict=True))  # as loaded: nothing has been changed
    return found


async def _write(session: AsyncSession, conversation: Conversation, before: Sequence[Any]) -> None:
    now = conversation.__dict__
    changed = {name: now[name] for name, value in zip(COLUMNS, before, strict=True) if now[name] != value}
    if changed:
        await _update(tuple(changed)).changed(session, {**changed, MINE: conversation.id})


@functools.cache
def _update(columns: tuple[str, ...]) -> Statement:
    which = table(Conversation)
    return Statement(
        update(which).where(which.c.id == bindparam(MINE)).values({name: bindparam(name) for name in columns})
    )
