"""Who speaks: the changes of `conversation.owner`, each with its line of history. The conversation is locked before.

Nothing is paused in nlu: it is not asked while a person speaks. The fence moves, so a turn that has begun cannot end.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.tables import BOT, QUEUE, Conversation
from bot.errors import Moved
from bot.handoff import alerts, store
from bot.handoff.alerts import AlertKind
from bot.handoff.queue import USUAL, Reason
from bot.handoff.tables import Deed, QueueEntry
from bot.outbox import service as outbox

CLOCK = "clock"
"""Who did what nobody did."""
ABOUT_WAITING = (AlertKind.HANDOFF, AlertKind.PASSED_ON, AlertKind.WAITING_TOO_LONG, AlertKind.CALL_BACK_NEAR)
ABOUT_TARGETS = (AlertKind.TARGET_NEAR, AlertKind.TARGET_MISSED)


def is_person(owner: str) -> bool:
    return owner not in (BOT, QUEUE)


async def take(
    session: AsyncSession,
    conversation: Conversation,
    staff_id: int,
    at: datetime,
    deed: Deed = Deed.TAKEN,
    by: str = "",
) -> QueueEntry | None:
    """The conversation is this person's from now on; the bot's waiting words are dropped.

    GIVEN and PASSED_ON: by somebody else, and the person has still to show that they are at it. Raises Moved when a
    colleague has it (but for TAKEN_OVER and PASSED_ON). None when it was this person's already.
    """
    mine = str(staff_id)
    if conversation.owner == mine:
        return None
    if is_person(conversation.owner) and deed not in (Deed.TAKEN_OVER, Deed.PASSED_ON):
        raise Moved("a colleague has taken this conversation")
    conversation.owner, conversation.owner_since = mine, at
    conversation.fence += 1
    conversation.owner_fence = conversation.fence
    conversation.ready_at = conversation.waiting_since = conversation.lane_until = None
    conversation.lane_by = ""
    conversation.pending, conversation.held = None, False
    await outbox.silence_bot(session, conversation.id)
    entry = await store.open_entry(session, conversation.id) or await _stepped_in(session, conversation, at)
    entry.taken_by, entry.taken_at = mine, at
    entry.given = deed in (Deed.GIVEN, Deed.PASSED_ON)
    entry.round += 1
    await alerts.end(session, conversation.id, at, ABOUT_WAITING)
    store.record(session, conversation, entry, deed, at, by or mine, mine)
    return entry


async def _stepped_in(session: AsyncSession, conversation: Conversation, at: datetime) -> QueueEntry:
    """Nobody had called: the clocks begin with the person's own step."""
    entry = QueueEntry(
        conversation_id=conversation.id,
        reason=Reason.STEPPED_IN,
        priority=USUAL,
        language=conversation.language[:2],
        opened_at=at,
        round=0,
    )
    session.add(entry)
    await session.flush()
    return entry


async def queue_again(
    session: AsyncSession,
    conversation: Conversation,
    entry: QueueEntry,
    at: datetime,
    by: str,
    team: str = "",
    note: str = "",
) -> None:
    """Back into the queue, at its old place: the person is gone, or a team shall have it."""
    _leave(conversation, QUEUE, at)
    entry.taken_by, entry.taken_at, entry.given, entry.introduced = "", None, False, ""
    entry.team, entry.round, entry.late_count, entry.late_told_at = team or entry.team, entry.round + 1, 0, None
    await alerts.end(session, conversation.id, at, ABOUT_WAITING)
    store.record(session, conversation, entry, Deed.RETURNED, at, by, team, note)


async def end(
    session: AsyncSession, conversation: Conversation, at: datetime, by: str, deed: Deed, outcome: str, note: str
) -> QueueEntry | None:
    """The handoff is over (HANDOFF_ENDED, CLOSED): the bot speaks, and what it had asked before is forgotten."""
    _leave(conversation, BOT, at)
    conversation.pending, conversation.misunderstood, conversation.held = None, 0, False
    entry = await store.open_entry(session, conversation.id)
    if entry is not None:
        entry.closed_at, entry.outcome, entry.given = at, outcome, False
        await store.withdraw_call_backs(session, entry.id)
    await alerts.end(session, conversation.id, at, (*ABOUT_WAITING, *ABOUT_TARGETS))
    store.record(session, conversation, entry, deed, at, by, outcome, note)
    return entry


def _leave(conversation: Conversation, owner: str, at: datetime) -> None:
    conversation.owner, conversation.owner_since = owner, at
    conversation.fence += 1
    conversation.owner_fence = conversation.fence
