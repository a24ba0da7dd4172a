"""API tokens: made and ended by administrators, checked at every request of another system."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.errors import NotFound, Unreadable
from bot.staff import audit
from bot.staff.account import May, Me, needs
from bot.staff.scope import Scope, read_scopes
from bot.staff.secret import hash_token, new_token
from bot.staff.tables import ApiToken

PREFIX = "cbt_"
"""So that a token that lies about somewhere can be told for one."""
HINT = 8
"""Characters of a token that are kept to tell it apart."""
USED_EVERY = timedelta(minutes=1)
"""The last use is not written more often."""


@needs(May.MANAGE_TOKENS)
async def create(
    session: AsyncSession, me: Me, name: str, scopes: Iterable[str], expires_at: datetime | None, at: datetime
) -> str:
    """A new token, which is shown once. Raises Unreadable for no name, no scope, or an end that has passed."""
    if not name.strip() or len(name) > 100:
        raise Unreadable("a token needs a name of at most 100 characters: what uses it")
    if expires_at is not None and expires_at <= at:
        raise Unreadable("a token cannot end before it begins")
    granted = sorted(read_scopes(scopes))
    token = PREFIX + new_token()
    row = ApiToken(
        name=name.strip(),
        hint=token[:HINT],
        token_hash=hash_token(token),
        scopes=granted,
        made_by=me.login or me.name,
        made_at=at,
        expires_at=expires_at,
    )
    session.add(row)
    await session.flush()
    await audit.note(session, me, "token.made", f"token {row.id} {row.name}", at, {"scopes": " ".join(granted)})
    return token


@needs(May.MANAGE_TOKENS)
async def listed(session: AsyncSession, me: Me) -> Sequence[ApiToken]:
    """All that were ever made, the newest first."""
    return (await session.scalars(select(ApiToken).order_by(ApiToken.id.desc()))).all()


@needs(May.MANAGE_TOKENS)
async def end(session: AsyncSession, me: Me, token_id: int, at: datetime) -> None:
    """From now on it opens nothing. Raises NotFound when there is no such token (any more)."""
    mine = ApiToken.id == token_id, ApiToken.ended_at.is_(None)
    name = await session.scalar(update(ApiToken).where(*mine).values(ended_at=at).returning(ApiToken.name))
    if name is None:
        raise NotFound(f"there is no token {token_id} that has not ended")
    await audit.note(session, me, "token.ended", f"token {token_id} {name}", at)


async def opened_by(db: Database, token: str, at: datetime) -> frozenset[Scope] | None:
    """What this token opens; None when it is unknown, ended or has run out. Its last use is kept by the minute."""
    async with db.read() as session:
        row = await session.scalar(select(ApiToken).where(ApiToken.token_hash == hash_token(token)))
    if row is None or row.ended_at is not None or (row.expires_at is not None and row.expires_at <= at):
        return None
    if row.used_at is None or at - row.used_at >= USED_EVERY:
        async with db.write() as session:
            await session.execute(update(ApiToken).where(ApiToken.id == row.id).values(used_at=at))
    return frozenset(Scope(s) for s in row.scopes if s in set(Scope))


async def is_any(db: Database) -> bool:
    """Whether somebody has made a token that has not ended."""
    async with db.read() as session:
        return await session.scalar(select(ApiToken.id).where(ApiToken.ended_at.is_(None)).limit(1)) is not None
