"""Tries to sign in: counted before they are judged, so that a hundred at once are no more than one after the other."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotAllowed
from bot.staff import throttle
from bot.staff.secret import hash_token, plain_login
from bot.staff.tables import KnownBrowser, SignInTry, Staff
from bot.staff.throttle import WINDOW, Failures

KEPT = timedelta(days=1)


class TooManyTries(NotAllowed):
    """Too many tries to sign in; wait a little. `after` is a time."""

    def __init__(self, after: timedelta) -> None:
        super().__init__(f"too many tries to sign in; wait {max(1, round(after.total_seconds()))} seconds")
        self.after = after


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who knocks: the network address, what the browser calls itself, and the token that shows it is a known one."""

    address: str
    browser: str = ""
    known: str = ""

    @property
    def network(self) -> str:
        """What is counted as one place: an IPv4 address, or the /64 that one IPv6 customer has."""
        try:
            found = ipaddress.ip_address(self.address)
        except ValueError:
            return self.address[:100]
        if isinstance(found, ipaddress.IPv6Address):
            if found.ipv4_mapped:
                return str(found.ipv4_mapped)
            return str(ipaddress.ip_network((found, 64), strict=False))
        return str(found)


async def begin(session: AsyncSession, login: str, visitor: Visitor, at: datetime) -> int:
    """Count a try as failed until it is shown to be good. Gives its id. Raises TooManyTries, uncounted."""
    login_hash = hash_token(plain_login(login))
    await _queue_up(session, login_hash, visitor.network)
    browser = await _known(session, login, visitor)
    mine = (
        (SignInTry.browser == browser,) if browser else (SignInTry.address == visitor.network, SignInTry.browser == "")
    )
    failures = Failures(
        here=await _failed(session, at, SignInTry.login_hash == login_hash, *mine),
        login=await _failed(session, at, SignInTry.login_hash == login_hash),
        address=await _failed(session, at, SignInTry.address == visitor.network, SignInTry.browser == ""),
    )
    if wait := throttle.pause(failures, bool(browser), at):
        raise TooManyTries(wait)
    row = SignInTry(login_hash=login_hash, address=visitor.network, browser=browser, at=at)
    session.add(row)
    await session.flush()
    return row.id


async def was_good(session: AsyncSession, id: int) -> None:
    await session.execute(update(SignInTry).where(SignInTry.id == id).values(good=True))


async def _queue_up(session: AsyncSession, *keys: str) -> None:
    """On PostgreSQL two tries of one login or address wait for each other; on SQLite writers always do."""
    if session.get_bind().dialect.name == "postgresql":
        for key in sorted(keys):
            await session.execute(text("SELECT pg_advisory_xact_lock(7293002, hashtext(:key))"), {"key": key})


async def _known(session: AsyncSession, login: str, visitor: Visitor) -> str:
    """The hash of the browser's token when it belongs to this login, else nothing."""
    if not visitor.known:
        return ""
    hashed = hash_token(visitor.known)
    query = (
        select(KnownBrowser.id)
        .join(Staff, Staff.id == KnownBrowser.staff_id)
        .where(KnownBrowser.token_hash == hashed, Staff.login == plain_login(login))
    )
    return hashed if await session.scalar(query) else ""


async def _failed(session: AsyncSession, at: datetime, *which: ColumnElement[bool]) -> Sequence[datetime]:
    """When the newest failures within the window were, the oldest first."""
    query = (
        select(SignInTry.at)
        .where(SignInTry.at > at - WINDOW, SignInTry.good.is_(False), *which)
        .order_by(SignInTry.at.desc())
        .limit(100)
    )
    return list(reversed((await session.scalars(query)).all()))


async def forgive(session: AsyncSession, login: str) -> None:
    """Forget what failed with this login: a colleague has vouched for the person."""
    await session.execute(delete(SignInTry).where(SignInTry.login_hash == hash_token(plain_login(login))))


async def forget_old(session: AsyncSession, at: datetime) -> None:
    await session.execute(delete(SignInTry).where(SignInTry.at < at - KEPT))
