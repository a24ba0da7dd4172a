"""A fake Bot API on loopback: real HTTP, Telegram's own rules for offsets and refusals, and faults on demand.

async with FakeTelegram() as fake:
    bot = Telegram(fake.token, clock, api_url=fake.url)
    lin = fake.customer(name="Lin", language_code="zh-hans")
    lin.writes("/start")
    await lin.hears()
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeVar

from aiohttp import web

from tests.fakes.telegram_customer import Customer
from tests.fakes.telegram_faults import Fault, Faults, When, conflict
from tests.fakes.telegram_methods import METHODS, Refused
from tests.fakes.telegram_webhook import Webhook
from tests.fakes.telegram_wire import Json

T = TypeVar("T")

_UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds of updates Telegram gives only to bots that name them."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Bot API by the bot."""

    method: str
    params: dict[str, str]


class FakeTelegram:
    """All state is here; what a method does is in telegram_methods, what a person does in telegram_customer."""

    def __init__(self, token: str = "4242:fake-token", port: int = 0) -> None:
        self.token = token
        self.port = port
        self.faults = Faults()
        self.calls: list[Call] = []
        self.customers: dict[int, Customer] = {}
        self.pending: list[Json] = []
        """Updates the bot has not acknowledged."""
        self.acknowledged = 0
        """How many updates were acknowledged, by an offset or by the webhook's 2xx."""
        self.queries: dict[str, bool] = {}
        """Callback queries: answered or not."""
        self.files: dict[str, tuple[str, bytes]] = {}
        """file_id → path, content."""
        self.allowed: frozenset[str] = frozenset()
        self.webhook = Webhook(self)
        self.polls = 0
        self._update, self._message = 870_000_000, 100
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.appears()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.webhook.forget()
        await self.vanishes()

    async def appears(self) -> None:
        """Listen; after `vanishes` at the same address, with everything still there."""
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._closing.clear()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def vanishes(self) -> None:
        """Connections are refused from now on; open polls end."""
        self._closing.set()
        self.tell()
        if self._runner:
            await self._runner.cleanup()
        self._runner = None

    # what a test does

    def customer(self, chat_id: int | None = None, name: str = "Lin", language_code: str = "en") -> Customer:
        """The person of that chat; a new one where there is none yet."""
        chat_id = chat_id or 10_001 + len(self.customers)
        if chat_id not in self.customers:
            self.customers[chat_id] = Customer(self, chat_id, name, language_code)
        return self.customers[chat_id]

    def push(self, kind: str, body: Json) -> int | None:
        """Queue an update; gives its id, or None where the bot has not asked for that kind."""
        if (kind in _UNASKED or self.allowed) and kind not in self.allowed:
            return None
        return self.push_raw({kind: body})

    def push_raw(self, body: Json) -> int:
        """Queue an update of any form, whatever the bot asked for."""
        self._update += 1
        self.pending.append({"update_id": self._update, **body})
        self.tell()
        return self._update

    def called(self, method: str) -> list[dict[str, str]]:
        """The parameters of every call of `method`, oldest first."""
        return [call.params for call in self.calls if call.method == method]

    async def until(
        self, condition: Callable[[], T | None], within: float = 10.0, told: Callable[[], str] = lambda: "it"
    ) -> T:
        """The first true value of `condition`, looked at after every change here and, since it may ask about the bot
        too, every 20 ms. AssertionError after `within` seconds.
        """
        try:
            async with asyncio.timeout(within):
                while not (found := condition()):
                    await self._changes(0.02)
                return found
        except TimeoutError:
            raise AssertionError(f"waited {within} s in vain for {told()}") from None

    # what methods and customers need

    def tell(self) -> None:
        """Something has changed."""
        self._changed.set()
        self._changed = asyncio.Event()

    def message_number(self) -> int:
        self._message += 1
        return self._message

    def query_number(self) -> str:
        number = str(55_000_000 + len(self.queries))
        self.queries[number] = False
        return number

    def keep_file(self, data: bytes, folder: str, ending: str) -> str:
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = (f"{folder}/file_{len(self.files) + 1}.{ending}", data)
        return file_id

    def acknowledge(self, numbers: set[int]) -> None:
        before = len(self.pending)
        self.pending = [update for update in self.pending if update["update_id"] not in numbers]
        self.acknowledged += before - len(self.pending)
        self.tell()

    async def _changes(self, within: float) -> None:
        try:
            async with asyncio.timeout(within):
                await self._changed.wait()
        except TimeoutError:
            return

    async def rests(self, seconds: float) -> None:
        """Let time pass in the fake, but not beyond its end."""
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return

    # HTTP

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = next((known for known in METHODS if known.lower() == request.match_info["method"].lower()), "")
        if request.match_info["token"] != self.token:
            return _refusal(Refused(401, "Unauthorized"))
        if not method:
            return _refusal(Refused(404, "Not Found"))
        params = await _params(request)
        self.calls.append(Call(method, params))
        self.tell()
        chat = params.get("chat_id", "")
        fault = self.faults.strike(method, int(chat) if chat.lstrip("-").isdigit() else None) or Fault(When.AFTER)
        if fault.when is When.INSTEAD:
            return self._fail(request, fault)
        try:
            result = await self._polled(params, fault) if method == "getUpdates" else METHODS[method](self, params)
        except Refused as refused:
            return _refusal(refused)
        self.tell()
        if fault.seconds:
            await self.rests(fault.seconds)
        if fault.hang_up or fault.body:
            return self._fail(request, fault)
        return web.json_response({"ok": True, "result": result})

    def _fail(self, request: web.Request, fault: Fault) -> web.Response:
        if fault.hang_up and request.transport:
            request.transport.abort()
            return web.Response()
        if fault.body:
            return web.Response(status=fault.status, body=fault.body, content_type="text/html")
        return _refusal(Refused(fault.status, fault.description, fault.parameters))

    async def _polled(self, params: dict[str, str], fault: Fault) -> list[Json]:
        """getUpdates: the offset acknowledges everything before it; a newer poll ends this one."""
        if self.webhook.url:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook")
        if "allowed_updates" in params:
            self.allowed = frozenset(json.loads(params["allowed_updates"]))
        self.polls += 1
        mine, offset = self.polls, int(params.get("offset", 0))
        self.tell()
        if offset < 0:
            offset = next((update["update_id"] for update in self.pending[offset:]), 0)
        self.acknowledge({update["update_id"] for update in self.pending if update["update_id"] < offset})
        await self._something(mine, float(params.get("timeout", 0)))
        if mine != self.polls:
            raise Refused(409, conflict().description)
        batch = self.pending[: min(int(params.get("limit") or 100), 100)]
        batch = [update for update in batch for _ in range(2 if fault.twice else 1)]
        return batch[::-1] if fault.reverse else batch

    async def _something(self, mine: int, timeout: float) -> None:
        """Until there is an update, a newer poll, or the end."""
        try:
            async with asyncio.timeout(timeout):
                while not self.pending and mine == self.polls and not self._closing.is_set():
                    await self._changed.wait()
        except TimeoutError:
            return

    async def _download(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        found = next((data for known, data in self.files.values() if known == path), None)
        if request.match_info["token"] != self.token or found is None:
            return _refusal(Refused(404, "Not Found"))
        return web.Response(body=found, content_type="application/octet-stream")


async def _params(request: web.Request) -> dict[str, str]:
    params = dict(request.query)
    if request.content_type == "application/json":
        body = await request.json()
        return params | {key: value if isinstance(value, str) else json.dumps(value) for key, value in body.items()}
    return params | {key: _text(value) for key, value in (await request.post()).items()}


def _text(value: str | bytes | bytearray | web.FileField) -> str:
    """A form's value; of an uploaded file its name and its content in hexadecimal."""
    return f"{value.filename}:{value.file.read().hex()}" if isinstance(value, web.FileField) else str(value)


def _refusal(refused: Refused) -> web.Response:
    answer = {"ok": False, "error_code": refused.status, "description": refused.description}
    if refused.parameters:
        answer["parameters"] = refused.parameters
    return web.json_response(answer, status=refused.status)
