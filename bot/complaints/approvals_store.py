"""Approvals asked for. The session comes first, the caller owns the transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints.casework import ApprovalState
from bot.complaints.tables import Approval


async def of_case(session: AsyncSession, case_id: int) -> Sequence[Approval]:
    return (await session.scalars(select(Approval).where(Approval.case_id == case_id).order_by(Approval.id))).all()


async def usable(session: AsyncSession, case_id: int, remedy: str) -> Approval | None:
    """One that was granted and of which no promise was made yet."""
    query = select(Approval).where(
        Approval.case_id == case_id,
        Approval.remedy == remedy,
        Approval.state == ApprovalState.APPROVED,
        Approval.used_at.is_(None),
    )
    return await session.scalar(query.order_by(Approval.id.desc()).limit(1))


async def use(session: AsyncSession, case_id: int, remedy: str, at: datetime) -> None:
    """A promise was made of it: it is good for one."""
    if (found := await usable(session, case_id, remedy)) is not None:
        found.used_at = at


async def decide(session: AsyncSession, approval_id: int, state: ApprovalState, **values: object) -> bool:
    """Test and set in one statement: of two who decide one wins. False for the other."""
    query = update(Approval).where(Approval.id == approval_id, Approval.state == ApprovalState.OPEN)
    result = await session.execute(
        query.values(state=state, **values).execution_options(synchronize_session="evaluate")
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


async def is_open(session: AsyncSession, approval_id: int | None) -> bool:
    found = await session.get(Approval, approval_id) if approval_id is not None else None
    return found is not None and found.state is ApprovalState.OPEN
