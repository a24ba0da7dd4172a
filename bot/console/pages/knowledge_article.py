"""One article: its words in both languages beside what the customer reads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nicegui import ui

from bot.console.frame import Frame, page
from bot.console.links import go, link
from bot.console.mount import PREFIX
from bot.console.settings import do, heading
from bot.enquiries.article import LANGUAGES
from bot.errors import NotFound, Unreadable
from bot.knowledge import service, trying
from bot.knowledge.draft import Draft
from bot.knowledge.service import Opened
from bot.staff.account import May, Me

ADDRESS = f"{PREFIX}/knowledge"
QUOTE = "{shop.…}"


def install() -> None:
    page("/knowledge/article/{id}", "knowledge.title", May.EDIT_KNOWLEDGE)(build)
    page("/knowledge/new", "knowledge.new", May.EDIT_KNOWLEDGE)(build_new)


async def build(frame: Frame) -> None:
    id = str(frame.request.path_params["id"])
    try:
        opened = await service.opened(frame.app.data, frame.me, id)
    except NotFound as error:
        with ui.element("main").classes("page settings"):
            ui.label(str(error))
        return
    _page(frame, Editor(frame, opened, opened.draft.version), frame.words("knowledge.edit", id=id))


async def build_new(frame: Frame) -> None:
    """Perhaps for a question that was asked in vain: it becomes the first of the other words."""
    files = service.files(frame.app.data, frame.me)
    opened = await service.empty(frame.app.data, frame.me, files[0])
    lesson = frame.request.query_params.get("lesson", "")
    async with frame.app.db.read() as session:
        asked = [row for row in await service.missed(session, frame.me) if str(row.id) == lesson]
    keywords: dict[str, tuple[str, ...]] = {
        name: tuple(row.text for row in asked if row.language == name) for name in LANGUAGES
    }
    fresh = Opened(opened.file, Draft("", keywords=keywords), opened.source)
    _page(frame, Editor(frame, fresh, ""), frame.words("knowledge.new"))


def _page(frame: Frame, editor: "Editor", title: str) -> None:
    with ui.element("main").classes("page settings knowledge"):
        link(frame.words("knowledge.back"), ADDRESS)
        heading("h1", title)
        with ui.element("div").classes("halves"):
            with ui.element("section"):
                editor.fields()
            with ui.element("section").props("aria-live=polite"):
                heading("h2", frame.words("knowledge.preview"))
                editor.bubbles()
    editor.show()


@dataclass
class Editor:
    """The fields, and what they would be for the customer. `version` is "" for a new article."""

    frame: Frame
    opened: Opened
    version: str
    inputs: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, ui.label] = field(default_factory=dict)
    wrong: ui.label | None = None

    def fields(self) -> None:
        words, draft = self.frame.words, self.opened.draft
        with ui.element("div").classes("fields"):
            if not self.version:
                files = service.files(self.frame.app.data, self.frame.me)
                self._put("file", ui.select(files, value=self.opened.file, label=words("knowledge.file")))
                self._put("id", ui.input(words("knowledge.id"), value=draft.id))
            for language in LANGUAGES:
                self._in_language(language)
            self._put("answers", ui.input(words("knowledge.answers"), value=draft.answers))
            ui.label(words("knowledge.body_hint", quote=QUOTE)).classes("soft")
            ui.button(words("knowledge.save"), on_click=self.save).props("id=save")

    def _in_language(self, language: str) -> None:
        words, draft = self.frame.words, self.opened.draft
        named: Callable[[str], str] = lambda key: f"{words(f'knowledge.{key}')} · {words(f'knowledge.{language}')}"  # noqa: E731
        heading("h2", words(f"knowledge.{language}"))
        self._put(f"title {language}", ui.input(named("heading"), value=draft.title[language]))
        self._put(f"body {language}", ui.textarea(named("body"), value=draft.body[language]).props("autogrow"))
        lines = "\n".join(draft.keywords[language])
        self._put(f"keywords {language}", ui.textarea(named("keywords"), value=lines).props("autogrow"))
        source = (self.opened.source or {}).get(language, "")
        label = words("knowledge.source", source=source)
        self._put(f"source {language}", ui.input(label, value=draft.source[language]))

    def _put(self, name: str, box: Any) -> None:
        box.props(f"outlined dense debounce=300 for={name.replace(' ', '-')}").on_value_change(lambda: self.show())
        self.inputs[name] = box

    def bubbles(self) -> None:
        for language in LANGUAGES:
            ui.label(self.frame.words(f"knowledge.{language}")).classes("soft")
            self.shown[language] = ui.label().classes("bubble").props(f"id=preview-{language} lang={language}")
        self.wrong = ui.label().classes("told alarm").props("id=wrong role=alert")

    def draft(self) -> Draft:
        def of(part: str) -> dict[str, str]:
            return {language: str(self.inputs[f"{part} {language}"].value or "") for language in LANGUAGES}

        keywords = {language: tuple(text.splitlines()) for language, text in of("keywords").items()}
        id = str(self.inputs["id"].value or "") if "id" in self.inputs else self.opened.draft.id
        return Draft(id, of("title"), of("body"), keywords, of("source"), str(self.inputs["answers"].value or ""))

    def show(self) -> None:
        """What the customer would read, or why it cannot be saved; then the last good preview stays."""
        try:
            texts = trying.preview(self.frame.app.data.now, self.frame.me, self.opened, self.draft())
        except Unreadable as error:
            self._tell(self.frame.words("knowledge.preview_broken", why=str(error)))
            return
        for language, text in texts.items():
            self.shown[language].set_text(text)
        self._tell("")

    def _tell(self, text: str) -> None:
        if self.wrong is not None:
            self.wrong.set_text(text)

    async def save(self) -> None:
        app = self.frame.app
        file = str(self.inputs["file"].value) if "file" in self.inputs else self.opened.file

        async def deed(me: Me) -> Draft:
            return await service.save(app.db, app.data, me, file, self.draft(), self.version, app.clock.now())

        if (saved := await do(self.frame, deed, said="knowledge.saved")) is not None:
            if not self.version:
                go(f"{ADDRESS}/article/{saved.id}")
            self.version = saved.version
