"""Every word in, and every turn that answered some of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId, enum_column
from bot.messages import Kind


class Handling(StrEnum):
    """What became of a message."""

    NEW = "new"
    ANSWERED = "answered"
    FOR_STAFF = "for_staff"
    STORED = "stored"
    """Nothing to answer: an unknown kind of update, a block, an edit of something long answered."""


class Inbound(Base):
    """One update of a channel, stored before it is acknowledged; (channel, external_id) makes a repeat harmless."""

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_inbound_conversation_id_seq", "conversation_id", "seq"),
        Index(
            "ix_inbound_new",
            "conversation_id",
            postgresql_where=text("handling = 'new'"),
            sqlite_where=text("handling = 'new'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    seq: Mapped[int] = mapped_column(BigId)
    channel: Mapped[str]
    external_id: Mapped[str]
    kind: Mapped[Kind] = mapped_column(enum_column(Kind))
    text: Mapped[str]
    payload: Mapped[str] = mapped_column(default="")
    message_id: Mapped[str] = mapped_column(default="")
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    raw: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]
    handling: Mapped[Handling] = mapped_column(enum_column(Handling), default=Handling.NEW)
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("turn.id"))


class TurnRow(Base):
    """One answer: what was understood, which action ran. Its id is part of the unique key of every word it said."""

    __tablename__ = "turn"
    __table_args__ = (UniqueConstraint("conversation_id", "fence"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    fence: Mapped[int]
    text: Mapped[str]
    action: Mapped[str]
    decision: Mapped[dict[str, Any] | None]
    """The whole answer of nlu; empty where it was not asked (buttons, commands)."""
    error: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    done_at: Mapped[datetime]
