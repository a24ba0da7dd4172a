"""Messages to learn from, with invented data in the place of personal data."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId, enum_column
from bot.learning.lesson import State, Why


class Lesson(Base):
    """One text, however often it came. What the model thought is that of the first time."""

    __tablename__ = "lesson"
    __table_args__ = (Index("ix_lesson_state_count", "state", "count"), Index("ix_lesson_last_at", "last_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Of the masked text as it came, see lesson.key."""
    text: Mapped[str]
    """May have been edited by a reviewer."""
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id", ondelete="SET NULL"), index=True)
    """Where it came up first."""
    language: Mapped[str]
    script: Mapped[str | None]
    why: Mapped[Why] = mapped_column(enum_column(Why))
    intent: Mapped[str] = mapped_column(default="")
    confidence: Mapped[float] = mapped_column(default=0.0)
    emotion: Mapped[str] = mapped_column(default="")
    ranking: Mapped[list[Any]] = mapped_column(default=list)
    """The model's best guesses: [[intent, confidence], ...]."""
    journey: Mapped[str] = mapped_column(default="")
    stage: Mapped[str] = mapped_column(default="")
    suggested: Mapped[str] = mapped_column(default="")
    """The guess that the customer took."""
    count: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]

    state: Mapped[State] = mapped_column(enum_column(State), default=State.NEW)
    label_intent: Mapped[str] = mapped_column(default="")
    label_emotion: Mapped[str] = mapped_column(default="")
    """May be there before the intent is: somebody corrected only the feeling."""
    labelled_by: Mapped[str] = mapped_column(default="")
    labelled_at: Mapped[datetime | None]
