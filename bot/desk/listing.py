"""One line of the inbox, what a person asked to see there, and what belongs to it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.complaints.complaint import Kind, Stage
from bot.conversations.tables import BOT, QUEUE
from bot.handoff.queue import Reason
from bot.messages import Author


class Tab(StrEnum):
    MINE = "mine"
    QUEUE = "queue"
    ALL = "all"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show; empty fields ask for nothing."""

    tab: Tab
    me: str = ""
    """Who looks, as `Conversation.owner` names people."""
    channel: str = ""
    language: str = ""
    """"zh" means both scripts."""
    stage: str = ""
    level: int = 0
    """Emotion of the open complaint, at least."""
    tier: str = ""
    text: str = ""
    """Part of a name, or an order number."""
    team: str = ""
    """Of the desk's entry: who is asked first."""

    @property
    def asked(self) -> frozenset[str]:
        """Names of the fields that ask for something."""
        names = ("channel", "language", "stage", "level", "tier", "text", "team")
        return frozenset(name for name in names if getattr(self, name))


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation as the inbox shows it. Times are aware UTC."""

    id: int
    name: str
    channel: str
    language: str
    owner: str
    owner_name: str
    fence: int
    """Of the owner: grows with every change of who has it."""
    seq: int
    last_inbound_at: datetime | None
    last_outbound_at: datetime | None
    waiting_since: datetime | None
    """Since when the customer waits for us; empty when they do not."""
    is_unreachable: bool
    entry: "Entry | None"
    complaint: "Complaint | None"
    promise_due: datetime | None
    """When the next open promise is due."""
    tier: str
    preview: str
    preview_by: Author | None
    preview_kind: str
    """Of an attachment without words: photo, document …"""


@dataclass(frozen=True, slots=True)
class Entry:
    """Its place in the queue."""

    reason: Reason
    priority: int
    opened_at: datetime
    expected_at: datetime | None
    """What the customer was told."""
    team: str
    given: bool
    """Given to a person who has not shown yet that they are at it."""


@dataclass(frozen=True, slots=True)
class Complaint:
    id: int
    kind: Kind
    stage: Stage
    severity: int
    level: int
    reasons: tuple[dict[str, Any], ...]
    """Why we think the customer feels so: [{"group", "phrase"}]."""


def waiting_since(
    owner: str, entry: Entry | None, bot_since: datetime | None, heard: datetime | None, said: datetime | None
) -> datetime | None:
    """Since when the customer waits: for a place at the desk, for the bot, or for the person who has them."""
    if owner == BOT:
        return bot_since
    if owner == QUEUE:
        return entry.opened_at if entry else heard
    return heard if heard is not None and (said is None or heard > said) else None


def belongs(row: Row, wanted: Filter) -> bool | None:
    """Whether a row that has changed is to be shown; None when only the database can tell (part of a name)."""
    of_tab = {
        Tab.MINE: row.owner == wanted.me,
        Tab.QUEUE: row.owner == QUEUE,
        Tab.BOT: row.owner == BOT and row.last_inbound_at is not None,
        Tab.ALL: row.last_inbound_at is not None,
    }[wanted.tab]
    complaint = row.complaint
    fits = (
        of_tab
        and (not wanted.channel or row.channel == wanted.channel)
        and (not wanted.language or row.language in languages(wanted.language))
        and (not wanted.stage or (complaint is not None and complaint.stage == wanted.stage))
        and (not wanted.level or (complaint is not None and complaint.level >= wanted.level))
        and (not wanted.tier or row.tier == wanted.tier)
        and (not wanted.team or (row.entry is not None and row.entry.team == wanted.team))
    )
    return None if fits and wanted.text else fits


def languages(wanted: str) -> tuple[str, ...]:
    return ("zh", "zh-Hant") if wanted == "zh" else (wanted,)
