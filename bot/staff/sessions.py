"""Browsers that people have signed in with. The session comes first, the caller owns the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFound
from bot.staff import audit
from bot.staff.account import May, Me, needs
from bot.staff.secret import hash_token, new_token
from bot.staff.stage import Stage, is_over
from bot.staff.store import me_of
from bot.staff.tables import KnownBrowser, Staff, StaffSession
from bot.staff.tries import Visitor

KEPT = timedelta(days=30)
"""How long an ended session stays in the list."""
KNOWN_FOR = timedelta(days=180)
"""How long a browser is known after the last sign-in."""
SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is not written more often."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts unused, and at most. From the settings."""

    idle: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Visit:
    """A request with a session that is good. Only at Stage.OPEN may `me` do anything."""

    session_id: int
    stage: Stage
    me: Me
    seen_at: datetime


async def start(session: AsyncSession, staff_id: int, stage: Stage, visitor: Visitor, at: datetime) -> str:
    """A new session. Gives its token; only the hash is kept."""
    token = new_token()
    session.add(
        StaffSession(
            token_hash=hash_token(token),
            staff_id=staff_id,
            stage=stage,
            address=visitor.address[:100],
            browser=visitor.browser[:200],
            started_at=at,
            seen_at=at,
        )
    )
    return token


async def visit(session: AsyncSession, token: str, at: datetime, limits: Limits) -> Visit | None:
    """Who this token belongs to; None when it is unknown, ended or has run out, or the person is not active."""
    if not token:
        return None
    query = (
        select(StaffSession, Staff)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(StaffSession.token_hash == hash_token(token), StaffSession.ended_at.is_(None), Staff.active)
        .execution_options(populate_existing=True)
    )
    if (found := (await session.execute(query)).one_or_none()) is None:
        return None
    row, staff = found
    if is_over(row.stage, row.started_at, row.seen_at, at, limits.idle, limits.longest):
        return None
    return Visit(row.id, row.stage, me_of(staff), row.seen_at)


async def touch(session: AsyncSession, session_id: int, at: datetime) -> None:
    """The session was used just now."""
    mine = StaffSession.id == session_id, StaffSession.seen_at < at
    await session.execute(update(StaffSession).where(*mine).values(seen_at=at))


async def end(session: AsyncSession, session_id: int, at: datetime, why: str) -> bool:
    """False when it had ended before."""
    mine = StaffSession.id == session_id, StaffSession.ended_at.is_(None)
    query = update(StaffSession).where(*mine).values(ended_at=at, ended_why=why).returning(StaffSession.id)
    return await session.scalar(query) is not None


async def end_all(session: AsyncSession, staff_id: int, at: datetime, why: str, but: int | None = None) -> int:
    """End every session of a person, but perhaps this one. Gives how many were open."""
    mine = [StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None)]
    if but is not None:
        mine.append(StaffSession.id != but)
    query = update(StaffSession).where(*mine).values(ended_at=at, ended_why=why).returning(StaffSession.id)
    return len((await session.scalars(query)).all())


async def know(session: AsyncSession, staff_id: int, known: str, at: datetime) -> str:
    """From now on this browser is known. Gives its token, the same when it was known; the page keeps it as a cookie."""
    mine = KnownBrowser.staff_id == staff_id, KnownBrowser.token_hash == hash_token(known)
    if await session.scalar(update(KnownBrowser).where(*mine).values(seen_at=at).returning(KnownBrowser.id)):
        return known
    token = new_token()
    session.add(KnownBrowser(staff_id=staff_id, token_hash=hash_token(token), seen_at=at))
    return token


async def forget_browsers(session: AsyncSession, staff_id: int) -> None:
    await session.execute(delete(KnownBrowser).where(KnownBrowser.staff_id == staff_id))


async def forget_old(session: AsyncSession, at: datetime, limits: Limits) -> None:
    over = StaffSession.started_at < at - limits.longest - KEPT
    await session.execute(delete(StaffSession).where(over))
    await session.execute(delete(KnownBrowser).where(KnownBrowser.seen_at < at - KNOWN_FOR))


# --- what people do with them


@needs(May.OWN_ACCOUNT)
async def mine(session: AsyncSession, me: Me, at: datetime, limits: Limits) -> Sequence[StaffSession]:
    """My open sessions, the newest first."""
    query = select(StaffSession).where(StaffSession.staff_id == me.id, StaffSession.ended_at.is_(None))
    found = (await session.scalars(query.order_by(StaffSession.id.desc()))).all()
    return [s for s in found if not is_over(s.stage, s.started_at, s.seen_at, at, limits.idle, limits.longest)]


@needs(May.OWN_ACCOUNT)
async def end_mine(session: AsyncSession, me: Me, session_id: int, at: datetime) -> None:
    """Sign another browser of mine out. Raises NotFound for a session that is not mine."""
    row = await session.get(StaffSession, session_id)
    if row is None or row.staff_id != me.id:
        raise NotFound("there is no such session")
    if await end(session, session_id, at, "ended by its owner"):
        await audit.note(session, me, "session.ended", f"session {session_id}", at)


@needs(May.MANAGE_STAFF)
async def end_everybodys(session: AsyncSession, me: Me, staff_id: int, at: datetime) -> int:
    """End all sessions of a person; open pages close with the next thing they send."""
    if (row := await session.get(Staff, staff_id)) is None:
        raise NotFound(f"nobody who works here has the number {staff_id}")
    ended = await end_all(session, staff_id, at, f"ended by {me.login or me.name}")
    await audit.note(session, me, "staff.sessions_ended", f"staff {row.login or row.name}", at, {"sessions": ended})
    return ended
