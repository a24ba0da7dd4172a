"""What every page has around it: who is signed in, the ways to the other pages, the language, the alerts."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from fastapi import Request, Response
from nicegui import app as nicegui
from nicegui import ui
from nicegui.element import Element
from starlette.responses import RedirectResponse

from bot.app import App
from bot.console import gate
from bot.console.mount import PREFIX, Console
from bot.console.navigation import places
from bot.console.words import Words
from bot.staff.account import May, Me

ASSETS = Path(__file__).resolve().parent / "assets"
LANGUAGE_COOKIE = "carebot_console_language"
"""The switch in the rail; without it the language of the account."""
MADE_WITHIN = 30.0
"""Seconds. When everybody comes at once the last one waits; NiceGUI would give up after three."""
ONE_YEAR = 365 * 24 * 3600
HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}

_built: set[str] = set()
_everywhere: list[Callable[["Frame"], None]] = []


@dataclass(frozen=True, slots=True)
class Frame:
    """What a page is given: who looks at it, the app behind it, and the words of the person's language."""

    request: Request
    console: Console
    me: Me
    words: Words

    @property
    def app(self) -> App:
        return self.console.carebot

    async def still_me(self) -> Me | None:
        """Who is signed in now: a page stays open for days, and a session may have ended since."""
        return await gate.me_of(self.request)


Build = Callable[[Frame], Awaitable[None]]


def page(path: str, title: str, needs: May) -> Callable[[Build], Build]:
    """Makes `build` the page at /console<path> for whoever has the permission `needs`.

    `title` is a key of data/console. Parts of the path in braces and the query are in `frame.request`.
    """

    def made(build: Build) -> Build:
        async def handler(request: Request) -> Response | None:
            return await _show(request, build, title, needs)

        _built.add(path)
        ui.page(path, response_timeout=MADE_WITHIN)(handler)
        return build

    return made


def is_built(beginning: str) -> bool:
    """Whether there is a page whose address begins so."""
    return any(path.startswith(beginning) for path in _built)


def everywhere(part: Callable[[Frame], None]) -> None:
    """Have `part` on every page."""
    _everywhere.append(part)


def console_of(request: Request) -> Console:
    """The console that a request below /console was made to."""
    found: Console = request.scope["console"]
    return found


async def _show(request: Request, build: Build, title: str, needs: May) -> Response | None:
    console = console_of(request)
    me = await gate.me_of(request)
    if me is None:
        return RedirectResponse(f"{PREFIX}/login", 303)
    frame = Frame(request, console, me, words_of(console.carebot, request.cookies.get(LANGUAGE_COOKIE, me.language)))
    _dress(frame, frame.words(title))
    if not me.may(needs):
        with ui.element("div").classes("page refused"):
            ui.label(frame.words("frame.not_allowed"))
        return None
    await build(frame)
    return None


def install() -> None:
    """The way of the language switch."""

    @nicegui.get("/language/{language}", include_in_schema=False)
    async def switch(language: str, to: str = "") -> RedirectResponse:
        answer = RedirectResponse(to if to.startswith(f"{PREFIX}/") else PREFIX, 303)
        if language in HTML_LANGUAGE:
            answer.set_cookie(LANGUAGE_COOKIE, language, max_age=ONE_YEAR, path=PREFIX, samesite="lax", httponly=True)
        return answer


def words_of(app: App, language: str) -> Words:
    now = app.data.now
    return Words(now.console, language, now.voice.zone, app.clock.now().astimezone(now.voice.zone).date())


def _dress(frame: Frame, title: str) -> None:
    """The head of the page, and the rail with the ways to the other pages."""
    words, me = frame.words, frame.me
    ui.page_title(f"{title} · Carebot")
    ui.add_head_html(f'<link rel="stylesheet" href="{PREFIX}/assets/{version()}/console.css">')
    ui.add_body_html(
        f'<script src="{PREFIX}/assets/{version()}/frame.js" data-language="{HTML_LANGUAGE[words.language]}"></script>'
    )
    here = frame.request.url.path.removeprefix(PREFIX)
    with ui.element("nav").classes("rail").props(f'aria-label="{words("frame.navigation")}"'):
        for place in places(me, frozenset(_built)):
            _way(place.path, place.icon, words(place.label), place.holds(here))
        if me.may(May.ANSWER):
            _way("/search", "search", words("search.title"), here.startswith("/search")).props("id=search-open")
        ui.element("div").classes("grow")
        other = "en" if words.language == "zh" else "zh"
        to = quote(frame.request.url.path)
        _way(f"/language/{other}?to={to}", "translate", words("frame.other_language"), False)
        ui.label(me.name).classes("whoami").props["title"] = me.name
        _way_out(frame)
    for part in _everywhere:
        part(frame)


def _way(path: str, icon: str, label: str, is_here: bool) -> Element:
    with ui.element("a").classes("way") as way:
        way.props["href"] = PREFIX + path
        if is_here:
            way.props["aria-current"] = "page"
        ui.element("i").classes("material-icons").props("aria-hidden=true")._text = icon
        ui.label(label)
    return way


def _way_out(frame: Frame) -> None:
    """A form, and not an event: it works when the line is gone, and only a page of ours can send it."""
    with ui.element("form").props(f"method=post action={gate.LOGOUT}"):
        token = gate.form_token(frame.request.cookies.get(gate.COOKIE, ""))
        ui.element("input").props(f"type=hidden name=token value={token}")
        with ui.element("button").classes("way").props("type=submit id=sign-out"):
            ui.element("i").classes("material-icons").props("aria-hidden=true")._text = "logout"
            ui.label(frame.words("sign_in.sign_out"))


@cache
def version() -> str:
    """Part of the assets' address: it changes with the files, so that a browser never mixes old and new."""
    content = b"".join(path.read_bytes() for path in sorted(ASSETS.rglob("*")) if path.is_file())
    return hashlib.sha256(content).hexdigest()[:12]
