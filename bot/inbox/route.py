"""Who takes a message, and which messages make one turn. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from bot.conversations.tables import BOT
from bot.messages import Kind
from bot.outbox.button import ANYTIME

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


ANYTIME_BUTTON = f"{ANYTIME}:"


def is_for_staff(owner: str, kind: Kind, payload: str) -> bool:
    """Whether this goes to people and the bot stays silent."""
    if owner == BOT:
        return False
    if kind is Kind.BUTTON:
        return not payload.startswith(ANYTIME_BUTTON)
    return not (kind is Kind.COMMAND and payload in ANYTIME_COMMANDS)


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


LONGEST_LABEL = 40
"""Characters of a message that may be the words on a button."""

ENQUIRIES = frozenset(
    f"action_{name}"
    for name in (
        *("track_order", "place_order", "delivery_options", "delivery_period", "check_payment_methods"),
        *("product_question", "edit_account", "registration_problems", "get_invoice"),
    )
)
"""Enquiries that an address or a name given in answer to a question is easily taken for."""


def may_be_a_label(turn: Sequence[Message]) -> bool:
    """Whether somebody may have typed what a button says instead of tapping it."""
    return len(turn) == 1 and turn[0].kind is Kind.MESSAGE and 0 < len(turn[0].text) <= LONGEST_LABEL


def named_choice(text: str, choices: Mapping[str, str]) -> str | None:
    """The payload of the button whose words these are, or None."""
    wanted = _plain(text)
    return next((payload for label, payload in choices.items() if wanted and _plain(label) == wanted), None)


def _plain(text: str) -> str:
    """Half-width, small letters, without the full stop that phones add."""
    return unicodedata.normalize("NFKC", text).casefold().strip().rstrip(".!。！").strip()
