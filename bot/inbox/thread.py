"""The thread of a conversation: every line of both sides in one order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.inbox.tables import Inbound
from bot.messages import Author, Kind
from bot.outbox.service import PAYLOAD
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


async def after(session: AsyncSession, conversation_id: int, seq: int, limit: int = 200) -> Sequence[Line]:
    """The lines behind `seq`, at most `limit`."""
    inbound = (
        select(
            Inbound.seq,
            Inbound.kind,
            Inbound.text,
            Inbound.payload,
            Inbound.attachments,
            Inbound.at,
            Inbound.message_id,
        )
        .where(
            Inbound.conversation_id == conversation_id,
            Inbound.seq > seq,
            Inbound.kind.in_(SPOKEN),
        )
        .order_by(Inbound.seq)
        .limit(limit)
    )
    outbound = (
        select(
            Delivery.id,
            Delivery.seq,
            Delivery.author,
            Delivery.staff_name,
            Delivery.text,
            Delivery.buttons,
            Delivery.tapped,
            Delivery.sent_at,
            Delivery.created_at,
        )
        .where(
            Delivery.conversation_id == conversation_id,
            Delivery.seq > seq,
        )
        .order_by(Delivery.seq)
        .limit(limit)
    )
    lines = [_heard(row) for row in await session.execute(inbound)]
    lines += [_said(row) for row in await session.execute(outbound)]
    return sorted(lines, key=lambda line: line.seq)[:limit]


def _heard(row: Row[Any]) -> Line:
    text = f"/{row.payload} {row.text}".rstrip() if row.kind is Kind.COMMAND else row.text
    return Line(row.seq, Author.CUSTOMER, "", text, (), tuple(row.attachments), row.at, row.message_id)


def _said(row: Row[Any]) -> Line:
    buttons = tuple(
        {"id": PAYLOAD.format(delivery=row.id, button=i), "label": b["label"], "used": row.tapped == i}
        for i, b in enumerate(row.buttons)
    )
    return Line(row.seq or 0, row.author, row.staff_name, row.text, buttons, (), row.sent_at or row.created_at)


async def label(session: AsyncSession, conversation_id: int, payload: str) -> str:
    """The words on a button of this conversation; empty for one that is not its own."""
    match payload.split(":"):
        case ["b", delivery_id, index] if delivery_id.isdecimal() and index.isdecimal() and len(delivery_id) < 19:
            query = select(Delivery.buttons).where(
                Delivery.id == int(delivery_id), Delivery.conversation_id == conversation_id
            )
            buttons = await session.scalar(query) or []
            return str(buttons[int(index)]["label"]) if int(index) < len(buttons) else ""
    return ""
