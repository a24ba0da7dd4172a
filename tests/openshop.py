"""A whole shop for the tests of ways: the real program around a fake Telegram and a clock that the test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from sqlalchemy import select

from actions.executor import execute
from bot import data, migrate, schedule
from bot.api import server
from bot.app import App
from bot.clock import Clock
from bot.commands import queue, setup
from bot.complaints.tables import Case, Promise
from bot.conversations.tables import Conversation
from bot.messages import Attachment, Incoming, Kind
from bot.outbox.button import payload
from bot.outbox.tables import Delivery
from bot.settings import ROOT, Settings
from bot.shop import store as shop_store
from bot.shop.customer import CustomerRecord
from bot.shop.order import Item, Order, OrderState

API_TOKEN = "the-shops-token"
LONGEST_ROUND = 50

read_once = cache(data.load)
"""data/ as it lies there, read by the first shop: it is the same for all of them and takes half a second."""


@dataclass
class Guest:
    """A customer who writes on a channel of ours, as the tests speak of them."""

    shop: "Shop"
    chat: str
    language: str
    channel: str = "web"
    written: int = 0
    account: str = ""
    _phone: str = field(default="13900001111", repr=False)

    async def says(self, *texts: str, attachments: tuple[Attachment, ...] = ()) -> list[str]:
        """Write one message after the other and wait for the answer. Gives the texts heard since."""
        before = len(await self.heard())
        for text in texts:
            await self.sends(text, attachments=attachments)
        await self.shop.settles()
        return [row.text for row in (await self.heard())[before:]]

    async def sends(
        self,
        text: str = "",
        *,
        external_id: str = "",
        attachments: tuple[Attachment, ...] = (),
        kind: Kind = Kind.MESSAGE,
        payload: str = "",
        message_id: str = "",
    ) -> None:
        """Put one update into the inbox, without waiting for an answer."""
        self.written += 1
        await self.shop.app.take(
            Incoming(
                channel=self.channel,
                chat=self.chat,
                external_id=external_id or f"{self.chat}:{self.written}",
                at=self.shop.clock.now(),
                kind=kind,
                text=text,
                payload=payload,
                attachments=attachments,
                message_id=message_id or str(self.written),
                language=self.language,
            )
        )

    async def commands(self, name: str, words: str = "") -> list[str]:
        before = len(await self.heard())
        await self.sends(words, kind=Kind.COMMAND, payload=name)
        await self.shop.settles()
        return [row.text for row in (await self.heard())[before:]]

    async def shows_a_photo(self, text: str = "") -> list[str]:
        photo = Attachment("photo", f"photo-{self.written}.jpg", "photo.jpg", "image/jpeg", 1000)
        return await self.says(text, attachments=(photo,))

    async def taps(self, choice: str) -> list[str]:
        """Tap the newest button with this label, action or choice."""
        for row in reversed(await self.heard()):
            for index, button in enumerate(row.buttons):
                if choice in (
                    button["label"],
                    button["action"],
                    button["args"].get("choice"),
                    button["args"].get("answer"),
                ):
                    return await self.taps_payload(payload(row.id, index, button))
        raise AssertionError(f"there is no button {choice!r}: {[b for r in await self.heard() for b in r.buttons]}")

    async def taps_payload(self, payload: str) -> list[str]:
        before = len(await self.heard())
        await self.sends("", kind=Kind.BUTTON, payload=payload)
        await self.shop.settles()
        return [row.text for row in (await self.heard())[before:]]

    async def heard(self) -> list[Delivery]:
        """Every message that reached this customer, in the order of the thread."""
        async with self.shop.app.db.read() as session:
            query = (
                select(Delivery)
                .join(Conversation, Conversation.id == Delivery.conversation_id)
                .where(Conversation.chat == self.chat, Conversation.channel == self.channel, Delivery.seq.is_not(None))
            )
            return list((await session.scalars(query.order_by(Delivery.seq))).all())

    async def keys(self) -> list[str]:
        """The same as keys of data/texts."""
        return [row.text_key for row in await self.heard()]

    async def conversation(self) -> Conversation:
        async with self.shop.app.db.read() as session:
            query = select(Conversation).where(Conversation.chat == self.chat, Conversation.channel == self.channel)
            return (await session.scalars(query)).one()

    async def owner(self) -> str:
        return (await self.conversation()).owner

    async def case(self) -> Case:
        """The newest complaint of this customer."""
        async with self.shop.app.db.read() as session:
            conversation = await self.conversation()
            query = select(Case).where(Case.conversation_id == conversation.id).order_by(Case.id.desc()).limit(1)
            return (await session.scalars(query)).one()

    async def promises(self) -> list[Promise]:
        async with self.shop.app.db.read() as session:
            conversation = await self.conversation()
            query = select(Promise).where(Promise.conversation_id == conversation.id).order_by(Promise.id)
            return list((await session.scalars(query)).all())

    async def links(self) -> None:
        """Show who one is with a one-time code of the shop."""
        code = (await self.shop.http.post(f"/api/v1/customers/{self.account}/link-codes")).json()["code"]
        await self.says(code)

    async def buys(
        self,
        product: str = "",
        *,
        number: str = "",
        state: OrderState = OrderState.DELIVERED,
        paid: int = 599_00,
        **values: Any,
    ) -> Order:
        """An order of this customer in the shop's data."""
        now = self.shop.clock.now()
        catalogue = self.shop.app.data.now.catalogue
        found = catalogue.products.get(product) or next(iter(catalogue.products.values()))
        number = number or f"LJ20261110-{self.shop.next_number():04d}"
        order = Order(
            **{
                "id": number,
                "customer_id": self.account,
                "state": state,
                "placed_at": now - timedelta(days=5),
                "items": (Item(found.id, found.name, 1, paid),),
                "total_cents": paid,
                "delivered_at": now - timedelta(days=2) if state is OrderState.DELIVERED else None,
                "promised_on": (now + timedelta(days=2)).date(),
                "phone": self._phone,
                "address": "上海市某路1号",
            }
            | values
        )
        await self.shop.knows(order)
        return order


@dataclass
class Colleague:
    """Somebody who works at the shop, at `carebot queue`."""

    shop: "Shop"
    name: str

    async def takes(self, guest: Guest) -> None:
        with self._here():
            await queue.take((await guest.conversation()).id, self.name)
        await self.shop.settles()

    async def says(self, guest: Guest, text: str) -> None:
        """Writing takes the conversation over."""
        with self._here():
            await queue.say((await guest.conversation()).id, text, self.name)
        await self.shop.settles()

    async def hands_back(self, guest: Guest) -> None:
        with self._here():
            await queue.back((await guest.conversation()).id, self.name)
        await self.shop.settles()

    def _here(self) -> Any:
        """The command runs in the program under test instead of opening its own."""

        @asynccontextmanager
        async def opened() -> AsyncIterator[App]:
            yield self.shop.app

        return patch.object(setup, "app", opened)


@dataclass
class Shop:
    """The program under test. Nothing in it runs by itself: `settles` runs the turns, `passes` moves the clock."""

    app: App
    clock: Any
    """A FakeClock, where the test moves it."""
    http: httpx.AsyncClient
    guests: int = 0
    numbers: int = 0

    def next_number(self) -> int:
        self.numbers += 1
        return self.numbers

    async def customer(
        self, language: str = "zh", *, linked: bool = False, tier: str = "", channel: str = "web"
    ) -> Guest:
        """Somebody new; `linked` with an account of the shop whose chat is linked already."""
        self.guests += 1
        guest = Guest(
            self,
            f"guest-{self.guests}",
            language,
            channel,
            account=f"customer-{self.guests}",
            _phone=f"1390000{self.guests:04d}",
        )
        async with self.app.db.write() as session:
            await shop_store.upsert_customers(
                session,
                [
                    CustomerRecord(
                        id=guest.account,
                        name="林小雨" if language == "zh" else "Emma Clarke",
                        phone=guest._phone,
                        language=language,
                        tier=tier,
                        created_on=date(2026, 1, 2),
                    )
                ],
                self.clock.now(),
            )
        if linked:
            await guest.links()
        return guest

    def colleague(self, name: str = "Anna") -> Colleague:
        return Colleague(self, name)

    async def knows(self, *orders: Order) -> None:
        async with self.app.db.write() as session:
            await shop_store.upsert_orders(session, orders, self.clock.now())

    async def settles(self) -> None:
        """Run every turn that waits, moving the clock over the pauses, and send everything that is due.

        A program that was started does that by itself.
        """
        if self.app.wakes_lanes:
            return
        for _ in range(LONGEST_ROUND):
            async with self.app.db.read() as session:
                query = select(Conversation.id, Conversation.ready_at).where(Conversation.ready_at.is_not(None))
                waiting = (await session.execute(query.order_by(Conversation.ready_at))).all()
            await self.app.sender.drain()
            soon = [w for w in waiting if w[1] <= self.clock.now() + timedelta(seconds=8)]
            if not soon:
                return
            for conversation_id, ready_at in soon:
                self.clock.at = max(self.clock.at, ready_at)
                await self.app.answering.turn(conversation_id)
        raise AssertionError("the conversation does not come to rest")

    async def passes(self, steps: int = 1, **length: float) -> None:
        """Time passes, in as many steps as the clock should tick."""
        whole = timedelta(**length)
        for _ in range(steps):
            self.clock.at += whole / steps
            await schedule.timetable_tick(self.app)
            await self.settles()

    async def rows(self, table: type[Any]) -> list[Any]:
        async with self.app.db.read() as session:
            return list((await session.scalars(select(table).order_by(table.id))).all())


@asynccontextmanager
async def open_shop(
    database_url: str, rasa_url: str, folder: Path, clock: Clock, *, is_migrated: bool = False, **settings: Any
) -> AsyncIterator[Shop]:
    """Open it on an empty database, and close it. `is_migrated`: the schema is there already."""
    chosen = Settings(
        **{
            "database_url": database_url,
            "rasa_url": rasa_url,
            "var_dir": folder,
            "data_dir": ROOT / "data",
            "demo": False,
            "api_token": API_TOKEN,
            "_env_file": None,
            **settings,
        }
    )
    with patch.object(data, "load", read_once):
        app = App(chosen, execute, clock)
    app.wakes_lanes = False
    if not is_migrated:
        await migrate.upgrade(app.db)
    web = server.build(app, manage=False)
    headers = {"Authorization": f"Bearer {API_TOKEN}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url="http://shop", headers=headers) as http:
        yield Shop(app, clock, http)
    await app.rasa.close()
    await app.db.close()
