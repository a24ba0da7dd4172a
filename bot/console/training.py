"""What the pages under Training share."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from bot.console.frame import Frame
from bot.console.links import link
from bot.console.mount import PREFIX
from bot.console.settings import heading

SECTIONS = (("/training", "training.messages"), ("/training/models", "training.models"))


@contextmanager
def section(frame: Frame, title: str) -> Iterator[None]:
    here = frame.request.url.path.removeprefix(PREFIX)
    with ui.element("main").classes("page settings training"):
        with ui.element("nav").classes("sections").props(f'aria-label="{frame.words("training.sections")}"'):
            for path, label in SECTIONS:
                way = link(frame.words(label), PREFIX + path)
                if path == here:
                    way.props["aria-current"] = "page"
        heading("h1", frame.words(title))
        yield
