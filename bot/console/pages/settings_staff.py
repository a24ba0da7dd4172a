"""Settings: who works here, with which role."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from bot.console.frame import Frame, page
from bot.console.settings import cell, do, once, section, table
from bot.staff import accounts, sessions
from bot.staff.account import May, Me, Role
from bot.staff.accounts import Profile, profile_of
from bot.staff.tables import Staff


def install() -> None:
    page("/settings/staff", "settings.staff", May.MANAGE_STAFF)(build)


async def build(frame: Frame) -> None:
    words = frame.words
    async with frame.app.db.read() as session:
        people = await accounts.everybody(session, frame.me)
    keys = ("login", "name", "role", "teams", "capacity", "has_factor", "state", "actions")
    with section(frame, "settings.staff"):
        ui.button(words("settings.add_person"), on_click=lambda: _edit(frame, None)).props("id=add-person")
        with table(*(words(f"settings.{key}") for key in keys)):
            for row in people:
                _row(frame, row)


def _row(frame: Frame, row: Staff) -> None:
    words = frame.words
    state = "closed" if not row.active else "open" if row.login else "no_login"
    factor = "yes" if row.totp_secret else "no"
    with ui.element("tr").props(f"data-staff={row.id}"):
        cell(row.login or "–")
        cell(row.name)
        cell(words(f"settings.role_{row.role}"))
        cell(", ".join(row.teams))
        cell(str(row.capacity))
        cell(words(f"settings.{factor}"))
        cell(words(f"settings.{state}"))
        with ui.element("td"), ui.button(words("settings.actions")).props("flat"), ui.menu():
            _item(frame, "edit", lambda: _edit(frame, row))
            if row.login is not None:
                _item(frame, "reset", lambda: _reset(frame, row, False))
                _item(frame, "reset_factor", lambda: _reset(frame, row, True))
                _item(frame, "end_all", lambda: _end_all(frame, row))
            _item(frame, "deactivate" if row.active else "activate", lambda: _set_active(frame, row))


def _item(frame: Frame, key: str, clicked: Callable[[], Awaitable[None] | None]) -> None:
    ui.menu_item(frame.words(f"settings.{key}"), on_click=clicked)


def _edit(frame: Frame, row: Staff | None) -> None:
    """A dialog for somebody new, or for what is known of somebody."""
    words = frame.words
    known = profile_of(row) if row else Profile("", language=frame.me.language)
    languages = {"zh": words("settings.chinese"), "en": words("settings.english")}
    with ui.dialog() as dialog, ui.card().classes("fields"):
        login = ui.input(words("settings.login"), value=(row.login or "") if row else "")
        login.set_enabled(row is None)
        name = ui.input(words("settings.name"), value=known.name)
        roles = {role.value: words(f"settings.role_{role}") for role in Role}
        role = ui.select(roles, label=words("settings.role"), value=known.role.value)
        language = ui.select(languages, label=words("settings.interface_language"), value=known.language)
        label = words("settings.served_languages")
        served = ui.select(languages, label=label, value=list(known.languages), multiple=True)
        teams = ui.input(words("settings.teams"), value=", ".join(known.teams))
        capacity = ui.number(words("settings.capacity"), value=known.capacity, min=0, max=50, precision=0)

        def written() -> Profile:
            named = tuple(t.strip() for t in teams.value.replace("\uff0c", ",").split(",") if t.strip())
            places = int(capacity.value or 0)
            return Profile(name.value, Role(role.value), language.value, tuple(served.value), named, places)

        async def save(me: Me) -> str:
            at = frame.app.clock.now()
            if row is None:
                return await accounts.add(frame.app.db, me, login.value, written(), at)
            async with frame.app.db.write() as session:
                await accounts.change(session, me, row.id, written(), at)
            return ""

        async def clicked() -> None:
            if (password := await do(frame, save)) is None:
                return
            dialog.close()
            if password:
                _tell(frame, login.value, password)
            else:
                ui.navigate.reload()

        ui.button(words("settings.save"), on_click=clicked)
        ui.button(words("settings.cancel"), on_click=dialog.close).props("flat")
    dialog.open()


async def _reset(frame: Frame, row: Staff, second_factor: bool) -> None:
    async def reset(me: Me) -> str:
        return await accounts.reset(frame.app.db, me, row.id, frame.app.clock.now(), second_factor)

    if (password := await do(frame, reset)) is not None:
        _tell(frame, row.login or row.name, password)


async def _end_all(frame: Frame, row: Staff) -> None:
    async def end(me: Me) -> int:
        async with frame.app.db.write() as session:
            return await sessions.end_everybodys(session, me, row.id, frame.app.clock.now())

    if (count := await do(frame, end, said="")) is not None:
        ui.notify(frame.words("settings.ended", count=count), type="positive")


async def _set_active(frame: Frame, row: Staff) -> None:
    async def switch(me: Me) -> bool:
        async with frame.app.db.write() as session:
            await accounts.set_active(session, me, row.id, not row.active, frame.app.clock.now())
        return True

    if await do(frame, switch):
        ui.navigate.reload()


def _tell(frame: Frame, login: str, password: str) -> None:
    once(frame, frame.words("settings.given_password", login=login), [password])
