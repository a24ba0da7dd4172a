"""The staff offer a remedy, accept one on the customer's behalf, or give a promise, as far as their authority goes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot import worktime
from bot.complaints import approvals_store, deed, grant, solutions, store
from bot.complaints.casework import Seen, What
from bot.complaints.complaint import Event, Stage
from bot.complaints.deed import Present
from bot.complaints.dialogue import Asking, Facts, Memory, Move
from bot.complaints.grant import Choice, Purse, Ruling
from bot.complaints.remedy import OPTIONS, Remedy
from bot.complaints.rules import Rules
from bot.complaints.service import number_of
from bot.complaints.tables import Case
from bot.customers.tables import Customer
from bot.errors import NotAllowed
from bot.outbox.tables import Delivery
from bot.staff import audit
from bot.staff.account import May, Me, needs

FARTHEST = timedelta(days=120)
"""A promise beyond that is no promise."""


class NotMine(NotAllowed):
    """This is above your authority; ask somebody who may grant it."""

    def __init__(self, ruling: Ruling) -> None:
        super().__init__(f"this is above your authority ({ruling})")
        self.ruling = ruling


@dataclass(frozen=True, slots=True)
class Pick:
    """A remedy that somebody has chosen, and how much of it. None: what the policy gives."""

    remedy: str
    cents: int | None = None


@needs(May.ANSWER)
async def choices(session: AsyncSession, case: Case, me: Me, rules: Rules) -> list[Choice]:
    """The remedies that the policy has for this case, each with whether this person may grant it."""
    tier = await tier_of(session, case)
    return grant.choices(rules.remedies, case.kind, case.severity, tier, await purse_of(session, case), me.role)


async def tier_of(session: AsyncSession, case: Case) -> str:
    customer = await session.get(Customer, case.customer_id) if case.customer_id else None
    return customer.tier if customer else ""


async def purse_of(session: AsyncSession, case: Case) -> Purse:
    promised = [(p.state, p.what.get("cents")) for p in await store.promises(session, case.id)]
    return Purse(Facts.of(case.facts).paid_cents, grant.given(promised))


async def granted(session: AsyncSession, case: Case, me: Me, pick: Pick, rules: Rules) -> tuple[Remedy, int | None]:
    """The remedy and how much, when this person may grant it or it was approved. Raises NotMine, NotAllowed."""
    found = next((c for c in await choices(session, case, me, rules) if c.remedy.id == pick.remedy), None)
    if found is None:
        raise NotAllowed(f"the policy has no '{pick.remedy}' for such a complaint")
    cents = pick.cents if pick.cents is not None and found.remedy.costs_money else found.usual_cents
    ruling = grant.judge(rules.remedies, found.remedy, cents, await purse_of(session, case), me.role)
    if ruling is not Ruling.MINE and not await _approved(session, case, found.remedy, cents, ruling):
        raise NotMine(ruling)
    return found.remedy, cents


async def _approved(session: AsyncSession, case: Case, remedy: Remedy, cents: int | None, ruling: Ruling) -> bool:
    approval = await approvals_store.usable(session, case.id, remedy.id)
    return ruling.can_be_asked_for and approval is not None and (cents or 0) <= (approval.cents or 0)


@needs(May.ANSWER)
async def offer(
    session: AsyncSession, case_id: int, me: Me, picks: Sequence[Pick], seen: Seen, present: Present
) -> list[Delivery]:
    """Put one or two remedies before the customer, each with its date, and "something else". Raises NotMine."""
    conversation, case = await deed.opened(session, case_id, seen)
    if case.stage is not Stage.RESOLVE:
        raise NotAllowed("remedies are offered when the facts are clear: take the steps before")
    if not 1 <= len(picks) <= OPTIONS or len({pick.remedy for pick in picks}) < len(picks):
        raise NotAllowed("offer one remedy, or two different ones")
    rows = [await _row(session, case, me, pick, present) for pick in picks]
    put_on_the_table(case, rows, present.at)
    entry = await deed.leave(session, case, me, What.OFFERED, present.at, options=[_told(row) for row in rows])
    says = [solutions.offered(rows, present.rules)]
    return await deed.tell(session, conversation, says, f"entry:{entry.id}", me, present)


def put_on_the_table(case: Case, rows: Sequence[dict[str, Any]], at: datetime) -> None:
    case.offers = [
        *case.offers,
        {"round": len(case.offers) + 1, "at": at.isoformat(), "options": list(rows), "answer": None},
    ]
    case.memory = replace(Memory.of(case.memory), asking=Asking.CHOICE, unclear=0).stored()


async def _row(session: AsyncSession, case: Case, me: Me, pick: Pick, present: Present) -> dict[str, Any]:
    remedy, cents = await granted(session, case, me, pick, present.rules)
    return await row_of(session, remedy, cents, me.name, present)


async def row_of(session: AsyncSession, remedy: Remedy, cents: int | None, by: str, present: Present) -> dict[str, Any]:
    """An option as it is kept in `Case.offers`."""
    due = await solutions.due_time(session, remedy, present.at, present.rules)
    return {"id": remedy.id, "cents": cents, "due": due.isoformat(), "team": remedy.team, "by": by}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {"remedy": row["id"], "cents": row["cents"], "due": row["due"]}


@needs(May.ANSWER)
async def accept(
    session: AsyncSession, case_id: int, me: Me, remedy: str, seen: Seen, present: Present
) -> list[Delivery]:
    """The customer has accepted an option that is on the table, and said so to a person. Raises NotAllowed, Moved."""
    conversation, case = await deed.opened(session, case_id, seen)
    on_the_table = case.offers[-1] if case.offers else {"options": [], "answer": None}
    if remedy not in [o["id"] for o in on_the_table["options"] if not o.get("to_approve")] or on_the_table["answer"]:
        raise NotAllowed(f"'{remedy}' is not on the table: offer it first")
    _to_commit(case, present, number_of(case))
    await store.move(session, case, Event.ACCEPTED, present.at, me.name, remedy)
    says = await solutions.commit(session, case, remedy, present.at, present.rules)
    await session.flush()
    await audit.note(session, me, "case.step", f"case {case.id}", present.at, {"event": Event.ACCEPTED, "on": remedy})
    key = f"case:{case.id}:accepted:{len(await store.history(session, case.id))}"
    return await deed.tell(session, conversation, says, key, me, present)


def _to_commit(case: Case, present: Present, number: str) -> None:
    """The bot's memory goes with the step; nothing is asked any more."""
    move = Move.none(deed.view_of(case, present.rules, number)).step(Event.ACCEPTED, case.level)
    case.memory = move.ask(None).memory.stored()


@needs(May.ANSWER)
async def promise(
    session: AsyncSession, case_id: int, me: Me, pick: Pick, due: datetime | None, seen: Seen, present: Present
) -> list[Delivery]:
    """Give a promise that was agreed with the customer. Where a solution was looked for it has been found.

    `due` None: what nine of ten real cases took. Raises NotMine, NotAllowed (a date nobody works at, a closed case).
    """
    conversation, case = await deed.opened(session, case_id, seen)
    if case.stage is Stage.CLOSED:
        raise NotAllowed("the case is closed: open it again first")
    remedy, cents = await granted(session, case, me, pick, present.rules)
    if due is None:
        due = await solutions.due_time(session, remedy, present.at, present.rules)
    check_date(due, present)
    if case.stage is Stage.RESOLVE:
        _to_commit(case, present, number_of(case))
        await store.move(session, case, Event.ACCEPTED, present.at, me.name, remedy.id)
        case.progress_at = present.rules.severities.next_progress(case.severity, present.at, present.rules.hours)
    given = solutions.make_promise(session, case, remedy.id, cents, remedy.team, present.at, due, by=me.name)
    await approvals_store.use(session, case.id, remedy.id, present.at)
    await session.flush()
    detail: dict[str, Any] = {"promise": given.id, "remedy": remedy.id, "cents": cents, "due": due.isoformat()}
    entry = await deed.leave(session, case, me, What.PROMISED, present.at, **detail)
    says = [solutions.committed(case, given, present.rules)]
    return await deed.tell(session, conversation, says, f"entry:{entry.id}", me, present)


def check_date(due: datetime, present: Present) -> None:
    """Raises NotAllowed for a date that is over, too far off, or at which nobody works."""
    hours = present.rules.hours
    if not present.at < due <= present.at + FARTHEST:
        raise NotAllowed(f"a promise needs a date from now on, within {FARTHEST.days} days")
    if not (worktime.is_open(hours, due) or worktime.is_open(hours, due - timedelta(minutes=1))):
        opens = worktime.next_open(hours, due).astimezone(hours.zone)
        raise NotAllowed(f"nobody works then; the next working time begins {opens:%Y-%m-%d %H:%M}")
