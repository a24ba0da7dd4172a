"""The inbox: the lists of conversations. Opening one does not leave the page."""

from bot.console import desk
from bot.console.frame import Frame, page
from bot.staff.account import May


def install() -> None:
    page("/inbox", "frame.inbox", May.ANSWER)(build)


async def build(frame: Frame) -> None:
    await desk.show(frame)
