"""The thread of a conversation: every line of both sides in one order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import table
from bot.inbox.tables import Inbound
from bot.messages import Author, Kind
from bot.outbox.button import button_of, payload
from bot.outbox.tables import Delivery
from bot.statement import Statement

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
HEARD = Statement(
    select(_in.seq, _in.kind, _in.text, _in.payload, _in.attachments, _in.at, _in.message_id)
    .where(
        _in.conversation_id == bindparam("conversation"),
        _in.seq > bindparam("behind"),
        or_(*(_in.kind == kind for kind in SPOKEN)),
    )
    .order_by(_in.seq)
    .limit(bindparam("most"))
)
SAID = Statement(
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
    lines = [_heard(*row) for row in await HEARD.rows(session, which)]
    lines += [_said(*row) for row in await SAID.rows(session, which)]
    return sorted(lines, key=lambda line: line.seq)[:limit]


def _heard(seq: int, kind: Kind, text: str, payload: str, files: list[Any], at: datetime, message_id: str) -> Line:
    words = f"/{payload} {text}".rstrip() if kind is Kind.COMMAND else text
    return Line(seq, Author.CUSTOMER, "", words, (), tuple(files), at, message_id)


def _said(
    id: int,
    seq: int,
    author: Author,
    name: str,
    text: str,
    files: list[Any],
    buttons: list[Any],
    tapped: int | None,
    sent_at: datetime | None,
    created_at: datetime,
) -> Line:
    shown = tuple({"id": payload(id, i, b), "label": b["label"], "used": tapped == i} for i, b in enumerate(buttons))
    return Line(seq, author, name, text, shown, tuple(files), sent_at or created_at)


async def label(session: AsyncSession, conversation_id: int, tapped: str) -> str:
    """The words on a button of this conversation, by its payload; empty for one that is not its own."""
    if (found := button_of(tapped)) is None:
        return ""
    _, delivery_id, index = found
    query = select(Delivery.buttons).where(Delivery.id == delivery_id, Delivery.conversation_id == conversation_id)
    buttons = await session.scalar(query) or []
    return str(buttons[index]["label"]) if index < len(buttons) else ""
