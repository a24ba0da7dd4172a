"""What staff do about a case: the closed sets, and what they saw when they decided. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.complaints.complaint import Event, Stage


class What(StrEnum):
    """A line of a case's history that is no step."""

    OFFERED = "offered"
    ASKED = "asked_for_approval"
    APPROVED = "approved"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    """Whoever asked for the approval does not need it any more."""
    PROMISED = "promised"
    KEPT = "kept"
    MOVED = "promise_moved"
    WITHDRAWN = "promise_withdrawn"
    HANDED_OVER = "promise_handed_over"
    ASSIGNED = "assigned"
    EMOTION = "emotion_corrected"
    KIND = "kind_corrected"
    SEVERITY = "severity_corrected"
    MERGED = "merged"
    LINKED = "linked"
    LEARNED = "learned"
    ERASED = "erased"


class ApprovalState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Seen:
    """The case as the person saw it when they pressed the button: whoever was faster has changed it."""

    stage: Stage
    since: datetime


NEEDS_A_CHOICE = frozenset({Event.ACCEPTED})
"""Not a button alone: the customer accepts something (`remedies.accept`)."""
CLOSES_WITH_A_LESSON = frozenset({Event.SOLVED, Event.SETTLED})
"""Whoever ends a case says what it came from, and what is learned from it."""
CAUSES = ("product", "transport", "stock", "installation", "staff", "information", "payment", "system", "other")
"""What a case came from, for the reports: data/console/cases.yml, cause_<name>."""
