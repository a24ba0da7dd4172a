"""Consoles without a screen: pages of the staff console, opened over HTTP and kept live over their websockets.

They speak what the page's own script speaks (engine.io and NiceGUI's handshake), offer compression as browsers do, and
note when the words of a message arrive. What a browser then takes to draw them is not in it.
"""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

import aiohttp

MARK = re.compile(r"mark-(\d+)-sent")
"""What a message has in it, to be known again."""
OPENED_WITHIN = 60.0
SOCKET = "/console/_nicegui_ws/socket.io/"


def marked(number: int) -> str:
    return f"退款怎么还没到 mark-{number}-sent"


@dataclass
class Arrivals:
    """When each message was written, and when each console had it (perf_counter)."""

    written: dict[int, float] = field(default_factory=dict)
    seen: dict[tuple[int, int], float] = field(default_factory=dict)
    """By console and message: the first time."""

    def latencies(self) -> list[float]:
        """Milliseconds, in order of size."""
        return sorted((at - self.written[n]) * 1000 for (_, n), at in self.seen.items() if n in self.written)


class Page:
    """One console, on the list of all conversations."""

    def __init__(self, number: int, url: str, cookie: str, arrivals: Arrivals) -> None:
        self.number, self.url, self.cookie, self.arrivals = number, url, cookie, arrivals
        self.listed = asyncio.Event()

    async def live(self, http: aiohttp.ClientSession) -> None:
        """Open the page and listen until cancelled."""
        headers = {"Cookie": self.cookie, "Origin": self.url}
        async with http.get(f"{self.url}/console/inbox", headers=headers | {"Accept": "text/html"}) as answer:
            answer.raise_for_status()
            page = unescape(await answer.text())
        client = _found(r"['\"]client_id['\"]: ['\"]([^'\"]+)", page)
        number = _found(r"['\"]next_message_id['\"]: (\d+)", page)
        element, listener = _listener(page)
        query = {"EIO": "4", "transport": "websocket", "client_id": client, "next_message_id": number}
        query |= {"document_id": f"bench-{self.number}", "tab_id": f"bench-{self.number}", "old_tab_id": ""}
        address = f"{self.url}{SOCKET}?{urlencode(query | {'implicit_handshake': 'true'})}"
        async with http.ws_connect(address, headers=headers, compress=15, max_msg_size=0) as socket:
            async for message in socket:
                text = str(message.data)
                if text.startswith("0"):
                    await socket.send_str("40")
                elif text == "2":
                    await socket.send_str("3")
                elif text.startswith("40"):
                    ask = json.dumps({"number": 1, "what": "list", "args": {"tab": "all"}})
                    event = {"id": element, "client_id": client, "listener_id": listener, "args": [ask]}
                    await socket.send_str("42" + json.dumps(["event", event]))
                else:
                    self._note(text)

    def _note(self, text: str) -> None:
        now = time.perf_counter()
        if '"answer"' in text or "answer" in text:
            self.listed.set()
        for number in map(int, MARK.findall(text)):
            self.arrivals.seen.setdefault((self.number, number), now)


def _found(pattern: str, page: str) -> str:
    if (match := re.search(pattern, page)) is None:
        raise SystemExit(f"the page of the console has no {pattern}")
    return match[1]


def _listener(page: str) -> tuple[int, str]:
    """The id of the element that may be asked, and of its listener."""
    listener = _found(r'"listener_id":\s*"([^"]+)",\s*"type":\s*"ask"', page)
    place = page.index(listener)
    element = re.findall(r'"(\d+)":\s*\{"(?:tag|component|text|slots|props|class)"', page[:place])
    return int(element[-1]), listener


@contextlib.asynccontextmanager
async def opened(url: str, cookies: Sequence[str], arrivals: Arrivals) -> AsyncIterator[None]:
    """All of them connected, and each with its list."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None)) as http:
        pages = [Page(n, url, cookie, arrivals) for n, cookie in enumerate(cookies)]
        tasks = [asyncio.create_task(page.live(http)) for page in pages]
        listed = asyncio.gather(*(page.listed.wait() for page in pages))
        try:
            async with asyncio.timeout(OPENED_WITHIN):
                await asyncio.wait([listed, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    await task  # raises what went wrong
            yield
        finally:
            for task in [listed, *tasks]:
                task.cancel()
            await asyncio.gather(listed, *tasks, return_exceptions=True)


async def write(url: str, chats: Sequence[str], rate: float, seconds: float, arrivals: Arrivals) -> int:
    """Customers write, `rate` messages a second in turn, whether or not the program keeps up. Gives how many."""
    many = int(rate * seconds)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:

        async def one(number: int) -> None:
            who = {"Authorization": f"Bearer {chats[number % len(chats)]}"}
            message = {"client_id": f"m{number}", "text": marked(number)}
            arrivals.written[number] = time.perf_counter()
            async with http.post(f"{url}/api/v1/chat/messages", json=message, headers=who) as answer:
                answer.raise_for_status()

        began, writing = time.perf_counter(), []
        for number in range(many):
            await asyncio.sleep(began + number / rate - time.perf_counter())
            writing.append(asyncio.create_task(one(number)))
        await asyncio.gather(*writing)
    return many


async def open_chats(url: str, many: int) -> list[str]:
    """Tokens of new web chats that have said hello."""
    tokens = []
    async with aiohttp.ClientSession(raise_for_status=True) as http:
        for number in range(many):
            async with http.post(f"{url}/api/v1/chat/sessions", json={}) as answer:
                tokens.append((await answer.json())["token"])
            who = {"Authorization": f"Bearer {tokens[-1]}"}
            hello = {"client_id": f"hello{number}", "text": "你好"}
            async with http.post(f"{url}/api/v1/chat/messages", json=hello, headers=who):
                pass
    return tokens
