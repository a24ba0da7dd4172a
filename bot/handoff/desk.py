"""What people do with conversations. Every deed is one transaction of the caller, checks who does it, and locks first.

`conversation` is the row or its id. Words lie in the outbox when the transaction is committed: then call
`App.words_written`, and `App.hand_out` when the deed has freed somebody (or use `App.at_desk`, which does both).
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import service as complaints
from bot.complaints import store as cases
from bot.complaints.complaint import Stage
from bot.conversations import store as conversations
from bot.conversations.tables import BOT, Conversation
from bot.data import Data
from bot.errors import CarebotError, Moved, NotAllowed, NotFound, Unreadable
from bot.handoff import alerts, ownership, service, store
from bot.handoff.alerts import AlertKind
from bot.handoff.notes import note as note
from bot.handoff.notes import notes as notes
from bot.handoff.ownership import ABOUT_TARGETS, ABOUT_WAITING
from bot.handoff.ringing import Level
from bot.handoff.seats import ANSWERING
from bot.handoff.seats import beat as beat
from bot.handoff.seats import colleagues as colleagues
from bot.handoff.seats import leave as leave
from bot.handoff.seats import set_limit as set_limit
from bot.handoff.seats import set_presence as set_presence
from bot.handoff.seats import viewers as viewers
from bot.handoff.sla import Clock
from bot.handoff.tables import CallBackState, Deed, QueueEntry
from bot.inbox import route, thread
from bot.inbox import store as inbox
from bot.inbox.tables import Handling
from bot.inbox.thread import Line
from bot.messages import Attachment, Author, Say
from bot.outbox import service as outbox
from bot.outbox.service import Signed
from bot.outbox.tables import Delivery
from bot.staff.account import May, Me, needs, require
from bot.staff.tables import Staff

LONGEST_TEXT = 10_000


class Outcome(StrEnum):
    """How a conversation ended for the person who closes it."""

    SOLVED = "solved"
    """The matter is settled: an open complaint without open promises is closed with it."""
    ANSWERED = "answered"
    NO_REPLY = "no_reply"
    """The customer does not write any more."""
    NO_CASE = "no_case"
    """A wrong number, advertising."""


class Stale(CarebotError):
    """The customer or a colleague has written meanwhile. Read it, then send again."""

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__()
        self.lines = tuple(lines)


async def _held(session: AsyncSession, conversation: Conversation | int) -> Conversation:
    """The newest row, kept from others until the transaction ends. Raises NotFound."""
    return await conversations.locked(session, conversation if isinstance(conversation, int) else conversation.id)


@needs(May.ANSWER)
async def claim(
    session: AsyncSession, conversation: Conversation | int, me: Me, at: datetime, fence: int | None = None
) -> Conversation:
    """Take a conversation from the queue or the bot. Again by the same person: nothing changes.

    `fence` is the one the console saw: Moved when a colleague has taken it since, also when it is free again.
    """
    row = await _held(session, conversation)
    if row.owner == str(me.id):
        await _is_at_it(session, row, at)
        return row
    if fence is not None and row.owner_fence > fence:
        raise Moved("a colleague was faster")
    await _take(session, row, me.id, at, Deed.TAKEN, me)
    return row


@needs(May.SUPERVISE)
async def take_over(session: AsyncSession, conversation: Conversation | int, me: Me, at: datetime) -> Conversation:
    """Take a conversation from the colleague who has it."""
    row = await _held(session, conversation)
    await _take(session, row, me.id, at, Deed.TAKEN_OVER if ownership.is_person(row.owner) else Deed.TAKEN, me)
    return row


async def _take(
    session: AsyncSession, row: Conversation, staff_id: int, at: datetime, deed: Deed, by: Me
) -> QueueEntry | None:
    """As ownership.take; what the bot has not answered yet is this person's to answer."""
    entry = await ownership.take(session, row, staff_id, at, deed, str(by.id))
    if entry is None:
        return None
    waiting = await inbox.unanswered(session, row.id)
    for message in waiting:
        if route.is_for_staff(row.owner, message.kind, message.payload):
            message.handling = Handling.FOR_STAFF
        else:  # the customer's own rights: the bot still answers
            row.ready_at = row.waiting_since = at
    return entry


async def _is_at_it(session: AsyncSession, row: Conversation, at: datetime) -> None:
    """The person to whom it was given shows that they are there: it rings no more."""
    entry = await store.open_entry(session, row.id)
    if entry is not None and entry.given:
        entry.given = False
        await alerts.end(session, row.id, at, ABOUT_WAITING)


@needs(May.ANSWER)
async def send(
    session: AsyncSession,
    conversation: Conversation | int,
    me: Me,
    text: str,
    at: datetime,
    *,
    data: Data,
    key: str,
    seen_seq: int | None = None,
    attachments: Sequence[Attachment] = (),
    take_over: bool = False,
) -> Delivery:
    """Write to the customer. Whoever writes has the conversation from that moment.

    `key`: the console's own id of this message; the same again gives the first one and changes nothing. `seen_seq`: the
    newest line the person saw; Stale when the customer or a colleague has written since (None: not checked).
    `take_over`: a supervisor takes it from a colleague; without it NotAllowed. Raises Unreadable for nothing to send.
    """
    row = await _held(session, conversation)
    whole_key = f"staff:{me.id}:{row.id}:{key}"
    if (sent := await outbox.by_key(session, whole_key)) is not None:
        return sent
    if (not text.strip() and not attachments) or len(text) > LONGEST_TEXT:
        raise Unreadable(f"a message has 1 to {LONGEST_TEXT} characters, or a file")
    await _may_send(session, row, me, seen_seq, take_over)
    await _take(session, row, me.id, at, Deed.TAKEN_OVER if ownership.is_person(row.owner) else Deed.TAKEN, me)
    entry = await store.open_entry(session, row.id)
    by = Signed(me.id, me.name)
    if entry is not None and entry.introduced != by.name:
        entry.introduced = by.name
        said = Say("handoff.now_with_you", {"name": me.name})
        await outbox.put(session, row, [said], f"here:{entry.id}:{row.fence}", data.voice, at, by=by)
    sent = await outbox.put_words(session, row, text, whole_key, at, by, attachments)
    if entry is not None:
        await _answered(session, entry, me, at)
    return sent


async def _may_send(session: AsyncSession, row: Conversation, me: Me, seen_seq: int | None, take_over: bool) -> None:
    if ownership.is_person(row.owner) and row.owner != str(me.id):
        if not take_over:
            raise NotAllowed("a colleague has this conversation")
        require(me, May.SUPERVISE)
    if seen_seq is None or row.seq <= seen_seq:
        return
    lines = await thread.after(session, row.id, seen_seq)
    if any(_is_news(line, me) for line in lines):
        raise Stale(lines)


def _is_news(line: Line, me: Me) -> bool:
    return line.author is Author.CUSTOMER or (line.author is Author.STAFF and line.name != me.name)


async def _answered(session: AsyncSession, entry: QueueEntry, me: Me, at: datetime) -> None:
    """The customer has an answer of a person: waiting is over, and a time that was given is kept."""
    entry.given = False
    entry.first_reply_at = entry.first_reply_at or at
    await alerts.end(session, entry.conversation_id, at, ABOUT_WAITING)
    await alerts.end(session, entry.conversation_id, at, ABOUT_TARGETS, about=(Clock.FIRST_REPLY, Clock.WAITING))
    if (given := await store.open_call_back(session, entry.id)) is not None:
        given.state = CallBackState.KEPT if at <= given.slot_at or not entry.late_count else CallBackState.LATE
        given.done_at, given.done_by = at, me.name
    entry.not_before = None


@needs(May.ANSWER)
async def transfer(
    session: AsyncSession,
    conversation: Conversation | int,
    me: Me,
    at: datetime,
    *,
    data: Data,
    to: int | None = None,
    team: str = "",
    text: str = "",
) -> None:
    """Give it to a colleague (`to`) or back into the queue for a team (or for anybody); `text`: a private note.

    One's own; what others have, or what waits in the queue, needs SUPERVISE. Raises NotFound, NotAllowed.
    """
    row = await _held(session, conversation)
    if row.owner != str(me.id):
        require(me, May.SUPERVISE)
    if to is not None:
        await _pass_to(session, row, me, at, to, data)
    else:
        await _pass_to_team(session, row, me, at, team, data)
    if text.strip():
        await note(session, row.id, me, text, at, [to] if to is not None else [])


async def _pass_to(session: AsyncSession, row: Conversation, me: Me, at: datetime, to: int, data: Data) -> None:
    colleague = await session.get(Staff, to)
    if colleague is None or not colleague.active:
        raise NotFound(f"nobody who works here has the number {to}")
    if colleague.role not in ANSWERING:
        raise NotAllowed(f"{colleague.name} does not answer customers")
    had_person = ownership.is_person(row.owner)
    entry = await _take(session, row, to, at, Deed.PASSED_ON, me)
    if entry is None:
        return  # it was theirs
    key = f"queue:{entry.id}:{entry.round}"
    await alerts.raise_alert(
        session, row.id, AlertKind.HANDOFF, key, entry.reason, at, staff_id=to, team=entry.team, level=Level.AGENT
    )
    if had_person:
        said = Say("handoff.passed_to", {"name": me.name, "colleague": colleague.name})
        by = Signed(me.id, me.name)
        await outbox.put(session, row, [said], f"pass:{entry.id}:{row.fence}", data.voice, at, by=by)


async def _pass_to_team(session: AsyncSession, row: Conversation, me: Me, at: datetime, team: str, data: Data) -> None:
    entry = await store.open_entry(session, row.id)
    if entry is None or row.owner == BOT:
        raise NotAllowed("nobody has called a person here")
    await ownership.queue_again(session, row, entry, at, str(me.id), team)
    await service.ring_for(session, entry, at, data.desk)
    expected = await service.expect(session, entry.reason, entry.priority, at, data.desk, entry.id)
    entry.expected_at = expected.at
    said = await service.say_when(session, expected, at, data.desk, "handoff.passed_on")
    await outbox.put(session, row, [said], f"pass:{entry.id}:{row.fence}", data.voice, at)


@needs(May.ANSWER)
async def hand_back(
    session: AsyncSession, conversation: Conversation | int, me: Me, at: datetime, *, data: Data, summary: str = ""
) -> None:
    """The person is done; the bot greets and goes on with what was open. `summary` is kept for staff, never sent.

    Raises NotAllowed when a colleague has it (a supervisor may), or nobody.
    """
    row = await _mine(session, conversation, me)
    await ownership.end(session, row, at, str(me.id), Deed.HANDOFF_ENDED, "handed back", summary.strip())
    says = [Say("handoff.back_with_the_bot", {"name": me.name})]
    says += await complaints.way_back(session, row, data.rules)
    await outbox.put(session, row, says, f"back:{row.id}:{row.fence}", data.voice, at)


async def _mine(session: AsyncSession, conversation: Conversation | int, me: Me) -> Conversation:
    row = await _held(session, conversation)
    theirs = row.owner == str(me.id)
    if row.owner == BOT or not (theirs or me.may(May.SUPERVISE)):
        raise NotAllowed("only who has the conversation can hand it back or close it")
    return row


@needs(May.ANSWER)
async def close(
    session: AsyncSession,
    conversation: Conversation | int,
    me: Me,
    at: datetime,
    *,
    data: Data,
    outcome: Outcome,
    summary: str = "",
) -> None:
    """The episode is over: the customer's next message begins a new one with the bot.

    A complaint is more than its thread: with promises open it stays in the chat, for the bot tells of them; SOLVED
    without any closes it; else it stays open for staff, and what the customer complains of next is linked to it.
    Raises NotAllowed like `hand_back`.
    """
    row = await _mine(session, conversation, me)
    had_person = ownership.is_person(row.owner)
    case_id = row.case_id
    await ownership.end(session, row, at, str(me.id), Deed.CLOSED, outcome, summary.strip())
    if case_id is not None:
        await _leave_case(session, row, case_id, me, at, data, outcome, summary)
    if had_person and outcome is not Outcome.NO_CASE:
        said = Say("handoff.closed", {"name": me.name})
        await outbox.put(session, row, [said], f"close:{row.id}:{row.fence}", data.voice, at)


async def _leave_case(
    session: AsyncSession,
    row: Conversation,
    case_id: int,
    me: Me,
    at: datetime,
    data: Data,
    outcome: Outcome,
    summary: str,
) -> None:
    case = await cases.locked(session, case_id)
    if case is None or await cases.open_promises(session, case_id):
        return
    if outcome is Outcome.SOLVED:
        await complaints.settle(session, row, case_id, me.name, summary.strip(), at, data.rules)
    elif case.stage is not Stage.RESTORE:
        row.case_id, row.listening = None, False


@needs(May.ANSWER)
async def send_again(session: AsyncSession, delivery_id: int, me: Me, at: datetime) -> None:
    """Send a message once more that failed or whose fate is unknown. Raises NotFound when it is neither."""
    if not await outbox.send_again(session, delivery_id, at):
        raise NotFound(f"message {delivery_id} did not fail")
