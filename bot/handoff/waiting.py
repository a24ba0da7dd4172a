"""While customers wait for people: what the clock does. Each is one tick, and harmless when it runs twice."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import worktime
from bot.conversations import store as conversations
from bot.conversations.tables import QUEUE, Conversation
from bot.db import Database
from bot.handoff import alerts, ownership, queue, ringing, seats, service, sla, store
from bot.handoff.alerts import Alert, AlertKind
from bot.handoff.policy import Desk
from bot.handoff.presence import Presence
from bot.handoff.queue import Signals
from bot.handoff.ringing import Level
from bot.handoff.sla import Clock, Reading, State
from bot.handoff.tables import CallBack, QueueEntry
from bot.outbox import service as outbox
from bot.outbox.delivery import Lane
from bot.outbox.service import Voice

log = structlog.get_logger()

Step = Callable[[AsyncSession, Conversation, QueueEntry], Awaitable[bool]]
"""What is due for one handoff; True when words were written."""


async def tick(db: Database, voice: Voice, at: datetime, desk: Desk) -> int:
    """Everything that happens at the desk because time passes. Gives how many messages were written."""
    async with db.read() as session:
        entries = list(await store.open_entries(session))
    if not entries:
        return 0
    await lift(db, entries, at, desk)
    await ring(db, entries, at, desk)
    await remind_of_call_backs(db, at, desk)
    readings = await read_clocks(db, entries, at, desk)
    await warn(db, entries, readings, at)
    await give_back(db, entries, readings, at, desk)
    return await tell_the_late(db, entries, voice, at, desk)


async def _each(db: Database, entries: list[QueueEntry], step: Step) -> int:
    """Do `step` for each handoff in a transaction of its own: one that fails holds up no other."""
    spoken = 0
    for entry_id, conversation_id in [(e.id, e.conversation_id) for e in entries]:
        try:
            async with db.write() as session:
                conversation = await conversations.locked(session, conversation_id)
                entry = await session.get_one(QueueEntry, entry_id, populate_existing=True)
                if entry.closed_at is None:
                    spoken += await step(session, conversation, entry)
        except Exception:
            log.exception("a handoff was passed over by the clock", entry=entry_id)
    return spoken


def _waits(entry: QueueEntry) -> bool:
    return entry.taken_at is None


async def lift(db: Database, entries: list[QueueEntry], at: datetime, desk: Desk) -> None:
    """Who has waited long becomes more urgent; so does whoever was given a time that has come."""

    def now(entry: QueueEntry) -> int:
        signals = Signals(entry.reason, entry.severity, entry.tier, entry.level)
        urgency = queue.priority(desk.urgency, signals, service.waited(entry, at, desk))
        has_come = entry.not_before is not None and entry.not_before <= at
        return min(entry.priority, urgency, desk.urgency.limit if has_come else urgency)

    async def step(session: AsyncSession, conversation: Conversation, entry: QueueEntry) -> bool:
        if _waits(entry):
            entry.priority = now(entry)
        return False

    await _each(db, [e for e in entries if _waits(e) and now(e) < e.priority], step)


async def ring(db: Database, entries: list[QueueEntry], at: datetime, desk: Desk) -> None:
    """Alerts about who waits ring again, and wider: the person, the team, supervisors. At night nobody is woken."""
    by_conversation = {entry.conversation_id: entry for entry in entries}
    async with db.read() as session:
        query = select(Alert).where(Alert.ended_at.is_(None), Alert.kind == AlertKind.HANDOFF)
        found = (await session.scalars(query)).all()
    for alert in found:
        if (entry := by_conversation.get(alert.conversation_id)) is None:
            continue
        since = max(alert.raised_at, entry.not_before or alert.raised_at)
        hours = desk.hours_for(entry.reason)
        waited = worktime.working_between(hours, since, at) if hours else at - since
        times = ringing.rings(desk.ringing, waited)
        if times > alert.rings:
            async with db.write() as session:
                await alerts.ring(session, alert.id, times, ringing.level(desk.ringing, waited, alert.level))


async def remind_of_call_backs(db: Database, at: datetime, desk: Desk) -> None:
    """A time that was given to a customer is near."""
    async with db.read() as session:
        due = [g for g in await store.open_call_backs(session) if g.slot_at - desk.call_backs.remind <= at]
    for given in due:
        async with db.write() as session:
            if (await session.get_one(CallBack, given.id)).state is not given.state:
                continue
            about = given.slot_at.isoformat()
            key = f"call_back:{given.id}"
            await alerts.raise_alert(session, given.conversation_id, AlertKind.CALL_BACK_NEAR, key, about, at)


async def read_clocks(db: Database, entries: list[QueueEntry], at: datetime, desk: Desk) -> dict[int, list[Reading]]:
    """The clocks that run, by the id of the handoff."""
    async with db.read() as session:
        events = await store.happenings(session, entries)
    return {
        entry.id: [
            sla.read(
                span,
                sla.targets_of(desk.targets, entry.priority),
                desk.hours_for(entry.reason),
                desk.warn_percent,
                at,
            )
            for span in sla.running(sla.spans(events[entry.id]))
            if span.since <= at
        ]
        for entry in entries
    }


async def warn(db: Database, entries: list[QueueEntry], readings: dict[int, list[Reading]], at: datetime) -> None:
    """A target that is near is told to whom it concerns before it is missed; a missed one to supervisors as well."""
    for entry in entries:
        for reading in readings[entry.id]:
            if reading.state is State.IN_TIME:
                continue
            missed = reading.state is State.BREACHED
            span = reading.span
            key = f"target:{entry.id}:{span.clock}:{span.since.isoformat()}:{reading.state}"
            async with db.write() as session:
                await alerts.raise_alert(
                    session,
                    entry.conversation_id,
                    AlertKind.TARGET_MISSED if missed else AlertKind.TARGET_NEAR,
                    key,
                    span.clock,
                    at,
                    staff_id=int(entry.taken_by) if entry.taken_by else None,
                    team=entry.team,
                    level=Level.SUPERVISORS if missed else Level.AGENT,
                )


async def give_back(
    db: Database, entries: list[QueueEntry], readings: dict[int, list[Reading]], at: datetime, desk: Desk
) -> None:
    """Who waits for somebody who is gone goes back into the queue, at the old place."""
    taken = [entry for entry in entries if entry.taken_by]
    if not taken:
        return
    async with db.read() as session:
        people = {str(c.id): c for c in await seats.colleagues(session, at, desk.attendance.grace)}

    def is_left(entry: QueueEntry) -> bool:
        person = people.get(entry.taken_by)  # None: works at the terminal, where nobody sees whether they are there
        waiting = [r.span.since for r in readings[entry.id] if r.span.clock is Clock.WAITING]
        if person is None or person.presence is not Presence.OFFLINE or not waiting:
            return False
        since = max(waiting[0], person.beat_at or waiting[0], entry.taken_at or waiting[0])
        return worktime.working_between(desk.hours, since, at) >= desk.attendance.give_back

    async def step(session: AsyncSession, conversation: Conversation, entry: QueueEntry) -> bool:
        if conversation.owner == entry.taken_by:
            await ownership.queue_again(session, conversation, entry, at, ownership.CLOCK)
            await service.ring_for(session, entry, at, desk)
        return False

    await _each(db, [entry for entry in taken if is_left(entry)], step)


async def tell_the_late(db: Database, entries: list[QueueEntry], voice: Voice, at: datetime, desk: Desk) -> int:
    """Tell everyone whose estimate has passed, and again when the next one has. Gives how many were told."""

    def is_late(entry: QueueEntry) -> bool:
        if entry.expected_at is None or not _waits(entry):
            return False
        again = desk.estimates.again
        return queue.is_late(entry.expected_at, entry.late_told_at, entry.late_count, again, at)

    async def step(session: AsyncSession, conversation: Conversation, entry: QueueEntry) -> bool:
        if not is_late(entry) or conversation.owner != QUEUE:
            return False
        key = f"queue:{entry.id}:{entry.round}:late:{entry.late_count}"
        say = await service.tell_late(session, entry, at, desk)
        await outbox.put(session, conversation, [say], key, voice, at, lane=Lane.SERVICE)
        await alerts.raise_alert(
            session, conversation.id, AlertKind.WAITING_TOO_LONG, key, entry.reason, at, level=Level.SUPERVISORS
        )
        return True

    return await _each(db, [entry for entry in entries if is_late(entry)], step)
