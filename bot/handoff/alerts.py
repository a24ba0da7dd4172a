"""What staff must notice: raised once for each key; about a waiting customer it rings until somebody claims them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId, enum_column, insert_once
from bot.errors import NotFound
from bot.handoff.ringing import LEVELS, Level, hears
from bot.staff.account import May, Me, needs

_UNSEEN, _RINGING = text("seen_at IS NULL"), text("ended_at IS NULL")


class AlertKind(StrEnum):
    PROMISE_HALF = "promise_half"
    PROMISE_NEAR = "promise_near"
    WAITING_TOO_LONG = "waiting_too_long"
    HANDOFF = "handoff"
    """A conversation waits in the queue, or was given to somebody who has not answered."""
    TARGET_NEAR = "target_near"
    TARGET_MISSED = "target_missed"
    CALL_BACK_NEAR = "call_back_near"
    MENTION = "mention"
    PASSED_ON = "passed_on"
    """A colleague has given it to this person."""


class Alert(Base):
    """`key` is unique for what it is about, so a second tick raises nothing."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_open", "raised_at", postgresql_where=_UNSEEN, sqlite_where=_UNSEEN),
        Index("ix_alert_ringing", "conversation_id", postgresql_where=_RINGING, sqlite_where=_RINGING),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    kind: Mapped[AlertKind] = mapped_column(enum_column(AlertKind))
    about: Mapped[str]
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    """When the first of them saw it."""
    seen_by: Mapped[str] = mapped_column(default="")
    staff_id: Mapped[int | None] = mapped_column(BigId)
    """Whom it is for; empty: everybody of the team, or everybody."""
    team: Mapped[str] = mapped_column(default="")
    level: Mapped[Level] = mapped_column(enum_column(Level), default=Level.TEAM)
    rings: Mapped[int] = mapped_column(default=1)
    """How often it has rung: a console sounds when this has grown past what its person has seen."""
    ended_at: Mapped[datetime | None]
    """Somebody has claimed what it is about, or it is over."""


class AlertSeen(Base):
    """Who has seen an alert, and how many of its rings."""

    __tablename__ = "alert_seen"
    __table_args__ = (UniqueConstraint("alert_id", "staff_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"))
    staff_id: Mapped[int] = mapped_column(BigId)
    name: Mapped[str]
    rings: Mapped[int]
    at: Mapped[datetime]


async def raise_alert(
    session: AsyncSession,
    conversation_id: int,
    kind: AlertKind,
    key: str,
    about: str,
    at: datetime,
    *,
    staff_id: int | None = None,
    team: str = "",
    level: Level = Level.TEAM,
) -> bool:
    """Raise it unless it was raised already. Gives whether it is new."""
    values = {
        "key": key,
        "conversation_id": conversation_id,
        "kind": kind,
        "about": about,
        "raised_at": at,
        "seen_by": "",
        "staff_id": staff_id,
        "team": team,
        "level": level,
        "rings": 1,
    }
    return await insert_once(session, Alert, values) is not None


async def unseen(session: AsyncSession) -> Sequence[Alert]:
    """What nobody has seen yet, and what is not over."""
    query = select(Alert).where(Alert.seen_at.is_(None), Alert.ended_at.is_(None)).order_by(Alert.raised_at)
    return (await session.scalars(query)).all()


async def ring(session: AsyncSession, alert_id: int, rings: int, level: Level) -> bool:
    """Let it have rung so often by now, and so wide. Never less than before: two ticks do no harm. Gives if it rang."""
    heard_by = [known for known in LEVELS if LEVELS.index(known) <= LEVELS.index(level)]
    query = (
        update(Alert)
        .where(Alert.id == alert_id, Alert.ended_at.is_(None), Alert.rings < rings, Alert.level.in_(heard_by))
        .values(rings=rings, level=level)
        .execution_options(synchronize_session=False)
    )
    return bool((await session.execute(query)).rowcount)  # type: ignore[attr-defined]


async def end(
    session: AsyncSession, conversation_id: int, at: datetime, kinds: Sequence[AlertKind], about: Sequence[str] = ()
) -> None:
    """It was claimed, or is over: these ring no more. `about`: only those about one of these."""
    query = update(Alert).where(
        Alert.conversation_id == conversation_id, Alert.kind.in_(kinds), Alert.ended_at.is_(None)
    )
    if about:
        query = query.where(Alert.about.in_(about))
    await session.execute(query.values(ended_at=at).execution_options(synchronize_session=False))


@needs(May.ANSWER)
async def ringing(session: AsyncSession, me: Me, limit: int = 200) -> list[Alert]:
    """What this person has to hear and has not seen (so often) yet, the oldest first."""
    query = (
        select(Alert)
        .outerjoin(AlertSeen, (AlertSeen.alert_id == Alert.id) & (AlertSeen.staff_id == me.id))
        .where(
            Alert.ended_at.is_(None),
            or_(AlertSeen.rings.is_(None), AlertSeen.rings < Alert.rings),
            or_(Alert.staff_id.is_(None), Alert.staff_id == me.id, Alert.level != Level.AGENT),
        )
        .order_by(Alert.raised_at)
        .limit(limit)
    )
    found = (await session.scalars(query)).all()
    supervises = me.may(May.SUPERVISE)
    return [a for a in found if hears(a.level, a.staff_id, a.team, me.id, me.teams, supervises)]


@needs(May.ANSWER)
async def see(session: AsyncSession, alert_id: int, me: Me, at: datetime) -> None:
    """This person has seen it. What is for one person, and what does not ring again, is over then. Raises NotFound."""
    alert = await session.get(Alert, alert_id, with_for_update=True, populate_existing=True)
    if alert is None:
        raise NotFound(f"there is no alert {alert_id}")
    values = {"alert_id": alert.id, "staff_id": me.id, "name": me.name, "rings": alert.rings, "at": at}
    if await insert_once(session, AlertSeen, values) is None:
        query = update(AlertSeen).where(AlertSeen.alert_id == alert.id, AlertSeen.staff_id == me.id)
        await session.execute(query.values(rings=alert.rings, at=at).execution_options(synchronize_session=False))
    if alert.seen_at is None:
        alert.seen_at, alert.seen_by = at, me.name
    if alert.kind in (AlertKind.MENTION, AlertKind.PASSED_ON):
        alert.ended_at = alert.ended_at or at


async def seen_by(session: AsyncSession, alert_id: int) -> Sequence[AlertSeen]:
    """Who has seen it, in that order."""
    query = select(AlertSeen).where(AlertSeen.alert_id == alert_id).order_by(AlertSeen.at, AlertSeen.id)
    return (await session.scalars(query)).all()
