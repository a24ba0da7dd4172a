"""Settings: how the system is."""

from nicegui import ui

from bot import health
from bot.console.frame import Frame, page
from bot.console.settings import cell, section, table
from bot.staff.account import May


def install() -> None:
    page("/settings/health", "settings.health", May.SETTINGS)(build)


async def build(frame: Frame) -> None:
    words = frame.words
    now = await health.look(frame.app.db, frame.app.rasa, frame.me, frame.app.clock.now())
    with section(frame, "settings.health"), table(words("settings.health"), words("settings.state")):
        for key, is_up in (("database", now.database), ("nlu", now.nlu)):
            _row(words(f"settings.{key}"), words("settings.answers" if is_up else "settings.silent"), is_up)
        if now.waiting is not None:
            ages = ("turns", now.waiting.turns), ("outbox", now.waiting.outbox), ("people", now.waiting.people)
            for key, age in ages:
                _row(words(f"settings.waits_{key}"), words("settings.seconds", count=round(age)), True)
            unknown = now.waiting.unknown_sends
            _row(words("settings.unknown_sends"), str(unknown), not unknown)


def _row(name: str, state: str, is_well: bool) -> None:
    with ui.element("tr").classes("" if is_well else "alarm"):
        cell(name)
        cell(state)
