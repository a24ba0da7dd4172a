"""What the index knows of each text. The words themselves are in `search_words`, which a migration makes by hand:

an FTS5 table on SQLite, a column of type tsvector with a GIN index on PostgreSQL.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId, enum_column


class Source(StrEnum):
    """Where a text comes from. Lines of conversations first; then what is looked up by name."""

    HEARD = "heard"
    SAID = "said"
    NOTE = "note"
    CUSTOMER = "customer"
    ORDER = "order"
    CHAT = "chat"


LINES = (Source.HEARD, Source.SAID, Source.NOTE)
NAMES = (Source.CUSTOMER, Source.ORDER, Source.CHAT)


class SearchDocument(Base):
    """The id says when: see bot/search/document.py. So the newest come first without being sorted."""

    __tablename__ = "search_document"
    __table_args__ = (
        UniqueConstraint("source", "ref_id"),
        Index(
            "ix_search_document_customer_id",
            "customer_id",
            postgresql_where=text("customer_id IS NOT NULL"),
            sqlite_where=text("customer_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    source: Mapped[Source] = mapped_column(enum_column(Source))
    ref_id: Mapped[int] = mapped_column(BigId)
    """The row of the source."""
    conversation_id: Mapped[int | None] = mapped_column(BigId, index=True)
    """No foreign key: an index holds nothing back."""
    customer_id: Mapped[int | None] = mapped_column(BigId)
    """Of a customer and of an order."""
    digest: Mapped[int] = mapped_column(BigId, default=0)
    """Of a text that may change; 0 for one that never does."""


class SearchMark(Base):
    """How far a source is in the index. Every row up to `through` is, whatever was committed when."""

    __tablename__ = "search_mark"

    source: Mapped[Source] = mapped_column(enum_column(Source), primary_key=True)
    through: Mapped[int] = mapped_column(BigId, default=0)
    seen: Mapped[int] = mapped_column(BigId, default=0)
    """The newest row that was taken; one before it may still be committed."""
    pending: Mapped[int | None] = mapped_column(BigId)
    """The next `through`, once nothing runs any more that ran when it had been seen."""
    running: Mapped[list[Any]] = mapped_column(default=list)
    """The transactions that ran then (PostgreSQL)."""
    swept: Mapped[int] = mapped_column(BigId, default=0)
    """How far the present round is that looks for changed names."""
