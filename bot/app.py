"""The whole program in one value: every part is made here once and given what it needs. Nothing else makes parts."""

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.ext.asyncio import AsyncSession

from bot import schedule
from bot.channels.channel import Channel
from bot.channels.files import Files
from bot.channels.hub import Hub
from bot.channels.telegram import Telegram
from bot.channels.web import WebChat
from bot.clock import Clock, SystemClock
from bot.complaints import store as cases
from bot.complaints import timetable
from bot.complaints.tables import Promise
from bot.conversations import store as conversations
from bot.conversations.tables import Conversation
from bot.data import DataInForce
from bot.db import Database
from bot.enquiries.learning import Learning
from bot.handoff.drain import Given, drain
from bot.inbox import service as inbox
from bot.inbox.answer import Answering
from bot.inbox.lanes import Lanes
from bot.inbox.service import Pauses, Stored
from bot.inbox.turn import Execute
from bot.messages import Incoming
from bot.models.registry import Registry
from bot.outbox import service as outbox
from bot.outbox.delivery import Lane
from bot.outbox.sender import Sender
from bot.rasa import Rasa
from bot.search.indexer import Indexer
from bot.settings import Settings
from bot.shop.order import Order, OrderState, RefundState
from bot.staff.sessions import Limits
from bot.staff.sign_in import Door
from bot.training.workshop import Workshop

STOP_WITHIN = 10.0
"""Seconds for the turns and sends under way when the program is asked to stop."""
SEND_WITHIN = 0.75
"""Part of its lease that a message may be on its way: it must be given up before somebody else takes it."""


class App:
    """`start` begins intake, answering, sending and the clock; `stop` ends them in the opposite order."""

    def __init__(self, settings: Settings, execute: Execute, clock: Clock | None = None) -> None:
        """Raises BadContent when data/ is broken: without its words there is nothing to start."""
        self.log = structlog.get_logger()
        self.settings = settings
        self.clock = clock or SystemClock()
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.db = Database(settings.database)
        self.data = DataInForce(settings.data_dir)
        self.rasa = Rasa(settings.rasa_url)
        self.learning = Learning(self.rasa, settings.var_dir)
        self.hub = Hub()
        self.indexer = Indexer(self.db)
        models = Registry(settings.var_dir.resolve() / "models")
        self.workshop = Workshop(self.db, self.data, models, self.rasa, self.clock)
        self.files = Files(settings.var_dir / "attachments")
        self.pauses = Pauses(
            timedelta(milliseconds=settings.turn_pause_ms),
            timedelta(milliseconds=settings.listen_pause_ms),
            timedelta(seconds=settings.lane_lease_s),
        )
        lease = self.pauses.lease
        self.answering = Answering(self.db, self.rasa, self.data, execute, self.clock, self.words_written, lease)
        self.lanes = Lanes(self.db, self.answering, self.clock, self.worker, lease)
        limits = Limits(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))
        self.door = Door(self.db, limits)
        self.web = WebChat(self.db, self.clock, self.hub, self.take, self.files)
        self.telegram = _telegram(settings, self.clock, self.files)
        channels: list[Channel] = [self.telegram] if self.telegram else []
        self.channels = {channel.name: channel for channel in channels}
        send_lease = timedelta(seconds=settings.send_lease_s)
        self.sender = Sender(self.db, self.channels, self.clock, self.worker, send_lease)
        self.wakes_lanes = True
        """False where the turns are run by hand (tests)."""
        self._sending: asyncio.Task[None] | None = None
        self._ticks: AsyncIOScheduler | None = None
        self._ornaments: set[asyncio.Task[None]] = set()

    async def take(self, incoming: Incoming) -> Stored:
        """Every word in, from every channel. Returns when it is stored; raises when it could not be."""
        stored = await inbox.take(self.db, incoming, self.worker, self.pauses)
        self.hub.tell(stored.conversation_id)
        if stored.ready_at is not None and self.wakes_lanes:
            self.lanes.wake(stored.conversation_id, stored.ready_at)
            self._show_typing(incoming)
        return stored

    async def _take_from_channel(self, incoming: Incoming) -> None:
        await self.take(incoming)

    def _show_typing(self, incoming: Incoming) -> None:
        if (channel := self.channels.get(incoming.channel)) is not None:
            task = asyncio.create_task(channel.typing(incoming.chat))
            self._ornaments.add(task)
            task.add_done_callback(self._ornaments.discard)

    def words_written(self, conversation_id: int) -> None:
        """A transaction with words for this conversation has been committed."""
        self.hub.tell(conversation_id)
        self.sender.wake()

    @asynccontextmanager
    async def at_desk(self, conversation_id: int) -> AsyncIterator[tuple[AsyncSession, Conversation]]:
        """One deed of a person about one conversation: a transaction; then its words leave and the queue is drained."""
        async with self.db.write() as session:
            yield session, await conversations.locked(session, conversation_id)
        self.words_written(conversation_id)
        await self.hand_out()

    async def hand_out(self) -> list[Given]:
        """Give what waits to who has room. To be called after whatever frees somebody; the clock calls it as well."""
        given = await drain(self.db, self.clock.now(), self.data.now.desk)
        for one in given:
            self.hub.tell(one.conversation)
        return given

    async def orders_changed(self, orders: Sequence[Order]) -> None:
        """The shop's orders are the evidence for promises about them: money paid, goods delivered."""
        for order in orders:
            kept = [
                r
                for r, done in (
                    ("refund", order.refund_state is RefundState.PAID),
                    ("deliver", order.state is OrderState.DELIVERED),
                )
                if done
            ]
            if not kept:
                continue
            async with self.db.read() as session:
                promises = await cases.promised_for_order(session, order.id, kept)
            for given in promises:
                await self.promise_done(given.id, "shop", f"order {order.id} is {kept[0]}ed")

    async def promise_done(self, promise_id: int, by: str, evidence: str) -> bool:
        """A promise was done; the customer is told and asked whether it is solved. False when it was not open."""
        at = self.clock.now()
        async with self.db.write() as session:
            given = await session.get(Promise, promise_id)
            if given is None:
                return False
            conversation = await conversations.locked(session, given.conversation_id)
            await session.refresh(given)
            now = self.data.now
            says = await timetable.promise_done(session, conversation, given, by, evidence, at, now.rules)
            key = f"promise:{promise_id}:done"
            signed = outbox.speaker(conversation, now.shop.brand)
            await outbox.put(session, conversation, says, key, now.voice, at, lane=Lane.SERVICE, by=signed)
        self.words_written(conversation.id)
        return bool(says)

    async def start(self, roles: frozenset[str] = frozenset({"web", "worker", "clock"})) -> None:
        """Begin. `web` takes updates in, `worker` answers and sends, `clock` runs the timetable."""
        if "worker" in roles:
            await self.sender.reap()
            await self.lanes.sweep()
            self._sending = asyncio.create_task(self.sender.run())
        self._ticks = schedule.start(self, roles)
        for channel in self.channels.values():
            await channel.start(self._take_from_channel if "web" in roles else None)
        self.log.info("carebot has started", worker=self.worker, roles=sorted(roles))

    async def stop(self) -> None:
        """End in order: no more intake, then the turns and sends under way, then the rest. Nothing waits for ever."""
        self.hub.close()
        for channel in self.channels.values():
            await channel.end_intake()
        if self._ticks is not None:
            self._ticks.shutdown(wait=False)
        try:
            async with asyncio.timeout(STOP_WITHIN):
                await self._finish()
        except TimeoutError:
            self.log.warning("some turns or messages were left for the next start; they are stored")
        except Exception:
            self.log.exception("what was under way was left for the next start; it is stored")
        await self.lanes.abandon()
        await self.sender.abandon()
        for channel in self.channels.values():
            await channel.stop()
        await self.workshop.close()
        await self.rasa.close()
        await self.db.close()
        self.log.info("carebot has stopped")

    async def _finish(self) -> None:
        """Answer what has begun and send the answers."""
        await self.lanes.idle()
        self.sender.close()
        if self._sending is not None:
            await self._sending
            await self.sender.drain()


def _telegram(settings: Settings, clock: Clock, files: Files) -> Telegram | None:
    token = settings.telegram_token.get_secret_value()
    if not token:
        return None
    return Telegram(
        token,
        clock,
        settings.telegram_api_url,
        settings.telegram_mode,
        settings.telegram_webhook_secret.get_secret_value(),
        settings.telegram_webhook_url,
        send_within=settings.send_lease_s * SEND_WITHIN,
        files=files,
    )
