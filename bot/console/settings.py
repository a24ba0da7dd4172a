"""What the pages under Settings share: the ways between them, tables, and how a deed is done and told."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from nicegui import ui

from bot.console.frame import Frame
from bot.console.gate import LOGIN
from bot.console.links import go
from bot.console.mount import PREFIX
from bot.errors import Moved, NotAllowed, NotFound, Unreadable
from bot.staff.account import May, Me
from bot.staff.secret import SHORTEST_PASSWORD
from bot.staff.sign_in import TooBusy, WrongSignIn
from bot.staff.tries import TooManyTries

T = TypeVar("T")
SECTIONS = (
    ("/settings", "settings.account", May.OWN_ACCOUNT),
    ("/settings/staff", "settings.staff", May.MANAGE_STAFF),
    ("/settings/tokens", "settings.tokens", May.MANAGE_TOKENS),
    ("/settings/audit", "settings.audit", May.READ_AUDIT),
    ("/settings/policies", "settings.policies", May.SETTINGS),
    ("/settings/health", "settings.health", May.SETTINGS),
)


@contextmanager
def section(frame: Frame, title: str) -> Iterator[None]:
    """The main part of a page, with the ways to the other sections this person may see."""
    here = frame.request.url.path.removeprefix(PREFIX)
    with ui.element("main").classes("page settings"):
        with ui.element("nav").classes("sections").props(f'aria-label="{frame.words("settings.sections")}"'):
            for path, label, deed in SECTIONS:
                if frame.me.may(deed):
                    way = ui.link(frame.words(label), PREFIX + path)
                    if path == here:
                        way.props["aria-current"] = "page"
        heading("h1", frame.words(title))
        yield


def heading(level: str, text: str) -> None:
    ui.element(level)._text = text


def cell(text: str, kind: str = "td") -> None:
    ui.element(kind)._text = text


@contextmanager
def table(*heads: str) -> Iterator[None]:
    """A table whose rows are made within."""
    with ui.element("div").classes("wide"), ui.element("table"):
        with ui.element("thead"), ui.element("tr"):
            for head in heads:
                cell(head, "th")
        with ui.element("tbody"):
            yield


async def do(frame: Frame, deed: Callable[[Me], Awaitable[T]], said: str = "settings.done") -> T | None:
    """Do it as whoever is signed in at this moment, and tell how it went. None when it was not done."""
    me = await frame.still_me()
    if me is None:
        go(LOGIN)
        return None
    try:
        given = await deed(me)
    except (Unreadable, NotAllowed, NotFound, Moved) as error:
        ui.notify(why_not(frame, error), type="negative", multi_line=True, classes="told")
        return None
    if said:
        ui.notify(frame.words(said), type="positive")
    return given


def why_not(frame: Frame, error: Exception) -> str:
    words = frame.words
    match error:
        case TooManyTries():
            return words("sign_in.wait", seconds=max(1, round(error.after.total_seconds())))
        case TooBusy():
            return words("sign_in.busy")
        case WrongSignIn():
            return words("settings.wrong_password")
        case Moved() if not str(error):
            return words("settings.moved")
    return words("settings.refused", why=str(error))


def too_easy(frame: Frame) -> str:
    return frame.words("sign_in.too_easy", length=SHORTEST_PASSWORD)


def moment(frame: Frame, at: datetime | None) -> str:
    return frame.words.moment(at).strftime("%Y-%m-%d %H:%M") if at else "–"


def once(frame: Frame, title: str, values: Sequence[str]) -> None:
    """Show secrets that are kept nowhere, until the person has taken them."""
    with ui.dialog().props("persistent") as dialog, ui.card().classes("once"):
        ui.label(title)
        for value in values:
            ui.element("code")._text = value
        ui.button(frame.words("settings.close"), on_click=dialog.delete)
    dialog.open()
