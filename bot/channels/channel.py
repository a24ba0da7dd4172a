"""What a channel is: four methods and a name. Everything else about a messaging app stays inside its own file."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.messages import Attachment, Incoming

Take = Callable[[Incoming], Awaitable[None]]
"""Returns only after the update is stored; raises when it could not be stored, and then the channel keeps it."""


@dataclass(frozen=True, slots=True)
class OutgoingButton:
    payload: str
    """At most 64 bytes, opaque to the channel."""
    label: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as the channel gets it: words in the customer's language, nothing left to decide."""

    chat: str
    text: str
    buttons: tuple[OutgoingButton, ...] = ()
    key: str = ""
    """Our own unique key of the row, for logs."""
    files: tuple[Attachment, ...] = ()
    """Pictures and documents; `ref` names a file of bot/channels/files.py. The words may be empty then."""


class Channel(Protocol):
    @property
    def name(self) -> str: ...

    async def start(self, take: Take | None) -> None:
        """Begin intake: every update is awaited through `take`. None: this process only sends."""
        ...

    async def end_intake(self) -> None:
        """Nothing comes in any more; sending goes on."""
        ...

    async def stop(self) -> None: ...

    async def send(self, out: Outgoing) -> str:
        """Send and give the provider's message id. Raises only SendingError and its kinds (bot/errors.py)."""
        ...

    async def typing(self, chat: str) -> None:
        """Show that somebody is writing. Best effort: never raises."""
        ...
