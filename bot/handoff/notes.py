"""Notes of staff for staff. They lie in a table of their own that nothing that sends, and nothing a customer reads,
knows of."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import store as conversations
from bot.errors import NotFound, Unreadable
from bot.handoff import alerts
from bot.handoff.alerts import AlertKind
from bot.handoff.ringing import Level
from bot.handoff.tables import Note
from bot.staff.account import May, Me, needs
from bot.staff.tables import Staff

LONGEST = 10_000


def mentioned(text: str, names: Mapping[str, int]) -> list[int]:
    """The ids of those named as @name in the text, each once; of names that begin alike the longest counts."""
    longest_first = sorted((name for name in names if name), key=len, reverse=True)
    if not longest_first:
        return []
    found = re.findall("@(" + "|".join(re.escape(name) for name in longest_first) + ")", text)
    return list(dict.fromkeys(names[name] for name in found))


@needs(May.ANSWER)
async def note(
    session: AsyncSession, conversation_id: int, me: Me, text: str, at: datetime, mentions: Sequence[int] = ()
) -> Note:
    """Keep a note; those mentioned (@name in the text, or `mentions`) get an alert. Raises Unreadable, NotFound."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Unreadable(f"a note has 1 to {LONGEST} characters; this one has {len(text)}")
    conversation = await conversations.locked(session, conversation_id)
    people = {row.id: row.name for row in await session.execute(select(Staff.id, Staff.name).where(Staff.active))}
    if unknown := [id for id in mentions if id not in people]:
        raise NotFound(f"nobody who works here has the number {unknown[0]}")
    names = {name: id for id, name in people.items()}
    to = list(dict.fromkeys([*mentions, *mentioned(text, names)]))
    kept = Note(
        conversation_id=conversation.id,
        staff_id=me.id,
        name=me.name,
        text=text,
        mentions=to,
        seq=conversation.seq,
        at=at,
    )
    session.add(kept)
    await session.flush()
    for staff_id in to:
        key = f"note:{kept.id}:{staff_id}"
        await alerts.raise_alert(
            session, conversation.id, AlertKind.MENTION, key, me.name, at, staff_id=staff_id, level=Level.AGENT
        )
    return kept


@needs(May.ANSWER)
async def notes(session: AsyncSession, conversation_id: int, me: Me) -> Sequence[Note]:
    """The notes of a conversation, in order."""
    query = select(Note).where(Note.conversation_id == conversation_id).order_by(Note.id)
    return (await session.scalars(query)).all()
