"""Handing a conversation to people: into the queue with its reason, and a truthful word about when."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot import worktime
from bot.conversations.tables import BOT, QUEUE, Conversation
from bot.datafile import Findings, Section
from bot.db import insert_once
from bot.errors import Moved, NotAllowed
from bot.handoff import queue, store
from bot.handoff.queue import Pace, Reason
from bot.handoff.tables import QueueEntry
from bot.hours import Hours
from bot.messages import Say
from bot.outbox import service as outbox

async def request(
    session: AsyncSession,
    conversation: Conversation,
    reason: Reason,
    at: datetime,
    desk: Desk,
    detail: str = "",
    severity: int | None = None,
) -> list[Say]:
    """Put the conversation into the queue; the bot is silent from then on. Gives the words for the customer.

    Asking twice changes nothing but the urgency: the entry stays, and the words say that somebody is on the way.
    """
    urgency = queue.priority(reason, severity)
    entry = await store.open_entry(session, conversation.id)
    if entry is not None and entry.reason is not Reason.ENGINE_DOWN:
        entry.priority = min(entry.priority, urgency)
        _give_to_queue(conversation, at)
        return [Say("handoff.already", {"when": entry.expected_at or at})]
    expected, open_now = await _expected(session, reason, urgency, at, desk)
    if entry is not None:
        entry.closed_at, entry.outcome = at, "another reason came first"
        await session.flush()
    session.add(
        QueueEntry(
            conversation_id=conversation.id,
            reason=reason,
            detail=detail,
            priority=urgency,
            opened_at=at,
            expected_at=expected,
        )
    )
    _give_to_queue(conversation, at)
    return [_told(reason, expected, at, open_now)]


def _give_to_queue(conversation: Conversation, at: datetime) -> None:
    if conversation.owner == BOT:
        conversation.owner, conversation.owner_since = QUEUE, at
    conversation.pending = None
    conversation.misunderstood = 0


async def _expected(
    session: AsyncSession, reason: Reason, urgency: int, at: datetime, desk: Desk
) -> tuple[datetime, bool]:
    """When a person is expected, and whether somebody works now."""
    taken = await store.taken_since(session, at)
    each = store.RECENT.total_seconds() / 60 / taken if taken >= 3 else desk.minutes_each
    wait = queue.wait(Pace(await store.ahead(session, urgency), each))
    open_now = reason in queue.AROUND_THE_CLOCK or worktime.is_open(desk.hours, at)
    if reason in queue.AROUND_THE_CLOCK:
        return at + wait, open_now
    return worktime.round_up(worktime.add_working(desk.hours, at, wait), 5), open_now


def _told(reason: Reason, expected: datetime, at: datetime, open_now: bool) -> Say:
    """The words that fit: minutes while somebody works, a time of day out of hours; its own tone for what is grave."""
    minutes = _minutes(expected - at)
    if reason in (Reason.SAFETY, Reason.LIFE_EVENT):
        return Say(f"handoff.{reason}", {"minutes": minutes})
    if not open_now:
        return Say("handoff.off_hours", {"when": expected})
    key = "handoff.a_person_will_write" if reason is Reason.ASKED else "handoff.fetching_a_person"
    return Say(key, {"minutes": minutes})


def _minutes(wait: timedelta) -> int:
    """Told in fives, rounded up: "about 19 minutes" would be a precision nobody has."""
    return max(5, math.ceil(wait / timedelta(minutes=5)) * 5)


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
            "priority": queue.priority(Reason.ENGINE_DOWN),
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


async def take(session: AsyncSession, conversation: Conversation, staff_id: int, at: datetime) -> None:
    """A person takes the conversation (or sends into it, which is the same). Raises Moved when a colleague has it.

    The bot's waiting words are dropped, and a turn that has begun cannot end any more: the fence moves.
    """
    me = str(staff_id)
    if conversation.owner not in (BOT, QUEUE, me):
        raise Moved("a colleague has taken this conversation")
    if conversation.owner == me:
        return
    conversation.owner, conversation.owner_since = me, at
    conversation.fence += 1
    conversation.ready_at = conversation.waiting_since = conversation.lane_until = None
    conversation.lane_by = ""
    await outbox.silence_bot(session, conversation.id)
    if (entry := await store.open_entry(session, conversation.id)) is not None:
        entry.taken_by, entry.taken_at = me, at


async def hand_back(session: AsyncSession, conversation: Conversation, staff_id: int, at: datetime) -> list[Say]:
    """The person is done; the bot speaks first. Raises NotAllowed when it is not this person's conversation."""
    if conversation.owner != str(staff_id):
        raise NotAllowed("only who has the conversation can hand it back")
    conversation.owner, conversation.owner_since = BOT, at
    conversation.fence += 1
    conversation.pending = None
    if (entry := await store.open_entry(session, conversation.id)) is not None:
        entry.closed_at, entry.outcome = at, "handed back"
    return [Say("handoff.back_with_the_bot")]


async def tell_late(
    session: AsyncSession, entry: QueueEntry, conversation: Conversation, at: datetime, desk: Desk
) -> Say:
    """The estimate has passed: say so, and give a new one."""
    expected, open_now = await _expected(session, entry.reason, entry.priority, at, desk)
    entry.late_told_at, entry.expected_at = at, expected
    minutes = _minutes(expected - at)
    return (
        Say("handoff.later_than_said", {"minutes": minutes})
        if open_now
        else Say("handoff.off_hours", {"when": expected})
    )
