"""Telegram's side of a webhook: posts pending updates in order and repeats what was not answered with 2xx."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp

from tests.fakes.telegram_faults import Fault
from tests.fakes.telegram_wire import Json

if TYPE_CHECKING:
    from tests.fakes.telegram import FakeTelegram

_AGAIN = 0.05
"""Seconds before a refused update is posted again; Telegram takes longer."""


class Webhook:
    """`answers` lists the status of every post (0: no answer). Faults are scripted for the method "webhook"."""

    def __init__(self, fake: FakeTelegram) -> None:
        self.url = ""
        self.answers: list[int] = []
        self._fake = fake
        self._secret = ""
        self._posting: asyncio.Task[None] | None = None

    def point(self, url: str, secret: str) -> None:
        """setWebhook; an empty address deletes it."""
        self.url, self._secret = url, secret
        if self._posting:
            self._posting.cancel()
        self._posting = asyncio.create_task(self._post(), name="fake webhook") if url else None
        self._fake.tell()

    async def forget(self) -> None:
        if self._posting:
            self._posting.cancel()
            await asyncio.gather(self._posting, return_exceptions=True)
        self._posting, self.url = None, ""

    async def _post(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as session:
            while True:
                await self._fake.until(lambda: self._fake.pending, within=1e6)
                fault = self._fake.faults.strike("webhook", None) or Fault()
                update = self._fake.pending[-1 if fault.reverse else 0]
                for _ in range(2 if fault.twice else 1):
                    status = await self._posted(session, update)
                    self.answers.append(status)
                    self._fake.tell()
                if 200 <= status < 300:
                    self._fake.acknowledge({update["update_id"]})
                else:
                    await self._fake.rests(_AGAIN)

    async def _posted(self, session: aiohttp.ClientSession, update: Json) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret} if self._secret else {}
        try:
            async with session.post(self.url, json=update, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0
