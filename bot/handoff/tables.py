"""Conversations that wait for a person, with the reason and what the customer was told."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId, enum_column
from bot.handoff.queue import Reason


class QueueEntry(Base):
    """At most one open entry a conversation; `priority` 1 is the most urgent, within it first come, first served."""

    __tablename__ = "queue_entry"
    __table_args__ = (
        Index(
            "uq_queue_entry_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
        Index("ix_queue_entry_taken", "taken_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    reason: Mapped[Reason] = mapped_column(enum_column(Reason))
    detail: Mapped[str] = mapped_column(default="")
    priority: Mapped[int]
    opened_at: Mapped[datetime]
    expected_at: Mapped[datetime | None]
    """What the customer was told: about when a person writes."""
    late_told_at: Mapped[datetime | None]
    taken_by: Mapped[str] = mapped_column(default="")
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
