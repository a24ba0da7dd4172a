"""The thread as staff see it: paged backwards, with what was not delivered and what became of each message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import table
from bot.errors import NotFound
from bot.inbox.tables import Inbound
from bot.inbox.thread import SPOKEN
from bot.messages import Author
from bot.outbox.delivery import State
from bot.outbox.tables import Delivery
from bot.staff.account import May, Me, needs

PAGE = 50
MOST_NEW = 500
"""Lines that are caught up with at once; whoever was away for longer asks again."""
UNFINISHED = (State.DUE, State.CLAIMED, State.SENDING, State.FAILED, State.UNKNOWN)
"""States without a place in the thread that staff must see: it is on its way, or it may not have arrived."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `seq` grows in the order of the thread; 0 for what has no place in it (yet)."""

    key: str
    """Unique in the conversation: i<id of a message in>, d<id of a message out>."""
    seq: int
    author: Author
    name: str
    text: str
    kind: str
    """message, button, command or edit."""
    at: datetime
    state: str = ""
    """Of a message out: sent, failed, unknown …"""
    error: str = ""
    buttons: tuple[dict[str, Any], ...] = ()
    """[{"label", "tapped"}], as the customer saw them."""
    attachments: tuple[dict[str, Any], ...] = ()
    """[{"kind", "name", "mime", "size", "number"}]; `number` is its place in the message, to fetch it by."""
    unsure: int = 0
    """Id of a delivery of unknown fate, for a person to decide."""


_in, _out = table(Inbound).c, table(Delivery).c
_HEARD = select(_in.id, _in.seq, _in.kind, _in.text, _in.payload, _in.attachments, _in.at).where(
    _in.conversation_id == bindparam("conversation"), _in.kind.in_(SPOKEN)
)
_SAID = select(
    *(_out.id, _out.seq, _out.author, _out.staff_name, _out.text, _out.buttons, _out.tapped, _out.state),
    *(_out.error, _out.sent_at, _out.created_at, _out.attachments),
).where(_out.conversation_id == bindparam("conversation"))
HEARD_BEFORE = _HEARD.where(_in.seq < bindparam("seq")).order_by(_in.seq.desc()).limit(bindparam("most"))
SAID_BEFORE = _SAID.where(_out.seq < bindparam("seq")).order_by(_out.seq.desc()).limit(bindparam("most"))
HEARD_AFTER = _HEARD.where(_in.seq > bindparam("seq")).order_by(_in.seq).limit(bindparam("most"))
SAID_AFTER = _SAID.where(_out.seq > bindparam("seq")).order_by(_out.seq).limit(bindparam("most"))
NOT_IN_THREAD = _SAID.where(_out.seq.is_(None), _out.state.in_(UNFINISHED)).order_by(_out.id.desc()).limit(PAGE)
FILES_IN = select(_in.attachments, _in.channel).where(
    _in.id == bindparam("message"), _in.conversation_id == bindparam("conversation")
)
FILES_OUT = select(_out.attachments, literal("web").label("channel")).where(  # what staff send lies in our own folder
    _out.id == bindparam("message"), _out.conversation_id == bindparam("conversation")
)
BEFORE_ALL = 2**62


@needs(May.ANSWER)
async def before(
    session: AsyncSession, me: Me, conversation_id: int, seq: int = BEFORE_ALL, most: int = PAGE
) -> Sequence[Line]:
    """The `most` lines before `seq`, oldest first; without it the newest."""
    which = {"conversation": conversation_id, "seq": seq, "most": most}
    lines = [_heard(row) for row in await session.execute(HEARD_BEFORE, which)]
    lines += [_said(row) for row in await session.execute(SAID_BEFORE, which)]
    return sorted(lines, key=lambda line: line.seq)[-most:]


@needs(May.ANSWER)
async def after(session: AsyncSession, me: Me, conversation_id: int, seq: int) -> Sequence[Line]:
    """What is new behind `seq`, at most MOST_NEW lines."""
    which = {"conversation": conversation_id, "seq": seq, "most": MOST_NEW}
    lines = [_heard(row) for row in await session.execute(HEARD_AFTER, which)]
    lines += [_said(row) for row in await session.execute(SAID_AFTER, which)]
    return sorted(lines, key=lambda line: line.seq)[:MOST_NEW]


@needs(May.ANSWER)
async def unfinished(session: AsyncSession, me: Me, conversation_id: int) -> Sequence[Line]:
    """What was written and has no place in the thread: on its way, failed, or of unknown fate; oldest first."""
    rows = [_said(row) for row in await session.execute(NOT_IN_THREAD, {"conversation": conversation_id})]
    return rows[::-1]


@dataclass(frozen=True, slots=True)
class File:
    channel: str
    ref: str
    """The channel's own id for fetching it."""
    name: str
    mime: str
    kind: str


@needs(May.ANSWER)
async def file(session: AsyncSession, me: Me, conversation_id: int, key: str, number: int) -> File:
    """A file of the message `key` (as in Line) of this conversation. Raises NotFound."""
    message = int(key[1:]) if key[1:].isdecimal() and len(key) < 19 else 0
    query = FILES_IN if key.startswith("i") else FILES_OUT
    found = (await session.execute(query, {"message": message, "conversation": conversation_id})).one_or_none()
    if found is None or not 0 <= number < len(found.attachments or ()):
        raise NotFound("there is no such file in this conversation")
    a = found.attachments[number]
    return File(found.channel, a["ref"], a.get("name", ""), a.get("mime", ""), a.get("kind", ""))


def _heard(row: Any) -> Line:
    text = f"/{row.payload} {row.text}".rstrip() if row.kind == "command" else row.text
    return Line(f"i{row.id}", row.seq, Author.CUSTOMER, "", text, row.kind.value, row.at, attachments=_files(row))


def _said(row: Any) -> Line:
    buttons = tuple({"label": b["label"], "tapped": row.tapped == i} for i, b in enumerate(row.buttons))
    return Line(
        key=f"d{row.id}",
        seq=row.seq or 0,
        author=row.author,
        name=row.staff_name,
        text=row.text,
        kind="message",
        at=row.sent_at or row.created_at,
        state=row.state.value,
        error=row.error,
        buttons=buttons,
        attachments=_files(row),
        unsure=row.id if row.state is State.UNKNOWN else 0,
    )


def _files(row: Any) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"kind": a.get("kind", ""), "name": a.get("name", ""), "mime": a.get("mime", ""), "size": a.get("size")}
        | {"number": number}
        for number, a in enumerate(row.attachments or ())
    )
