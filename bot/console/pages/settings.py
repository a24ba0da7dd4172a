"""Settings: my own account. Password, second factor, where I am signed in."""

from nicegui import ui

from bot.console import gate
from bot.console.frame import Frame, page
from bot.console.settings import cell, do, heading, moment, once, section, table, too_easy
from bot.errors import NotAllowed, Unreadable
from bot.staff import second_factor, sessions, store, totp
from bot.staff.account import May, Me
from bot.staff.sign_in import WrongSignIn


def install() -> None:
    page("/settings", "settings.account", May.OWN_ACCOUNT)(build)


async def build(frame: Frame) -> None:
    words = frame.words
    with section(frame, "settings.account"):
        ui.label(f"{frame.me.name} · {frame.me.login} · {words(f'settings.role_{frame.me.role}')}")
        heading("h2", words("settings.password_title"))
        _password(frame)
        heading("h2", words("settings.factor_title"))
        await _factor(frame)
        heading("h2", words("settings.sessions_title"))
        await _sessions(frame)


def _password(frame: Frame) -> None:
    words = frame.words
    with ui.element("div").classes("fields"):
        old = ui.input(words("settings.old_password"), password=True).props("autocomplete=current-password")
        new = ui.input(words("settings.new_password"), password=True).props("autocomplete=new-password")
        again = ui.input(words("settings.again"), password=True).props("autocomplete=new-password")

        async def change(me: Me) -> None:
            visitor, keep = gate.visitor_of(frame.request), gate.visit_of(frame.request).session_id
            try:
                await frame.app.door.change_password(me, old.value, new.value, visitor, frame.app.clock.now(), keep)
            except Unreadable:
                raise NotAllowed(too_easy(frame)) from None
            finally:
                for field in (old, new, again):
                    field.set_value("")

        async def clicked() -> None:
            if new.value != again.value:
                ui.notify(words("sign_in.not_the_same"), type="negative")
                return
            await do(frame, change)

        ui.button(words("settings.change"), on_click=clicked)


async def _factor(frame: Frame) -> None:
    words = frame.words
    async with frame.app.db.read() as session:
        has_one = bool((await store.row(session, frame.me.id)).totp_secret)
    ui.label(words("settings.factor_on" if has_one else "settings.factor_off"))
    with ui.element("div").classes("fields"):
        if not has_one:
            ui.button(words("settings.switch_on"), on_click=lambda: _set_up(frame))
            return
        password = ui.input(words("settings.old_password"), password=True).props("autocomplete=current-password")

        async def switch_off(me: Me) -> bool:
            visitor, given = gate.visitor_of(frame.request), password.value
            await second_factor.switch_off(frame.app.door, me, given, visitor, frame.app.clock.now())
            return True

        async def clicked() -> None:
            if await do(frame, switch_off):
                ui.navigate.reload()

        ui.button(words("settings.switch_off"), on_click=clicked)


def _set_up(frame: Frame) -> None:
    """A new secret, shown as a picture and as text; it is kept only once a code proves that the app has it."""
    words, secret = frame.words, totp.new_secret()
    with ui.dialog() as dialog, ui.card().classes("once"):
        ui.label(words("settings.scan"))
        ui.html(totp.picture(secret, frame.me.login), sanitize=False)  # made here, of nothing but a secret and a login
        ui.element("code")._text = words("settings.key", secret=secret)
        code = ui.input(words("settings.code")).props("autocomplete=one-time-code inputmode=numeric")

        async def switch_on(me: Me) -> list[str]:
            try:
                return await second_factor.switch_on(frame.app.db, me, secret, code.value, frame.app.clock.now())
            except WrongSignIn:
                raise NotAllowed(words("settings.wrong_code")) from None

        async def clicked() -> None:
            if (codes := await do(frame, switch_on)) is not None:
                dialog.close()
                once(frame, words("settings.recovery"), codes)

        ui.button(words("settings.switch_on"), on_click=clicked)
    dialog.open()


async def _sessions(frame: Frame) -> None:
    words, app = frame.words, frame.app
    async with app.db.read() as session:
        mine = await sessions.mine(session, frame.me, app.clock.now(), app.door.limits)
    heads = [words(f"settings.{key}") for key in ("address", "browser", "since", "last_use", "actions")]
    with table(*heads):
        for row in mine:
            with ui.element("tr"):
                for text in (row.address, row.browser[:80], moment(frame, row.started_at), moment(frame, row.seen_at)):
                    cell(text)
                with ui.element("td"):
                    if row.id == gate.visit_of(frame.request).session_id:
                        ui.label(words("settings.this_one"))
                    else:
                        ui.button(words("settings.end_session"), on_click=lambda _, n=row.id: _end(frame, n))


async def _end(frame: Frame, session_id: int) -> None:
    async def end(me: Me) -> bool:
        async with frame.app.db.write() as session:
            await sessions.end_mine(session, me, session_id, frame.app.clock.now())
        return True

    if await do(frame, end):
        ui.navigate.reload()
