"""The thread of a conversation: every line of both sides in one order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import table
from bot.inbox.tables import Inbound
from bot.messages import Author, Kind
from bot.outbox.button import button_of, payload
from bot.outbox.tables import Delivery

SPOKEN = (Kind.MESSAGE, Kind.BUTTON, Kind.EDIT, Kind.COMMAND)


@dataclass(frozen=True, slots=True)
class Line:
    """One message as a person reads it; `seq` grows by the thread's order and is never reused."""

    seq: int
    author: Author
    name: str
    text: str
    buttons: tuple[dict[str, Any], ...]
    attachments: tuple[dict[str, Any], ...]
    at: datetime
    client_id: str = ""


_in, _out = table(Inbound).c, table(Delivery).c
HEARD = (
    select(_in.seq, _in.kind, _in.text, _in.payload, _in.attachments, _in.at, _in.message_id)
    .where(_in.conversation_id == bindparam("conversation"), _in.seq > bindparam("behind"), _in.kind.in_(SPOKEN))
    .order_by(_in.seq)
    .limit(bindparam("most"))
)
SAID = (
    select(
        *(_out.id, _out.seq, _out.author, _out.staff_name, _out.text, _out.attachments),
        *(_out.buttons, _out.tapped, _out.sent_at, _out.created_at),
    )
    .where(_out.conversation_id == bindparam("conversation"), _out.seq > bindparam("behind"))
    .order_by(_out.seq)
    .limit(bindparam("most"))
)


async def after(session: AsyncSession, conversation_id: int, seq: int, limit: int = 200) -> Sequence[Line]:
    """The lines behind `seq`, at most `limit`."""
    which = {"conversation": conversation_id, "behind": seq, "most": limit}
    lines = [_heard(row) for row in await session.execute(HEARD, which)]
    lines += [_said(row) for row in await session.execute(SAID, which)]
    return sorted(lines, key=lambda line: line.seq)[:limit]


def _heard(row: Row[*tuple[Any, ...]]) -> Line:
    text = f"/{row.payload} {row.text}".rstrip() if row.kind is Kind.COMMAND else row.text
    return Line(row.seq, Author.CUSTOMER, "", text, (), tuple(row.attachments), row.at, row.message_id)


def _said(row: Row[*tuple[Any, ...]]) -> Line:
    buttons = tuple(
        {"id": payload(row.id, i, b), "label": b["label"], "used": row.tapped == i} for i, b in enumerate(row.buttons)
    )
    files = tuple(row.attachments)
    return Line(row.seq or 0, row.author, row.staff_name, row.text, buttons, files, row.sent_at or row.created_at)


async def label(session: AsyncSession, conversation_id: int, tapped: str) -> str:
    """The words on a button of this conversation, by its payload; empty for one that is not its own."""
    if (found := button_of(tapped)) is None:
        return ""
    _, delivery_id, index = found
    query = select(Delivery.buttons).where(Delivery.id == delivery_id, Delivery.conversation_id == conversation_id)
    buttons = await session.scalar(query) or []
    return str(buttons[index]["label"]) if index < len(buttons) else ""
