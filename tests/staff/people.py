"""People who work at the shop, for tests: with an account, a password that is theirs, and a browser."""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.db import Database
from bot.staff import accounts
from bot.staff.account import Me, Role
from bot.staff.accounts import Profile
from bot.staff.sessions import Limits
from bot.staff.sign_in import Door, Entered
from bot.staff.store import TERMINAL
from bot.staff.tries import Visitor
from tests.clock import FakeClock

LIMITS = Limits(timedelta(hours=2), timedelta(hours=12))
PASSWORD = "a horse in the rain"
AT_THE_OFFICE = Visitor("192.0.2.10", "Firefox")


@dataclass
class Office:
    """An empty shop's accounts, with a door that one can knock at."""

    db: Database
    clock: FakeClock
    door: Door = field(init=False)

    def __post_init__(self) -> None:
        self.door = Door(self.db, LIMITS)

    async def hires(self, login: str, role: Role = Role.AGENT, password: str = PASSWORD) -> Me:
        """Somebody new who has signed in for the first time and chosen a password."""
        given = await accounts.add(self.db, TERMINAL, login, Profile(login.title(), role), self.clock.now())
        entered = await self.door.enter(login, given, AT_THE_OFFICE, self.clock.now())
        entered = await self.door.renew(entered.token, password, AT_THE_OFFICE, self.clock.now())
        me = await self.who(entered.token)
        assert me is not None
        await self.door.leave(entered.token, self.clock.now())
        return me

    async def enters(self, login: str, password: str = PASSWORD, visitor: Visitor = AT_THE_OFFICE) -> Entered:
        return await self.door.enter(login, password, visitor, self.clock.now())

    async def who(self, token: str) -> Me | None:
        found = await self.door.visit(token, self.clock.now())
        return found.me if found else None

    def passes(self, **length: float) -> None:
        self.clock.at += timedelta(**length)
