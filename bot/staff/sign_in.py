"""Signing in and out, step by step: password, perhaps a code, perhaps a new password. No step tells who exists.

What takes long (a password is hashed on purpose slowly) happens outside of transactions, in a thread, few at a time.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.errors import NotAllowed, Unreadable
from bot.staff import audit, secret, sessions, stage, store, totp, tries
from bot.staff.account import May, Me, needs
from bot.staff.sessions import Limits, Visit
from bot.staff.stage import Stage
from bot.staff.store import me_of
from bot.staff.tables import RecoveryCode, Staff
from bot.staff.tries import Visitor

AT_ONCE = 2
"""Passwords checked at the same time: each takes 64 MiB for a moment."""
MOST_WAITING = 30


class WrongSignIn(NotAllowed):
    """This login and password, or this code, are not right."""


class TooBusy(NotAllowed):
    """Too many people sign in at this moment. Try again in a few seconds."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What the browser gets: a token for its session, and once signed in another one by which it is known."""

    token: str
    stage: Stage
    known: str = ""


class Door:
    """The way into the console; one for each program."""

    def __init__(self, db: Database, limits: Limits) -> None:
        self.db, self.limits = db, limits
        self._hashing = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def visit(self, token: str, at: datetime, is_use: bool = True) -> Visit | None:
        """Who this token belongs to. `is_use`: it keeps the session from running out unused."""
        async with self.db.read() as session:
            found = await sessions.visit(session, token, at, self.limits)
        if found is not None and is_use and at - found.seen_at >= sessions.SEEN_EVERY:
            async with self.db.write() as session:
                await sessions.touch(session, found.session_id, at)
        return found

    async def enter(self, login: str, password: str, visitor: Visitor, at: datetime) -> Entered:
        """The first step. Raises WrongSignIn, TooManyTries, TooBusy."""
        login = secret.plain_login(login)[:100]
        async with self.db.write() as session:
            this = await tries.begin(session, login, visitor, at)
            staff = await store.by_login(session, login)
        kept = staff.password_hash if staff is not None and staff.active else ""
        is_right = await self.is_right(kept, password)
        if staff is None or not is_right:
            async with self.db.write() as session:
                await _refused(session, staff, visitor, "password", at)
            raise WrongSignIn
        renewed = await self._hash(password) if secret.is_outdated(kept) else kept
        async with self.db.write() as session:
            row = await store.locked(session, staff.id)
            if row.password_hash != kept or not row.active:
                raise WrongSignIn  # changed while we looked
            row.password_hash = renewed
            await tries.was_good(session, this)
            return await _admit(session, row, stage.after_password(bool(row.totp_secret), row.must_change), visitor, at)

    async def give_code(self, token: str, code: str, visitor: Visitor, at: datetime) -> Entered:
        """The second factor: a code of the app or a recovery code, each once. Raises WrongSignIn, TooManyTries."""
        visit = await self._at(token, Stage.CODE, at)
        async with self.db.write() as session:
            this = await tries.begin(session, visit.me.login, visitor, at)
        async with self.db.write() as session:
            row = await store.locked(session, visit.me.id)
            way = await _use_code(session, row, code, at)
            if way:
                await tries.was_good(session, this)
                await sessions.end(session, visit.session_id, at, "went on")
                return await _admit(session, row, stage.after_code(row.must_change), visitor, at, way)
            await _refused(session, row, visitor, "code", at)
        raise WrongSignIn

    async def renew(self, token: str, password: str, visitor: Visitor, at: datetime) -> Entered:
        """The own password in place of the given one. Raises Unreadable for one that is too easy, or the same."""
        visit = await self._at(token, Stage.RENEWAL, at)
        async with self.db.read() as session:
            kept = (await session.get_one(Staff, visit.me.id)).password_hash
        hashed = await self._new(visit.me, password, kept)
        async with self.db.write() as session:
            row = await store.locked(session, visit.me.id)
            if row.password_hash != kept or not await sessions.end(session, visit.session_id, at, "went on"):
                raise WrongSignIn
            row.password_hash, row.must_change = hashed, False
            await sessions.end_all(session, row.id, at, "password changed")
            await audit.note(session, visit.me, "staff.password_changed", f"staff {row.login}", at, {"first": True})
            return await _admit(session, row, Stage.OPEN, visitor, at)

    async def leave(self, token: str, at: datetime) -> None:
        """Sign out; a token that is not good changes nothing."""
        async with self.db.write() as session:
            found = await sessions.visit(session, token, at, self.limits)
            if found is not None and await sessions.end(session, found.session_id, at, "signed out"):
                await audit.note(session, found.me, "sign_out", f"staff {found.me.login}", at)

    @needs(May.OWN_ACCOUNT)
    async def change_password(
        self, me: Me, old: str, new: str, visitor: Visitor, at: datetime, keep: int | None = None
    ) -> None:
        """My password; every other session of mine ends (but `keep`). Raises WrongSignIn, TooManyTries, Unreadable."""
        this, row = await self.confirm(me, old, visitor, at)
        hashed = await self._new(me, new, row.password_hash)
        async with self.db.write() as session:
            current = await store.locked(session, me.id)
            if current.password_hash != row.password_hash:
                raise WrongSignIn
            current.password_hash, current.must_change = hashed, False
            await tries.was_good(session, this)
            await sessions.end_all(session, me.id, at, "password changed", but=keep)
            await audit.note(session, me, "staff.password_changed", f"staff {me.login}", at)

    @needs(May.OWN_ACCOUNT)
    async def confirm(self, me: Me, password: str, visitor: Visitor, at: datetime) -> tuple[int, Staff]:
        """That it is really me who sits there. Gives the try (to be called good) and my row. Raises WrongSignIn."""
        async with self.db.write() as session:
            this = await tries.begin(session, me.login, visitor, at)
            row = await session.get_one(Staff, me.id)
        if not await self.is_right(row.password_hash, password):
            async with self.db.write() as session:
                await _refused(session, row, visitor, "confirmation", at)
            raise WrongSignIn
        return this, row

    async def _at(self, token: str, where: Stage, at: datetime) -> Visit:
        found = await self.visit(token, at, is_use=False)
        if found is None or found.stage is not where:
            raise WrongSignIn("that took too long; please begin again")
        return found

    async def _new(self, me: Me, password: str, kept: str) -> str:
        """The hash of a new password. Raises Unreadable."""
        secret.accept_password(password, me.login, me.name)
        if await self.is_right(kept, password):
            raise Unreadable("the new password is the old one")
        return await self._hash(password)

    async def is_right(self, kept: str, password: str) -> bool:
        """Raises TooBusy instead of letting people wait for ever."""
        if self._waiting >= MOST_WAITING:
            raise TooBusy
        self._waiting += 1
        try:
            async with self._hashing:
                return await asyncio.to_thread(secret.is_right, kept, password)
        finally:
            self._waiting -= 1

    async def _hash(self, password: str) -> str:
        async with self._hashing:
            return await asyncio.to_thread(secret.hash_password, password)


async def _admit(
    session: AsyncSession, row: Staff, where: Stage, visitor: Visitor, at: datetime, way: str = "password"
) -> Entered:
    """A new session at this stage: the token changes with every step, so one that was seen before is worth nothing."""
    token = await sessions.start(session, row.id, where, visitor, at)
    known = await sessions.know(session, row.id, visitor.known, at) if where is Stage.OPEN else ""
    detail = {"stage": where.value, "by": way, "address": visitor.address, "browser": visitor.browser[:200]}
    await audit.note(session, me_of(row), "sign_in.good", f"staff {row.login}", at, detail)
    return Entered(token, where, known)


async def _use_code(session: AsyncSession, row: Staff, code: str, at: datetime) -> str:
    """Use a code up. Gives which kind it was, or nothing when it is wrong or was used before."""
    if not row.totp_secret:
        return ""
    if totp.is_code(code):
        step = totp.matching_step(row.totp_secret, code, at)
        return "code" if step is not None and await store.use_step(session, row.id, step) else ""
    mine = RecoveryCode.staff_id == row.id, RecoveryCode.code_hash == secret.hash_recovery_code(code)
    used = await session.scalar(delete(RecoveryCode).where(*mine).returning(RecoveryCode.id))
    return "recovery code" if used is not None else ""


async def _refused(session: AsyncSession, staff: Staff | None, visitor: Visitor, what: str, at: datetime) -> None:
    """A bad try is a deed to be seen. What was typed as the login is not kept: it may be a password."""
    target = f"staff {staff.login}" if staff else "an unknown login"
    detail = {"wrong": what, "address": visitor.address, "browser": visitor.browser[:200]}
    await audit.note(session, None, "sign_in.bad", target, at, detail)
