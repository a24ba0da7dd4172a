"""Finding and locking conversations. The session comes first, the caller owns the transaction."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.tables import Conversation
from bot.db import insert_once
from bot.errors import NotFound

OF_CHAT = select(Conversation).where(
    Conversation.channel == bindparam("channel"), Conversation.chat == bindparam("chat")
)
OF_CHAT_LOCKED = OF_CHAT.with_for_update()
LOCKED = select(Conversation).where(Conversation.id == bindparam("conversation")).with_for_update()


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


async def locked_or_new(session: AsyncSession, channel: str, chat: str, at: datetime) -> Conversation:
    """The conversation of this chat, made when it is the first word, and held until the transaction ends."""
    which = {"channel": channel, "chat": chat}
    if (found := await session.scalar(OF_CHAT_LOCKED, which)) is not None:
        return found
    await insert_once(session, Conversation, {**which, "created_at": at})
    return (await session.scalars(OF_CHAT_LOCKED, which)).one()
