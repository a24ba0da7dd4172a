"""What a search gives. Values for the pages."""

from dataclasses import dataclass
from datetime import datetime

from bot.messages import Author
from bot.search.snippet import Piece
from bot.search.tables import Source


@dataclass(frozen=True, slots=True)
class Name:
    """A customer, an order or the name of a chat."""

    source: Source
    pieces: tuple[Piece, ...]
    detail: str
    """Beside it: the customer of an order, the account of a customer, the channel of a chat."""
    customer_id: int | None
    conversation_id: int | None
    """The newest conversation with them, if there is one."""
    exact: bool
    """What was typed is the order number, the phone number, the e-mail address or the account."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said or noted."""

    source: Source
    conversation_id: int
    chat: str
    """The name of who writes there."""
    channel: str
    seq: int
    """Its place in the thread; of a note, the line it stands behind."""
    author: Author | None
    """None: a note."""
    by: str
    """The name of the colleague; "" for the customer and the bot."""
    at: datetime
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Found:
    names: tuple[Name, ...] = ()
    """Exact ones first. Only on the first page."""
    lines: tuple[Line, ...] = ()
    """The newest first."""
    more: int | None = None
    """Where the next page begins; None: there is none."""
