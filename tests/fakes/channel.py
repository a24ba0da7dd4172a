"""A messaging app in memory: keeps what was sent, refuses what it is told to refuse."""

from collections import deque
from dataclasses import dataclass, field

from bot.channels.channel import Outgoing, Take
from bot.errors import SendingError


@dataclass
class FakeChannel:
    name: str = "telegram"
    sent: list[Outgoing] = field(default_factory=list)
    errors: deque[SendingError] = field(default_factory=deque)
    """What the next sends raise, one each."""

    async def start(self, take: Take | None) -> None: ...

    async def end_intake(self) -> None: ...

    async def stop(self) -> None: ...

    async def typing(self, chat: str) -> None: ...

    async def send(self, out: Outgoing) -> str:
        if self.errors:
            raise self.errors.popleft()
        self.sent.append(out)
        return str(len(self.sent))
