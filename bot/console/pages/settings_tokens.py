"""Settings: tokens of the HTTP API."""

from datetime import datetime, timedelta

from nicegui import ui

from bot.console.frame import Frame, page
from bot.console.settings import cell, do, moment, once, section, table
from bot.staff import tokens
from bot.staff.account import May, Me
from bot.staff.scope import Scope
from bot.staff.tables import ApiToken


def install() -> None:
    page("/settings/tokens", "settings.tokens", May.MANAGE_TOKENS)(build)


async def build(frame: Frame) -> None:
    words = frame.words
    async with frame.app.db.read() as session:
        found = await tokens.listed(session, frame.me)
    keys = ("token_name", "hint", "scopes", "made", "ends", "last_use", "actions")
    with section(frame, "settings.tokens"):
        ui.button(words("settings.new_token"), on_click=lambda: _make(frame)).props("id=new-token")
        with table(*(words(f"settings.{key}") for key in keys)):
            for row in found:
                _row(frame, row)


def _row(frame: Frame, row: ApiToken) -> None:
    words = frame.words
    has_ended = row.ended_at is not None or (row.expires_at is not None and row.expires_at <= frame.app.clock.now())
    with ui.element("tr"):
        cell(row.name)
        cell(f"{row.hint}…")
        cell(" ".join(row.scopes))
        cell(f"{moment(frame, row.made_at)} {row.made_by}")
        cell(moment(frame, row.expires_at) if row.expires_at else words("settings.never"))
        cell(moment(frame, row.used_at) if row.used_at else words("settings.unused"))
        with ui.element("td"):
            if has_ended:
                ui.label(words("settings.token_ended"))
            else:
                ui.button(words("settings.end_token"), on_click=lambda: _end(frame, row.id)).props("flat")


def _make(frame: Frame) -> None:
    words = frame.words
    with ui.dialog() as dialog, ui.card().classes("fields"):
        name = ui.input(words("settings.token_name"))
        ui.label(words("settings.scopes"))
        chosen = {scope: ui.checkbox(f"{_told(frame, scope)} ({scope})") for scope in Scope}
        days = ui.number(words("settings.expires"), value=365, min=1, max=3650, precision=0)

        async def make(me: Me) -> str:
            at = frame.app.clock.now()
            ends: datetime | None = at + timedelta(days=int(days.value)) if days.value else None
            scopes = [scope.value for scope, box in chosen.items() if box.value]
            async with frame.app.db.write() as session:
                return await tokens.create(session, me, name.value, scopes, ends, at)

        async def clicked() -> None:
            if (token := await do(frame, make)) is not None:
                dialog.close()
                once(frame, words("settings.shown_once"), [token])

        ui.button(words("settings.save"), on_click=clicked)
        ui.button(words("settings.cancel"), on_click=dialog.close).props("flat")
    dialog.open()


def _told(frame: Frame, scope: Scope) -> str:
    return frame.words(f"settings.scope_{scope.replace(':', '_')}")


async def _end(frame: Frame, token_id: int) -> None:
    async def end(me: Me) -> bool:
        async with frame.app.db.write() as session:
            await tokens.end(session, me, token_id, frame.app.clock.now())
        return True

    if await do(frame, end):
        ui.navigate.reload()
