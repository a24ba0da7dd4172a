"""One conversation, beside the list it stands in: the address that alerts and notes point to."""

from bot.console import desk
from bot.console.frame import Frame, page
from bot.staff.account import May


def install() -> None:
    page("/conversation/{number}", "frame.conversation", May.ANSWER)(build)


async def build(frame: Frame) -> None:
    number = frame.request.path_params["number"]
    await desk.show(frame, int(number) if number.isdecimal() and len(number) < 19 else 0)
