"""What is above somebody's authority goes to somebody who may grant it; asker and customer are told the truth."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import worktime
from bot.complaints import approvals_store, deed, grant, granting, promise, solutions, store
from bot.complaints.casework import ApprovalState, Seen, What
from bot.complaints.complaint import Stage
from bot.complaints.deed import Present
from bot.complaints.grant import Ruling
from bot.complaints.granting import NotMine, Pick
from bot.complaints.promise import State
from bot.complaints.tables import Approval, Case
from bot.db import insert_once
from bot.errors import Moved, NotAllowed, NotFound
from bot.messages import Money, Say, Text, Value
from bot.outbox.tables import Delivery
from bot.staff.account import May, Me, needs

ANSWER = "review"
"""The promise under which the customer is told until when the answer comes (data/policy/remedies.yml)."""


@needs(May.ANSWER)
async def ask(
    session: AsyncSession, case_id: int, me: Me, pick: Pick, why: str, seen: Seen, present: Present
) -> list[Delivery]:
    """Ask for a remedy above one's authority. The customer is told until when the answer comes, and that is a promise.

    Raises NotAllowed for what nobody may grant, what one may grant oneself, or without a reason; Moved when it is
    asked for already.
    """
    conversation, case = await deed.opened(session, case_id, seen)
    if case.stage is Stage.CLOSED:
        raise NotAllowed("the case is closed: open it again first")
    if not why.strip():
        raise NotAllowed("whoever decides needs to know why")
    cents = await _cents_to_ask_for(session, case, me, pick, present)
    values = {"case_id": case.id, "remedy": pick.remedy, "cents": cents, "why": why.strip(), "asked_by": me.id or None}
    values |= {"asker": me.name, "asked_at": present.at, "state": ApprovalState.OPEN, "decider": "", "note": ""}
    approval_id = await insert_once(session, Approval, values)
    if approval_id is None:
        raise Moved(f"'{pick.remedy}' is asked for in this case already")
    due = _answer_due(case, present)
    team = present.rules.remedies.remedies[ANSWER].team
    solutions.make_promise(session, case, ANSWER, None, team, present.at, due, by=me.name, approval=approval_id)
    detail = {"approval": approval_id, "remedy": pick.remedy, "cents": cents}
    entry = await deed.leave(session, case, me, What.ASKED, present.at, words=why.strip(), **detail)
    say = Say("casework.approval_asked", {"action": _action(pick.remedy, cents, present), "name": me.name, "due": due})
    return await deed.tell(session, conversation, [say], f"entry:{entry.id}", me, present)


async def _cents_to_ask_for(session: AsyncSession, case: Case, me: Me, pick: Pick, present: Present) -> int | None:
    try:
        await granting.granted(session, case, me, pick, present.rules)
    except NotMine as error:
        if not error.ruling.can_be_asked_for:
            raise
    else:
        raise NotAllowed("this is within your own authority: no need to ask")
    if pick.cents is not None:
        return pick.cents
    found = await granting.choices(session, case, me, present.rules)
    return next(choice.usual_cents for choice in found if choice.remedy.id == pick.remedy)


def _answer_due(case: Case, present: Present) -> datetime:
    """By when a proposal is owed at this severity."""
    rules = present.rules
    due = rules.severities.due(case.severity, present.at, rules.hours).proposal
    return worktime.round_up(due, solutions.ROUND_UP_MINUTES, rules.hours.zone)


def _action(remedy: str, cents: int | None, present: Present) -> Text:
    values: dict[str, Value] = {"amount": Money(cents, present.rules.shop.currency)} if cents is not None else {}
    return Text(f"remedies.action_{remedy}", values)


@needs(May.APPROVE_REMEDY)
async def decide(
    session: AsyncSession, approval_id: int, me: Me, granted: bool, note: str, present: Present
) -> list[Delivery]:
    """Say yes or no, once. What is granted is put before the customer while a solution is looked for.

    Raises NotAllowed for one's own request, for what is above one's own authority, and for a no without a reason.
    """
    approval = await _open(session, approval_id)
    conversation, case = await deed.opened(session, approval.case_id)
    if approval.asked_by is not None and approval.asked_by == me.id:
        raise NotAllowed("somebody else decides what you have asked for")
    if not granted and not note.strip():
        raise NotAllowed("whoever asked needs to know why not")
    remedy = present.rules.remedies.remedies[approval.remedy]
    if granted:
        purse = await granting.purse_of(session, case)
        ruling = grant.judge(present.rules.remedies, remedy, approval.cents, purse, me.role)
        if ruling is not Ruling.MINE:
            raise NotMine(ruling)
    state = ApprovalState.APPROVED if granted else ApprovalState.REFUSED
    await _decided(session, approval, state, me, note, present.at)
    await _answered(session, case, approval.id, present.at)
    what = What.APPROVED if granted else What.REFUSED
    detail = {"approval": approval.id, "remedy": approval.remedy, "cents": approval.cents}
    entry = await deed.leave(session, case, me, what, present.at, words=note.strip(), **detail)
    say = await _say(session, case, approval, granted, present)
    return await deed.tell(session, conversation, [say], f"entry:{entry.id}", me, present)


async def _say(session: AsyncSession, case: Case, approval: Approval, granted: bool, present: Present) -> Say:
    action: Value = _action(approval.remedy, approval.cents, present)
    if not granted:
        return Say("casework.approval_refused", {"action": action})
    if case.stage is not Stage.RESOLVE:
        return Say("casework.approval_granted_later", {"action": action})
    remedy = present.rules.remedies.remedies[approval.remedy]
    row = await granting.row_of(session, remedy, approval.cents, approval.asker, present)
    granting.put_on_the_table(case, [row], present.at)
    offered = solutions.offered([row], present.rules)
    values: dict[str, Value] = {"offer": solutions.offer_text(row, present.rules)}
    return Say("casework.approval_granted", values, offered.buttons)


@needs(May.ANSWER)
async def take_back(session: AsyncSession, approval_id: int, me: Me, present: Present) -> list[Delivery]:
    """Whoever asked does not need it any more. Raises NotAllowed for somebody else's."""
    approval = await _open(session, approval_id)
    conversation, case = await deed.opened(session, approval.case_id)
    if approval.asked_by != me.id:
        raise NotAllowed("only who has asked takes it back")
    await _decided(session, approval, ApprovalState.TAKEN_BACK, me, "", present.at)
    await _answered(session, case, approval.id, present.at)
    entry = await deed.leave(session, case, me, What.TAKEN_BACK, present.at, approval=approval.id)
    say = Say("casework.approval_taken_back", {"action": _action(approval.remedy, approval.cents, present)})
    return await deed.tell(session, conversation, [say], f"entry:{entry.id}", me, present)


async def _open(session: AsyncSession, approval_id: int) -> Approval:
    if (approval := await session.get(Approval, approval_id)) is None:
        raise NotFound(f"there is no request {approval_id}")
    return approval


async def _decided(
    session: AsyncSession, approval: Approval, state: ApprovalState, me: Me, note: str, at: datetime
) -> None:
    values = {"decided_by": me.id or None, "decider": me.name, "decided_at": at, "note": note.strip()}
    if not await approvals_store.decide(session, approval.id, state, **values):
        raise Moved("this request has been decided already")
    await session.refresh(approval)


async def _answered(session: AsyncSession, case: Case, approval_id: int, at: datetime) -> None:
    """The answer that was promised is there: in time, or late."""
    all_of_them = [p for p in await store.promises(session, case.id) if p.what.get("approval") == approval_id]
    was_broken = any(p.state is State.BROKEN for p in all_of_them)
    for given in all_of_them:
        if given.state is State.OPEN:
            given.state, given.done_at = promise.finished(given.due_at, at, was_broken), at
            given.evidence = f"request {approval_id}"
    await session.flush()


async def waiting(session: AsyncSession) -> Sequence[tuple[Approval, Case]]:
    """Requests to be decided, the oldest first."""
    query = select(Approval, Case).join(Case, Case.id == Approval.case_id)
    rows = await session.execute(query.where(Approval.state == ApprovalState.OPEN).order_by(Approval.asked_at))
    return [(row[0], row[1]) for row in rows]
