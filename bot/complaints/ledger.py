"""The staff's side of the promise ledger: kept with evidence, moved only by telling the customer first, handed over."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import approvals_store, deed, granting, solutions, store, timetable
from bot.complaints.casework import What
from bot.complaints.complaint import Stage
from bot.complaints.deed import Present
from bot.complaints.promise import State
from bot.errors import NotAllowed
from bot.messages import Say, Text, Value
from bot.outbox.tables import Delivery
from bot.staff import store as staff
from bot.staff.account import May, Me, needs

REASONS = ("carrier", "parts", "stock", "people", "bank", "checking", "agreed", "you_asked")
"""data/texts/casework.yml, reason_<name>; anything else is taken as own words in the customer's language."""


class TooLate(NotAllowed):
    """The date has passed already: it was missed. The customer is told so, with an apology and a new date."""


@needs(May.ANSWER)
async def keep(session: AsyncSession, promise_id: int, me: Me, evidence: str, present: Present) -> list[Delivery]:
    """It was done; `evidence` says how one can see that. The customer is told, and asked when nothing is owed any more.

    Raises Moved when it is not open (any more), NotAllowed without evidence.
    """
    conversation, case, given = await deed.promised(session, promise_id)
    if not evidence.strip():
        raise NotAllowed("a kept promise needs its evidence: a number, a receipt, who has seen it")
    if await approvals_store.is_open(session, given.what.get("approval")):
        raise NotAllowed("this answer is given by deciding the request")
    says = await timetable.promise_done(
        session, conversation, given, me.name, evidence.strip(), present.at, present.rules
    )
    detail = {"promise": given.id, "remedy": given.remedy, "state": given.state}
    await deed.leave(session, case, me, What.KEPT, present.at, words=evidence.strip(), **detail)
    return await deed.tell(session, conversation, says, f"promise:{given.id}:done", me, present)


@needs(May.ANSWER)
async def move(
    session: AsyncSession, promise_id: int, me: Me, due: datetime, reason: str, present: Present, told: str = ""
) -> list[Delivery]:
    """A new, later date, told to the customer now, before the old one has passed.

    `told`: how the customer was told where this chat cannot reach them (a call). Raises TooLate, NotAllowed, Moved.
    """
    conversation, case, given = await deed.promised(session, promise_id)
    if present.at >= given.due_at:
        raise TooLate
    if due <= given.due_at:
        raise NotAllowed("the new date must be later: an earlier one needs no word, it is just kept")
    granting.check_date(due, present)
    _check_reason(reason)
    if conversation.unreachable_at is not None and not told.strip():
        raise NotAllowed("this chat does not reach the customer: tell them otherwise first, and say how")
    before = given.due_at
    move = {"from": before.isoformat(), "to": due.isoformat(), "why": reason.strip(), "told": told.strip()}
    values = {**solutions.promise_values(given, present.rules), "new_due": due, "reason": _because(reason)}
    given.moves = [*given.moves, {**move, "by": me.name, "at": present.at.isoformat()}]
    given.due_at, given.half_told_at, given.near_told_at = due, None, None
    detail = {"promise": given.id, "from": before.isoformat(), "to": due.isoformat()}
    entry = await deed.leave(session, case, me, What.MOVED, present.at, words=reason.strip(), **detail)
    says = [Say("casework.promise_moved", values)]
    return await deed.tell(session, conversation, says, f"entry:{entry.id}", me, present)


@needs(May.ANSWER)
async def withdraw(session: AsyncSession, promise_id: int, me: Me, reason: str, present: Present) -> list[Delivery]:
    """It will not be done: agreed with the customer, who is told. Raises Moved, NotAllowed without a reason."""
    conversation, case, given = await deed.promised(session, promise_id)
    _check_reason(reason)
    given.state = State.WITHDRAWN
    await session.flush()
    if case.stage is Stage.COMMIT and not await store.open_promises(session, case.id):
        case.progress_at = None
    entry = await deed.leave(
        session, case, me, What.WITHDRAWN, present.at, words=reason.strip(), promise=given.id, remedy=given.remedy
    )
    values = {"action": solutions.action_of(given, present.rules.shop.currency), "reason": _because(reason)}
    says = [Say("casework.promise_withdrawn", values)]
    return await deed.tell(session, conversation, says, f"entry:{entry.id}", me, present)


@needs(May.ANSWER)
async def hand_over(session: AsyncSession, promise_id: int, me: Me, to: str, present: Present) -> list[Delivery]:
    """Somebody else owes it: a team of the policy, or the number of somebody who works here. The customer is told.

    Raises NotFound, NotAllowed, Moved.
    """
    conversation, case, given = await deed.promised(session, promise_id)
    name = ""
    if to.isdecimal():
        name = (await staff.locked(session, int(to))).name
    elif to not in teams(present):
        raise NotAllowed(f"there is no team '{to}'")
    given.owner = to
    given.what = {
        **{k: v for k, v in given.what.items() if k != "owner_name"},
        **({"owner_name": name} if name else {}),
    }
    entry = await deed.leave(session, case, me, What.HANDED_OVER, present.at, promise=given.id, to=name or to)
    says = [Say("casework.promise_handed_over", solutions.promise_values(given, present.rules))]
    return await deed.tell(session, conversation, says, f"entry:{entry.id}", me, present)


def teams(present: Present) -> Sequence[str]:
    return sorted({remedy.team for remedy in present.rules.remedies.remedies.values()})


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise NotAllowed("the customer is told why: give a reason")


def _because(reason: str) -> Value:
    return Text(f"casework.reason_{reason}") if reason in REASONS else reason.strip()
