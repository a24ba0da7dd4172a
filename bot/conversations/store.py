"""Finding and locking conversations. The session comes first, the caller owns the transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.tables import Conversation
from bot.db import insert_once
from bot.errors import NotFound


async def of_chat(session: AsyncSession, channel: str, chat: str) -> Conversation | None:
    return await session.scalar(select(Conversation).where(Conversation.channel == channel, Conversation.chat == chat))


async def locked(session: AsyncSession, conversation_id: int) -> Conversation:
    """The conversation, held until the transaction ends. Raises NotFound."""
    query = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    if (found := await session.scalar(query, execution_options={"populate_existing": True})) is None:
        raise NotFound(f"there is no conversation {conversation_id}")
    return found


async def locked_or_new(session: AsyncSession, channel: str, chat: str, at: datetime) -> Conversation:
    """The conversation of this chat, made when it is the first word, and held until the transaction ends."""
    query = select(Conversation).where(Conversation.channel == channel, Conversation.chat == chat).with_for_update()
    if (found := await session.scalar(query)) is not None:
        return found
    await insert_once(session, Conversation, {"channel": channel, "chat": chat, "created_at": at})
    return (await session.scalars(query)).one()
