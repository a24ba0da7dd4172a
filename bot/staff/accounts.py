"""Accounts: who works here, with which role; made, changed and closed by administrators and at the terminal."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.errors import Moved, NotAllowed, NotFound, Unreadable
from bot.staff import audit, secret, sessions, store, tries
from bot.staff.account import May, Me, Role, needs
from bot.staff.tables import RecoveryCode, Staff

LOGIN = re.compile(r"[\w.@+-]{2,60}")
LANGUAGES = ("zh", "en")
MOST_AT_ONCE = 50
FIRST_LOGIN = "admin"


@dataclass(frozen=True, slots=True)
class Profile:
    """What an administrator decides about a person."""

    name: str
    """As customers see it."""
    role: Role = Role.AGENT
    language: str = "en"
    languages: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    capacity: int = 5

    def check(self) -> None:
        """Raises Unreadable."""
        if not self.name.strip() or len(self.name) > 60 or not self.name.isprintable():
            raise Unreadable("a name has 1 to 60 characters")
        if self.language not in LANGUAGES or not set(self.languages) <= set(LANGUAGES):
            raise Unreadable(f"a language is one of {', '.join(LANGUAGES)}")
        if not 0 <= self.capacity <= MOST_AT_ONCE:
            raise Unreadable(f"a person has 0 to {MOST_AT_ONCE} conversations at a time")
        if any(not t.strip() or len(t) > 40 for t in self.teams):
            raise Unreadable("the name of a team has 1 to 40 characters")


def profile_of(row: Staff) -> Profile:
    return Profile(row.name, row.role, row.language, tuple(row.languages), tuple(row.teams), row.capacity)


@needs(May.MANAGE_STAFF)
async def everybody(session: AsyncSession, me: Me) -> Sequence[Staff]:
    return await store.everybody(session)


@needs(May.MANAGE_STAFF)
async def add(db: Database, me: Me, login: str, profile: Profile, at: datetime) -> str:
    """A new account, or a login for somebody whom the terminal's queue knows by this name already.

    Gives the password, which is shown once and must be changed at the first sign-in.
    Raises Unreadable, and Moved when the login or the name is taken.
    """
    profile.check()
    login = accept_login(login)
    password = secret.new_password()
    hashed = await asyncio.to_thread(secret.hash_password, password)
    async with db.write() as session:
        await _one_at_a_time(session)
        if await store.by_login(session, login) is not None:
            raise Moved(f"the login {login} is taken")
        row = await session.scalar(select(Staff).where(Staff.name == profile.name))
        if row is not None and row.login is not None:
            raise Moved(f"the name {profile.name} is taken: customers could not tell the two apart")
        if row is None:
            row = Staff(name=profile.name, created_at=at)
            session.add(row)
        row.login, row.password_hash, row.must_change, row.active = login, hashed, True, True
        _take(row, profile)
        await audit.note(session, me, "staff.added", f"staff {login}", at, {"role": profile.role.value})
    return password


def accept_login(login: str) -> str:
    """The login as it is kept. Raises Unreadable."""
    if not LOGIN.fullmatch(login := secret.plain_login(login)):
        raise Unreadable("a login has 2 to 60 letters, digits or . @ + - _, and no blanks")
    return login


@needs(May.MANAGE_STAFF)
async def change(session: AsyncSession, me: Me, staff_id: int, profile: Profile, at: datetime) -> None:
    """Another name, role, language, team or capacity. After a change of role the person signs in again.

    Raises Unreadable, NotFound, Moved (the name is taken), NotAllowed (the last administrator must stay one).
    """
    profile.check()
    await _one_at_a_time(session)
    row = await store.locked(session, staff_id)
    before = profile_of(row)
    if before == profile:
        return
    if await session.scalar(select(Staff.id).where(Staff.name == profile.name, Staff.id != staff_id)):
        raise Moved(f"the name {profile.name} is taken: customers could not tell the two apart")
    if profile.role is not Role.ADMINISTRATOR:
        await _keep_an_administrator(session, row)
    _take(row, profile)
    if before.role is not profile.role:
        await sessions.end_all(session, staff_id, at, "role changed")
    await audit.note(session, me, "staff.changed", _target(row), at, _difference(before, profile))


@needs(May.MANAGE_STAFF)
async def set_active(session: AsyncSession, me: Me, staff_id: int, active: bool, at: datetime) -> None:
    """Close an account (all its sessions end) or open it again. Raises NotFound, NotAllowed (last administrator)."""
    await _one_at_a_time(session)
    row = await store.locked(session, staff_id)
    if row.active == active:
        return
    if not active:
        await _keep_an_administrator(session, row)
        await sessions.end_all(session, staff_id, at, "account closed")
        await sessions.forget_browsers(session, staff_id)
    row.active = active
    await audit.note(session, me, "staff.opened" if active else "staff.closed", _target(row), at)


@needs(May.MANAGE_STAFF)
async def reset(db: Database, me: Me, staff_id: int, at: datetime, second_factor: bool = False) -> str:
    """A new password, to be changed at the next sign-in; every session ends, failed tries are forgiven.

    `second_factor`: remove that, too (a lost telephone). Raises NotFound; NotAllowed for somebody without a login.
    """
    password = secret.new_password()
    hashed = await asyncio.to_thread(secret.hash_password, password)
    async with db.write() as session:
        row = await store.locked(session, staff_id)
        if row.login is None:
            raise NotAllowed(f"{row.name} has no login yet; add one first")
        row.password_hash, row.must_change = hashed, True
        if second_factor:
            await drop_second_factor(session, row)
        await sessions.end_all(session, staff_id, at, "password reset")
        await sessions.forget_browsers(session, staff_id)
        await tries.forgive(session, row.login)
        detail = {"second factor removed": second_factor}
        await audit.note(session, me, "staff.reset", _target(row), at, detail)
    return password


async def drop_second_factor(session: AsyncSession, row: Staff) -> None:
    row.totp_secret, row.totp_step = "", 0
    for code in await session.scalars(select(RecoveryCode).where(RecoveryCode.staff_id == row.id)):
        await session.delete(code)


async def number_of(session: AsyncSession, login: str) -> int:
    """The id behind a login. Raises NotFound."""
    if (row := await store.by_login(session, secret.plain_login(login))) is None:
        raise NotFound(f"there is no login {login}")
    return row.id


async def first_administrator(db: Database, at: datetime) -> tuple[str, str] | None:
    """Login and password of the first administrator, made when nobody can sign in yet; None when somebody can.

    The password exists nowhere else: whoever calls this prints it once.
    """
    async with db.read() as session:
        if await _somebody_can_sign_in(session):
            return None
    password = secret.new_password()
    hashed = await asyncio.to_thread(secret.hash_password, password)
    async with db.write() as session:
        await _one_at_a_time(session)
        if await _somebody_can_sign_in(session):
            return None
        name = "Administrator"
        row = await session.scalar(select(Staff).where(Staff.name == name)) or Staff(name=name, created_at=at)
        session.add(row)
        row.login, row.password_hash, row.must_change, row.active = FIRST_LOGIN, hashed, True, True
        row.role = Role.ADMINISTRATOR
        await audit.note(session, store.TERMINAL, "staff.added", f"staff {FIRST_LOGIN}", at, {"first": True})
    return FIRST_LOGIN, password


async def _somebody_can_sign_in(session: AsyncSession) -> bool:
    """A closed account counts: whoever closed it can open it again at the terminal."""
    return await session.scalar(select(Staff.id).where(Staff.password_hash != "").limit(1)) is not None


async def _one_at_a_time(session: AsyncSession) -> None:
    """Two changes of who is administrator must see each other; on SQLite writers do anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(7293003)"))


async def _keep_an_administrator(session: AsyncSession, row: Staff) -> None:
    others = select(func.count()).where(
        Staff.role == Role.ADMINISTRATOR, Staff.active, Staff.password_hash != "", Staff.id != row.id
    )
    if row.role is Role.ADMINISTRATOR and not await session.scalar(others):
        raise NotAllowed("the last administrator must stay one")


def _take(row: Staff, profile: Profile) -> None:
    row.name, row.role, row.language = profile.name, profile.role, profile.language
    row.languages, row.teams, row.capacity = list(profile.languages), list(profile.teams), profile.capacity


def _difference(before: Profile, after: Profile) -> dict[str, Any]:
    """What changed: {"role": "agent → supervisor"}."""
    pairs = [(f.name, getattr(before, f.name), getattr(after, f.name)) for f in fields(Profile)]
    return {name: f"{_shown(old)} → {_shown(new)}" for name, old, new in pairs if old != new}


def _shown(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _target(row: Staff) -> str:
    return f"staff {row.login or row.name}"
