"""Handing a conversation to people: into the queue with its reason, and a truthful word about when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot import worktime
from bot.conversations.tables import BOT, QUEUE, Conversation
from bot.customers.tables import Customer
from bot.db import insert_once
from bot.handoff import alerts, call_back, queue, seats, store
from bot.handoff.alerts import AlertKind
from bot.handoff.ownership import is_person
from bot.handoff.policy import Desk as Desk
from bot.handoff.presence import Presence
from bot.handoff.queue import Pace, Reason, Signals
from bot.handoff.ringing import Level
from bot.handoff.tables import CallBack, Deed, QueueEntry
from bot.messages import Button, Say
from bot.worktime import NeverOpens

CALL_BACK = "action_call_back"


@dataclass(frozen=True, slots=True)
class Expected:
    """About when a person writes. `at` None: nobody can say; `sure` False: holidays on the way are not announced."""

    at: datetime | None
    open_now: bool
    sure: bool = True


async def request(
    session: AsyncSession,
    conversation: Conversation,
    reason: Reason,
    at: datetime,
    desk: Desk,
    detail: str = "",
    severity: int | None = None,
    level: int = 0,
) -> list[Say]:
    """Put the conversation into the queue; the bot is silent from then on. Gives the words for the customer.

    `severity` 1 to 4 of the complaint, `level` 0 to 3 of the emotion. Asking twice changes nothing but the urgency: the
    entry stays, and the words say that somebody is on the way. Where a person speaks already there is nothing to say.
    """
    if is_person(conversation.owner):
        return []
    signals = Signals(reason, severity, await _tier(session, conversation), level)
    entry = await store.open_entry(session, conversation.id)
    if entry is not None and entry.reason is not Reason.ENGINE_DOWN:
        _more_urgent(entry, signals, desk, at)
        _give_to_queue(conversation, at)
        return [_already(entry)]
    urgency = queue.priority(desk.urgency, signals)
    team = desk.teams.get(reason, "")
    expected = await expect(session, reason, urgency, at, desk)
    if entry is not None:
        entry.closed_at, entry.outcome = at, "another reason came first"
        await session.flush()
    entry = _entry(conversation, signals, detail, urgency, team, at)
    entry.expected_at = expected.at
    session.add(entry)
    _give_to_queue(conversation, at)
    await session.flush()
    store.record(session, conversation, entry, Deed.QUEUED, at, BOT, team, reason)
    await ring_for(session, entry, at, desk)
    return [await _told(session, reason, expected, at, desk)]


def _entry(
    conversation: Conversation, signals: Signals, detail: str, urgency: int, team: str, at: datetime
) -> QueueEntry:
    return QueueEntry(
        conversation_id=conversation.id,
        reason=signals.reason,
        detail=detail,
        priority=urgency,
        severity=signals.severity,
        tier=signals.tier,
        level=signals.level,
        language=conversation.language[:2] if conversation.language else "",
        team=team,
        opened_at=at,
        round=0,
    )


async def ring_for(session: AsyncSession, entry: QueueEntry, at: datetime, desk: Desk) -> None:
    """Alert those who could take what is in the queue; at once supervisors, too, where a life may hang on it."""
    level = Level.SUPERVISORS if entry.reason in desk.around_the_clock else Level.TEAM
    key = f"queue:{entry.id}:{entry.round}"
    await alerts.raise_alert(
        session, entry.conversation_id, AlertKind.HANDOFF, key, entry.reason, at, team=entry.team, level=level
    )


async def _tier(session: AsyncSession, conversation: Conversation) -> str:
    customer = await session.get(Customer, conversation.customer_id) if conversation.customer_id else None
    return customer.tier if customer else ""


def _more_urgent(entry: QueueEntry, signals: Signals, desk: Desk, at: datetime) -> None:
    """What is known now beside what was known before: the graver of both counts."""
    entry.severity = min((s for s in (entry.severity, signals.severity) if s is not None), default=None)
    entry.level, entry.tier = max(entry.level or 0, signals.level), signals.tier or entry.tier
    whole = Signals(signals.reason, entry.severity, entry.tier, entry.level)
    entry.priority = min(entry.priority, queue.priority(desk.urgency, whole, waited(entry, at, desk)))


def waited(entry: QueueEntry, at: datetime, desk: Desk) -> timedelta:
    """How long this customer has waited: working time, or all of it where somebody is called at any hour.

    From the time the customer has chosen, where they have.
    """
    since = max(entry.opened_at, entry.not_before or entry.opened_at)
    hours = desk.hours_for(entry.reason)
    return worktime.working_between(hours, since, at) if hours else at - since


def _give_to_queue(conversation: Conversation, at: datetime) -> None:
    if conversation.owner == BOT:
        conversation.owner, conversation.owner_since = QUEUE, at
    conversation.pending = None
    conversation.misunderstood = 0


async def expect(
    session: AsyncSession, reason: Reason, urgency: int, at: datetime, desk: Desk, entry_id: int = 0
) -> Expected:
    """When a person is expected: the queue, the recent pace, who is there, and the working calendar.

    `entry_id`: the handoff that asks, when it is in the queue already: it does not stand in its own way.
    """
    taken = await store.taken_since(session, at)
    each = store.RECENT.total_seconds() / 60 / taken if taken >= 3 else desk.minutes_each
    people = await seats.colleagues(session, at, desk.attendance.grace)
    room = sum(person.room for person in people) if people else None
    pace = Pace(await store.ahead(session, urgency, entry_id), each, room)
    if reason in desk.around_the_clock:
        return Expected(at + queue.wait(pace, desk.estimates), True)
    open_now = worktime.is_open(desk.hours, at)
    nobody = bool(people) and all(p.presence is Presence.OFFLINE for p in people)
    if not open_now:  # who is there now says nothing about the morning
        wait = queue.wait(Pace(pace.ahead, each), desk.estimates)
    elif nobody:
        wait = queue.wait_for_nobody(pace, desk.estimates)
    else:
        wait = queue.wait(pace, desk.estimates)
    try:
        when = worktime.round_up(worktime.add_working(desk.hours, at, wait), 5)
    except NeverOpens:
        return Expected(None, open_now)
    return Expected(when, open_now, not worktime.is_estimated(desk.hours, at, when))


async def _told(session: AsyncSession, reason: Reason, expected: Expected, at: datetime, desk: Desk) -> Say:
    """The words that fit: minutes while somebody works, a time of day out of hours; its own tone for what is grave."""
    if reason in (Reason.SAFETY, Reason.LIFE_EVENT) and reason in desk.around_the_clock and expected.at:
        return Say(f"handoff.{reason}", {"minutes": _minutes(expected.at - at)})
    key = "handoff.a_person_will_write" if reason is Reason.ASKED else "handoff.fetching_a_person"
    return await say_when(session, expected, at, desk, key)


async def say_when(session: AsyncSession, expected: Expected, at: datetime, desk: Desk, key: str) -> Say:
    """`key` with the minutes while the shop is open and today suffices; else the day and time, with times to choose."""
    if expected.at is None:
        return Say("handoff.off_hours_open_end")
    wait = expected.at - at
    if expected.open_now and worktime.working_between(desk.hours, at, expected.at) == wait:
        return Say(key, {"minutes": _minutes(wait)})
    if expected.open_now:
        return Say("handoff.not_today", {"when": expected.at}, await _slots(session, at, desk))
    sure = "handoff.off_hours" if expected.sure else "handoff.off_hours_unsure"
    return Say(sure, {"when": expected.at}, await _slots(session, at, desk))


def _minutes(wait: timedelta) -> int:
    return queue.in_fives(wait / timedelta(minutes=1))


def _already(entry: QueueEntry) -> Say:
    if entry.expected_at is None:
        return Say("handoff.already_open_end")
    return Say("handoff.already", {"when": entry.expected_at})


async def _slots(session: AsyncSession, at: datetime, desk: Desk) -> tuple[Button, ...]:
    """The next working times, to choose one."""
    free = call_back.slots(desk.hours, at, desk.call_backs, await store.slots_taken(session))
    return tuple(Button("handoff.slot", CALL_BACK, {"at": s.isoformat()}, {"when": s}, anytime=True) for s in free)


async def choose_call_back(
    session: AsyncSession, conversation: Conversation, slot: datetime, at: datetime, desk: Desk
) -> list[Say]:
    """The customer has chosen when to be written to: a word given, which staff see. Another choice replaces it."""
    if is_person(conversation.owner):
        return []  # they are talking to a person, who sees what was tapped
    entry = await store.open_entry(session, conversation.id)
    if entry is None or conversation.owner != QUEUE:
        return [Say("handoff.call_back_over")]
    mine = await store.open_call_back(session, entry.id)
    if mine is not None and mine.slot_at == slot:
        return [Say("handoff.call_back_agreed", {"when": slot})]
    full = (await store.slots_taken(session))[slot] >= desk.call_backs.each
    if full or not call_back.is_offered(desk.hours, slot, at):
        return [Say("handoff.call_back_full", buttons=await _slots(session, at, desk))]
    await store.withdraw_call_backs(session, entry.id)
    session.add(CallBack(conversation_id=conversation.id, entry_id=entry.id, slot_at=slot, chosen_at=at))
    entry.not_before = entry.expected_at = slot
    entry.late_count, entry.late_told_at = 0, None
    return [Say("handoff.call_back_agreed", {"when": slot})]


async def note_engine_down(session: AsyncSession, conversation: Conversation, at: datetime) -> bool:
    """The bot cannot understand anything now. Gives whether the customer is to be told (once for each time)."""
    new = await insert_once(
        session,
        QueueEntry,
        {
            "conversation_id": conversation.id,
            "reason": Reason.ENGINE_DOWN,
            "detail": "",
            "outcome": "",
            "taken_by": "",
            "priority": queue.USUAL,
            "opened_at": at,
        },
    )
    return new is not None


async def engine_is_back(session: AsyncSession, conversation: Conversation, at: datetime) -> None:
    """The bot has understood this conversation again and nobody had taken it: nobody needs to."""
    conversation.held = False
    entry = await store.open_entry(session, conversation.id)
    if entry is not None and entry.reason is Reason.ENGINE_DOWN:
        entry.closed_at, entry.outcome = at, "answered by the bot"


async def tell_late(session: AsyncSession, entry: QueueEntry, at: datetime, desk: Desk) -> Say:
    """The estimate has passed: say so, and give a new one."""
    key = "handoff.later_than_said"
    if await store.open_call_back(session, entry.id) is not None:
        entry.priority = min(entry.priority, desk.urgency.limit)
        key = "handoff.call_back_late"
    expected = await expect(session, entry.reason, entry.priority, at, desk, entry.id)
    entry.late_told_at, entry.expected_at, entry.late_count = at, expected.at, entry.late_count + 1
    return await say_when(session, expected, at, desk, key)
