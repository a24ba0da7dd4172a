"""Giving the queue to those who have room: one transaction a conversation, strictly in order, whoever runs it.

Every event that frees somebody drains it: a conversation closed, handed back, passed on; somebody online, a limit
raised; a new handoff; the clock.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

import structlog
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import store as conversations
from bot.conversations.tables import QUEUE
from bot.db import Database
from bot.handoff import alerts, assignment, ownership, seats, store
from bot.handoff.alerts import AlertKind
from bot.handoff.assignment import Person, Waiting
from bot.handoff.policy import Assignment, Desk
from bot.handoff.ringing import Level
from bot.handoff.tables import AtDesk, Deed

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7293004)")
"""On PostgreSQL one process gives at a time, or two would pass each other and lose the order. SQLite has one writer."""

PAGE = 50
"""Waiting conversations read at once."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Given:
    """A conversation that was given to a person."""

    conversation: int
    staff: int
    was_last: bool = False
    """Nobody has any more room."""


@dataclass(frozen=True, slots=True)
class _Choice:
    waiting: Waiting
    person: Person
    was_last: bool


class _Passed(Enum):
    OVER = auto()


async def drain(db: Database, at: datetime, desk: Desk) -> list[Given]:
    """Give away what can be given, the most urgent first, then first come. Gives what was given, in that order."""
    given: list[Given] = []
    if desk.assignment is Assignment.MANUAL:
        return given
    passed: set[int] = set()
    async with db.read() as session:  # mostly there is nothing to do, and nobody shall wait for that
        if await _choice(session, at, desk, passed) is None:
            return given
    while True:
        async with db.write() as session:
            one = await _give_one(session, db.is_sqlite, at, desk, passed)
        if one is None:
            return given
        if isinstance(one, Given):
            given.append(one)
            log.info("a conversation was given", conversation=one.conversation, staff=one.staff)
            if one.was_last:
                return given


async def _choice(session: AsyncSession, at: datetime, desk: Desk, passed: set[int]) -> _Choice | None:
    """What is to be given next, and to whom. Read page by page: mostly somebody serves the first who wait."""
    people = [c.as_person() for c in await seats.colleagues(session, at, desk.attendance.grace)]
    if not any(person.room for person in people):
        return None
    offset = 0
    while page := await store.in_queue(session, PAGE, offset):
        waiting = [w for w in page if w.entry not in passed]
        if (choice := assignment.choose(waiting, people, at, desk.overflow)) is not None:
            return _Choice(*choice, was_last=sum(person.room for person in people) == 1)
        offset += PAGE
    return None


async def _give_one(
    session: AsyncSession, is_sqlite: bool, at: datetime, desk: Desk, passed: set[int]
) -> Given | _Passed | None:
    """Give away the first that can be; _Passed when a person claimed it in the last moment; None when none can."""
    if not is_sqlite:
        await session.execute(ONE_AT_A_TIME)
    if (choice := await _choice(session, at, desk, passed)) is None:
        return None
    waiting, person = choice.waiting, choice.person
    conversation = await conversations.locked(session, waiting.conversation)
    if conversation.owner != QUEUE:
        passed.add(waiting.entry)
        return _Passed.OVER
    entry = await ownership.take(session, conversation, person.id, at, Deed.GIVEN, ownership.CLOCK)
    assert entry is not None, "the conversation was in the queue"
    await session.execute(
        update(AtDesk)
        .where(AtDesk.id == person.id)
        .values(last_given_at=at)
        .execution_options(synchronize_session=False)
    )
    key = f"queue:{entry.id}:{entry.round}"
    await alerts.raise_alert(
        session,
        conversation.id,
        AlertKind.HANDOFF,
        key,
        entry.reason,
        at,
        staff_id=person.id,
        team=entry.team,
        level=Level.AGENT,
    )
    return Given(conversation.id, person.id, choice.was_last)
