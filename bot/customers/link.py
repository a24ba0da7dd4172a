"""Linking a chat to an account of the shop: one-time codes, and how often a wrong answer is allowed. Pure."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Protocol

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No I, O, 0 and 1: they are mistaken for one another."""
CODE_LENGTH = 8
CODE_LASTS = timedelta(minutes=15)
SHOWN = "CB-{code}"

FAILURES_ALLOWED = 5
"""So many wrong answers in a row, then a pause."""
BLOCKED_FOR = timedelta(minutes=30)


class Chat(Protocol):
    """What is looked at and changed here of a conversation."""

    customer_id: int | None
    linked_at: datetime | None
    link_failures: int
    link_blocked_until: datetime | None
    language: str
    language_fixed: bool
    time_zone: str


def hashed(code: str) -> str:
    """What is kept of a code: it is random and short-lived, so a plain hash is enough."""
    return hashlib.sha256(f"carebot link code {code}".encode()).hexdigest()


def same(given: str, known: str) -> bool:
    """Whether two texts are the same, in a time that does not tell how much of them is; an empty one never is."""
    return hmac.compare_digest(given.encode(), known.encode()) and bool(known)


def is_blocked(chat: Chat, at: datetime) -> bool:
    return chat.link_blocked_until is not None and at < chat.link_blocked_until


def failed(chat: Chat, at: datetime) -> None:
    """Count a wrong answer; after too many in a row none is taken for a while."""
    chat.link_failures += 1
    if chat.link_failures >= FAILURES_ALLOWED:
        chat.link_failures, chat.link_blocked_until = 0, at + BLOCKED_FOR
