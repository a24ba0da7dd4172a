"""The loop that sends: claim, mark as sending (committed), network, answer. No transaction is open on the network."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Outgoing, OutgoingButton
from bot.clock import Clock
from bot.conversations import store as conversations
from bot.conversations.tables import BOT, QUEUE, Conversation
from bot.db import Database, is_gone, told
from bot.errors import SendingError
from bot.messages import Attachment, Author
from bot.metrics import SENDS
from bot.outbox import service, store
from bot.outbox.button import payload
from bot.outbox.delivery import LEASE, State, Verdict, after_death, after_error
from bot.outbox.tables import Delivery

AT_ONCE = 30
"""Messages under way at the same time in this process."""
IDLE = 1.0
"""Seconds between two looks into the database when nobody has said that there is work (other processes write too)."""
WRITE_AGAIN = (0.5, 1.0, 2.0, 4.0)
"""Seconds between attempts to write down what became of a message while the database is gone; less than a lease."""

log = structlog.get_logger()


class Sender:
    """Sends for the channels that live in this process."""

    def __init__(
        self, db: Database, channels: Mapping[str, Channel], clock: Clock, worker: str, lease: timedelta = LEASE
    ) -> None:
        """`lease`: after so long without an answer a message belongs to nobody; longer than any channel takes."""
        self._db = db
        self._channels = channels
        self._clock = clock
        self._worker = worker
        self._lease = lease
        self._work = asyncio.Event()
        self._closing = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._paused: dict[str, datetime] = {}

    def wake(self) -> None:
        """There is something to send."""
        self._work.set()

    async def run(self) -> None:
        """Send until closed; a database that is gone for a while only delays."""
        while not self._closing:
            self._work.clear()
            try:
                started = await self.start_due()
            except Exception as error:  # noqa: BLE001 - whatever it was, what comes next must be sent
                log.error("sending is delayed", **told(error))
                started = 0
            if not started and not self._closing:
                await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(IDLE):
                await self._work.wait()
        except TimeoutError:
            pass  # time to look again

    async def start_due(self) -> int:
        """Claim what is due and begin to send it. Gives how many were begun."""
        at = self._clock.now()
        names = [name for name in self._channels if self._paused.get(name, at) <= at]
        room = AT_ONCE - len(self._under_way)
        if not names or room <= 0:
            return 0
        async with self._db.write() as session:
            claimed = await store.claim(session, names, self._worker, at, at + self._lease, room)
        for delivery in claimed:
            task = asyncio.create_task(self._deliver(delivery))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(claimed)

    async def drain(self) -> None:
        """Send everything that is due now and wait for the answers (shutdown, tests)."""
        while await self.start_due() or self._under_way:
            await asyncio.gather(*self._under_way)

    def close(self) -> None:
        """`run` ends when it has begun to send what it has claimed."""
        self._closing = True
        self._work.set()

    async def abandon(self) -> None:
        """Stop waiting for answers: what was on its way is of unknown fate when its lease is over."""
        under_way = list(self._under_way)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            if (chat := await self._begin(delivery)) is None:
                return
            try:
                provider_id = await self._channels[delivery.channel].send(_outgoing(delivery, chat))
            except SendingError as error:
                await self._finish(delivery, after_error(error, delivery.lane, delivery.attempt + 1, self._clock.now()))
            else:
                await self._finish(delivery, Verdict(State.SENT), provider_id)
        except Exception as error:  # noqa: BLE001 - see below
            # The row stays in `claimed` or `sending`; the reaper finds it when its lease is over.
            log.error("a message was left behind", delivery=delivery.key, **told(error))
        self.wake()

    async def _begin(self, delivery: Delivery) -> str | None:
        """Commit `sending` and give the chat; None when it may not be sent any more."""
        async with self._db.write() as session:
            conversation = await conversations.locked(session, delivery.conversation_id)
            if (end := _obstacle(delivery, conversation, self._clock.now())) is not None:
                state, reason = end
                await store.set_state(session, delivery, State.CLAIMED, state, reason=reason)
                SENDS.labels(state=state).inc()
                return None
            mine = await store.set_state(
                session,
                delivery,
                State.CLAIMED,
                State.SENDING,
                attempt=Delivery.attempt + 1,
                lease_until=self._clock.now() + self._lease,
            )
            return conversation.chat if mine else None

    async def _finish(self, delivery: Delivery, verdict: Verdict, provider_id: str = "") -> None:
        """Write down what became of it, patiently: what is known must not become unknown for a short gap."""
        for pause in (*WRITE_AGAIN, None):
            try:
                await self._write_down(delivery, verdict, provider_id)
                break
            except Exception as error:
                if pause is None or not is_gone(error):
                    raise
                await asyncio.sleep(pause)
        if verdict.pause_until is not None:
            self._paused[delivery.channel] = verdict.pause_until
            log.warning("the channel asks for a pause", channel=delivery.channel, until=verdict.pause_until.isoformat())

    async def _write_down(self, delivery: Delivery, verdict: Verdict, provider_id: str) -> None:
        at = self._clock.now()
        async with self._db.write() as session:
            if not await _conclude(session, delivery, State.SENDING, verdict, provider_id, at):
                log.error("the answer came too late: the row had moved on", delivery=delivery.key)

    async def reap(self) -> int:
        """Find rows whose process died: never sent ones are due again, the others are of unknown fate."""
        at, found = self._clock.now(), 0
        async with self._db.read() as session:
            rows = await store.left_behind(session, at)
        for row in rows:
            verdict = after_death(row.lane, row.state, row.attempt, at)
            async with self._db.write() as session:
                found += await _conclude(session, row, row.state, verdict, "", at)
        return found


async def _conclude(
    session: AsyncSession, delivery: Delivery, before: State, verdict: Verdict, provider_id: str, at: datetime
) -> bool:
    """Write what became of an attempt; on success the message takes its place in the thread.

    False when somebody else has moved the row. The conversation is locked first, as everywhere: two who lock in
    different orders would wait for each other.
    """
    conversation = await conversations.locked(session, delivery.conversation_id)
    values: dict[str, object] = {"error": verdict.error}
    if verdict.due_at is not None:
        values["due_at"] = verdict.due_at
    if verdict.state is State.SENT:
        values |= {"seq": conversation.seq + 1, "sent_at": at, "provider_message_id": provider_id}
    if not await store.set_state(session, delivery, before, verdict.state, **values):
        return False
    if verdict.state is State.SENT:
        conversation.seq += 1
        conversation.last_outbound_at = at
    if verdict.unreachable:
        conversation.unreachable_at = at
        await service.cancel_waiting(session, conversation.id, "the customer cannot be reached")
    SENDS.labels(state=verdict.state).inc()
    if verdict.state in (State.FAILED, State.UNKNOWN):
        log.error("message not delivered", delivery=delivery.key, state=verdict.state, error=verdict.error)
    return True


def _obstacle(delivery: Delivery, conversation: Conversation, at: datetime) -> tuple[State, str] | None:
    """Why a claimed message may not leave, if so."""
    if delivery.author is Author.BOT and conversation.owner not in (BOT, QUEUE):
        return State.SUPPRESSED, "a person has taken over"
    if conversation.unreachable_at is not None:
        return State.CANCELLED, "the customer cannot be reached"
    if delivery.not_after is not None and at > delivery.not_after:
        return State.EXPIRED, "its time has passed"
    return None


def _outgoing(delivery: Delivery, chat: str) -> Outgoing:
    buttons = tuple(OutgoingButton(payload(delivery.id, i, b), b["label"]) for i, b in enumerate(delivery.buttons))
    files = tuple(Attachment(**attachment) for attachment in delivery.attachments)
    return Outgoing(chat=chat, text=delivery.text, buttons=buttons, key=delivery.key, files=files)
