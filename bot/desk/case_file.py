"""Everything about one case, as its page shows it. Only reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import approvals_store, granting, steps, store
from bot.complaints.casework import Seen
from bot.complaints.complaint import Event, Stage
from bot.complaints.grant import Choice, Purse
from bot.complaints.promise import State
from bot.complaints.rules import Rules
from bot.complaints.tables import Approval, Case, CaseEntry, Promise
from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.errors import NotFound
from bot.staff.account import May, Me, needs
from bot.staff.tables import Staff


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history: a step of the table, or something that was done beside."""

    at: datetime
    by: str
    case_id: int
    """Of another case where that was merged into this one."""
    event: Event | None = None
    after: Stage | None = None
    what: str = ""
    words: str = ""
    detail: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class CaseFile:
    case: Case
    chat: Conversation
    customer: Customer | None
    owner: str
    lines: tuple[Line, ...]
    promises: Sequence[Promise]
    approvals: Sequence[Approval]
    others: Sequence[Case]
    """Other cases of this customer, the newest first."""
    merged: Sequence[int]
    """Cases that were merged into this one."""
    choices: Sequence[Choice]
    purse: Purse
    buttons: tuple[Event, ...]

    @property
    def seen(self) -> Seen:
        return Seen(self.case.stage, self.case.stage_since)

    @property
    def open_promises(self) -> list[Promise]:
        return [given for given in self.promises if given.state is State.OPEN]


@needs(May.ANSWER)
async def opened(session: AsyncSession, me: Me, case_id: int, rules: Rules) -> CaseFile:
    """Raises NotFound."""
    if (case := await session.get(Case, case_id)) is None:
        raise NotFound(f"there is no case {case_id}")
    chat = await session.get_one(Conversation, case.conversation_id)
    customer = await session.get(Customer, case.customer_id) if case.customer_id else None
    owner = await session.get(Staff, case.owner_id) if case.owner_id else None
    merged = tuple(await session.scalars(select(Case.id).where(Case.merged_into == case_id).order_by(Case.id)))
    promises = await store.promises(session, case_id)
    return CaseFile(
        case=case,
        chat=chat,
        customer=customer,
        owner=owner.name if owner else "",
        lines=await _lines(session, (case_id, *merged)),
        promises=promises,
        approvals=await approvals_store.of_case(session, case_id),
        others=await _others(session, case),
        merged=merged,
        choices=await granting.choices(session, case, me, rules),
        purse=await granting.purse_of(session, case),
        buttons=steps.buttons(case, any(p.state is State.OPEN for p in promises)),
    )


async def _lines(session: AsyncSession, case_ids: Sequence[int]) -> tuple[Line, ...]:
    found = []
    for case_id in case_ids:
        found += [
            Line(step.at, step.by, case_id, step.event, step.after, words=step.note)
            for step in await store.history(session, case_id)
        ]
        entries = await session.scalars(select(CaseEntry).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id))
        found += [_entry(entry) for entry in entries]
    return tuple(sorted(found, key=lambda line: line.at))


def _entry(entry: CaseEntry) -> Line:
    detail = tuple((name, value) for name, value in entry.detail.items() if name != "words")
    words = str(entry.detail.get("words", ""))
    return Line(entry.at, entry.by, entry.case_id, what=entry.what, words=words, detail=detail)


async def _others(session: AsyncSession, case: Case) -> Sequence[Case]:
    mine = [Case.conversation_id == case.conversation_id]
    if case.customer_id is not None:
        mine.append(Case.customer_id == case.customer_id)
    query = select(Case).where(or_(*mine), Case.id != case.id).order_by(Case.id.desc()).limit(30)
    return (await session.scalars(query)).all()
