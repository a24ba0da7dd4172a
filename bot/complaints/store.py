"""Cases, their history and the promise ledger. The session comes first, the caller owns the transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints.complaint import Event, Kind, Stage, advance
from bot.complaints.promise import State
from bot.complaints.tables import Case, Promise, Step
from bot.errors import Moved

RECENT_REMEDIES = 200
"""How many finished promises of a remedy tell how long it really takes."""


async def move(session: AsyncSession, case: Case, event: Event, at: datetime, by: str, note: str = "") -> None:
    """Take one step of the table and write it to the history. `at` is aware UTC.

    Test and set are one statement, so of two people only one wins; the other gets Moved.
    """
    before, after = case.stage, advance(case.stage, event)
    query = update(Case).where(Case.id == case.id, Case.stage == before).values(stage=after, stage_since=at)
    result = await session.execute(query.execution_options(synchronize_session="evaluate"))
    if not result.rowcount:  # type: ignore[attr-defined]
        raise Moved(f"case {case.id} has left stage {before}")
    session.add(
        Step(case_id=case.id, event=event, before=before, after=after, by=by, level=case.level, note=note, at=at)
    )


def opened(session: AsyncSession, case: Case, by: str, note: str) -> None:
    """The first line of the history."""
    session.add(
        Step(
            case_id=case.id,
            event=Event.OPENED,
            before=case.stage,
            after=case.stage,
            by=by,
            level=case.level,
            note=note,
            at=case.opened_at,
        )
    )


async def locked(session: AsyncSession, case_id: int) -> Case | None:
    return await session.get(Case, case_id, with_for_update=True, populate_existing=True)


async def last_closed(session: AsyncSession, conversation_id: int, since: datetime) -> Case | None:
    """The newest complaint of this chat that ended after `since`, or that staff work on although the chat went on.

    Asked only where the chat has no complaint of its own: an open one was left when a person closed the thread.
    """
    ended = or_(Case.closed_at >= since, Case.closed_at.is_(None))
    query = select(Case).where(Case.conversation_id == conversation_id, ended)
    return await session.scalar(query.order_by(Case.opened_at.desc()).limit(1))


async def newest(session: AsyncSession, conversation_id: int) -> Case | None:
    query = select(Case).where(Case.conversation_id == conversation_id).order_by(Case.opened_at.desc()).limit(1)
    return await session.scalar(query)


async def history(session: AsyncSession, case_id: int) -> Sequence[Step]:
    return (await session.scalars(select(Step).where(Step.case_id == case_id).order_by(Step.id))).all()


async def promises(session: AsyncSession, case_id: int) -> Sequence[Promise]:
    return (await session.scalars(select(Promise).where(Promise.case_id == case_id).order_by(Promise.id))).all()


async def open_promises(session: AsyncSession, case_id: int) -> Sequence[Promise]:
    query = select(Promise).where(Promise.case_id == case_id, Promise.state == State.OPEN).order_by(Promise.due_at)
    return (await session.scalars(query)).all()


async def withdraw_promises(session: AsyncSession, case_id: int) -> None:
    """The matter is settled otherwise: nothing is owed any more."""
    for given in await open_promises(session, case_id):
        given.state = State.WITHDRAWN


async def durations(session: AsyncSession, remedy: str) -> list[tuple[datetime, datetime]]:
    """From when to when the last promises of this remedy really took."""
    query = (
        select(Promise.given_at, Promise.done_at)
        .where(Promise.remedy == remedy, Promise.done_at.is_not(None))
        .order_by(Promise.given_at.desc())
        .limit(RECENT_REMEDIES)
    )
    return [(given, done) for given, done in await session.execute(query) if done is not None]


async def promises_to_watch(session: AsyncSession, limit: int = 500) -> Sequence[Promise]:
    """Open promises whose next reminder may be due, the soonest first."""
    query = select(Promise).where(Promise.state == State.OPEN).order_by(Promise.due_at).limit(limit)
    return (await session.scalars(query)).all()


async def silent(session: AsyncSession, before: datetime, limit: int = 200) -> Sequence[Case]:
    """Complaints in the listening stage whose customer has fallen silent and was not prompted yet."""
    query = select(Case).where(
        Case.closed_at.is_(None),
        Case.stage == Stage.VENT,
        Case.heard_at <= before,
        Case.prompted_at.is_(None),
    )
    return (await session.scalars(query.limit(limit))).all()


async def progress_due(session: AsyncSession, at: datetime, limit: int = 200) -> Sequence[Case]:
    query = select(Case).where(Case.closed_at.is_(None), Case.stage == Stage.COMMIT, Case.progress_at <= at)
    return (await session.scalars(query.limit(limit))).all()


async def checks_due(session: AsyncSession, at: datetime, limit: int = 200) -> Sequence[Case]:
    return (await session.scalars(select(Case).where(Case.check_at <= at).limit(limit))).all()


async def promised_for_order(session: AsyncSession, number: str, remedies: Sequence[str]) -> Sequence[Promise]:
    """Open promises that concern this order."""
    query = (
        select(Promise, Case.facts)
        .join(Case, Case.id == Promise.case_id)
        .where(
            Promise.state == State.OPEN,
            Promise.remedy.in_(remedies),
            Case.closed_at.is_(None),
        )
    )
    return [row[0] for row in await session.execute(query) if row[1].get("order") == number]


def new_case(
    conversation_id: int, customer_id: int | None, kind: Kind, stage: Stage, severity: int, at: datetime
) -> Case:
    return Case(
        conversation_id=conversation_id,
        customer_id=customer_id,
        kind=kind,
        stage=stage,
        severity=severity,
        level=0,
        peak=0,
        level_reasons=[],
        facts={},
        offers=[],
        memory={},
        failure_count=0,
        opened_at=at,
        stage_since=at,
        heard_at=at,
    )
