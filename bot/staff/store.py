"""Rows of people who work here. The session comes first, the caller owns the transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import insert_once
from bot.errors import NotFound
from bot.staff.account import Me, Role
from bot.staff.tables import Staff

TERMINAL = Me(0, "terminal", "", Role.ADMINISTRATOR)
"""Whoever may start programs on the server may do everything there anyway."""


def me_of(row: Staff) -> Me:
    return Me(
        id=row.id,
        name=row.name,
        login=row.login or "",
        role=row.role,
        language=row.language,
        languages=tuple(row.languages),
        teams=tuple(row.teams),
        capacity=row.capacity,
    )


async def named(session: AsyncSession, name: str, at: datetime) -> Me:
    """The person of this name at the terminal's queue; made as an agent without a login when there is none yet."""
    await insert_once(session, Staff, {"name": name, "created_at": at})
    return me_of((await session.scalars(select(Staff).where(Staff.name == name))).one())


async def everybody(session: AsyncSession, active_only: bool = False) -> Sequence[Staff]:
    query = select(Staff).order_by(Staff.name)
    if active_only:
        query = query.where(Staff.active)
    return (await session.scalars(query)).all()


async def by_login(session: AsyncSession, login: str) -> Staff | None:
    return await session.scalar(select(Staff).where(Staff.login == login))


async def locked(session: AsyncSession, staff_id: int) -> Staff:
    """The row, kept from others until the end of the transaction. Raises NotFound."""
    query = select(Staff).where(Staff.id == staff_id).with_for_update().execution_options(populate_existing=True)
    if (row := await session.scalar(query)) is None:
        raise NotFound(f"nobody who works here has the number {staff_id}")
    return row


async def use_step(session: AsyncSession, staff_id: int, step: int) -> bool:
    """Use up the one-time code of a time step. False when it, or a newer one, was used before."""
    mine = Staff.id == staff_id, Staff.totp_step < step
    return await session.scalar(update(Staff).where(*mine).values(totp_step=step).returning(Staff.id)) is not None


async def row(session: AsyncSession, staff_id: int) -> Staff:
    """Raises NotFound."""
    if (found := await session.get(Staff, staff_id)) is None:
        raise NotFound(f"nobody who works here has the number {staff_id}")
    return found
