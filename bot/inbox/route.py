"""Who takes a message, and which messages make one turn. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from bot.conversations.tables import BOT
from bot.messages import Kind

LONGEST_BURST = timedelta(seconds=10)
"""However fast somebody types, the first message waits no longer than this for an answer."""
LONGEST_TEXT = 8000
"""Characters of one turn; what is more stays in the thread for people to read."""

LINK_CODE = re.compile(r"(?<![A-Z0-9])CB[- ]?([A-HJ-NP-Z2-9]{8})(?![A-Z0-9])")
"""A one-time code anywhere in a message; letters that are mistaken for digits do not occur."""


class Taker(StrEnum):
    STAFF = "staff"
    COMMAND = "command"
    BUTTON = "button"
    LINK = "link"
    DIALOGUE = "dialogue"


class Message(Protocol):
    """What is looked at here of a stored message."""

    kind: Kind
    text: str
    payload: str


ANYTIME_COMMANDS = frozenset({"stop", "privacy", "language", "settings"})
"""They are about the customer's own rights, so they work whoever speaks in the conversation."""


def is_for_staff(owner: str, kind: Kind, payload: str) -> bool:
    """Whether this goes to people and the bot stays silent."""
    return owner != BOT and not (kind is Kind.COMMAND and payload in ANYTIME_COMMANDS)


M = TypeVar("M", bound=Message)


def one_turn(messages: Sequence[M]) -> list[M]:
    """The messages to answer together: texts in a row form one turn; a button or a command is one by itself."""
    alone = {Kind.BUTTON, Kind.COMMAND}
    if not messages or messages[0].kind in alone:
        return list(messages[:1])
    turn: list[M] = []
    for message in messages:
        if message.kind in alone:
            break
        turn.append(message)
    return turn


def who_takes(turn: Sequence[Message]) -> Taker:
    """Who answers a turn of the bot's own (see `is_for_staff` for the others)."""
    match turn[0].kind:
        case Kind.COMMAND:
            return Taker.COMMAND
        case Kind.BUTTON:
            return Taker.BUTTON
    return Taker.LINK if link_code(together(turn)) else Taker.DIALOGUE


def together(turn: Sequence[Message]) -> str:
    """The words of a turn as one text, one message a line."""
    return "\n".join(m.text for m in turn if m.text)[:LONGEST_TEXT]


def link_code(text: str) -> str | None:
    """The one-time code in a message, in its plain form, or None."""
    found = LINK_CODE.search(unicodedata.normalize("NFKC", text).upper())
    return found[1] if found else None


def ready_at(kind: Kind, at: datetime, pause: timedelta, waiting_since: datetime | None) -> datetime:
    """When a turn with this newest message may begin: buttons and commands at once, words after a pause."""
    if kind in (Kind.BUTTON, Kind.COMMAND):
        return at
    return min(at + pause, (waiting_since or at) + max(LONGEST_BURST, pause))
