"""The customers: `python -m bench.load` reads a plan (JSON, standard input), talks, and prints what it saw (JSON).

A process of its own, so that its work is not counted as the bot's. Loopback only; bounded in turns and in time.
"""

import asyncio
import json
import random
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp

PATIENCE = 20.0
"""Seconds after which a turn without an answer is given up."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. Closed: each chat writes again as soon as it was answered. Open (`rate` > 0): messages begin at
    random moments, `rate` a second, whether or not the bot keeps up."""

    door: str
    url: str
    chats: list[str]
    """Bearer tokens of web chats, or sender names of Rasa's REST channel."""
    lines: list[list[str]]
    """What each chat writes, in order. A chat that is through is followed by the next of the list."""
    at_once: int
    """How many chats talk at the same time."""
    seconds: float
    """When this is over no message is begun any more."""
    rate: float = 0.0


@dataclass(slots=True)
class Seen:
    """What came of it. A latency is in milliseconds, from the moment the message was to be written until its answer
    was read, in the order of the answers; `seconds` is from the first message to the last answer."""

    latencies: list[float] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    """Texts without an answer within PATIENCE."""
    failed: list[str] = field(default_factory=list)
    chats: list[int] = field(default_factory=list)
    """Whose answer it was: for each latency the chat's number in the plan."""
    seconds: float = 0.0


class Door(Protocol):
    async def turn(self, http: aiohttp.ClientSession, chat: str, number: int, text: str) -> bool:
        """Write one message and wait for its answer. False when none came."""
        ...

    def leave(self, chat: str) -> None:
        """This chat writes no more."""
        ...


class WebChat:
    """Carebot's web API as the chat page uses it: messages go by POST, and one stream of events a chat, open for the
    whole conversation, brings what the bot says."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/api/v1/chat"
        self._run = f"{time.time_ns():x}"
        self._streams: dict[str, aiohttp.ClientResponse] = {}

    async def turn(self, http: aiohttp.ClientSession, chat: str, number: int, text: str) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                stream = await self._stream(http, chat)
                after = await self._post(http, chat, {"client_id": f"{self._run}-{number}", "text": text})
                await _bot_says(stream, after)
        except BaseException as error:
            self.leave(chat)
            if isinstance(error, TimeoutError):
                return False
            raise
        return True

    def leave(self, chat: str) -> None:
        if (stream := self._streams.pop(chat, None)) is not None:
            stream.close()

    async def _stream(self, http: aiohttp.ClientSession, chat: str) -> aiohttp.ClientResponse:
        if (stream := self._streams.get(chat)) is None:
            endless = aiohttp.ClientTimeout(total=None)
            stream = await http.get(f"{self._url}/stream", headers=_who(chat), timeout=endless, raise_for_status=True)
            self._streams[chat] = stream
        return stream

    async def _post(self, http: aiohttp.ClientSession, chat: str, message: dict[str, str]) -> int:
        """Store a message. Gives its place in the thread."""
        async with http.post(f"{self._url}/messages", json=message, headers=_who(chat)) as answer:
            answer.raise_for_status()
            seq: int = (await answer.json())["seq"]
            return seq


def _who(chat: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {chat}"}


async def _bot_says(stream: aiohttp.ClientResponse, after: int) -> None:
    """Read events until a line of the bot comes that stands behind `after`. Raises when the stream ends before."""
    while event := await stream.content.readline():
        if event.startswith(b'data: {"seq"'):
            line = json.loads(event.removeprefix(b"data: "))
            if line["author"] == "bot" and line["seq"] > after:
                return
    raise aiohttp.ClientPayloadError("the stream has ended")


class RasaRest:
    """Rasa's REST channel: the answer to the request is the bot's answer."""

    def __init__(self, url: str) -> None:
        self._webhook = f"{url}/webhooks/rest/webhook"

    async def turn(self, http: aiohttp.ClientSession, chat: str, number: int, text: str) -> bool:
        async with http.post(self._webhook, json={"sender": chat, "message": text}) as answer:
            answer.raise_for_status()
            return bool(await answer.json())

    def leave(self, chat: str) -> None:
        pass  # nothing of it is kept between two messages


class Understanding:
    """What a message means, without a conversation: one request, answered when the answer names an intent."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def turn(self, http: aiohttp.ClientSession, chat: str, number: int, text: str) -> bool:
        async with http.post(self._url, json={"text": text}) as answer:
            answer.raise_for_status()
            return bool((await answer.json())["intent"]["name"])


DOORS: dict[str, Callable[[str], Door]] = {
    "carebot": WebChat,
    "rasa": RasaRest,
    "decide": lambda url: Understanding(f"{url}/decide"),
    "parse": lambda url: Understanding(f"{url}/model/parse"),
}


class Customers:
    """All chats of a plan."""

    def __init__(self, plan: Plan, http: aiohttp.ClientSession) -> None:
        self._plan = plan
        self._http = http
        self._door = DOORS[plan.door](plan.url)
        self._chats = deque(range(len(plan.chats)))
        """Those that have not begun."""
        self._end = 0.0
        self.seen = Seen()

    async def talk(self) -> Seen:
        began = time.perf_counter()
        self._end = began + self._plan.seconds
        await (self._open(began) if self._plan.rate else self._closed())
        self.seen.seconds = time.perf_counter() - began
        return self.seen

    async def _closed(self) -> None:
        async def seat() -> None:
            while self._chats:
                chat = self._chats.popleft()
                for number in range(len(self._plan.lines[chat])):
                    if (now := time.perf_counter()) >= self._end or not await self._turn(chat, number, now):
                        break
                self._door.leave(self._plan.chats[chat])

        await asyncio.gather(*(seat() for _ in range(self._plan.at_once)))

    async def _open(self, began: float) -> None:
        """A seeded Poisson process, so that every run has the same crowding. A chat waits for its answer, too."""
        chance, due, talking = random.Random(20), began, set()
        free = deque((self._chats.popleft(), 0) for _ in range(self._plan.at_once))
        while (due := due + chance.expovariate(self._plan.rate)) < self._end:
            await asyncio.sleep(due - time.perf_counter())
            while not free and talking:
                await asyncio.wait(talking, return_when=asyncio.FIRST_COMPLETED)
            if not free or time.perf_counter() > self._end + PATIENCE:
                break
            task = asyncio.create_task(self._next(*free.popleft(), due, free))
            talking.add(task)
            task.add_done_callback(talking.discard)
        await asyncio.gather(*talking)

    async def _next(self, chat: int, number: int, due: float, free: deque[tuple[int, int]]) -> None:
        """One message of a chat; then its seat is free for the following one, or for another chat."""
        goes_on = await self._turn(chat, number, due)
        if goes_on and number + 1 < len(self._plan.lines[chat]):
            free.append((chat, number + 1))
            return
        self._door.leave(self._plan.chats[chat])
        if self._chats:
            free.append((self._chats.popleft(), 0))

    async def _turn(self, chat: int, number: int, due: float) -> bool:
        """Whether the chat may go on: without an answer a person has it now, and every further line would wait, too."""
        text = self._plan.lines[chat][number]
        try:
            answered = await self._door.turn(self._http, self._plan.chats[chat], number, text)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.seen.failed.append(f"{type(error).__name__}: {error}")
            await asyncio.sleep(0.1)
            return True
        if answered:
            self.seen.latencies.append(round((time.perf_counter() - due) * 1000, 2))
            self.seen.chats.append(chat)
        else:
            self.seen.unanswered.append(text)
            print(f"! no answer within {PATIENCE:g} s: {text}", file=sys.stderr, flush=True)
        return answered


async def main(plan: Plan) -> dict[str, Any]:
    if urlsplit(plan.url).hostname != "127.0.0.1":
        raise SystemExit("the benchmark talks to this machine only")
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=120)) as http:
        return asdict(await Customers(plan, http).talk())


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(Plan(**json.load(sys.stdin))))))
