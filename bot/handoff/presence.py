"""Is somebody at the desk? What they chose, and whether their console still gives signs of life. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum


class Presence(StrEnum):
    ONLINE = "online"
    """Gets conversations."""
    AWAY = "away"
    """Keeps their own, gets none."""
    OFFLINE = "offline"


BEAT = timedelta(seconds=10)
"""How often a console gives a sign of life."""
VIEWING = timedelta(seconds=25)
"""So long a sign of life says that somebody looks at a conversation: two may be lost."""
TYPING = timedelta(seconds=6)
"""So long a key press says that somebody types."""


def presence(chosen: Presence, beat_at: datetime | None, at: datetime, grace: timedelta) -> Presence:
    """What holds at `at`: what was chosen, while a console of theirs lives or was lost less than `grace` ago."""
    if beat_at is None or at - beat_at > grace:
        return Presence.OFFLINE
    return chosen
