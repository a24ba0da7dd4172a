"""Every word out: one row a message, from the decision to send it to the channel's answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId, enum_column
from bot.messages import Author
from bot.outbox.delivery import Lane, State

_WAITING = "state IN ('due', 'claimed', 'sending')"


class Delivery(Base):
    """A message to one chat. `key` is unique: turn:<turn>:<ordinal>, later campaign:<id>:<customer>:<occurrence>."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_conversation_id_seq", "conversation_id", "seq"),
        Index(
            "ix_delivery_waiting",
            "due_at",
            "conversation_id",
            postgresql_where=text(_WAITING),
            sqlite_where=text(_WAITING),
        ),
        Index(
            "ix_delivery_waiting_conversation",
            "conversation_id",
            "id",
            postgresql_where=text(_WAITING),
            sqlite_where=text(_WAITING),
        ),
        Index(
            "ix_delivery_unknown",
            "id",
            postgresql_where=text("state = 'unknown'"),
            sqlite_where=text("state = 'unknown'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    channel: Mapped[str]
    seq: Mapped[int | None] = mapped_column(BigId)
    """Place in the thread, given when the message becomes part of it: when it was sent."""
    lane: Mapped[Lane] = mapped_column(enum_column(Lane))
    author: Mapped[Author] = mapped_column(enum_column(Author))
    staff_name: Mapped[str] = mapped_column(default="")
    staff_id: Mapped[int | None] = mapped_column(BigId)
    text_key: Mapped[str]
    text: Mapped[str]
    buttons: Mapped[list[Any]] = mapped_column(default=list)
    """[{"label", "action", "args"}], and "anytime" where it works whoever speaks; see button.py."""
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    """Files that staff send: messages.Attachment as mappings; `ref` is the file's name in var/attachments."""
    tapped: Mapped[int | None]
    """Which button was used."""

    state: Mapped[State] = mapped_column(enum_column(State))
    due_at: Mapped[datetime]
    not_after: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    provider_message_id: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    """Why it was suppressed, expired or cancelled."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
