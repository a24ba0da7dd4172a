"""The results of a search: names first, then what was said and noted, the newest first."""

from urllib.parse import urlencode

from nicegui import ui

from bot.console.frame import Frame, everywhere, is_built, page
from bot.console.links import link
from bot.console.mount import PREFIX
from bot.console.search_box import dialog, form
from bot.console.settings import heading, moment
from bot.messages import Author
from bot.search import service
from bot.search.found import Found, Line, Name
from bot.search.snippet import Piece
from bot.staff.account import May

ADDRESS = f"{PREFIX}/search"
LONGEST = 200
"""Characters of a search that go into the address of the next page."""


def install() -> None:
    page("/search", "search.title", May.ANSWER)(build)
    everywhere(lambda frame: dialog(frame) if frame.me.may(May.ANSWER) else None)


async def build(frame: Frame) -> None:
    typed = frame.request.query_params.get("q", "")
    before = frame.request.query_params.get("before", "")
    behind = int(before) if before.isdecimal() and len(before) < 20 else None
    async with frame.app.db.read() as session:
        number_form = frame.app.data.now.shop.number
        found = await service.find(session, frame.me, typed, number_form, behind)
    with ui.element("main").classes("page results"):
        heading("h1", frame.words("search.title"))
        form(frame, typed)
        _results(frame, typed.strip(), found, behind)


def _results(frame: Frame, typed: str, found: Found, behind: int | None) -> None:
    words = frame.words
    if not found.names and not found.lines:
        key = "search.nothing" if typed else "search.nothing_to_look_for"
        ui.label(words(key, words=typed[:LONGEST]) if typed else words(key)).classes("empty").props("role=status")
    if found.names:
        heading("h2", words("search.names"))
        with ui.element("ul"):
            for name in found.names:
                _name(frame, name)
    if found.lines:
        heading("h2", words("search.lines"))
        with ui.element("ul"):
            for line in found.lines:
                _line(frame, line)
    with ui.element("nav").classes("pager"):
        if behind is not None:
            link(words("search.first"), _address(typed))
        if found.more is not None:
            link(words("search.more"), _address(typed, found.more)).props("rel=next")


def _address(typed: str, before: int | None = None) -> str:
    return f"{ADDRESS}?{urlencode({'q': typed[:LONGEST], **({'before': before} if before is not None else {})})}"


def _name(frame: Frame, name: Name) -> None:
    with _result(_way_to(name)):
        with ui.element("span").classes("about"):
            _word(frame.words(f"search.{name.source}"), "chip")
            if name.exact:
                _word(frame.words("search.exact"), "chip exact")
            _word(name.detail, "soft")
        _snippet(name.pieces)


def _way_to(name: Name) -> str:
    if name.customer_id is not None and is_built("/customers/"):
        return f"{PREFIX}/customers/{name.customer_id}"
    return f"{PREFIX}/conversation/{name.conversation_id}" if name.conversation_id is not None else ""


def _line(frame: Frame, line: Line) -> None:
    with _result(f"{PREFIX}/conversation/{line.conversation_id}?{urlencode({'seq': line.seq})}"):
        with ui.element("span").classes("about"):
            _word(line.chat or frame.words("search.nameless", id=str(line.conversation_id)), "name")
            _word(_who(frame, line), "chip note" if line.author is None else "chip")
            _word(line.channel, "soft")
            _word(moment(frame, line.at), "soft")
        _snippet(line.pieces)


def _who(frame: Frame, line: Line) -> str:
    if line.author is None:
        return frame.words("search.noted_by", name=line.by)
    if line.author is Author.STAFF and line.by:
        return frame.words("search.said_by_staff", name=line.by)
    return frame.words("search.said_by_customer" if line.author is Author.CUSTOMER else "search.said_by_bot")


def _result(way: str) -> ui.element:
    with ui.element("li"):
        found = ui.element("a" if way else "div").classes("result")
        if way:
            found.props["href"] = way
    return found


def _word(text: str, classes: str) -> None:
    if text:
        ui.element("span").classes(classes)._text = text


def _snippet(pieces: tuple[Piece, ...]) -> None:
    """Texts of elements are escaped by the browser: what customers write stays text."""
    with ui.element("span").classes("snippet"):
        for piece in pieces:
            ui.element("mark" if piece.hit else "span")._text = piece.text
