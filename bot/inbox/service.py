"""Every word in: stored under its unique id before the channel acknowledges it."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import language
from bot.conversations import store as conversations
from bot.conversations.tables import Conversation
from bot.db import Database
from bot.inbox import route, store
from bot.inbox.tables import Handling
from bot.messages import Incoming, Kind
from bot.metrics import INBOUND
from bot.outbox import service as outbox

LANE = timedelta(seconds=15)
"""How long a process keeps a conversation without finishing a turn; longer than all tries to reach nlu."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of an update: where it lies, and whether and when this process is to answer."""

    id: int
    seq: int
    conversation_id: int
    ready_at: datetime | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long to wait for more words of the same turn, and how long a lane is kept without finishing one."""

    usual: timedelta
    listening: timedelta
    lease: timedelta = LANE


async def take(db: Database, incoming: Incoming, worker: str, pauses: Pauses) -> Stored:
    """Store one update in a transaction of its own. A repeated one changes nothing and gives the first one's place.

    Raises only what the database raises: then nothing is stored and the channel must keep the update.
    """
    async with db.write() as session:
        async with conversations.held_or_new(session, incoming.channel, incoming.chat, incoming.at) as conversation:
            handling = await _handling(session, conversation, incoming)
            stored = await _insert(session, conversation, incoming, handling)
            if stored is not None:
                await _note_arrival(session, conversation, incoming)
                ready = _schedule(conversation, incoming, worker, pauses) if handling is Handling.NEW else None
        if stored is None:
            first = await store.by_external_id(session, incoming.channel, incoming.external_id)
            return Stored(first.id, first.seq, first.conversation_id, repeated=True)
    INBOUND.labels(channel=incoming.channel, kind=incoming.kind).inc()
    if incoming.kind is Kind.OTHER:
        log.warning("unknown update stored", channel=incoming.channel, inbound=stored)
    return Stored(stored, conversation.seq, conversation.id, ready)


async def _insert(
    session: AsyncSession, conversation: Conversation, incoming: Incoming, handling: Handling
) -> int | None:
    """Put the update into the thread; None when it is there already."""
    stored = await store.insert(
        session,
        {
            "conversation_id": conversation.id,
            "seq": conversation.seq + 1,
            "channel": incoming.channel,
            "external_id": incoming.external_id,
            "kind": incoming.kind,
            "text": _storable(incoming.text),
            "payload": incoming.payload,
            "message_id": incoming.message_id,
            "attachments": [asdict(a) for a in incoming.attachments],
            "raw": dict(incoming.raw) if incoming.raw is not None else None,
            "at": incoming.at,
            "handling": handling,
        },
    )
    if stored is not None:
        conversation.seq += 1
    return stored


def _storable(text: str) -> str:
    """The same without what a database refuses: NUL and half surrogate pairs, which JSON can carry."""
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


async def _handling(session: AsyncSession, conversation: Conversation, incoming: Incoming) -> Handling:
    """Who is to answer it. An edit takes the place of the words it corrects, unless the talk has gone on since."""
    if incoming.kind in (Kind.BLOCKED, Kind.UNBLOCKED, Kind.OTHER):
        return Handling.STORED
    if route.is_for_staff(conversation.owner, incoming.kind, incoming.payload):
        return Handling.FOR_STAFF
    if incoming.kind is Kind.EDIT:
        newest = await store.newest(session, conversation.id)
        replaced = await store.supersede(session, conversation.id, incoming.payload)
        return Handling.NEW if replaced or newest == incoming.payload else Handling.STORED
    return Handling.NEW


async def _note_arrival(session: AsyncSession, conversation: Conversation, incoming: Incoming) -> None:
    """What an arrival says about the chat itself."""
    conversation.last_inbound_at = incoming.at
    conversation.name = incoming.name or conversation.name
    if not conversation.language and incoming.language:
        conversation.language = language.of_tag(incoming.language)
    if incoming.kind is Kind.BLOCKED:
        conversation.unreachable_at = incoming.at
        await outbox.cancel_waiting(session, conversation.id, "the customer has blocked the bot")
    elif conversation.unreachable_at is not None and incoming.kind is not Kind.OTHER:
        conversation.unreachable_at = None


def _schedule(conversation: Conversation, incoming: Incoming, worker: str, pauses: Pauses) -> datetime | None:
    """Set when the turn is due, and take the lane when nobody holds it. None when it is not ours to answer."""
    pause = pauses.listening if conversation.listening else pauses.usual
    conversation.ready_at = route.ready_at(incoming.kind, incoming.at, pause, conversation.waiting_since)
    conversation.waiting_since = conversation.waiting_since or incoming.at
    free = not conversation.lane_by or conversation.lane_until is None or conversation.lane_until <= incoming.at
    if conversation.lane_by == worker or free:
        conversation.lane_by = worker
        conversation.lane_until = conversation.ready_at + pauses.lease
        return conversation.ready_at
    return None
