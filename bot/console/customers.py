"""What the pages about customers share, and their dialogs."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from nicegui import ui

from bot.console.casework import asked
from bot.console.frame import Frame
from bot.console.settings import do, heading
from bot.customers import editing, store
from bot.customers.service import UNASKED, Purpose
from bot.customers.tables import Customer
from bot.desk.customer_file import CustomerFile
from bot.errors import NotFound
from bot.privacy import accounts, erase
from bot.privacy.erase import Plan
from bot.staff.account import Me


@contextmanager
def main(frame: Frame, title: str) -> Iterator[None]:
    with ui.element("main").classes("page casework"):
        heading("h1", title)
        yield


async def quietly(frame: Frame, deed: Callable[[Me], Awaitable[object]]) -> None:
    """Do it as whoever is signed in, and show the page anew."""

    async def done(me: Me) -> bool:
        await deed(me)
        return True

    if await do(frame, done):
        ui.navigate.reload()


def edit(frame: Frame, customer: Customer) -> None:
    """What the staff may put right."""
    words = frame.words

    async def go() -> None:
        changes: dict[str, Any] = {
            "language": language.value or "",
            "time_zone": (zone.value or "").strip(),
            "tags": (tags.value or "").replace("，", ",").split(","),
            "birthday": _birthday(month.value, day.value, calendar.value, leap.value),
        }

        async def save(me: Me) -> None:
            async with frame.app.db.write() as session:
                await editing.edit(session, customer.id, me, changes, frame.app.clock.now())

        await quietly(frame, save)

    known = customer.birthday or {}
    with asked(frame, words("customers.edit"), words("customers.save"), go):
        ui.label(words("customers.edit_help")).classes("soft")
        languages = {name: words(f"customers.{label}") for name, label in _LANGUAGES.items()}
        language = ui.select(languages, label=words("customers.language"), value=customer.language)
        zone = ui.input(words("customers.time_zone"), value=customer.time_zone)
        month = ui.number(words("customers.month"), value=known.get("month"), min=1, max=12, precision=0)
        day = ui.number(words("customers.day"), value=known.get("day"), min=1, max=31, precision=0)
        calendars = {name: words(f"customers.{name}") for name in ("solar", "lunar")}
        calendar = ui.select(calendars, label=words("customers.calendar"), value=known.get("calendar", "solar"))
        leap = ui.checkbox(words("customers.leap"), value=bool(known.get("leap")))
        tags = ui.input(f"{words('customers.tags')} ({words('customers.tags_help')})", value=", ".join(customer.tags))


_LANGUAGES = {"": "unknown", "zh": "chinese", "en": "english"}


def _birthday(month: Any, day: Any, calendar: str, leap: bool) -> Mapping[str, Any] | None:
    if not month and not day:
        return None
    return {"month": month, "day": day, "calendar": calendar, "leap": leap}


def refuse(frame: Frame, file: CustomerFile) -> None:
    """The customer has told a person what they do not want any more."""
    words = frame.words
    chats = {chat.id: f"{chat.channel} {chat.name}".strip() for chat in file.chats}

    async def go() -> None:
        async def save(me: Me) -> None:
            at = frame.app.clock.now()
            async with frame.app.db.write() as session:
                await editing.refuse(
                    session,
                    int(chat.value),
                    me,
                    Purpose(purpose.value),
                    said.value or "",
                    file.customer.language or frame.me.language,
                    at,
                )

        await quietly(frame, save)

    with asked(frame, words("customers.refuse"), words("customers.save"), go):
        chat = ui.select(chats, label=words("customers.conversations"), value=next(iter(chats)))
        purposes = {one.value: words(f"customers.purpose_{one}") for one in (*UNASKED, Purpose.PROFILING)}
        purpose = ui.select(purposes, label=words("customers.purpose"), value=Purpose.MARKETING.value)
        said = ui.input(words("customers.refuse_words"))


def merge(frame: Frame, customer: Customer) -> None:
    """Another account of the same person goes on as this one."""
    words = frame.words

    async def go() -> None:
        async def join(me: Me) -> None:
            async with frame.app.db.write() as session:
                other = await store.by_shop_id(session, (typed.value or "").strip())
                if other is None:
                    raise NotFound(f"there is no customer {typed.value}")
                at = frame.app.clock.now()
                await accounts.merge(session, customer.id, other.id, me, typed.value or "", at)

        await quietly(frame, join)

    with asked(frame, words("customers.merge"), words("customers.merge"), go):
        ui.label(words("customers.merge_help")).classes("soft")
        typed = ui.input(words("customers.account"))


def undo_button(frame: Frame, merge_id: int, account: str) -> None:
    async def undo() -> None:
        async def part(me: Me) -> None:
            async with frame.app.db.write() as session:
                await accounts.undo(session, merge_id, me, frame.app.clock.now())

        await quietly(frame, part)

    ui.button(frame.words("customers.undo_merge", account=account), on_click=undo).props("flat dense data-undo")


def detach_button(frame: Frame, conversation_id: int) -> None:
    async def detach() -> None:
        async def part(me: Me) -> None:
            async with frame.app.db.write() as session:
                await accounts.detach(session, conversation_id, me, frame.app.clock.now())

        await quietly(frame, part)

    ui.button(frame.words("customers.detach"), on_click=detach).props("flat dense data-detach")


async def erase_first(frame: Frame, file: CustomerFile) -> None:
    """What goes and what stays is told before, and the id is typed."""

    async def look(me: Me) -> Plan:
        async with frame.app.db.read() as session:
            return await erase.plan(session, file.person, me)

    if (plan := await do(frame, look, said="")) is not None:
        _erase(frame, plan)


def _erase(frame: Frame, plan: Plan) -> None:
    words = frame.words
    with ui.dialog().props("persistent") as dialog, ui.card().classes("fields reads").props("id=erasing"):
        heading("h2", words("customers.erase_title"))
        _told(frame, "goes", plan.deleted)
        if plan.files:
            ui.label(words("customers.erase_files", count=plan.files))
        _told(frame, "stays", plan.emptied)
        if plan.open_cases or plan.open_promises:
            owed = words("customers.erase_owed", cases=plan.open_cases, promises=plan.open_promises)
            ui.label(owed).classes("notice")
        ui.label(words("customers.erase_shop")).classes("soft")
        typed = ui.input(words("customers.erase_type", word=plan.word)).props("id=erase-word")
        with ui.element("div").classes("buttons"):
            clicked = partial(_erased, frame, plan, dialog, typed)
            ui.button(words("customers.erase_now"), on_click=clicked, color="negative").props("id=erase-now")
            ui.button(words("customers.cancel"), on_click=dialog.delete).props("flat")
    dialog.open()


def _told(frame: Frame, what: str, counts: Mapping[str, int]) -> None:
    words = frame.words
    ui.element("h3")._text = words(f"customers.erase_{what}")
    with ui.element("ul").classes(what):
        for name, count in counts.items():
            key = f"customers.{what}_{name}"
            label = words(key) if words.has(key) else words(f"customers.{what}_other", table=name)
            ui.element("li")._text = words("customers.count_of", what=label, count=count)


async def _erased(frame: Frame, plan: Plan, dialog: ui.dialog, typed: ui.input) -> None:
    app = frame.app

    async def go(me: Me) -> bool:
        async with app.db.write() as session:
            await erase.erase(session, plan.person, me, typed.value or "", app.clock.now())
        return True

    if await do(frame, go, said="customers.erase_done"):
        dialog.close()
        app.web.forget(plan.person.chats)
        await erase.finish(app.db, app.files.folder)
        ui.navigate.reload()
