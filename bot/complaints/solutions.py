"""Offers, promises and their state: what needs the calendar, the prices and the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot import worktime
from bot.complaints import approvals_store, promise, remedy, store
from bot.complaints.dialogue import Asking, Facts, Memory, button
from bot.complaints.remedy import Authority, Option
from bot.complaints.rules import Rules
from bot.complaints.tables import Case, Promise
from bot.handoff.queue import Reason
from bot.messages import Button, Money, Say, Text, Value
from bot.shop import store as shop
from bot.shop.benefit import Benefit, BenefitKind

ROUND_UP_MINUTES = 30
"""Promised times are full or half hours: a date that looks computed is not believed."""


async def offer(
    session: AsyncSession, case: Case, tier: str, at: datetime, rules: Rules
) -> tuple[list[Say], Reason | None]:
    """Two options with exact dates and "something else"; one new option after a rejection; or why a person must."""
    facts, memory = Facts.of(case.facts), Memory.of(case.memory)
    fitting = remedy.fitting(rules.remedies, case.kind, case.severity, tier, facts.paid_cents, facts.wish)
    fitting = remedy.feasible(fitting, facts.wish, facts.delivered)
    if facts.wish and remedy.needs_a_person(fitting, facts.wish):
        return [Say("complaints.beyond_my_authority")], Reason.AUTHORITY
    options = remedy.choose(fitting, facts.wish, memory.rejected)
    if memory.rejections:
        options = options[:1]
    if not options:
        return [Say("complaints.nothing_more_to_offer")], Reason.OFFERS_REJECTED
    rows = [await _row(session, o, case.severity, at, rules) for o in options]
    case.offers = [*case.offers, {"round": len(case.offers) + 1, "at": at.isoformat(), "options": rows, "answer": None}]
    case.memory = replace(memory, asking=Asking.CHOICE).stored()
    return [offered(rows, rules)], None


async def _row(session: AsyncSession, option: Option, severity: int, at: datetime, rules: Rules) -> dict[str, Any]:
    """An option as it is kept. What has to be approved first is due that much later."""
    to_approve = option.needs is not Authority.BOT
    begins = rules.severities.due(severity, at, rules.hours).proposal if to_approve else at
    due = await due_time(session, option.remedy, begins, rules)
    row = {"id": option.remedy.id, "cents": option.cents, "due": due.isoformat(), "team": option.remedy.team}
    return row | {"to_approve": True} if to_approve else row


async def due_time(session: AsyncSession, what: remedy.Remedy, at: datetime, rules: Rules) -> datetime:
    """When this remedy will be done, conservatively: what nine of ten real cases took, on the working calendar."""
    taken = [worktime.working_between(rules.hours, a, b) for a, b in await store.durations(session, what.id)]
    due = worktime.add_working(rules.hours, at, promise.working_time(taken, what.working))
    return worktime.round_up(due, ROUND_UP_MINUTES, rules.hours.zone)


def offered(rows: Sequence[Mapping[str, Any]], rules: Rules) -> Say:
    """One or two options as the customer is asked about them."""
    buttons = [
        Button(f"remedies.button_{r['id']}", "action_continue_complaint", {"choice": r["id"], "asking": Asking.CHOICE})
        for r in rows
    ]
    other = button("button_something_else", "other", Asking.CHOICE)
    names = ("first", "second")
    values: dict[str, Value] = {n: offer_text(r, rules) for n, r in zip(names, rows, strict=False)}
    return Say("complaints.offer_two" if len(rows) > 1 else "complaints.offer_one", values, (*buttons, other))


def offer_text(row: Mapping[str, Any], rules: Rules) -> Text:
    offer = _text(f"offer_{row['id']}", row, rules)
    return Text("complaints.offer_to_approve", {"offer": offer}) if row.get("to_approve") else offer


def _text(name: str, row: Mapping[str, Any], rules: Rules) -> Text:
    values: dict[str, Value] = {"due": datetime.fromisoformat(row["due"])}
    if row["cents"] is not None:
        values["amount"] = Money(row["cents"], rules.shop.currency)
    return Text(f"remedies.{name}", values)


async def commit(session: AsyncSession, case: Case, chosen: str, at: datetime, rules: Rules) -> list[Say]:
    """The customer has chosen: a promise with action, owner and date goes into the ledger."""
    offered = case.offers[-1]
    row = next(o for o in offered["options"] if o["id"] == chosen)
    case.offers = [*case.offers[:-1], {**offered, "answer": f"accepted:{chosen}"}]
    what = rules.remedies.remedies[chosen]
    # An offer accepted days later is promised from now: a date that has come too close would be a lie.
    due = max(datetime.fromisoformat(row["due"]), await due_time(session, what, at, rules))
    given = make_promise(session, case, what.id, row["cents"], what.team, at, due, by=row.get("by", "bot"))
    await approvals_store.use(session, case.id, what.id, at)
    case.progress_at = rules.severities.next_progress(case.severity, at, rules.hours)
    return [committed(case, given, rules)]


def committed(case: Case, given: Promise, rules: Rules) -> Say:
    """Action, owner, date and the case's number."""
    return Say("complaints.commit", {**promise_values(given, rules), "number": f"C{case.id:05d}"})


def promise_values(given: Promise, rules: Rules) -> dict[str, Value]:
    return {"action": action_of(given, rules.shop.currency), "owner": owner_of(given), "due": given.due_at}


def make_promise(
    session: AsyncSession,
    case: Case,
    remedy_id: str,
    cents: int | None,
    team: str,
    at: datetime,
    due: datetime,
    by: str = "bot",
    **what: Any,
) -> Promise:
    """A line of the ledger. `what` is kept with it (`owner_name` for an owner who is a person)."""
    given = Promise(
        case_id=case.id,
        conversation_id=case.conversation_id,
        remedy=remedy_id,
        what={"cents": cents, **what},
        owner=team,
        given_by=by,
        given_at=at,
        due_at=due,
        state=promise.State.OPEN,
        moves=[],
    )
    session.add(given)
    return given


async def break_promise(
    session: AsyncSession, case: Case, given: Promise, by: str, at: datetime, rules: Rules
) -> Promise:
    """It was not kept: that stays in the ledger for good, and the same is promised anew, with a date to keep."""
    given.late_told_at, given.state = at, promise.State.BROKEN
    what = rules.remedies.remedies.get(given.remedy)
    due = await due_time(session, what, at, rules) if what else at
    rest = {name: value for name, value in given.what.items() if name != "cents"}
    new = make_promise(
        session,
        case,
        given.remedy,
        given.what.get("cents"),
        given.owner,
        at,
        due,
        "bot" if by == "clock" else by,
        **rest,
    )
    new.conversation_id = given.conversation_id
    return new


def missed_say(given: Promise, new_due: datetime, rules: Rules) -> Say:
    return Say("complaints.promise_missed", {**promise_values(given, rules), "new_due": new_due})


def action_of(given: Promise, currency: str) -> Text:
    """What was promised, as words inside a sentence."""
    cents = given.what.get("cents")
    return Text(f"remedies.action_{given.remedy}", {"amount": Money(cents, currency)} if cents is not None else {})


def owner_of(given: Promise) -> Value:
    """Who owes it, as the customer reads it: a team, or a person's name."""
    return str(given.what.get("owner_name") or "") or Text(f"remedies.team_{given.owner}")


async def status(session: AsyncSession, case: Case, at: datetime, currency: str = "CNY") -> list[Say]:
    """Where the case stands, with the next date; past its date a promise is called late, not "in progress"."""
    promises = await store.promises(session, case.id)
    lines: list[Value] = [_promise_line(p, at, currency) for p in promises]
    key = "status_with_promises" if lines else "status"
    values: dict[str, Value] = {"number": f"C{case.id:05d}", "stage": Text(f"complaints.stage_{case.stage}")}
    if lines:
        values["promises"] = tuple(lines)
    return [Say(f"complaints.{key}", values)]


def _promise_line(given: Promise, at: datetime, currency: str) -> Text:
    values: dict[str, Value] = {"action": action_of(given, currency), "owner": owner_of(given), "due": given.due_at}
    if given.state is promise.State.OPEN:
        return Text("complaints.promise_late" if given.due_at < at else "complaints.promise_open", values)
    if given.done_at is not None:
        return Text("complaints.promise_done", {"action": values["action"], "when": given.done_at})
    return Text("complaints.promise_missed_line", values)


async def goodwill(session: AsyncSession, case: Case, account: str, at: datetime, rules: Rules) -> list[Say]:
    """The end: thanks, what changes so that it does not happen again, and points where the policy gives them.

    `account` is the shop's id of the customer. Points are credited, then told of; without an account there are none.
    """
    days = rules.complaints.limits.check_after.days
    says = [Say(f"complaints.closed_{case.kind}", {"number": f"C{case.id:05d}", "days": days})]
    policy = rules.remedies.goodwill
    if account and (points := policy.points.get(case.severity, 0)):
        until = at.astimezone(rules.hours.zone).date() + timedelta(days=policy.valid_days)
        # The id makes it once a case, however often the case is opened again.
        await shop.upsert_benefits(
            session,
            [
                Benefit(
                    id=f"goodwill-{case.id}",
                    customer_id=account,
                    kind=BenefitKind.POINTS,
                    name=policy.name,
                    amount=points,
                    expires_on=until,
                )
            ],
            at,
        )
        says.append(Say("complaints.goodwill", {"points": points}))
    return says
