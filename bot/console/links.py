"""Ways between pages. NiceGUI's own link and navigation put the prefix of the console before what begins with "/"."""

from nicegui import ui
from nicegui.element import Element

from bot.console.mount import PREFIX


def link(text: str, address: str) -> Element:
    """A way to an address as it stands."""
    way = ui.element("a")
    way.props["href"] = address
    way._text = text
    return way


def go(address: str) -> None:
    """Leave the page for another one of the console."""
    ui.navigate.to(address.removeprefix(PREFIX))
