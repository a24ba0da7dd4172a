"""What staff must notice: a promise half its time gone, nearly due, a wait that got too long. Each is raised once."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId, enum_column, insert_once


class AlertKind(StrEnum):
    PROMISE_HALF = "promise_half"
    PROMISE_NEAR = "promise_near"
    WAITING_TOO_LONG = "waiting_too_long"


class Alert(Base):
    """`key` is unique for what it is about, so a second tick raises nothing."""

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "ix_alert_open", "raised_at", postgresql_where=text("seen_at IS NULL"), sqlite_where=text("seen_at IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    kind: Mapped[AlertKind] = mapped_column(enum_column(AlertKind))
    about: Mapped[str]
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str] = mapped_column(default="")


async def raise_alert(
    session: AsyncSession, conversation_id: int, kind: AlertKind, key: str, about: str, at: datetime
) -> bool:
    """Raise it unless it was raised already. Gives whether it is new."""
    values = {
        "key": key,
        "conversation_id": conversation_id,
        "kind": kind,
        "about": about,
        "raised_at": at,
        "seen_by": "",
    }
    return await insert_once(session, Alert, values) is not None


async def unseen(session: AsyncSession) -> Sequence[Alert]:
    return (await session.scalars(select(Alert).where(Alert.seen_at.is_(None)).order_by(Alert.raised_at))).all()
