"""The cases by stage, and the promises: lists, and how well promises are kept. Only reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints.complaint import Kind, Stage
from bot.complaints.promise import State
from bot.complaints.tables import Case, Promise
from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.staff.account import May, Me, needs
from bot.staff.tables import Staff

IN_A_STAGE = 60
"""So many cards of a stage are shown; the count says when there are more."""
CLOSED_SINCE = timedelta(days=7)
SOON = timedelta(hours=24)
RATE_OVER = timedelta(days=90)
MOST = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is empty does not restrict. `owner`: "me", "nobody" or the number of somebody who works here."""

    kind: str = ""
    severity: int = 0
    owner: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    id: int
    kind: Kind
    stage: Stage
    severity: int
    level: int
    name: str
    """The customer's: by the shop, else by the channel."""
    owner: str
    since: datetime
    due_at: datetime | None
    """Of the promise that is due first."""


@dataclass(frozen=True, slots=True)
class Column:
    stage: Stage
    count: int
    cards: tuple[Card, ...]


def _due() -> Any:
    query = select(func.min(Promise.due_at)).where(Promise.case_id == Case.id, Promise.state == State.OPEN)
    return query.correlate(Case).scalar_subquery()


def _restricted(me: Me, wanted: Wanted, at: datetime) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [Case.merged_into.is_(None)]
    if wanted.kind in set(Kind):
        found.append(Case.kind == Kind(wanted.kind))
    if wanted.severity:
        found.append(Case.severity == wanted.severity)
    if wanted.owner == "me":
        found.append(Case.owner_id == me.id)
    elif wanted.owner == "nobody":
        found.append(Case.owner_id.is_(None))
    elif wanted.owner.isdecimal() and len(wanted.owner) < 19:
        found.append(Case.owner_id == int(wanted.owner))
    if wanted.late:
        late = Promise.case_id == Case.id, Promise.state == State.OPEN, Promise.due_at < at
        found.append(sa.exists().where(*late).correlate(Case))
    return found


@needs(May.ANSWER)
async def board(session: AsyncSession, me: Me, wanted: Wanted, at: datetime) -> list[Column]:
    """A column for each stage: the gravest first, then what is due first. Closed ones of the last week."""
    conditions = _restricted(me, wanted, at)
    recent = sa.or_(Case.closed_at.is_(None), Case.closed_at > at - CLOSED_SINCE)
    counted = select(Case.stage, func.count()).where(*conditions, recent).group_by(Case.stage)
    counts = {row[0]: row[1] for row in await session.execute(counted)}
    columns = []
    for stage in Stage:
        cards = await _cards(session, [*conditions, recent, Case.stage == stage]) if counts.get(stage) else ()
        columns.append(Column(stage, counts.get(stage, 0), cards))
    return columns


async def _cards(session: AsyncSession, conditions: Sequence[sa.ColumnElement[bool]]) -> tuple[Card, ...]:
    due = _due()
    query = (
        select(Case, Conversation.name, Customer.name, Staff.name, due)
        .join(Conversation, Conversation.id == Case.conversation_id)
        .outerjoin(Customer, Customer.id == Case.customer_id)
        .outerjoin(Staff, Staff.id == Case.owner_id)
        .where(*conditions)
        .order_by(Case.severity, due.asc().nulls_last(), Case.stage_since)
        .limit(IN_A_STAGE)
    )
    return tuple(
        Card(
            id=case.id,
            kind=case.kind,
            stage=case.stage,
            severity=case.severity,
            level=case.level,
            name=customer or chat or "",
            owner=owner or "",
            since=case.stage_since,
            due_at=due_at,
        )
        for case, chat, customer, owner, due_at in await session.execute(query)
    )


class Which(StrEnum):
    OPEN = "open"
    SOON = "soon"
    """Due within a day."""
    LATE = "late"
    """Open past its date, or broken in the last days."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Rate:
    """Promises whose date was in the last 90 days, by what became of them."""

    kept: int
    late: int
    broken: int
    moved: int
    """Of those, how many got a new date in time."""

    @property
    def percent(self) -> int | None:
        """Kept in time, of all that are decided; None while none is."""
        decided = self.kept + self.late + self.broken
        return round(100 * self.kept / decided) if decided else None


@needs(May.ANSWER)
async def promises(session: AsyncSession, me: Me, which: Which, at: datetime) -> list[tuple[Promise, Case, str]]:
    """Promises with their case and the customer's name, what is due first before."""
    is_open = Promise.state == State.OPEN
    condition: Mapping[Which, sa.ColumnElement[bool]] = {
        Which.OPEN: is_open,
        Which.SOON: sa.and_(is_open, Promise.due_at >= at, Promise.due_at < at + SOON),
        Which.LATE: sa.or_(
            sa.and_(is_open, Promise.due_at < at),
            sa.and_(Promise.state == State.BROKEN, Promise.due_at > at - CLOSED_SINCE),
        ),
        Which.DONE: sa.and_(Promise.state.in_([State.KEPT, State.LATE]), Promise.done_at > at - RATE_OVER),
    }
    order = Promise.done_at.desc() if which is Which.DONE else Promise.due_at.asc()
    query = (
        select(Promise, Case, Customer.name, Conversation.name)
        .join(Case, Case.id == Promise.case_id)
        .join(Conversation, Conversation.id == Promise.conversation_id)
        .outerjoin(Customer, Customer.id == Case.customer_id)
        .where(condition[which])
        .order_by(order, Promise.id)
        .limit(MOST)
    )
    return [(row[0], row[1], row[2] or row[3] or "") for row in await session.execute(query)]


@needs(May.ANSWER)
async def rate(session: AsyncSession, me: Me, at: datetime) -> Rate:
    query = select(Promise.state, Promise.moves).where(Promise.due_at.between(at - RATE_OVER, at + RATE_OVER))
    counts = dict.fromkeys(State, 0)
    moved = 0
    for state, moves in await session.execute(query):
        counts[state] += 1
        moved += bool(moves) and state is not State.WITHDRAWN
    return Rate(counts[State.KEPT], counts[State.LATE], counts[State.BROKEN], moved)
