"""What both sides of the comparison are to the benchmark: a running program that chats can be opened with."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Chat:
    """`key` is what the client needs to write: a bearer token, or a sender's name."""

    key: str
    order: str
    """The number of an order that belongs to whoever writes here."""


@dataclass(frozen=True, slots=True)
class Side:
    name: str
    door: str
    """How the client reaches it: see DOORS in load.py."""
    url: str
    processes: Mapping[str, Callable[[], list[psutil.Process]]]
    """Its processes by the name they have in the table; asked anew each time, as a database adds some."""
    open_chats: Callable[[int], Awaitable[list[Chat]]]
