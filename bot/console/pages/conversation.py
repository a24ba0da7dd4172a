"""One conversation."""

from nicegui import ui

from bot.console.frame import Frame, page
from bot.staff.account import May


def install() -> None:
    page("/conversation/{number}", "frame.conversation", May.ANSWER)(build)


async def build(frame: Frame) -> None:
    with ui.element("main").classes("page"):
        ui.label(frame.request.path_params["number"])
