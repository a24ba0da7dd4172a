"""Who is at the desk, who looks at which conversation, who types: signs of life that every process sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.tables import BOT, QUEUE, Conversation
from bot.db import insert_once
from bot.errors import NotAllowed, NotFound
from bot.handoff import presence as attendance
from bot.handoff.assignment import Person
from bot.handoff.presence import Presence
from bot.handoff.tables import AtDesk, Seat
from bot.staff import audit
from bot.staff.account import PERMISSIONS, May, Me, Role, needs, require
from bot.staff.tables import Staff

LARGEST_LIMIT = 100
FORGOTTEN = timedelta(days=1)
"""A seat without a sign of life for so long is deleted."""
ANSWERING = tuple(role for role in Role if May.ANSWER in PERMISSIONS[role])


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may answer, as the desk shows them."""

    id: int
    name: str
    presence: Presence
    load: int
    """Conversations they have now."""
    limit: int
    languages: tuple[str, ...]
    teams: tuple[str, ...]
    beat_at: datetime | None
    last_given_at: datetime | None

    @property
    def room(self) -> int:
        return max(0, self.limit - self.load) if self.presence is Presence.ONLINE else 0

    def as_person(self) -> Person:
        return Person(self.id, self.room, self.languages, self.teams, self.last_given_at)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks at a conversation."""

    id: int
    name: str
    types: bool


_beats = select(Seat.staff_id, func.max(Seat.beat_at).label("beat_at")).group_by(Seat.staff_id).subquery()
EVERYBODY = (
    select(
        *(Staff.id, Staff.name, Staff.capacity, Staff.languages, Staff.teams),
        *(AtDesk.chosen, AtDesk.limit, AtDesk.last_given_at, _beats.c.beat_at),
    )
    .join(AtDesk, AtDesk.id == Staff.id)
    .outerjoin(_beats, _beats.c.staff_id == Staff.id)
    .where(Staff.active, Staff.role.in_(ANSWERING))
    .order_by(Staff.name)
)
LOADS = select(Conversation.owner, func.count()).where(Conversation.owner != BOT).group_by(Conversation.owner)


async def colleagues(session: AsyncSession, at: datetime, grace: timedelta) -> list[Colleague]:
    """Everybody who has ever been at the desk and still may answer, with presence and load. By name."""
    rows = (await session.execute(EVERYBODY)).all()
    loads = await load(session) if rows else {}
    return [
        Colleague(
            id=row.id,
            name=row.name,
            presence=attendance.presence(row.chosen, row.beat_at, at, grace),
            load=loads.get(str(row.id), 0),
            limit=row.capacity if row.limit is None else row.limit,
            languages=tuple(row.languages),
            teams=tuple(row.teams),
            beat_at=row.beat_at,
            last_given_at=row.last_given_at,
        )
        for row in rows
    ]


async def load(session: AsyncSession) -> dict[str, int]:
    """How many conversations each person has, by the text of their id."""
    return {owner: count for owner, count in await session.execute(LOADS) if owner != QUEUE}


async def _at_desk(session: AsyncSession, staff_id: int, at: datetime) -> AtDesk:
    """The row of somebody, made when they have never been here: away, so that nothing is given to them unasked."""
    await insert_once(session, AtDesk, {"id": staff_id, "chosen": Presence.AWAY, "since": at})
    return await session.get_one(AtDesk, staff_id, with_for_update=True, populate_existing=True)


@needs(May.ANSWER)
async def set_presence(
    session: AsyncSession, me: Me, chosen: Presence, at: datetime, staff_id: int | None = None
) -> None:
    """Come online, go away or offline; somebody else's (`staff_id`) needs SUPERVISE. Raises NotFound."""
    whose = me.id if staff_id is None else staff_id
    if whose != me.id:
        require(me, May.SUPERVISE)
        await _exists(session, whose)
        await audit.note(session, me, "desk.presence", f"staff {whose}", at, {"to": chosen})
    row = await _at_desk(session, whose, at)
    if row.chosen is not chosen:
        row.chosen, row.since = chosen, at


@needs(May.ANSWER)
async def set_limit(
    session: AsyncSession, me: Me, limit: int | None, at: datetime, staff_id: int | None = None
) -> None:
    """How many conversations at a time are given; None: as the account says.

    For oneself not above the account's capacity; that, and somebody else's, needs SUPERVISE.
    """
    if limit is not None and not 0 <= limit <= LARGEST_LIMIT:
        raise NotAllowed(f"a limit lies between 0 and {LARGEST_LIMIT}")
    whose = me.id if staff_id is None else staff_id
    if whose != me.id or (limit is not None and limit > me.capacity):
        require(me, May.SUPERVISE)
        await _exists(session, whose)
        await audit.note(session, me, "desk.limit", f"staff {whose}", at, {"to": limit})
    (await _at_desk(session, whose, at)).limit = limit


async def _exists(session: AsyncSession, staff_id: int) -> None:
    if await session.get(Staff, staff_id) is None:
        raise NotFound(f"nobody who works here has the number {staff_id}")


@needs(May.ANSWER)
async def beat(
    session: AsyncSession,
    me: Me,
    client: str,
    at: datetime,
    conversation_id: int | None = None,
    types: bool = False,
) -> None:
    """A sign of life of a console, every presence.BEAT: what is looked at there, and whether something is typed.

    `client` is the socket's own id. Gives a place at the desk to who has none.
    """
    values: dict[str, Any] = {"staff_id": me.id, "conversation_id": conversation_id, "beat_at": at}
    if types:
        values["typed_at"] = at
    query = update(Seat).where(Seat.client == client).values(**values)
    result = await session.execute(query.execution_options(synchronize_session=False))
    if not result.rowcount:  # type: ignore[attr-defined]
        await insert_once(session, AtDesk, {"id": me.id, "chosen": Presence.AWAY, "since": at})
        await insert_once(session, Seat, {"client": client, **values})


@needs(May.ANSWER)
async def leave(session: AsyncSession, me: Me, client: str) -> None:
    """A console was closed on purpose: nobody waits for its sign of life."""
    await session.execute(delete(Seat).where(Seat.client == client, Seat.staff_id == me.id))


async def viewers(session: AsyncSession, conversation_id: int, at: datetime) -> Sequence[Viewer]:
    """Who looks at this conversation now, and who types. By name; each once."""
    query = (
        select(Staff.id, Staff.name, func.max(Seat.typed_at))
        .join(Staff, Staff.id == Seat.staff_id)
        .where(Seat.conversation_id == conversation_id, Seat.beat_at > at - attendance.VIEWING)
        .group_by(Staff.id, Staff.name)
        .order_by(Staff.name)
    )
    return [
        Viewer(id, name, typed_at is not None and at - typed_at < attendance.TYPING)
        for id, name, typed_at in await session.execute(query)
    ]


async def forget(session: AsyncSession, at: datetime) -> None:
    """Delete the seats of consoles that are long gone."""
    await session.execute(delete(Seat).where(Seat.beat_at < at - FORGOTTEN))
