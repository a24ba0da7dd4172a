"""The two values that travel: `Incoming`, what a customer sent, and `Say`, the only thing anyone may answer with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What came in. Everything is stored; only MESSAGE, BUTTON, COMMAND and EDIT are answered."""

    MESSAGE = "message"
    BUTTON = "button"
    COMMAND = "command"
    EDIT = "edit"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    OTHER = "other"


class Author(StrEnum):
    """Who wrote a line of the thread."""

    CUSTOMER = "customer"
    BOT = "bot"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file. `ref` is the channel's own id for fetching it (Telegram: file_id; web, and of staff: path in var/)."""

    kind: str
    """photo, document, voice, audio, video, sticker, location, contact or other."""
    ref: str
    name: str = ""
    mime: str = ""
    size: int | None = None
    """Bytes, where the channel tells."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update from a channel, built once at the edge.

    `external_id` is unique per channel: a repeated update is recognised by it. `at` is aware UTC, when we received it.
    """

    channel: str
    chat: str
    external_id: str
    at: datetime
    kind: Kind = Kind.MESSAGE
    text: str = ""
    payload: str = ""
    """BUTTON: the opaque key of the button. COMMAND: the command's name without the slash. EDIT: the id edited."""
    attachments: tuple[Attachment, ...] = ()
    name: str = ""
    """How the channel names the customer; shown to staff, never trusted as identity."""
    language: str = ""
    """The channel's hint (an IETF tag), used only until the customer has written something."""
    message_id: str = ""
    """The channel's own number of the message, where edits and replies refer to it."""
    raw: Mapping[str, Any] | None = None
    """Kept for OTHER only, so that nothing unknown is lost."""


@dataclass(frozen=True, slots=True)
class Money:
    cents: int
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in both languages, from data (a product's name, an article)."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Text:
    """Another text of data/texts as a value inside a text."""

    key: str
    values: Mapping[str, "Value"] = field(default_factory=dict)


Value = str | int | date | datetime | Money | Words | Text | tuple["Value", ...]
"""What may stand in a text. A date or datetime is written as the language writes it, in the customer's zone; a tuple
becomes a list, one item a line."""


@dataclass(frozen=True, slots=True)
class Button:
    """A choice under a message: `key` words it (data/texts), `action` and `args` are what a tap means to us."""

    key: str
    action: str
    args: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    anytime: bool = False
    """Works whoever speaks in the conversation: the bot takes the tap although a person has been called."""


@dataclass(frozen=True, slots=True)
class Say:
    """Something to tell the customer; language, script and channel are decided when it is rendered."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
