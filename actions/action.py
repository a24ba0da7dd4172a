"""What an action is, and the register of all of them by their name in the Rasa domain."""

import re
from typing import ClassVar

from bot.inbox.turn import Turn
from bot.messages import Say

REGISTER: dict[str, "Action"] = {}
"""Filled as the classes are defined; the key is the name in the Rasa domain (or command_<name>, button actions too)."""


class Action:
    """One thing the bot does. Runs inside the turn's transaction: no commit, no network, no words of its own.

    The name is the class's own in snake case behind `action_` (TrackOrder: action_track_order), or `name` if given.
    """

    name: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        name = cls.__dict__.get("name") or "action_" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        if name in REGISTER:
            raise TypeError(f"two actions are called {name}")
        cls.name = name
        REGISTER[name] = cls()

    async def run(self, turn: Turn) -> list[Say]:
        raise NotImplementedError(f"{self.name} does nothing yet")
