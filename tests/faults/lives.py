"""Processes without processes: `App` objects on one database that die where a dice says, and are born again.

A dead life's every further step raises Died, as if the process were gone: what was committed stays, the rest is rolled
back, and whatever it had in memory is thrown away with it.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import App
from bot.channels.channel import Outgoing, Take
from bot.errors import RasaUnreachable, TryLater, Unknown
from bot.rasa import Decision
from tests.clock import FakeClock

Open = Callable[[], AbstractAsyncContextManager[AsyncSession]]


class Died(BaseException):
    """The process is gone. Not an Exception: nothing in the program may catch it."""


@dataclass
class World:
    """What all lives share: the dice, whether they are still thrown, and what customers heard."""

    chance: random.Random
    dangerous: bool = True
    heard: dict[str, list[str]] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)
    """For each outgoing key: how often it may have arrived."""
    deaths: Counter[str] = field(default_factory=Counter)
    """Where lives ended."""

    def strikes(self, probability: float) -> bool:
        return self.dangerous and self.chance.random() < probability


@dataclass
class Life:
    """One process: an App whose every border is a place to wait for the others, or to die."""

    world: World
    app: App
    clock: FakeClock
    doomed: float
    """Chance to die at each place."""
    dead: bool = False

    def __post_init__(self) -> None:
        self.app.db.read = self._read  # type: ignore[method-assign]
        self.app.db.write = self._write(self.app.db.write)  # type: ignore[method-assign]
        self.app.rasa.decide = self._decide  # type: ignore[method-assign]
        self.app.lanes._pause = self._pause  # type: ignore[method-assign]
        self.app.channels["telegram"] = _Phone(self)

    async def at(self, place: str) -> None:
        """Let the others go first, perhaps; die here, perhaps."""
        for _ in range(self.world.chance.randrange(3)):
            await asyncio.sleep(0)
        if not self.dead and self.world.strikes(self.doomed):
            self.dead = True
            self.world.deaths[place] += 1
        if self.dead:
            raise Died(place)

    @asynccontextmanager
    async def _read(self) -> AsyncIterator[AsyncSession]:
        await self.at("before reading")
        async with AsyncSession(self.app.db.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    def _write(self, write: Open) -> Open:
        @asynccontextmanager
        async def opened() -> AsyncIterator[AsyncSession]:
            await self.at("before a transaction")
            async with write() as session:
                yield session
                await self.at("before a commit")
            await self.at("after a commit")

        return opened

    async def _pause(self, conversation_id: int, due: datetime) -> None:
        """Whoever waits lets the time pass."""
        self.clock.at = max(self.clock.at, due)

    async def _decide(self, text: str, context: Mapping[str, Any]) -> Decision:
        await self.at("before understanding")
        if self.world.strikes(0.1):
            raise RasaUnreachable
        await self.at("after understanding")
        last = text.splitlines()[-1]
        raw = {"intent": {"name": last}}
        return Decision("en", None, last.removeprefix("action_"), 0.9, (), (), "calm", 0.9, last, raw=raw)

    async def ends(self) -> None:
        """Wait for what it had begun; the errors of a dead process are nobody's."""
        while tasks := [*self.app.lanes._lanes.values(), *self.app.sender._under_way]:
            for error in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(error, BaseException) and not isinstance(error, Died):
                    raise error
            await asyncio.sleep(0)
        if self.dead:
            await self.app.db.close()


@dataclass
class _Phone:
    """The messaging app at the other end, as this life reaches it."""

    life: Life
    name: str = "telegram"

    async def start(self, take: Take | None) -> None: ...

    async def end_intake(self) -> None: ...

    async def stop(self) -> None: ...

    async def typing(self, chat: str) -> None: ...

    async def send(self, out: Outgoing) -> str:
        world = self.life.world
        await self.life.at("before sending")
        if world.strikes(0.05):
            raise TryLater("the line is busy", after=1.0)
        world.left[out.key] += 1
        if world.strikes(0.05):
            raise Unknown("it may have got lost")
        world.heard.setdefault(out.chat, []).append(out.text)
        if world.strikes(0.05):
            raise Unknown("the answer got lost")
        await self.life.at("after sending")
        return str(sum(world.left.values()))
