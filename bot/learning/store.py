"""Stored lessons. The session comes first, the caller owns the transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import insert_once
from bot.learning.lesson import STRONGER, State, Why
from bot.learning.tables import Lesson


async def keep(session: AsyncSession, values: Mapping[str, Any], counts: bool) -> None:
    """Store a text, or note that it came again: counted if `counts`, with the strongest reason so far."""
    if await insert_once(session, Lesson, values) is not None:
        return
    why: Why = values["why"]
    changed: dict[str, Any] = {
        "why": case((Lesson.why.in_(STRONGER[why]), Lesson.why), else_=why),
        "last_at": values["last_at"],
        "count": Lesson.count + (1 if counts else 0),
    }
    if values.get("suggested"):
        changed["suggested"] = values["suggested"]
    await _change(session, Lesson.key == values["key"], changed)


async def by_key(session: AsyncSession, key: str) -> Lesson:
    """The row itself, newly read and locked."""
    query = select(Lesson).where(Lesson.key == key).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def has_key(session: AsyncSession, key: str) -> bool:
    return await session.scalar(select(1).where(Lesson.key == key)) is not None


async def by_id(session: AsyncSession, lesson_id: int) -> Lesson | None:
    """The row, newly read and locked."""
    return await session.get(Lesson, lesson_id, with_for_update=True, populate_existing=True)


async def waiting(session: AsyncSession, limit: int = 1000) -> Sequence[Lesson]:
    """What nobody has looked at and the model may learn from, the most frequent first."""
    return await _new(session, Lesson.why != Why.NOT_FOUND, limit)


async def not_found(session: AsyncSession, limit: int) -> Sequence[Lesson]:
    """Questions that no article answers, the most frequent first."""
    return await _new(session, Lesson.why == Why.NOT_FOUND, limit)


async def _new(session: AsyncSession, which: ColumnElement[bool], limit: int) -> Sequence[Lesson]:
    query = select(Lesson).where(Lesson.state == State.NEW, which).order_by(Lesson.count.desc(), Lesson.id)
    return (await session.scalars(query.limit(limit))).all()


async def labelled(session: AsyncSession) -> Sequence[Lesson]:
    """What has its label and is not among the examples yet."""
    return (await session.scalars(select(Lesson).where(Lesson.state == State.LABELLED).order_by(Lesson.id))).all()


async def counts(session: AsyncSession) -> dict[State, int]:
    """How many rows the model may learn from are in each state."""
    query = select(Lesson.state, func.count()).where(Lesson.why != Why.NOT_FOUND).group_by(Lesson.state)
    return {row[0]: row[1] for row in await session.execute(query)}


async def exported(session: AsyncSession, lesson_ids: Sequence[int], at: datetime) -> None:
    """They are among the examples since `at`; one that somebody has changed after that stays as it is."""
    mine = (Lesson.id.in_(lesson_ids), Lesson.state == State.LABELLED, Lesson.labelled_at <= at)
    await _change(session, and_(*mine), {"state": State.EXPORTED})


async def forget(session: AsyncSession, before: datetime) -> int:
    """Delete what has not come again since then, unless its label still waits to be exported. Gives how many."""
    query = delete(Lesson).where(Lesson.last_at < before, Lesson.state != State.LABELLED)
    result = await session.execute(query.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]


async def _change(session: AsyncSession, which: Any, values: Mapping[str, Any]) -> None:
    await session.execute(update(Lesson).where(which).values(**values).execution_options(synchronize_session=False))
