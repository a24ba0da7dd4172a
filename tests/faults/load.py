"""Twenty customers at once, half on Telegram, half on the web, in both languages, asking and complaining."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp

from tests.faults.people import (
    API_TOKEN,
    COMPLAINTS,
    ENQUIRIES,
    PATIENCE,
    Chat,
    RecordingTelegram,
    TelegramChat,
    WebChat,
    until_answered,
)

SLOTS = 20


@dataclass
class Load:
    """Keeps `SLOTS` chats going until `over`. An enquirer stays; after a complaint the next customer comes."""

    fake: RecordingTelegram
    http: aiohttp.ClientSession
    base: Callable[[], str]
    """Where the web API answers at present."""
    chance: random.Random
    over: asyncio.Event = field(default_factory=asyncio.Event)
    web: list[WebChat] = field(default_factory=list)
    said: int = 0
    unheard: int = 0
    """Lines after which nothing was heard in time."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """Customers write while the block runs; at its end each finishes the sentence it has begun."""
        async with asyncio.TaskGroup() as group:
            for slot in range(SLOTS):
                group.create_task(self._slot(slot))
            try:
                yield
            finally:
                self.over.set()

    async def _slot(self, slot: int) -> None:
        language = ("zh", "en")[slot % 2]
        complains = slot % 4 >= 2
        make = self._on_telegram if slot < SLOTS // 2 else self._on_the_web
        chat = await make(language)
        while not self.over.is_set():
            if complains:
                chat = await make(language)
                await self._line(chat, await self._link_code(language))
            for line in (COMPLAINTS if complains else ENQUIRIES)[language]:
                if self.over.is_set():
                    return
                await self._line(chat, line)

    async def _line(self, chat: Chat, line: str) -> None:
        await chat.says(line)
        self.said += 1
        self.unheard += not await chat.hears(PATIENCE)

    async def _on_telegram(self, language: str) -> Chat:
        return TelegramChat(self.fake.customer(name="Lin", language_code=language))

    async def _on_the_web(self, language: str) -> Chat:
        chat = WebChat(self.http, self.base, self.chance)
        await chat.opens(language)
        self.web.append(chat)
        return chat

    async def _link_code(self, language: str) -> str:
        """A customer of the shop with a kettle that was delivered; the shop repeats what was not answered."""
        number, now = next(self._numbers), datetime.now(UTC)
        customer = {"name": "Lin", "phone": f"139{number:08d}", "language": language}
        order = {
            "customer_id": f"c{number}",
            "state": "delivered",
            "placed_at": (now - timedelta(days=5)).isoformat(),
            "delivered_at": (now - timedelta(days=2)).isoformat(),
            "total_cents": 29900,
            "phone": customer["phone"],
            "items": [{"product_id": "kettle-17", "name": {"zh": "电热水壶", "en": "Kettle"}, "price_cents": 29900}],
        }
        await self._shop("PUT", f"customers/c{number}", customer, 200)
        await self._shop("PUT", f"orders/LJ20261110-{number:04d}", order, 200)
        return str((await self._shop("POST", f"customers/c{number}/link-codes", None, 201))["code"])

    async def _shop(self, method: str, path: str, body: object, wanted: int) -> dict[str, object]:
        return await until_answered(self.http, method, f"{self.base()}/api/v1/{path}", body, wanted, API_TOKEN)

    def accepted(self) -> list[tuple[str, str]]:
        """(channel, external id) of everything that a channel has taken."""
        told = [("web", external_id) for chat in self.web for external_id in chat.accepted]
        return told + [("telegram", number) for number in self.fake.given]
