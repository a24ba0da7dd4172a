"""The desk as its tests speak of it: customers who wait, and people who work there."""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, select, update

from bot.conversations import store as conversations
from bot.conversations.tables import Conversation
from bot.handoff import alerts, desk, store
from bot.handoff import service as handoff
from bot.handoff.alerts import Alert
from bot.handoff.desk import Outcome
from bot.handoff.policy import Desk
from bot.handoff.presence import Presence
from bot.handoff.queue import Reason
from bot.handoff.tables import QueueEntry
from bot.messages import Attachment, Incoming, Kind
from bot.outbox import service as outbox
from bot.outbox.tables import Delivery
from bot.staff import store as staff
from bot.staff.account import Me, Role
from bot.staff.tables import Staff
from tests.openshop import Shop


@dataclass
class Person:
    """Somebody at the desk; every deed is one transaction, as the console does it."""

    office: "Office"
    me: Me
    sent: int = 0

    @property
    def id(self) -> int:
        return self.me.id

    async def beats(self, conversation: int | None = None, types: bool = False, client: str = "") -> None:
        async with self.office.shop.app.db.write() as session:
            client = client or f"console-{self.me.id}"
            await desk.beat(session, self.me, client, self.office.now, conversation, types)

    async def is_now(self, presence: Presence) -> None:
        async with self.office.shop.app.db.write() as session:
            await desk.set_presence(session, self.me, presence, self.office.now)
        await self.office.shop.app.hand_out()

    async def comes_online(self) -> None:
        await self.beats()
        await self.is_now(Presence.ONLINE)

    async def limits(self, limit: int | None, staff_id: int | None = None) -> None:
        async with self.office.shop.app.db.write() as session:
            await desk.set_limit(session, self.me, limit, self.office.now, staff_id)
        await self.office.shop.app.hand_out()

    async def claims(self, conversation: int, fence: int | None = None) -> None:
        async with self.office.shop.app.at_desk(conversation) as (session, row):
            await desk.claim(session, row, self.me, self.office.now, fence)

    async def sends(self, conversation: int, text: str = "Hello", key: str = "", **more: Any) -> Delivery:
        self.sent += 1
        data = self.office.shop.app.data.now
        async with self.office.shop.app.at_desk(conversation) as (session, row):
            sent = await desk.send(
                session, row, self.me, text, self.office.now, data=data, key=key or str(self.sent), **more
            )
        await self.office.shop.app.sender.drain()
        return sent

    async def passes(self, conversation: int, to: "Person | None" = None, team: str = "", text: str = "") -> None:
        data = self.office.shop.app.data.now
        whom = to.me.id if to else None
        async with self.office.shop.app.at_desk(conversation) as (session, row):
            await desk.transfer(session, row, self.me, self.office.now, data=data, to=whom, team=team, text=text)

    async def hands_back(self, conversation: int, summary: str = "") -> None:
        data = self.office.shop.app.data.now
        async with self.office.shop.app.at_desk(conversation) as (session, row):
            await desk.hand_back(session, row, self.me, self.office.now, data=data, summary=summary)

    async def closes(self, conversation: int, outcome: Outcome = Outcome.ANSWERED, summary: str = "") -> None:
        data = self.office.shop.app.data.now
        async with self.office.shop.app.at_desk(conversation) as (session, row):
            await desk.close(session, row, self.me, self.office.now, data=data, outcome=outcome, summary=summary)

    async def notes(self, conversation: int, text: str) -> None:
        async with self.office.shop.app.db.write() as session:
            await desk.note(session, conversation, self.me, text, self.office.now)

    async def rings(self) -> list[Alert]:
        async with self.office.shop.app.db.read() as session:
            return await alerts.ringing(session, self.me)

    async def sees(self, alert: Alert) -> None:
        async with self.office.shop.app.db.write() as session:
            await alerts.see(session, alert.id, self.me, self.office.now)

    async def has(self) -> list[int]:
        """The conversations this person has, in the order they got them."""
        async with self.office.shop.app.db.read() as session:
            query = select(Conversation.id).where(Conversation.owner == str(self.me.id))
            return list(await session.scalars(query.order_by(Conversation.owner_since, Conversation.id)))


@dataclass
class Office:
    shop: Shop
    numbers: int = 0
    chats: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def now(self) -> Any:
        return self.shop.clock.now()

    @property
    def policy(self) -> Desk:
        return self.shop.app.data.now.desk

    def changes(self, **changed: Any) -> None:
        """Another desk.yml for this test."""
        now = self.shop.app.data.now
        self.shop.app.data.now = replace(now, desk=replace(now.desk, **changed))

    async def hires(
        self,
        name: str,
        role: Role = Role.AGENT,
        *,
        capacity: int = 5,
        languages: tuple[str, ...] = (),
        teams: tuple[str, ...] = (),
        online: bool = False,
    ) -> Person:
        async with self.shop.app.db.write() as session:
            me = await staff.named(session, name, self.now)
            values = {"role": role, "capacity": capacity, "languages": list(languages), "teams": list(teams)}
            await session.execute(update(Staff).where(Staff.id == me.id).values(**values))
            session.expire_all()
            me = staff.me_of(await session.get_one(Staff, me.id))
        person = Person(self, me)
        if online:
            await person.comes_online()
        return person

    async def writes(self, text: str = "hello", *, conversation: int | None = None, channel: str = "web") -> int:
        """A customer writes; gives the conversation."""
        self.numbers += 1
        channel, chat = self.chats[conversation] if conversation else (channel, f"chat-{self.numbers}")
        incoming = Incoming(
            channel,
            chat,
            f"in-{self.numbers}",
            self.now,
            Kind.MESSAGE,
            text,
            language="en",
            message_id=str(self.numbers),
        )
        stored = await self.shop.app.take(incoming)
        self.chats[stored.conversation_id] = (channel, chat)
        return stored.conversation_id

    async def taps(self, conversation: int, payload: str) -> None:
        self.numbers += 1
        channel, chat = self.chats[conversation]
        await self.shop.app.take(
            Incoming(channel, chat, f"in-{self.numbers}", self.now, Kind.BUTTON, "", payload, language="en")
        )
        await self.shop.settles()

    async def calls(
        self,
        reason: Reason = Reason.ASKED,
        *,
        channel: str = "web",
        language: str = "en",
        drained: bool = False,
        **more: Any,
    ) -> int:
        """A customer is handed to people as the bot does it; gives the conversation."""
        self.numbers += 1
        app, chat = self.shop.app, f"chat-{self.numbers}"
        async with app.db.write() as session:
            row = await conversations.locked_or_new(session, channel, chat, self.now)
            row.language = language
            says = await handoff.request(session, row, reason, self.now, self.policy, **more)
            await outbox.put(session, row, says, f"call:{self.numbers}", app.data.now.voice, self.now)
        self.chats[row.id] = (channel, chat)
        if drained:
            await app.hand_out()
        return row.id

    async def conversation(self, id: int) -> Conversation:
        async with self.shop.app.db.read() as session:
            return await session.get_one(Conversation, id)

    async def entry(self, conversation: int) -> QueueEntry:
        """The newest handoff of a conversation."""
        async with self.shop.app.db.read() as session:
            query = select(QueueEntry).where(QueueEntry.conversation_id == conversation)
            return (await session.scalars(query.order_by(QueueEntry.id.desc()).limit(1))).one()

    async def said(self, conversation: int) -> list[Delivery]:
        """All words to this customer, sent or not."""
        async with self.shop.app.db.read() as session:
            query = select(Delivery).where(Delivery.conversation_id == conversation).order_by(Delivery.id)
            return list(await session.scalars(query))

    async def keys(self, conversation: int) -> list[str]:
        return [row.text_key for row in await self.said(conversation)]

    async def waiting(self) -> list[int]:
        async with self.shop.app.db.read() as session:
            return [w.conversation for w in await store.in_queue(session)]

    async def count(self, table: type[Any]) -> int:
        async with self.shop.app.db.read() as session:
            return await session.scalar(select(func.count()).select_from(table)) or 0


PICTURE = b"\x89PNG\r\n\x1a\n a picture"


def kept_picture(office: Office, name: str = "plan.png") -> Attachment:
    return office.shop.app.files.keep(name, PICTURE)
