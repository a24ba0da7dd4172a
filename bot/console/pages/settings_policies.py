"""Settings: hours, holidays and the other policy files, edited as they are and checked before they are saved."""

from datetime import timedelta

from nicegui import ui

from bot import policies
from bot.console.frame import Frame, page
from bot.console.links import link
from bot.console.mount import PREFIX
from bot.console.settings import do, heading, section
from bot.errors import NotFound
from bot.policies import PolicyFile
from bot.staff.account import May, Me

DAYS = 14


def install() -> None:
    page("/settings/policies", "settings.policies", May.SETTINGS)(build)


async def build(frame: Frame) -> None:
    words, folder = frame.words, frame.app.data.folder
    known = policies.names(folder, frame.me)
    wanted = frame.request.query_params.get("file", "hours")
    try:
        file = await policies.read(folder, frame.me, wanted)
    except NotFound:
        file = await policies.read(folder, frame.me, "hours")
    with section(frame, "settings.policies"):
        with ui.element("nav").classes("sections").props(f'aria-label="{words("settings.policy_file")}"'):
            for name in known:
                way = link(f"{name}.yml", f"{PREFIX}/settings/policies?file={name}")
                if name == file.name:
                    way.props["aria-current"] = "true"
        if file.name == "hours":
            _days(frame)
        ui.label(words("settings.policy_why"))
        _editor(frame, file)


def _days(frame: Frame) -> None:
    """What the file means: the days to come."""
    hours, words = frame.app.data.now.hours, frame.words
    heading("h2", words("settings.next_days"))
    today = frame.app.clock.now().astimezone(hours.zone).date()
    with ui.element("ul").classes("days"):
        for day in (today + timedelta(days=n) for n in range(DAYS)):
            spans = ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in hours.plan(day))
            guess = f" ({words('settings.estimated')})" if hours.is_estimated(day) else ""
            ui.element("li")._text = f"{words.day(day)}: {spans or words('settings.closed_day')}{guess}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _editor(frame: Frame, file: PolicyFile) -> None:
    words = frame.words
    label = f"data/policy/{file.name}.yml"
    text = ui.textarea(label, value=file.text).classes("policy").props("outlined spellcheck=false id=policy")

    async def save(me: Me) -> bool:
        changed = PolicyFile(file.name, text.value, file.version)
        await policies.save(frame.app.db, frame.app.data, me, changed, frame.app.clock.now())
        return True

    async def clicked() -> None:
        if await do(frame, save):
            ui.navigate.reload()

    ui.button(words("settings.save"), on_click=clicked)
