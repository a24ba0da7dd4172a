"""The gate of /console: nobody gets behind it without having signed in, and no page of another site in anybody's name.

It stands in front of everything below /console but the sign-in pages: pages, files, websockets. What a page sends later
through its websocket is checked again each time, so an ended session ends its open pages.
"""

import hmac
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.console import origin
from bot.console.html import tag
from bot.console.mount import PREFIX
from bot.db import is_gone
from bot.staff.account import Me
from bot.staff.secret import hash_token
from bot.staff.sessions import Visit
from bot.staff.stage import Stage
from bot.staff.tries import Visitor

if TYPE_CHECKING:
    from bot.app import App

COOKIE = "carebot_staff"
KNOWN = "carebot_known"
"""Shows that the person has signed in with this browser before; opens nothing."""
LOGIN = f"{PREFIX}/login"
LOGOUT = f"{PREFIX}/logout"
STEPS = {Stage.CODE: f"{LOGIN}/code", Stage.RENEWAL: f"{LOGIN}/renewal"}
EVENT = '42["event"'
"""How a message begins that a person's doing has caused; anything else (pings, acknowledgements) comes by itself."""
REFERRER = "same-origin"
"""Stricter, and a browser would not tell which page sends a form."""
POLICY = (
    # Vue compiles templates in the page, hence unsafe-eval; styles of elements are written by Quasar
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "frame-src 'none'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


async def me_of(request: HTTPConnection) -> Me | None:
    """Who is signed in at this moment: asked anew, for a page stays open and a session may have ended since."""
    found = await _visit(request.scope["gate"].carebot, request.cookies.get(COOKIE, ""), is_use=False)
    return found.me if found is not None and found.stage is Stage.OPEN else None


def visit_of(request: HTTPConnection) -> Visit:
    """The session with which the page was opened."""
    found: Visit = request.scope["visit"]
    return found


def visitor_of(request: HTTPConnection) -> Visitor:
    address = request.client.host if request.client else ""
    return Visitor(address, request.headers.get("user-agent", ""), request.cookies.get(KNOWN, ""))


def form_token(secret: str) -> str:
    """What a form must bring along: only a page that was made for this cookie knows it."""
    return hash_token(f"form:{secret}")


def is_own_form(secret: str, token: object) -> bool:
    return bool(secret) and isinstance(token, str) and hmac.compare_digest(form_token(secret), token)


def is_https(request: HTTPConnection) -> bool:
    return (urlsplit(request.scope["gate"].carebot.settings.public_url).scheme or request.url.scheme) == "https"


async def _visit(carebot: "App", token: str, is_use: bool = True) -> Visit | None:
    return await carebot.door.visit(token, carebot.clock.now(), is_use)


class Gate:
    """ASGI. `signing_in` answers below /console/login and /console/logout, `inside` everything else."""

    def __init__(self, carebot: "App", signing_in: ASGIApp, inside: ASGIApp) -> None:
        self.carebot, self.signing_in, self.inside = carebot, signing_in, inside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = HTTPConnection(scope)
        is_socket = scope["type"] == "websocket"
        must_be_ours = is_socket or scope["method"] not in origin.SAFE
        if must_be_ours and not origin.is_ours(request.headers, self.carebot.settings.public_url, is_socket):
            return await _refuse(scope, receive, send, 403, "this comes from another site")
        scope["gate"] = self
        path: str = scope["path"]
        if path in (LOGIN, LOGOUT) or path.startswith(f"{LOGIN}/"):
            return await self.signing_in(scope, receive, send)
        token = request.cookies.get(COOKIE, "")
        visit = await _visit(self.carebot, token, is_use=not is_socket)
        if visit is None or visit.stage is not Stage.OPEN:
            return await self._to_sign_in(visit, scope, receive, send)
        scope["visit"] = visit
        if is_socket:
            return await self.inside(scope, self._watched(token, receive, send), send)
        return await self._answered(scope, receive, send)

    async def _to_sign_in(self, visit: Visit | None, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        is_page = scope["type"] == "http" and scope["method"] == "GET" and "text/html" in headers.get("accept", "")
        if not is_page:
            await _refuse(scope, receive, send, 401, "please sign in")
            return
        here = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        answer: Response
        if visit is None and origin.comes_from_a_link_elsewhere(headers):
            again = tag("meta", http_equiv="refresh", content=f"0;url={origin.path_within(here, PREFIX)}")
            answer = HTMLResponse(again)  # a page of ours asks once more, and the browser sends the cookie
        else:
            step = LOGIN if visit is None else STEPS[visit.stage]
            answer = RedirectResponse(f"{step}?next={quote(here)}", 303)
        answer.headers["Cache-Control"] = "no-store"
        await answer(scope, receive, send)

    def _watched(self, token: str, receive: Receive, send: Send) -> Receive:
        """A websocket whose every message is worth nothing once its session has ended."""

        async def watched() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            try:
                visit = await _visit(self.carebot, token, (message.get("text") or "").startswith(EVENT))
            except Exception as error:
                if not is_gone(error):
                    raise
                visit = None  # nobody can be asked who this is; the page comes again
            if visit is not None and visit.stage is Stage.OPEN:
                return message
            await send({"type": "websocket.close", "code": 1008})
            return {"type": "websocket.disconnect", "code": 1008}

        return watched

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page may run only the scripts it was made with: each gets the word that the policy names."""
        nonce = secrets.token_urlsafe(16)
        if "/_nicegui" not in scope["path"]:  # a page is looked into, so it must not come compressed
            scope["headers"] = [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]
        start: Message = {}
        content = b""

        async def answered(message: Message) -> None:
            nonlocal start, content
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce))
                headers["Referrer-Policy"] = REFERRER
                if headers.get("content-type", "").startswith("text/html"):
                    start = message
                    return
            elif start and message["type"] == "http.response.body":
                content += message.get("body", b"")
                if message.get("more_body"):
                    return
                content = content.replace(b"<script", f'<script nonce="{nonce}"'.encode())
                MutableHeaders(scope=start)["content-length"] = str(len(content))
                await send(start)
                message = {"type": "http.response.body", "body": content}
            await send(message)

        await self.inside(scope, receive, answered)


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, why: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})  # before it was accepted: the browser sees a 403
    else:
        await PlainTextResponse(why, status, {"Cache-Control": "no-store"})(scope, receive, send)
