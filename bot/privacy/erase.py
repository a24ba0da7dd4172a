"""A customer is erased: told before what goes and what stays, confirmed by typing the id, nothing left behind."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import store as cases
from bot.complaints.casework import CAUSES, ApprovalState
from bot.complaints.complaint import Event, Stage
from bot.complaints.promise import State
from bot.complaints.tables import Approval, Case, Promise
from bot.conversations import store as conversations
from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.db import Base, Database
from bot.errors import NotAllowed
from bot.handoff.tables import QueueEntry
from bot.privacy import person, scrubbing
from bot.privacy.holdings import Fate, of_table
from bot.privacy.person import Person
from bot.privacy.tables import Erasure
from bot.search import service as search
from bot.staff import audit
from bot.staff.account import May, Me, needs

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen. Counts by table, only of tables with rows."""

    person: Person
    word: str
    """What has to be typed: the shop's id of the customer, or the number of the chat."""
    deleted: dict[str, int] = field(default_factory=dict)
    emptied: dict[str, int] = field(default_factory=dict)
    open_cases: int = 0
    open_promises: int = 0
    files: int = 0


@needs(May.ERASE_CUSTOMER)
async def plan(session: AsyncSession, who: Person, me: Me) -> Plan:
    """What goes, what stays without the person, and what can then not be kept any more."""
    deleted, emptied = Counter[str](), Counter[str]()
    for table, mine in person.tables(who):
        holding = of_table(table.name)
        count = await session.scalar(select(sa.func.count()).select_from(table).where(mine)) or 0
        if holding and count and holding.fate is not Fate.NOBODYS:
            (deleted if holding.fate is Fate.DELETED else emptied)[table.name] += count
    still_open = select(sa.func.count()).where(Case.id.in_(who.cases), Case.stage != Stage.CLOSED)
    owed = select(sa.func.count()).where(Promise.case_id.in_(who.cases), Promise.state == State.OPEN)
    return Plan(
        who,
        await _word(session, who),
        dict(deleted),
        dict(emptied),
        await session.scalar(still_open) or 0,
        await session.scalar(owed) or 0,
        len(await _files(session, who)),
    )


async def _word(session: AsyncSession, who: Person) -> str:
    if not who.customers:
        return str(who.chats[0])
    return (await session.get_one(Customer, who.customers[0])).shop_id


@needs(May.ERASE_CUSTOMER)
async def erase(session: AsyncSession, who: Person, me: Me, typed: str, at: datetime) -> Erasure:
    """Do it. Files are deleted behind it, see `finish`. Raises NotAllowed unless the id was typed, and when there is
    nothing left to erase."""
    found = await plan(session, who, me)
    if typed.strip() != found.word:
        raise NotAllowed(f"type {found.word} to erase it")
    if found.word.startswith("erased-"):
        raise NotAllowed("nothing is known of this customer any more")
    for chat in sorted(who.chats):
        await conversations.locked(session, chat)
    await _end_cases(session, who, me, at)
    files = await _files(session, who)
    await session.flush()
    for customer_id in who.customers:
        await search.forget_customer(session, customer_id)
    await search.forget_chats(session, who.chats)
    for table, mine in person.tables(who):
        await _treat(session, table, mine)
    await _mark(session, who, at)
    row = Erasure(customer_id=next(iter(who.customers), None), by=me.name, at=at, files=files)
    row.counts = {"deleted": found.deleted, "emptied": found.emptied}
    row.finished_at = None if files else at
    session.add(row)
    target = f"customer {who.customers[0]}" if who.customers else f"conversation {who.chats[0]}"
    await audit.note(session, me, "customer.erased", target, at, row.counts)
    await session.flush()
    session.expire_all()
    return row


async def _end_cases(session: AsyncSession, who: Person, me: Me, at: datetime) -> None:
    """What is open ends with a step of the table, so that the history stays true; nothing is owed any more."""
    for case_id in who.cases:
        case = await cases.locked(session, case_id)
        if case is not None and case.stage is not Stage.CLOSED:
            await cases.move(session, case, Event.WITHDRAWN, at, me.name)
            case.closed_at, case.progress_at, case.check_at = at, None, None
    kept = {"synchronize_session": False}
    owed = update(Promise).where(Promise.case_id.in_(who.cases), Promise.state == State.OPEN)
    asked = update(Approval).where(Approval.case_id.in_(who.cases), Approval.state == ApprovalState.OPEN)
    waiting = update(QueueEntry).where(QueueEntry.conversation_id.in_(who.chats), QueueEntry.closed_at.is_(None))
    await session.execute(owed.values(state=State.WITHDRAWN), execution_options=kept)
    await session.execute(asked.values(state=ApprovalState.TAKEN_BACK), execution_options=kept)
    await session.execute(waiting.values(closed_at=at), execution_options=kept)


async def _treat(session: AsyncSession, table: sa.Table, mine: sa.ColumnElement[bool]) -> None:
    holding = of_table(table.name)
    if holding is None or holding.fate is Fate.NOBODYS:
        return
    if holding.fate is Fate.DELETED:
        await session.execute(sa.delete(table).where(mine))
        return
    rows = (await session.execute(select(table).where(mine))).mappings().all()
    for row in rows:
        values = {
            name: value.format(id=row["id"]) if isinstance(value, str) else value
            for name, value in holding.emptied.items()
        }
        values |= {name: _scrubbed(table.name, name, row) for name in holding.by_hand}
        await session.execute(sa.update(table).where(table.c.id == row["id"]).values(**values))


def _scrubbed(table: str, name: str, row: Any) -> Any:
    match table, name:
        case "shop_order", "record":
            return scrubbing.order(row[name], f"erased-{row['customer_id']}")
        case "case", "facts":
            return scrubbing.facts(row[name])
        case "case", "root_cause":
            return row[name] if row[name] in CAUSES else ""
        case "case_entry", "detail":
            return scrubbing.detail(row[name])
        case "promise", "moves":
            return scrubbing.moves(row[name])
    raise AssertionError(f"nobody has said what of {table}.{name} stays")


async def _mark(session: AsyncSession, who: Person, at: datetime) -> None:
    """A turn or a message that has begun cannot end any more, and nothing is sent to an address that is gone."""
    chats = update(Conversation).where(Conversation.id.in_(who.chats))
    values = {"fence": Conversation.fence + 1, "unreachable_at": at}
    await session.execute(chats.values(**values), execution_options={"synchronize_session": False})
    customers = update(Customer).where(Customer.id.in_(who.customers)).values(erased_at=at)
    await session.execute(customers, execution_options={"synchronize_session": False})


async def _files(session: AsyncSession, who: Person) -> list[str]:
    """The files that this person's rows refer to."""
    found: list[str] = []
    for table, mine in person.tables(who):
        names = {"attachments", "facts"} & set(table.c.keys())
        if names:
            rows = await session.execute(select(*(table.c[name] for name in sorted(names))).where(mine))
            found += scrubbing.files([dict(row) for row in rows.mappings()])
    return sorted(set(found))


async def finish(db: Database, folder: Path) -> int:
    """Delete the files of erased customers from the folder of attachments; what failed before is tried again.

    Gives how many were deleted. A name is only a name: nothing outside the folder is touched.
    """
    async with db.read() as session:
        rows = (await session.scalars(select(Erasure).where(Erasure.finished_at.is_(None)))).all()
    count = 0
    for row in rows:
        for name in row.files:
            path = folder / Path(str(name)).name
            if path.is_file():
                path.unlink()
                count += 1
        async with db.write() as session:
            again = await session.get_one(Erasure, row.id)
            again.files, again.finished_at = [], row.at
        log.info("files of an erased customer are deleted", erasure=row.id, files=count)
    return count


def untreated() -> list[str]:
    """Tables and columns of which nobody has said what becomes of them; a test wants none."""
    found = []
    for table in Base.metadata.sorted_tables:
        holding = of_table(table.name)
        if holding is None:
            found.append(table.name)
        elif holding.fate is Fate.EMPTIED:
            said = {*holding.emptied, *holding.kept, *holding.by_hand}
            found += [f"{table.name}.{name}" for name in sorted({c.name for c in table.c} - said)]
    return found
