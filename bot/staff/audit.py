"""Who did what to what, and when. Rows are added in the transaction of the deed itself: no deed without its row."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.staff.account import May, Me, needs
from bot.staff.tables import Audit

MOST_IN_A_FILE = 50_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula when a cell begins with it."""


async def note(
    session: AsyncSession,
    me: Me | None,
    deed: str,
    target: str,
    at: datetime,
    detail: dict[str, Any] | None = None,
    who: str = "",
) -> None:
    """Add a row. `deed` is "subject.what" ("case.approved"), `target` what it was done to ("case 17").

    `me` None: nobody signed in; `who` then says what is known. No passwords, tokens or words of customers in `detail`.
    """
    name = who or (me.login or me.name if me else "")
    staff_id = me.id if me and me.id else None
    session.add(Audit(at=at, staff_id=staff_id, who=name, deed=deed, target=target, detail=detail or {}))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows to show; what is empty does not restrict."""

    who: str = ""
    deed: str = ""
    """The beginning of a deed: "case" finds all about cases."""
    target: str = ""
    """Words anywhere in the target."""
    since: datetime | None = None
    until: datetime | None = None


@needs(May.READ_AUDIT)
async def look(
    session: AsyncSession, me: Me, wanted: Wanted, limit: int = 200, before_id: int | None = None
) -> Sequence[Audit]:
    """The newest first; `before_id` goes on behind the last row of the page before."""
    query = select(Audit).order_by(Audit.id.desc()).limit(limit)
    if wanted.who:
        query = query.where(Audit.who == wanted.who)
    if wanted.deed:
        query = query.where(or_(Audit.deed == wanted.deed, Audit.deed.startswith(f"{wanted.deed}.", autoescape=True)))
    if wanted.target:
        query = query.where(func.lower(Audit.target).contains(wanted.target.lower(), autoescape=True))
    if wanted.since:
        query = query.where(Audit.at >= wanted.since)
    if wanted.until:
        query = query.where(Audit.at < wanted.until)
    if before_id is not None:
        query = query.where(Audit.id < before_id)
    return (await session.scalars(query)).all()


@needs(May.READ_AUDIT)
async def export(session: AsyncSession, me: Me, wanted: Wanted, at: datetime) -> str:
    """The same as CSV, at most 50,000 rows. That it was read is a deed of its own."""
    rows = await look(session, me, wanted, MOST_IN_A_FILE)
    restricted = {k: str(getattr(wanted, k)) for k in Wanted.__slots__ if getattr(wanted, k)}
    await note(session, me, "audit.exported", "audit", at, {"rows": len(rows), **restricted})
    return written(rows)


def written(rows: Sequence[Audit]) -> str:
    """CSV with a header; no cell begins like a formula."""
    file = io.StringIO()
    to = csv.writer(file)
    to.writerow(["at", "who", "deed", "target", "detail"])
    for row in rows:
        cells = [row.at.isoformat(), row.who, row.deed, row.target, told(row.detail)]
        to.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return file.getvalue()


def told(detail: dict[str, Any]) -> str:
    """The details in one line: "role: agent, stage: commit"."""
    return ", ".join(f"{name}: {value}" for name, value in detail.items())


async def forget_old(session: AsyncSession, before: datetime) -> int:
    """Rows are not kept for ever. Gives how many were deleted."""
    found = await session.scalars(delete(Audit).where(Audit.at < before).returning(Audit.id))
    return len(found.all())


async def lock(session: AsyncSession, what: str) -> None:
    """Until the end of the transaction nobody else has the same lock; on SQLite no other transaction writes anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(7293004, hashtext(:what))"), {"what": what})
