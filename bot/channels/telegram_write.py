"""Our words in Telegram's form: parts, keyboards, and what its errors mean for sending. Pure."""

import unicodedata
from collections.abc import Sequence
from datetime import timedelta

import httpx
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter

from bot.channels.channel import OutgoingButton
from bot.errors import OurFault, SendingError, Stopped, TryLater, Unknown

LONGEST = 4096
"""Characters (code points, not UTF-16 units) of one message. Source: Bot API, sendMessage."""
PAYLOAD_BYTES = 64
"""Of a button's callback_data. Source: Bot API, InlineKeyboardButton."""
LABEL = 60
"""Characters of a button's label: what a phone shows in two lines."""
HALF_ROW = 16
"""Columns (a Chinese character takes two) that still fit beside a second button on a narrow phone."""
REFUSED_WAIT = 60.0
"""Seconds to wait after Telegram refused the token: only a person can mend that, and nothing is lost meanwhile."""

_NEVER_LEFT = (
    httpx.PoolTimeout, httpx.ConnectTimeout, httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol
)  # fmt: skip
_GONE = ("chat not found", "user not found", "deactivated", "peer_id_invalid", "user_is_blocked", "group chat was")
"""How a refusal (400) reads when the customer cannot be reached, in lower case."""


def parts(text: str, longest: int = LONGEST) -> list[str]:
    """The text in pieces of at most `longest` characters, cut between paragraphs, lines, words or sentences.

    A border in the first half of a piece is not used: better a cut in a finer place than a piece of three words.
    """
    pieces: list[str] = []
    rest = text.strip()
    while len(rest) > longest:
        cut = _cut(rest, longest)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _cut(text: str, longest: int) -> int:
    for border in ("\n\n", "\n", " "):
        if (at := text.rfind(border, longest // 2, longest + len(border))) > 0:
            return at
    for at in range(longest, longest // 2, -1):  # Chinese has no spaces: after a full-width mark
        mark = text[at - 1]
        if unicodedata.category(mark) in ("Po", "Pe", "Pf") and unicodedata.east_asian_width(mark) in "WF":
            return at
    return longest


def keyboard(buttons: Sequence[OutgoingButton]) -> InlineKeyboardMarkup | None:
    """Short labels two a row, a long one alone, in the given order. Raises OurFault for a payload Telegram refuses."""
    rows: list[list[InlineKeyboardButton]] = []
    room = False
    for button in buttons:
        if not 1 <= (size := len(button.payload.encode())) <= PAYLOAD_BYTES:
            raise OurFault(f"the payload of a button must take 1 to {PAYLOAD_BYTES} bytes, not {size}")
        drawn = InlineKeyboardButton(_label(button.label), callback_data=button.payload)
        short = _columns(button.label) <= HALF_ROW
        if short and room:
            rows[-1].append(drawn)
        else:
            rows.append([drawn])
        room = short and not room
    return InlineKeyboardMarkup(rows) if rows else None


def _label(label: str) -> str:
    label = " ".join(label.split())
    return label if len(label) <= LABEL else label[: LABEL - 1].rstrip() + "…"


def _columns(label: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in label)


def sending_error(error: Exception) -> SendingError:
    """What an error of the library means for the message. Only what provably never left is TryLater.

    The library hides the cause: its NetworkError stands for a refused connection as well as for an answer that never
    came, so `__cause__` decides. An answer of 5xx says nothing: Telegram may have sent the message.
    """
    words = (str(error) or type(error).__name__)[:200]
    match error:
        case SendingError():
            return error
        case RetryAfter():
            return TryLater(words, after=seconds(error.retry_after), everyone=True)
        case InvalidToken():  # its words may contain the token
            return TryLater("Telegram refused the token", after=REFUSED_WAIT, everyone=True)
        case Forbidden() | ChatMigrated():
            return Stopped(words)
        case BadRequest():
            return Stopped(words) if any(sign in words.lower() for sign in _GONE) else OurFault(words)
        case NetworkError() if isinstance(error.__cause__, _NEVER_LEFT):
            return TryLater(words, after=1.0)
        case NetworkError() if words.startswith("Too Many Requests"):  # a 429 that does not say how long
            return TryLater(words, after=5.0, everyone=True)
        case _:
            return Unknown(words)


def seconds(span: int | float | timedelta) -> float:
    """The library gives either, depending on PTB_TIMEDELTA."""
    return span.total_seconds() if isinstance(span, timedelta) else float(span)
