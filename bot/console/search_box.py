"""The search box: on its page, and in a dialog on every other one ("/" outside of a conversation, or Ctrl+K).

Forms of plain HTML: they work before the page has its line, and the results have an address.
"""

from nicegui import ui

from bot.console.frame import Frame, version
from bot.console.mount import PREFIX

ADDRESS = f"{PREFIX}/search"


def form(frame: Frame, typed: str = "", id: str = "search-words") -> None:
    words = frame.words
    with ui.element("form").classes("search-form").props(f"role=search method=get action={ADDRESS}"):
        with ui.element("label"):
            ui.element("span").classes("unseen")._text = words("search.title")
            box = ui.element("input").props(f"type=search name=q autocomplete=off maxlength=200 id={id}")
            box.props["placeholder"] = words("search.hint")
            box.props["value"] = typed[:200]
        ui.element("button").props("type=submit")._text = words("search.go")


def dialog(frame: Frame) -> None:
    """Closed until its key is pressed, or its button in the rail."""
    with ui.element("dialog").props("id=search-dialog") as box:
        box.props["aria-label"] = frame.words("search.title")
        form(frame, id="search-anywhere")
        ui.element("p").classes("soft")._text = frame.words("search.keys")
    ui.add_body_html(f'<script src="{PREFIX}/assets/{version()}/search.js"></script>')
