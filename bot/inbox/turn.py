"""What one turn is: the words that are answered together, what they mean, and what the answer may use."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints.emotion import Reading
from bot.conversations.tables import Conversation
from bot.data import Data
from bot.messages import Say
from bot.rasa import Decision


@dataclass(frozen=True, slots=True)
class Heard:
    """What the customer said in this turn. `decision` and `reading` are empty for buttons and commands."""

    text: str
    attachments: tuple[Mapping[str, Any], ...] = ()
    args: Mapping[str, Any] = field(default_factory=dict)
    """What a button or a command carries."""
    decision: Decision | None = None
    reading: Reading | None = None

    @property
    def intent(self) -> str:
        return self.decision.intent if self.decision else ""

    def entity(self, name: str) -> str | None:
        """The first entity of this name, in its canonical form."""
        found = self.decision.entities if self.decision else ()
        return next((e.value for e in found if e.entity == name), None)


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything an action is given. The transaction belongs to the turn: an action neither commits nor sends."""

    session: AsyncSession
    conversation: Conversation
    heard: Heard
    at: datetime
    data: Data


Execute = Callable[[str, Turn], Awaitable[list[Say]]]
"""Runs the action of this name."""
