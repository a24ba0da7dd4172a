"""How the system is: what answers, and what waits for how long."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.tables import Conversation
from bot.db import Database, is_gone
from bot.handoff.tables import QueueEntry
from bot.outbox.delivery import State
from bot.outbox.tables import Delivery
from bot.rasa import Rasa
from bot.staff.account import May, Me, needs


@dataclass(frozen=True, slots=True)
class Waiting:
    """Seconds the oldest waits: a turn, a message to send, a customer for a person; and sends of unknown fate."""

    turns: float
    outbox: float
    people: float
    unknown_sends: int


@dataclass(frozen=True, slots=True)
class Health:
    database: bool
    nlu: bool
    waiting: Waiting | None
    """None while the database does not answer."""


async def waiting(session: AsyncSession, at: datetime) -> Waiting:
    """Read from the database at this moment, so every process tells the same."""
    turns = await session.scalar(select(func.min(Conversation.ready_at)))
    outbox = await session.scalar(select(func.min(Delivery.due_at)).where(Delivery.state == State.DUE))
    open_entries = QueueEntry.closed_at.is_(None), QueueEntry.taken_at.is_(None)
    people = await session.scalar(select(func.min(QueueEntry.opened_at)).where(*open_entries))
    unknown = await session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state == State.UNKNOWN))
    return Waiting(_age(turns, at), _age(outbox, at), _age(people, at), unknown or 0)


def _age(since: datetime | None, at: datetime) -> float:
    return max(0.0, (at - since).total_seconds()) if since else 0.0


@needs(May.SETTINGS)
async def look(db: Database, rasa: Rasa, me: Me, at: datetime) -> Health:
    try:
        async with db.read() as session:
            await session.execute(text("SELECT 1"))
            found = await waiting(session, at)
    except Exception as error:
        if not is_gone(error):
            raise
        return Health(False, await rasa.ready(), None)
    return Health(True, await rasa.ready(), found)
