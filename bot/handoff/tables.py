"""The desk in the database: who waits for a person, what happened, who is there, and what staff note for each other."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId, enum_column
from bot.handoff.presence import Presence
from bot.handoff.queue import Reason

_OPEN = text("closed_at IS NULL")


class QueueEntry(Base):
    """One handoff, from the call for a person to its end; at most one open entry a conversation.

    `priority` 1 is the most urgent, within it first come, first served. Not taken: it waits in the queue.
    """

    __tablename__ = "queue_entry"
    __table_args__ = (
        Index("uq_queue_entry_open", "conversation_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_queue_entry_priority_opened_at", "priority", "opened_at", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_queue_entry_taken", "taken_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    reason: Mapped[Reason] = mapped_column(enum_column(Reason))
    detail: Mapped[str] = mapped_column(default="")
    priority: Mapped[int]
    """As it is now: the clock lifts it while the customer waits."""
    severity: Mapped[int | None]
    tier: Mapped[str] = mapped_column(default="")
    level: Mapped[int] = mapped_column(default=0)
    """Emotion, 0 to 3. With reason, severity and tier it says why the priority is what it is."""
    language: Mapped[str] = mapped_column(default="")
    """zh or en, or empty."""
    team: Mapped[str] = mapped_column(default="")
    """Who is asked first; empty: anybody."""
    opened_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    """The time the customer has chosen to be written to."""
    expected_at: Mapped[datetime | None]
    """What the customer was told: about when a person writes."""
    late_told_at: Mapped[datetime | None]
    late_count: Mapped[int] = mapped_column(default=0)
    """How often the customer was told that it is late."""
    round: Mapped[int] = mapped_column(default=0)
    """How often it has come (back) into the queue, or to another person: each time alerts begin anew."""
    taken_by: Mapped[str] = mapped_column(default="")
    taken_at: Mapped[datetime | None]
    given: Mapped[bool] = mapped_column(default=False)
    """Given by the queue, and this person has not shown yet that they are at it."""
    introduced: Mapped[str] = mapped_column(default="")
    """The person of whom the customer was told last that they are there."""
    first_reply_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")


class Deed(StrEnum):
    """What happened to a conversation at the desk."""

    QUEUED = "queued"
    GIVEN = "given"
    TAKEN = "taken"
    TAKEN_OVER = "taken_over"
    """By a supervisor, from a colleague."""
    PASSED_ON = "passed_on"
    RETURNED = "returned"
    """Back into the queue: the person is gone, or gave it to a team."""
    HANDOFF_ENDED = "handoff_ended"
    """Handed back to the bot; `note` is the summary."""
    CLOSED = "closed"


class DeskEvent(Base):
    """One line of what happened to a conversation. Rows are only added; notes in them are for staff alone."""

    __tablename__ = "desk_event"
    __table_args__ = (Index("ix_desk_event_conversation_id_id", "conversation_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("queue_entry.id"))
    what: Mapped[Deed] = mapped_column(enum_column(Deed))
    at: Mapped[datetime]
    seq: Mapped[int] = mapped_column(BigId)
    """The newest line of the thread when it happened."""
    by: Mapped[str] = mapped_column(default="")
    """Id of a person, bot or clock."""
    to: Mapped[str] = mapped_column(default="")
    """Id of the person, name of the team, or the outcome."""
    note: Mapped[str] = mapped_column(default="")
    case_id: Mapped[int | None] = mapped_column(BigId)
    """The complaint that was open in the chat (no foreign key, as in `conversation`)."""


class AtDesk(Base):
    """Somebody who works at the desk: what they chose, how many they take. Whom they serve stands in their account."""

    __tablename__ = "at_desk"

    id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    """Of the staff row."""
    chosen: Mapped[Presence] = mapped_column(enum_column(Presence))
    since: Mapped[datetime]
    limit: Mapped[int | None]
    """Set at the desk for now; empty: the capacity of the account holds."""
    last_given_at: Mapped[datetime | None]


class Seat(Base):
    """An open console: its signs of life, and what is looked at and typed in there. `client` is the socket's own id."""

    __tablename__ = "seat"
    __table_args__ = (Index("ix_seat_staff_id", "staff_id"), Index("ix_seat_conversation_id", "conversation_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client: Mapped[str] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    beat_at: Mapped[datetime]
    typed_at: Mapped[datetime | None]


class CallBackState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    LATE = "late"
    """Kept after its time."""
    WITHDRAWN = "withdrawn"


class CallBack(Base):
    """A word given: at this time a person writes. Chosen by the customer; staff see and are reminded of it."""

    __tablename__ = "call_back"
    __table_args__ = (
        Index(
            "ix_call_back_open",
            "slot_at",
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("queue_entry.id"))
    slot_at: Mapped[datetime]
    chosen_at: Mapped[datetime]
    state: Mapped[CallBackState] = mapped_column(enum_column(CallBackState), default=CallBackState.OPEN)
    done_by: Mapped[str] = mapped_column(default="")
    done_at: Mapped[datetime | None]


class Note(Base):
    """What staff tell each other about a conversation. Nothing that sends reads this table."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_conversation_id_id", "conversation_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    staff_id: Mapped[int] = mapped_column(BigId)
    name: Mapped[str]
    text: Mapped[str]
    mentions: Mapped[list[Any]] = mapped_column(default=list)
    """Staff ids."""
    seq: Mapped[int] = mapped_column(BigId)
    """The newest line of the thread when it was written: where it stands among them."""
    at: Mapped[datetime]
