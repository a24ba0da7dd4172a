"""A text as the index takes it. Pure."""

import zlib
from dataclasses import dataclass
from datetime import datetime

from bot.search.tables import LINES, NAMES, Source
from bot.search.terms import words

PLACES = 21
"""Bits below the millisecond in the id of a line: two for its source, the rest of its own id."""
SOURCES = 2


@dataclass(frozen=True, slots=True)
class Document:
    source: Source
    ref_id: int
    text: str
    at: datetime | None = None
    """When a line was written; None for names."""
    conversation_id: int | None = None
    customer_id: int | None = None

    @property
    def id(self) -> int:
        """Grows with the time of a line; names are below 0. Two lines of the same second hardly ever share one."""
        if self.at is None:
            return -(self.ref_id * len(NAMES) + NAMES.index(self.source)) - 1
        low = LINES.index(self.source) << (PLACES - SOURCES) | self.ref_id & ((1 << (PLACES - SOURCES)) - 1)
        return moment(self.at) | low

    @property
    def digest(self) -> int:
        """Changes with a text that may change."""
        return zlib.crc32(self.text.encode()) + 1 if self.at is None else 0

    def words(self) -> list[str]:
        return words(self.text)


def moment(at: datetime) -> int:
    """Every line from this moment on has this id or a greater one."""
    return int(at.timestamp() * 1000) << PLACES
