"""A small server that speaks the web chat's contract, with the faults a page must live through.

It keeps conversations in memory and answers nothing by itself: a test says what the bot says.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

PAGE = Path(__file__).parents[2] / "bot" / "channels" / "web_page"
POLICY = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}


@dataclass
class Conversation:
    """One session: its lines in order, and what wakes those who listen."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    typing: bool = False
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def line_of(self, client_id: str) -> dict[str, Any] | None:
        return next((line for line in self.lines if line.get("client_id") == client_id), None)


@dataclass(frozen=True)
class Refusal:
    """What the next POST gets instead of its 202. `after` is Retry-After in seconds."""

    status: int
    message: str = ""
    after: int | None = None


class FakeChat:
    """`start`, `stop` and `start` again is a restart: same address, nothing forgotten."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.sessions: dict[str, Conversation] = {}
        self.languages: list[str | None] = []
        """What each new session asked for."""
        self.posts: list[dict[str, Any]] = []
        """Every message received, repeated ones too."""
        self.files: dict[str, tuple[bytes, str]] = {}
        self.refusals: list[Refusal] = []
        self.drop_answers = 0
        """So many of the next messages are stored, and then the line breaks before the answer."""
        self.streams = True
        """False: the stream does not exist here (a proxy in between)."""
        self.silent_streams = False
        """True: the stream opens and nothing ever comes (a proxy that keeps it back)."""
        self.replies: dict[str, tuple[str, list[dict[str, str]]]] = {}
        """What the bot answers to a text: its words and its buttons."""
        self.port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/chat"

    @property
    def conversation(self) -> Conversation:
        """The one opened last."""
        return list(self.sessions.values())[-1]

    async def start(self) -> None:
        app = web.Application(client_max_size=11 * 1024 * 1024)
        app.add_routes(
            [
                web.get("/chat", self._page),
                web.get("/chat/{name}", self._asset),
                web.post("/api/v1/chat/sessions", self._open),
                web.post("/api/v1/chat/messages", self._post),
                web.post("/api/v1/chat/attachments", self._post_file),
                web.get("/api/v1/chat/messages", self._messages),
                web.get("/api/v1/chat/stream", self._stream),
                web.get("/api/v1/chat/files/{name}", self._file),
            ]
        )
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def say(
        self,
        text: str,
        buttons: dict[str, str] | None = None,
        author: str = "bot",
        name: str | None = None,
        at: datetime | None = None,
        attachments: list[dict[str, str]] | None = None,
    ) -> None:
        """The bot (or a person) writes. `buttons` is {id: label}."""
        choices = [{"id": key, "label": label} for key, label in (buttons or {}).items()]
        line = {"author": author, "text": text, "buttons": choices, "attachments": attachments or []}
        if name:
            line["name"] = name
        await self._append(self.conversation, line, at)

    async def type(self, on: bool) -> None:
        async with self.conversation.changed:
            self.conversation.typing = on
            self.conversation.changed.notify_all()

    def end_sessions(self) -> None:
        """Every token is worth nothing from now on."""
        self.sessions = {f"ended {token}": conversation for token, conversation in self.sessions.items()}

    async def _append(self, talk: Conversation, line: dict[str, Any], at: datetime | None = None) -> dict[str, Any]:
        async with talk.changed:
            written = (at or self.now()).astimezone(UTC).isoformat()
            stored = {"seq": len(talk.lines) + 1, "at": written, "buttons": [], **line}
            talk.lines.append(stored)
            talk.changed.notify_all()
        return stored

    async def _page(self, request: web.Request) -> web.Response:
        return self._served("index.html")

    async def _asset(self, request: web.Request) -> web.Response:
        return self._served(request.match_info["name"])

    def _served(self, name: str) -> web.Response:
        path = PAGE / name
        if path.parent != PAGE or not path.is_file():
            raise web.HTTPNotFound
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
        return web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix], charset="utf-8", headers=headers)

    async def _open(self, request: web.Request) -> web.Response:
        self.languages.append((await request.json()).get("language"))
        number = len(self.sessions) + 1
        self.sessions[f"token-{number}"] = Conversation()
        return web.json_response({"session": f"session-{number}", "token": f"token-{number}"})

    def _talk(self, request: web.Request) -> Conversation:
        talk = self.sessions.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if talk is None:
            raise web.HTTPUnauthorized
        return talk

    async def _post(self, request: web.Request) -> web.Response:
        talk = self._talk(request)
        post = await request.json()
        text = post.get("text") or self._press(talk, post["button"])
        return await self._take(request, talk, post, {"text": text})

    async def _post_file(self, request: web.Request) -> web.Response:
        talk = self._talk(request)
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        self.files[file.filename] = (file.file.read(), file.content_type)
        file.file.close()
        kind = "photo" if file.content_type.startswith("image/") else "document"
        attachment = {"kind": kind, "name": file.filename, "url": f"/api/v1/chat/files/{file.filename}"}
        post = {"client_id": str(form["client_id"]), "file": file.filename, "text": str(form.get("text", ""))}
        return await self._take(request, talk, post, {"text": post["text"], "attachments": [attachment]})

    def _press(self, talk: Conversation, button: str) -> str:
        for line in talk.lines:
            for choice in line["buttons"]:
                if choice["id"] == button:
                    return str(choice["label"])
        raise web.HTTPNotFound

    async def _take(
        self, request: web.Request, talk: Conversation, post: dict[str, Any], line: dict[str, Any]
    ) -> web.Response:
        self.posts.append(post)
        if self.refusals:
            return self._refuse(self.refusals.pop(0))
        for choice in (choice for earlier in talk.lines for choice in earlier["buttons"]):
            if choice["id"] == post.get("button"):
                choice["used"] = True
        stored = talk.line_of(post["client_id"])
        repeated = stored is not None
        if stored is None:
            stored = await self._append(talk, {**line, "author": "customer", "client_id": post["client_id"]})
        if self.drop_answers:
            self.drop_answers -= 1
            assert request.transport is not None
            request.transport.close()
        if not repeated and line["text"] in self.replies:
            words, buttons = self.replies[line["text"]]
            await self._append(talk, {"author": "bot", "text": words, "buttons": [dict(each) for each in buttons]})
        return web.json_response({"id": f"m{stored['seq']}", "seq": stored["seq"]}, status=202)

    @staticmethod
    def _refuse(refusal: Refusal) -> web.Response:
        headers = {"Retry-After": str(refusal.after)} if refusal.after is not None else {}
        body = {"error": {"message": refusal.message}}
        return web.json_response(body, status=refusal.status, headers=headers)

    async def _messages(self, request: web.Request) -> web.Response:
        talk = self._talk(request)
        after, wait = int(request.query["after"]), float(request.query["wait"])
        async with talk.changed:
            if wait and len(talk.lines) <= after:
                with suppress(TimeoutError):  # nothing new is an answer, too
                    await asyncio.wait_for(talk.changed.wait(), wait)
            # A page of 50, so that catching up takes several questions.
            headers = {"X-Carebot-Typing": "1" if talk.typing else "0"}
            return web.json_response(talk.lines[after : after + 50], headers=headers)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        talk = self._talk(request)
        if not self.streams:
            raise web.HTTPNotFound
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        after, typing = int(request.query["after"]), False
        if not self.silent_streams:
            await response.write(b": welcome\n\n")
        while True:
            async with talk.changed:
                while self.silent_streams or (len(talk.lines) <= after and talk.typing == typing):
                    await talk.changed.wait()
                news, after = talk.lines[after:], max(after, len(talk.lines))
                turned, typing = talk.typing != typing, talk.typing
            for line in news:
                event = f"id: {line['seq']}\nevent: message\ndata: {json.dumps(line, ensure_ascii=False)}\n\n"
                await response.write(event.encode())
            if turned:
                await response.write(f"event: typing\ndata: {json.dumps({'on': typing})}\n\n".encode())

    async def _file(self, request: web.Request) -> web.Response:
        self._talk(request)
        body, kind = self.files[request.match_info["name"]]
        return web.Response(body=body, content_type=kind)
