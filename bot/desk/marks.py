"""What stands between the lines of a thread for staff alone: private notes, and who had the conversation when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, case, cast, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import table
from bot.handoff.tables import DeskEvent, Note
from bot.staff.account import May, Me, needs
from bot.staff.tables import Staff

NOTE = "note"
MOST = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """A note, or a deed (bot.handoff.tables.Deed) with its summary."""

    key: str
    """n<id> or e<id>."""
    id: int
    what: str
    seq: int
    """The line of the thread behind which it stands."""
    at: datetime
    by: str
    """A person's name; bot or clock."""
    to: str
    """A person's name, a team, or the outcome."""
    text: str


_n, _e = table(Note).c, table(DeskEvent).c
_by_whom, _to_whom = table(Staff).alias("by_whom"), table(Staff).alias("to_whom")
_by, _to = _by_whom.c, _to_whom.c
_NOTES = select(
    *(_n.id, literal(NOTE).label("what"), _n.seq, _n.at, _n.name.label("by"), literal("").label("to")),
    _n.text.label("text"),
).where(_n.conversation_id == bindparam("conversation"))
_EVENTS = (
    select(
        *(_e.id, cast(_e.what, String).label("what"), _e.seq, _e.at),
        case((_by.name.is_not(None), _by.name), else_=_e.by).label("by"),
        case((_to.name.is_not(None), _to.name), else_=_e.to).label("to"),
        _e.note.label("text"),
    )
    .outerjoin(_by_whom, cast(_by.id, String) == _e.by)
    .outerjoin(_to_whom, cast(_to.id, String) == _e.to)
    .where(_e.conversation_id == bindparam("conversation"))
)


BETWEEN = tuple(
    query.where(seq >= bindparam("low"), seq < bindparam("high")).order_by(id.desc()).limit(MOST)
    for query, seq, id in ((_NOTES, _n.seq, _n.id), (_EVENTS, _e.seq, _e.id))
)
AFTER_NOTES = _NOTES.where(_n.id > bindparam("behind")).order_by(_n.id).limit(MOST)
AFTER_EVENTS = _EVENTS.where(_e.id > bindparam("behind")).order_by(_e.id).limit(MOST)


@needs(May.ANSWER)
async def between(session: AsyncSession, me: Me, conversation_id: int, low: int, high: int) -> Sequence[Mark]:
    """What stands behind a line from `low` on and before `high`."""
    which = {"conversation": conversation_id, "low": low, "high": high}
    return [_mark(row) for query in BETWEEN for row in await session.execute(query, which)]


@needs(May.ANSWER)
async def after(session: AsyncSession, me: Me, conversation_id: int, note_id: int, event_id: int) -> Sequence[Mark]:
    """What is new behind the note and the event that were seen last."""
    which = {"conversation": conversation_id}
    notes = await session.execute(AFTER_NOTES, {**which, "behind": note_id})
    events = await session.execute(AFTER_EVENTS, {**which, "behind": event_id})
    return [_mark(row) for row in [*notes, *events]]


def _mark(row: Any) -> Mark:
    letter = "n" if row.what == NOTE else "e"
    return Mark(f"{letter}{row.id}", row.id, row.what, row.seq, row.at, row.by, row.to, row.text)
