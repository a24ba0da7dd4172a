"""While a customer waits for a person: when the estimate has passed, the truth, once, and an alert for staff."""

from datetime import datetime

from sqlalchemy import select

from bot.conversations import store as conversations
from bot.conversations.tables import QUEUE
from bot.db import Database
from bot.handoff import alerts, queue, service
from bot.handoff.alerts import AlertKind
from bot.handoff.service import Desk
from bot.handoff.tables import QueueEntry
from bot.outbox import service as outbox
from bot.outbox.delivery import Lane
from bot.outbox.service import Voice


async def tell_the_late(db: Database, voice: Voice, at: datetime, desk: Desk) -> int:
    """Tell everyone whose estimate has passed. Gives how many were told."""
    async with db.read() as session:
        entries = (
            await session.scalars(
                select(QueueEntry).where(
                    QueueEntry.closed_at.is_(None),
                    QueueEntry.taken_at.is_(None),
                    QueueEntry.expected_at < at,
                    QueueEntry.late_told_at.is_(None),
                )
            )
        ).all()
    told = 0
    for entry_id, conversation_id in [(e.id, e.conversation_id) for e in entries]:
        async with db.write() as session:
            conversation = await conversations.locked(session, conversation_id)
            entry = await session.get_one(QueueEntry, entry_id, populate_existing=True)
            late = entry.expected_at is not None and queue.is_late(entry.expected_at, entry.late_told_at, at)
            if not late or entry.taken_at is not None or entry.closed_at is not None or conversation.owner != QUEUE:
                continue
            say = await service.tell_late(session, entry, conversation, at, desk)
            await outbox.put(session, conversation, [say], f"queue:{entry.id}:late", voice, at, lane=Lane.SERVICE)
            await alerts.raise_alert(
                session, conversation_id, AlertKind.WAITING_TOO_LONG, f"queue:{entry.id}:late", entry.reason, at
            )
            told += 1
    return told
