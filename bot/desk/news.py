"""One look into the database for all consoles: which conversations have changed."""

from bot.channels.hub import Hub
from bot.clock import Clock
from bot.db import Database


class Watch:
    """Begins with the first console that listens and ends with the last."""

    def __init__(self, db: Database, clock: Clock, hub: Hub) -> None:
        self._db, self._clock, self._hub = db, clock, hub

    async def close(self) -> None:
        """Nobody listens any more."""
