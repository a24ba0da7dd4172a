"""Orders and benefits as the shop tells them (API, CSV, demo). Keyed by the shop's own ids, so a repeat is harmless."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId


class OrderRow(Base):
    __tablename__ = "shop_order"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    state: Mapped[str]
    placed_at: Mapped[datetime]
    promised_on: Mapped[date | None]
    delivered_at: Mapped[datetime | None]
    total_cents: Mapped[int] = mapped_column(BigId)
    record: Mapped[dict[str, Any]]
    """The whole order as bot/shop/order.py reads and writes it; the columns above are for finding."""
    updated_at: Mapped[datetime]


class BenefitRow(Base):
    __tablename__ = "benefit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    expires_on: Mapped[date | None] = mapped_column(index=True)
    record: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
