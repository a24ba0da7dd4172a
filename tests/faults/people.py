"""Customers under load: each writes, waits for an answer or loses patience, and writes again."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_customer import Customer
from tests.fakes.telegram_wire import Json

API_TOKEN = "the-shops-token"
AGAIN = 0.1
"""Seconds before a request that failed is made again."""
PATIENCE = 8.0
"""Seconds after which a customer writes again without having heard anything."""
REQUEST = aiohttp.ClientTimeout(total=10, connect=2)

ENQUIRIES = {
    "en": (
        "hello",
        "what is your refund policy?",
        "how long does delivery take?",
        "which payment methods do you take?",
        "thanks",
        "what does the warranty cover?",
        "where is my order?",
        "do my points expire?",
    ),
    "zh": (
        "你好",
        "退款政策是什么？",
        "多久能送到？",
        "可以用什么付款？",
        "谢谢",
        "保修都保什么？",
        "我的订单到哪了？",
        "积分会过期吗？",
    ),
}
COMPLAINTS = {
    "en": (
        "my kettle arrived broken, I am annoyed",
        "the lid is cracked and water runs out of it",
        "that is all",
        "[No photo]",
        "[A replacement]",
        "how long does delivery take?",
        "[That's right]",
        "[Replacement]",
        "how is my case?",
    ),
    "zh": (
        "我买的电热水壶送来就是坏的，真不高兴",
        "盖子裂了，一直漏水",
        "[没有照片]",
        "[换一件]",
        "多久能送到？",
        "[对]",
        "[换新]",
        "我的投诉怎么样了",
    ),
}
"""Lines of a customer; [words] are a tap on the button of that name, or the words where there is none."""


class RecordingTelegram(FakeTelegram):
    """Remembers every update it was given: what the bot must have stored."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []

    def push_raw(self, body: Json) -> int:
        number = super().push_raw(body)
        self.given.append(str(number))
        return number


class Chat(Protocol):
    async def says(self, line: str) -> None:
        """Returns when the channel has accepted it."""
        ...

    async def hears(self, within: float) -> bool:
        """Whether something new was heard in time."""
        ...


@dataclass
class TelegramChat:
    customer: Customer
    before: int = 0

    async def says(self, line: str) -> None:
        self.before = len(self.customer.heard)
        label = line.strip("[]")
        offered = any(label in heard.buttons for heard in self.customer.heard)
        if label != line and offered:
            self.customer.taps(label)
        else:
            self.customer.writes(label)

    async def hears(self, within: float) -> bool:
        try:
            await self.customer.fake.until(lambda: len(self.customer.heard) > self.before, within)
        except AssertionError:
            return False
        return True


def for_good(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What may never change of a line: its place, who wrote what and when, the choices under it (not the used one)."""
    return [(r["seq"], r["author"], r["text"], r["at"], tuple(b["id"] for b in r["buttons"])) for r in rows]


@dataclass
class WebChat:
    """A client as the contract asks for: it repeats a request until it is answered, with the same client_id."""

    http: aiohttp.ClientSession
    base: Callable[[], str]
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    """Decides when this client asks twice."""
    session: str = ""
    token: str = ""
    written: int = 0
    accepted: dict[str, int] = field(default_factory=dict)
    """external id → id of the stored message, as 202 told it."""
    thread: list[dict[str, Any]] = field(default_factory=list)
    """Every line as it was read, always asking for what comes after the last."""

    async def opens(self, language: str) -> None:
        body = await self._until_answered("POST", "/api/v1/chat/sessions", {"language": language}, 201)
        self.session, self.token = body["session"], body["token"]

    async def says(self, line: str) -> None:
        self.written += 1
        label, client_id = line.strip("[]"), f"m{self.written}"
        button = next((b["id"] for row in reversed(self.thread) for b in row["buttons"] if b["label"] == label), "")
        message = {"client_id": client_id} | ({"button": button} if label != line and button else {"text": label})
        for _ in range(2 if self.chance.random() < 0.1 else 1):  # some clients are not sure and ask twice
            stored = await self._until_answered("POST", "/api/v1/chat/messages", message, 202)
            known = self.accepted.setdefault(f"{self.session}:{client_id}", stored["id"])
            assert known == stored["id"], f"message {client_id} was stored as {known} and again as {stored['id']}"

    async def hears(self, within: float) -> bool:
        try:
            async with asyncio.timeout(within):
                while not any(row["author"] == "bot" for row in await self._reads()):
                    pass
        except TimeoutError:
            return False
        return True

    async def _reads(self) -> list[dict[str, Any]]:
        after = self.thread[-1]["seq"] if self.thread else 0
        path = f"/api/v1/chat/messages?after={after}&wait=2"
        new: list[dict[str, Any]] = await self._until_answered("GET", path, None, 200)
        self.thread += new
        return new

    async def whole_thread(self) -> list[dict[str, Any]]:
        """Everything, read anew."""
        await self._reads()
        return list(await self._until_answered("GET", "/api/v1/chat/messages?after=0", None, 200))

    async def _until_answered(self, method: str, path: str, body: Any, wanted: int) -> Any:
        return await until_answered(self.http, method, self.base() + path, body, wanted, self.token)


async def until_answered(
    http: aiohttp.ClientSession, method: str, url: str, body: Any, wanted: int, token: str
) -> dict[str, Any]:
    """Ask again while nobody answers or the answer is 503. AssertionError for any other answer than `wanted`."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    while True:
        try:
            async with http.request(method, url, json=body, headers=headers, timeout=REQUEST) as answer:
                if answer.status == wanted:
                    found: dict[str, Any] = await answer.json()
                    return found
                assert answer.status == 503, f"{method} {url}: {answer.status} {await answer.text()}"
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass  # the process is dead at present: the same again
        await asyncio.sleep(AGAIN)
