"""What happens in complaints because time passes. Each function is one tick and harmless when it runs twice."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import promise, settling, solutions, store
from bot.complaints.complaint import Event, Stage
from bot.complaints.dialogue import Facts, Memory, Move, View
from bot.complaints.promise import Open, Reminder
from bot.complaints.rules import Rules
from bot.complaints.service import number_of
from bot.complaints.tables import Case, Promise
from bot.conversations import store as conversations
from bot.conversations.tables import BOT, Conversation
from bot.db import Database
from bot.handoff import alerts
from bot.handoff import service as handoff
from bot.handoff.alerts import AlertKind
from bot.handoff.queue import Reason
from bot.messages import Say, Value, Words
from bot.outbox import service as outbox
from bot.outbox.delivery import Lane
from bot.outbox.service import Voice

CRITICAL = 1
"""Cases of this severity are told about at any hour."""

log = structlog.get_logger()

Step = Callable[[AsyncSession, Conversation, Case], Awaitable[tuple[str, list[Say]] | None]]
"""What is due for one case: the unique key of the words and the words, or nothing."""


async def _each(
    db: Database, cases: list[tuple[int, int]], voice: Voice, at: datetime, step: Step, shop: Words | None = None
) -> int:
    """Do `step` for each (conversation, case), each in its own transaction: one that fails holds up no other.

    `shop`: what is said must be heard also where a person has the chat, and is then said in its name.
    """
    spoken = 0
    for conversation_id, case_id in cases:
        try:
            async with db.write() as session:
                conversation = await conversations.locked(session, conversation_id)
                case = await store.locked(session, case_id)
                if case is not None and (said := await step(session, conversation, case)) is not None:
                    key, says = said
                    by = outbox.speaker(conversation, shop) if shop else None
                    await outbox.put(session, conversation, says, key, voice, at, lane=Lane.SERVICE, by=by)
                    spoken += 1
        except Exception:
            log.exception("a case was passed over by the clock", case=case_id)
    return spoken


def _may_write(conversation: Conversation, case: Case, at: datetime, rules: Rules, voice: Voice) -> bool:
    zone = ZoneInfo(conversation.time_zone) if conversation.time_zone else voice.zone
    return case.severity == CRITICAL or rules.desk.is_daytime(at, zone)


async def gentle_prompts(db: Database, voice: Voice, at: datetime, rules: Rules) -> int:
    """Silence in the listening stage: one gentle word, once."""
    async with db.read() as session:
        due = [(c.conversation_id, c.id) for c in await store.silent(session, at - rules.complaints.limits.silence)]

    async def step(session: AsyncSession, conversation: Conversation, case: Case) -> tuple[str, list[Say]] | None:
        if case.prompted_at is not None or case.stage is not Stage.VENT or conversation.owner != BOT:
            return None
        if conversation.ready_at is not None:
            return None  # words have just come in; they are answered first
        case.prompted_at = at
        return f"case:{case.id}:still_here:{case.heard_at.isoformat()}", [Say("complaints.still_here")]

    return await _each(db, due, voice, at, step)


async def watch_promises(db: Database, voice: Voice, at: datetime, rules: Rules) -> int:
    """Remind those who owe a promise at 50 % and 90 %; past its time tell the customer the truth and fetch a person."""
    async with db.read() as session:
        due = [
            (p.conversation_id, p.case_id, p.id)
            for p in await store.promises_to_watch(session)
            if promise.reminder(_as_open(p), at)
        ]
    told = 0
    for conversation_id, case_id, promise_id in due:

        async def step(
            session: AsyncSession,
            conversation: Conversation,
            case: Case,
            promise_id: int = promise_id,
        ) -> tuple[str, list[Say]] | None:
            given = await session.get_one(Promise, promise_id)
            if given.state is not promise.State.OPEN:
                return None
            return await _remind(session, conversation, case, given, at, rules, voice)

        told += await _each(db, [(conversation_id, case_id)], voice, at, step, rules.shop.brand)
    return told


def _as_open(given: Promise) -> Open:
    return Open(
        given.given_at,
        given.due_at,
        given.half_told_at is not None,
        given.near_told_at is not None,
        given.late_told_at is not None,
    )


async def _remind(
    session: AsyncSession,
    conversation: Conversation,
    case: Case,
    given: Promise,
    at: datetime,
    rules: Rules,
    voice: Voice,
) -> tuple[str, list[Say]] | None:
    key = f"promise:{given.id}"
    match promise.reminder(_as_open(given), at):
        case Reminder.HALF:
            given.half_told_at = at
            await alerts.raise_alert(
                session, conversation.id, AlertKind.PROMISE_HALF, f"{key}:half", number_of(case), at
            )
            return None
        case Reminder.NEAR:
            await alerts.raise_alert(
                session, conversation.id, AlertKind.PROMISE_NEAR, f"{key}:near", number_of(case), at
            )
            if not _may_write(conversation, case, at, rules, voice):
                return None
            given.near_told_at = at
            return f"{key}:near", [Say("complaints.promise_near", solutions.promise_values(given, rules))]
        case Reminder.OVERDUE if _may_write(conversation, case, at, rules, voice):
            return f"{key}:missed", await _missed(session, conversation, case, given, at, rules)
    return None


async def _missed(
    session: AsyncSession, conversation: Conversation, case: Case, given: Promise, at: datetime, rules: Rules
) -> list[Say]:
    """The double deviation: apology, a new date, one degree more urgent, and a person. Never as if nothing happened."""
    new = await solutions.break_promise(session, case, given, "clock", at, rules)
    case.severity = max(CRITICAL, case.severity - 1)
    if case.stage is Stage.COMMIT:
        await store.move(session, case, Event.MISSED, at, "clock")
    says = [Say("complaints.acknowledge_missed"), solutions.missed_say(given, new.due_at, rules)]
    return says + await handoff.request(
        session, conversation, Reason.MISSED_PROMISE, at, rules.desk, number_of(case), case.severity
    )


async def tell_progress(db: Database, voice: Voice, at: datetime, rules: Rules) -> int:
    """Progress at the times the severity sets, without being asked."""
    async with db.read() as session:
        due = [(c.conversation_id, c.id) for c in await store.progress_due(session, at)]

    async def step(session: AsyncSession, conversation: Conversation, case: Case) -> tuple[str, list[Say]] | None:
        when = case.progress_at
        if when is None or when > at or case.stage is not Stage.COMMIT or conversation.owner != BOT:
            return None
        if not _may_write(conversation, case, at, rules, voice):
            return None
        case.progress_at = rules.severities.next_progress(case.severity, at, rules.hours)
        (said,) = await solutions.status(session, case, at, rules.shop.currency)
        if "promises" not in said.values:
            return None
        values = {"number": said.values["number"], "promises": said.values["promises"]}
        return f"case:{case.id}:progress:{when.isoformat()}", [Say("complaints.progress", values)]

    return await _each(db, due, voice, at, step)


async def after_care(db: Database, voice: Voice, at: datetime, rules: Rules) -> int:
    """Some days after the end: has it come back?"""
    async with db.read() as session:
        due = [(c.conversation_id, c.id) for c in await store.checks_due(session, at)]

    async def step(session: AsyncSession, conversation: Conversation, case: Case) -> tuple[str, list[Say]] | None:
        if case.check_at is None or case.check_at > at or not _may_write(conversation, case, at, rules, voice):
            return None
        case.check_at = None
        if conversation.owner != BOT or conversation.case_id is not None:
            return None
        return f"case:{case.id}:check", [Say("complaints.check_after", {"number": number_of(case)})]

    return await _each(db, due, voice, at, step)


async def promise_done(
    session: AsyncSession,
    conversation: Conversation,
    given: Promise,
    by: str,
    evidence: str,
    at: datetime,
    rules: Rules,
) -> list[Say]:
    """The promise was done, with evidence. When none is open any more the customer is asked whether it is solved."""
    case = await store.locked(session, given.case_id)
    if case is None or given.state is not promise.State.OPEN:
        return []
    was_broken = any(
        p.state is promise.State.BROKEN and p.remedy == given.remedy
        for p in await store.promises(session, given.case_id)
    )
    given.state, given.done_at, given.evidence = promise.finished(given.due_at, at, was_broken), at, evidence
    await session.flush()
    values: dict[str, Value] = {"action": solutions.action_of(given, rules.shop.currency), "when": at}
    says = [Say("complaints.done", values)]
    if await store.open_promises(session, case.id):
        return says
    if case.stage is Stage.COMMIT:
        await store.move(session, case, Event.DONE, at, by, evidence)
    if case.stage is not Stage.RESTORE:
        return says  # a person has the case in another stage; they close it
    case.progress_at = None
    view = View(
        case.stage,
        case.kind,
        case.level,
        Facts.of(case.facts),
        Memory.of(case.memory),
        rules.complaints,
        number_of(case),
    )
    move = settling.ask_solved(Move.none(view))
    case.memory = move.memory.stored()
    return [*says, *move.says]
