"""A complaint (case), each step it took, what else was done about it, every promise given, every approval asked for."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.complaints.casework import ApprovalState, What
from bot.complaints.complaint import Event, Kind, Stage
from bot.complaints.promise import State as PromiseState
from bot.db import Base, BigId, enum_column


class Case(Base):
    """A complaint from its first word to after-care. Facts are never lost on the way back."""

    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_conversation_id_opened_at", "conversation_id", "opened_at"),
        Index(
            "ix_case_open", "stage", postgresql_where=text("closed_at IS NULL"), sqlite_where=text("closed_at IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id", ondelete="SET NULL"), index=True)
    kind: Mapped[Kind] = mapped_column(enum_column(Kind))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage))
    severity: Mapped[int]
    level: Mapped[int] = mapped_column(default=0)
    """Emotion now, 0 to 3; `peak` is the highest so far, `level_reasons` tell staff why."""
    peak: Mapped[int] = mapped_column(default=0)
    level_reasons: Mapped[list[Any]] = mapped_column(default=list)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    offers: Mapped[list[Any]] = mapped_column(default=list)
    """Every round of options shown: [{"round", "options": [...], "answer": "accepted:<id>"|"rejected"|null}]."""
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the conversation must remember between turns (questions asked, denials, lines of empathy used)."""
    failure_count: Mapped[int] = mapped_column(default=0)
    repeat_of: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    """The earlier case that this one goes back to."""
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    """The same matter, told twice: it goes on there."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    """Who of the staff looks after it; the chat may be with somebody else."""
    severity_by: Mapped[str] = mapped_column(default="")
    """Who of the staff has set the severity: then only graver words change it."""
    root_cause: Mapped[str] = mapped_column(default="")
    lesson: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime]
    stage_since: Mapped[datetime]
    heard_at: Mapped[datetime]
    """When the customer last said something about it."""
    prompted_at: Mapped[datetime | None]
    """The one gentle prompt after silence in the listening stage."""
    progress_at: Mapped[datetime | None]
    """When the customer is told about progress next, unasked."""
    check_at: Mapped[datetime | None]
    """The check a few days after closing: did it come back?"""
    closed_at: Mapped[datetime | None]


class Step(Base):
    """One line of the history: an event and where it led. Written with the change itself, never changed."""

    __tablename__ = "case_step"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    event: Mapped[Event] = mapped_column(enum_column(Event))
    before: Mapped[Stage] = mapped_column(enum_column(Stage))
    after: Mapped[Stage] = mapped_column(enum_column(Stage))
    by: Mapped[str] = mapped_column(default="customer")
    level: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class Promise(Base):
    """Every word with a date: what, who, until when, and whether it was kept. Times are aware UTC."""

    __tablename__ = "promise"
    __table_args__ = (
        Index(
            "ix_promise_open", "due_at", postgresql_where=text("state = 'open'"), sqlite_where=text("state = 'open'")
        ),
        Index(
            "ix_promise_open_conversation",
            "conversation_id",
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_promise_remedy", "remedy", "given_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    remedy: Mapped[str]
    what: Mapped[dict[str, Any]]
    """A text as data: {"key", "values"}; shown to the customer in their language, to staff in theirs."""
    owner: Mapped[str]
    """Who does it, as the key of a text (a team) or a staff id."""
    given_by: Mapped[str]
    given_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[PromiseState] = mapped_column(enum_column(PromiseState), default=PromiseState.OPEN)
    half_told_at: Mapped[datetime | None]
    near_told_at: Mapped[datetime | None]
    late_told_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    evidence: Mapped[str] = mapped_column(default="")
    moves: Mapped[list[Any]] = mapped_column(default=list)
    """New dates that the customer was told in time: [{"from", "to", "why", "by", "at"}]."""


class CaseEntry(Base):
    """What somebody of the staff did about a case without moving it: a line of its history. Never changed."""

    __tablename__ = "case_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    what: Mapped[What] = mapped_column(enum_column(What))
    by: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]


class Approval(Base):
    """A remedy above somebody's authority, put before whoever may grant it. Decided once."""

    __tablename__ = "remedy_approval"
    __table_args__ = (
        Index(
            "uq_remedy_approval_open",
            "case_id",
            "remedy",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_remedy_approval_state", "state", "asked_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    remedy: Mapped[str]
    cents: Mapped[int | None]
    why: Mapped[str]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    asker: Mapped[str]
    asked_at: Mapped[datetime]
    state: Mapped[ApprovalState] = mapped_column(enum_column(ApprovalState), default=ApprovalState.OPEN)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    decider: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    used_at: Mapped[datetime | None]
    """When a promise was made of it: it is good for one."""
