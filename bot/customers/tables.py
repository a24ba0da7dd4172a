"""Who the shop's customers are, how a chat is linked to one, and what they consented to."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId


class Customer(Base):
    """A customer of the shop, as the shop tells it (API, CSV). `shop_id` is the shop's own id."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="", index=True)
    phone: Mapped[str] = mapped_column(default="", index=True)
    email: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="")
    tier: Mapped[str] = mapped_column(default="")
    birthday: Mapped[dict[str, Any] | None]
    created_on: Mapped[date | None]
    tags: Mapped[list[Any]] = mapped_column(default=list)
    updated_at: Mapped[datetime]
    edits: Mapped[dict[str, Any] | None]
    """What the staff have put right; the shop's next delivery does not replace it: {name of a column: value}."""
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    """The same person has another account: everything goes on there."""
    erased_at: Mapped[datetime | None]
    """Nothing is known of the person any more; the row holds the shop's accounts together."""


class LinkCode(Base):
    """A one-time code that the shop shows to a signed-in customer. Only its hash is kept."""

    __tablename__ = "link_code"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Consent(Base):
    """One line of the consent log, never changed: the newest line of a (chat, purpose) is what holds."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_conversation_purpose", "conversation_id", "purpose", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    purpose: Mapped[str]
    granted: Mapped[bool]
    wording: Mapped[str]
    language: Mapped[str]
    evidence: Mapped[str]
    at: Mapped[datetime]
