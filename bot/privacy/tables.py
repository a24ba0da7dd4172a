"""What was erased, and which accounts were joined. Neither says anything of the person."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId


class Erasure(Base):
    """A customer who was erased, with how many rows of what. `files` are still to be deleted from the folder."""

    __tablename__ = "erasure"
    __table_args__ = (
        Index(
            "ix_erasure_unfinished",
            "at",
            postgresql_where=text("finished_at IS NULL"),
            sqlite_where=text("finished_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(BigId)
    """Of the row that is left; None where there was only a chat."""
    by: Mapped[str]
    at: Mapped[datetime]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    files: Mapped[list[Any]] = mapped_column(default=list)
    finished_at: Mapped[datetime | None]


class CustomerMerge(Base):
    """Two accounts of one person. What was moved is written down, so that it can be taken back."""

    __tablename__ = "customer_merge"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """{"conversations": [id, ...], "cases": [id, ...]}; orders and benefits name the shop's own id."""
    by: Mapped[str]
    at: Mapped[datetime]
    undone_by: Mapped[str] = mapped_column(default="")
    undone_at: Mapped[datetime | None]
