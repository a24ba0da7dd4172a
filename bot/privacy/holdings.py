"""What becomes of each table's rows when a customer is erased. A test asks this of every table and column there is.

Rows are found by who they belong to: a customer, a chat, or a case. A table that is not named here and has such a
column loses its rows: what nobody has thought about is not kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.db import Base

OF_A_PERSON = {"customer_id": "customers", "conversation_id": "chats", "case_id": "cases"}
"""Columns that say whose a row is, and the part of a `Person` they are looked up in."""


class Fate(StrEnum):
    DELETED = "deleted"
    EMPTIED = "emptied"
    """The row stays, for the reason that data/console/customers.yml gives (stays_<table>); its words do not."""
    NOBODYS = "nobodys"
    """Says nothing of any customer."""


@dataclass(frozen=True, slots=True)
class Holding:
    fate: Fate
    emptied: Mapping[str, Any] = field(default_factory=dict)
    """EMPTIED: what the columns are set to. {id} in a text is the row's."""
    kept: frozenset[str] = frozenset()
    """EMPTIED: the columns that stay as they are."""
    by_hand: frozenset[str] = frozenset()
    """EMPTIED: JSON of which only a part goes, see bot/privacy/scrubbing.py."""


DELETED = Holding(Fate.DELETED)
NOBODYS = Holding(Fate.NOBODYS)

HOLDINGS: dict[str, Holding] = {
    "customer": Holding(
        Fate.EMPTIED,
        {
            "shop_id": "erased-{id}",
            "name": "",
            "phone": "",
            "email": "",
            "language": "",
            "time_zone": "",
            "tier": "",
            "birthday": None,
            "created_on": None,
            "tags": [],
            "edits": None,
        },
        kept=frozenset({"id", "updated_at", "erased_at", "merged_into"}),
    ),
    "shop_order": Holding(
        Fate.EMPTIED,
        kept=frozenset(
            {
                "id",
                "shop_id",
                "customer_id",
                "state",
                "placed_at",
                "promised_on",
                "delivered_at",
                "total_cents",
                "updated_at",
            }
        ),
        by_hand=frozenset({"record"}),
    ),
    "conversation": Holding(
        Fate.EMPTIED,
        {
            "chat": "erased-{id}",
            "name": "",
            "customer_id": None,
            "linked_at": None,
            "link_failures": 0,
            "link_blocked_until": None,
            "time_zone": "",
            "owner": "bot",
            "ready_at": None,
            "waiting_since": None,
            "lane_by": "",
            "lane_until": None,
            "pending": None,
            "misunderstood": 0,
            "held": False,
            "listening": False,
            "case_id": None,
        },
        kept=frozenset(
            {
                "id",
                "channel",
                "language",
                "language_fixed",
                "owner_since",
                "fence",
                "owner_fence",
                "seq",
                "unreachable_at",
                "introduced_at",
                "created_at",
                "last_inbound_at",
                "last_outbound_at",
            }
        ),
    ),
    "case": Holding(
        Fate.EMPTIED,
        {"customer_id": None, "level_reasons": [], "memory": {}, "lesson": "", "prompted_at": None, "check_at": None},
        kept=frozenset(
            {
                "id",
                "conversation_id",
                "kind",
                "stage",
                "severity",
                "level",
                "peak",
                "offers",
                "failure_count",
                "repeat_of",
                "merged_into",
                "owner_id",
                "severity_by",
                "opened_at",
                "stage_since",
                "heard_at",
                "progress_at",
                "closed_at",
            }
        ),
        by_hand=frozenset({"facts", "root_cause"}),
    ),
    "case_step": Holding(
        Fate.EMPTIED,
        {"note": ""},
        kept=frozenset({"id", "case_id", "event", "before", "after", "by", "level", "at"}),
    ),
    "case_entry": Holding(
        Fate.EMPTIED, kept=frozenset({"id", "case_id", "what", "by", "at"}), by_hand=frozenset({"detail"})
    ),
    "remedy_approval": Holding(
        Fate.EMPTIED,
        {"why": "", "note": ""},
        kept=frozenset(
            {
                "id",
                "case_id",
                "remedy",
                "cents",
                "asked_by",
                "asker",
                "asked_at",
                "state",
                "decided_by",
                "decider",
                "decided_at",
                "used_at",
            }
        ),
    ),
    "promise": Holding(
        Fate.EMPTIED,
        {"evidence": ""},
        kept=frozenset(
            {
                "id",
                "case_id",
                "conversation_id",
                "remedy",
                "what",
                "owner",
                "given_by",
                "given_at",
                "due_at",
                "state",
                "half_told_at",
                "near_told_at",
                "late_told_at",
                "done_at",
            }
        ),
        by_hand=frozenset({"moves"}),
    ),
    "queue_entry": Holding(
        Fate.EMPTIED,
        {"detail": "", "outcome": ""},
        kept=frozenset(
            {
                "id",
                "conversation_id",
                "reason",
                "priority",
                "severity",
                "tier",
                "level",
                "language",
                "team",
                "opened_at",
                "not_before",
                "expected_at",
                "late_told_at",
                "late_count",
                "round",
                "taken_by",
                "taken_at",
                "given",
                "introduced",
                "first_reply_at",
                "closed_at",
            }
        ),
    ),
    **dict.fromkeys(
        ("benefit", "link_code", "consent", "inbound", "turn", "delivery", "web_session", "alert", "lesson"), DELETED
    ),
    **dict.fromkeys(
        (
            *("staff", "recovery_code", "staff_session", "sign_in_try", "api_token", "audit"),
            *("erasure", "customer_merge", "at_desk", "known_browser", "alert_seen", "search_mark"),
        ),
        NOBODYS,
    ),
}


def of_table(name: str) -> Holding | None:
    """What becomes of a table's rows; None: nobody has said, and no column says whose they are."""
    if (holding := HOLDINGS.get(name)) is not None:
        return holding
    return DELETED if set(OF_A_PERSON) & set(Base.metadata.tables[name].columns.keys()) else None
