"""What the pages about cases share: the ways between them, times and amounts in words, and deeds shown before done."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import rehearsal
from bot.complaints.deed import Present
from bot.complaints.rehearsal import WordsChanged
from bot.console.frame import Frame
from bot.console.gate import LOGIN
from bot.console.links import go, link
from bot.console.mount import PREFIX
from bot.console.settings import heading, why_not
from bot.content import render
from bot.errors import CarebotError
from bot.formats import money as written_money
from bot.messages import Money, Say
from bot.outbox.tables import Delivery
from bot.staff.account import Me

SECTIONS = (
    ("/cases", "cases.board"),
    ("/cases/promises", "cases.promises"),
    ("/cases/requests", "cases.requests"),
)
Deed = Callable[[AsyncSession, Me, Present], Awaitable[Sequence[Delivery]]]
"""Something that is done in a case; gives what the customer is told with it."""


@contextmanager
def section(frame: Frame, title: str) -> Iterator[None]:
    """The main part of a page about cases. `title` in words."""
    here = frame.request.url.path.removeprefix(PREFIX)
    with ui.element("main").classes("page casework"):
        with ui.element("nav").classes("sections").props(f'aria-label="{frame.words("cases.sections")}"'):
            for path, label in SECTIONS:
                way = link(frame.words(label), PREFIX + path)
                if path == here:
                    way.props["aria-current"] = "page"
        heading("h1", title)
        yield


def present(frame: Frame) -> Present:
    now = frame.app.data.now
    return Present(frame.app.clock.now(), now.rules, now.voice)


def number(case_id: int) -> str:
    """A case's number as customers know it."""
    return f"C{case_id:05d}"


def remedy_name(frame: Frame, remedy: str) -> str:
    """As on the customer's button, in the language of the console."""
    now = frame.app.data.now
    return render(now.voice.texts, Say(f"remedies.button_{remedy}"), frame.words.language, frame.words.zone).text


def team_name(frame: Frame, owner: str) -> str:
    now = frame.app.data.now
    key = f"remedies.team_{owner}"
    if key not in now.voice.texts.entries:
        return owner
    return render(now.voice.texts, Say(key), frame.words.language, frame.words.zone).text


def money(frame: Frame, cents: int | None) -> str:
    if cents is None:
        return "–"
    return written_money(Money(cents, frame.app.data.now.shop.currency), frame.words.language)


def countdown(frame: Frame, due_at: datetime) -> tuple[str, str]:
    """How long until, or since, in words; and whether that is late, soon or nothing of the kind."""
    seconds = (due_at - frame.app.clock.now()).total_seconds()
    time = _length(frame, abs(seconds))
    if seconds < 0:
        return frame.words("cases.overdue", time=time), "late"
    return frame.words("cases.due_in", time=time), "soon" if seconds < 24 * 3600 else ""


def _length(frame: Frame, seconds: float) -> str:
    for unit, size, most in (("minutes", 60, 90), ("hours", 3600, 48)):
        if seconds < size * most:
            return frame.words(f"cases.{unit}", count=max(1, round(seconds / size)))
    return frame.words("cases.days", count=round(seconds / 86400))


async def show_first(frame: Frame, deed: Deed) -> None:
    """Show what the customer will read, and do it when the person has seen that."""

    async def looked() -> tuple[str, ...]:
        me = await _me(frame)
        return await rehearsal.rehearse(frame.app.db, lambda session: deed(session, me, present(frame)))

    try:
        words = await looked()
    except (CarebotError, _SignedOut) as error:
        return refused(frame, error)
    _confirm(frame, deed, words)
    return None


def _confirm(frame: Frame, deed: Deed, shown: tuple[str, ...]) -> None:
    words = frame.words
    with ui.dialog().props("persistent") as dialog, ui.card().classes("fields reads"):
        _reads(frame, shown)

        async def clicked() -> None:
            sure.disable()
            try:
                me = await _me(frame)
                told = await rehearsal.perform(frame.app.db, lambda session: deed(session, me, present(frame)), shown)
            except WordsChanged as changed:
                dialog.close()
                ui.notify(words("cases.words_changed"), type="warning")
                return _confirm(frame, deed, changed.words)
            except (CarebotError, _SignedOut) as error:
                dialog.close()
                return refused(frame, error)
            for conversation_id in {row.conversation_id for row in told}:
                frame.app.words_written(conversation_id)
            ui.navigate.reload()
            return None

        with ui.element("div").classes("buttons"):
            sure = ui.button(words("cases.do_it" if shown else "cases.do_silently"), on_click=clicked)
            sure.props("id=sure")
            ui.button(words("cases.cancel"), on_click=dialog.delete).props("flat")
    dialog.open()


def _reads(frame: Frame, shown: tuple[str, ...]) -> None:
    if not shown:
        ui.label(frame.words("cases.customer_reads_nothing"))
        return
    ui.label(frame.words("cases.customer_reads"))
    for text in shown:
        ui.element("blockquote").classes("told")._text = text


class _SignedOut(Exception):
    pass


async def _me(frame: Frame) -> Me:
    if (me := await frame.still_me()) is None:
        raise _SignedOut
    return me


def refused(frame: Frame, error: Exception) -> None:
    """Say why it was not done."""
    if isinstance(error, _SignedOut):
        go(LOGIN)
    else:
        ui.notify(why_not(frame, error), type="negative", multi_line=True, classes="told")


@contextmanager
def asked(frame: Frame, title: str, go: str, deed: Callable[[], Awaitable[None]]) -> Iterator[None]:
    """A dialog with fields (made within), and a button `go` that does it; both are texts in words."""
    with ui.dialog() as dialog, ui.card().classes("fields"):
        heading("h2", title)
        yield

        async def clicked() -> None:
            dialog.close()
            await deed()

        with ui.element("div").classes("buttons"):
            ui.button(go, on_click=clicked).props("data-go")
            ui.button(frame.words("cases.cancel"), on_click=dialog.close).props("flat")
    dialog.open()
