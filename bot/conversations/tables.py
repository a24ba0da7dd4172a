"""A conversation: one chat of one channel, who speaks in it, and what the bot last asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId

BOT = "bot"
QUEUE = "queue"
"""Values of `Conversation.owner`; any other value is the id of a staff member."""


class Conversation(Base):
    """The fence grows with every turn and every change of owner: a turn that began before may not end after."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("channel", "chat"),
        Index(
            "ix_conversation_ready_at",
            "ready_at",
            postgresql_where=text("ready_at IS NOT NULL"),
            sqlite_where=text("ready_at IS NOT NULL"),
        ),
        Index(
            "ix_conversation_owner",
            "owner",
            postgresql_where=text("owner <> 'bot'"),
            sqlite_where=text("owner <> 'bot'"),
        ),
        Index("ix_conversation_last_inbound_at_id", "last_inbound_at", "id"),
        Index("ix_conversation_last_outbound_at", "last_outbound_at"),
        Index("ix_conversation_name", "name"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str]
    chat: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id", ondelete="SET NULL"), index=True)
    linked_at: Mapped[datetime | None]
    link_failures: Mapped[int] = mapped_column(default=0)
    link_blocked_until: Mapped[datetime | None]
    """Too many wrong codes or phone numbers: no further try before this time."""

    language: Mapped[str] = mapped_column(default="")
    """zh, zh-Hant, en, or empty while nothing was written yet."""
    language_fixed: Mapped[bool] = mapped_column(default=False)

    time_zone: Mapped[str] = mapped_column(default="")
    """IANA name; empty: the shop's zone."""

    owner: Mapped[str] = mapped_column(default=BOT)
    owner_since: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    owner_fence: Mapped[int] = mapped_column(default=0)
    """The fence when a person last took it or left it: who has seen an older one did not know of that."""
    seq: Mapped[int] = mapped_column(BigId, default=0)
    """Number of the newest line of the thread; lines appear in this order and never later out of it."""
    ready_at: Mapped[datetime | None]
    """When the unanswered messages may be answered; empty when there are none."""
    waiting_since: Mapped[datetime | None]
    """When the oldest unanswered message came: a burst may not put off the answer for ever."""
    lane_by: Mapped[str] = mapped_column(default="")
    lane_until: Mapped[datetime | None]

    pending: Mapped[dict[str, Any] | None]
    """The question the bot has asked outside a complaint: {"action", "expecting", "args", "asked_at"}."""
    misunderstood: Mapped[int] = mapped_column(default=0)
    """Turns in a row that were not understood."""
    held: Mapped[bool] = mapped_column(default=False)
    """Its words could not be understood because nlu did not answer; an entry in the queue says so."""
    listening: Mapped[bool] = mapped_column(default=False)
    """A complaint is in its first stage: people type in bursts, the pause is longer."""
    case_id: Mapped[int | None] = mapped_column(BigId)
    """The open complaint of this chat (no foreign key: the case points here)."""

    unreachable_at: Mapped[datetime | None]
    introduced_at: Mapped[datetime | None]
    """When it was told that an automated assistant writes."""
    created_at: Mapped[datetime]
    last_inbound_at: Mapped[datetime | None]
    last_outbound_at: Mapped[datetime | None]
