"""Who is signed in. This stands in for the room `staff`, whose gate asks for a password."""

from fastapi import Request
from sqlalchemy import select

from bot.staff.account import Me, Role
from bot.staff.tables import Staff


async def me_of(request: Request) -> Me | None:
    """The first person who works here."""
    async with request.scope["console"].carebot.db.read() as session:
        row = await session.scalar(select(Staff).order_by(Staff.id).limit(1))
    return Me(row.id, row.name, row.name, Role.ADMINISTRATOR) if row else None
