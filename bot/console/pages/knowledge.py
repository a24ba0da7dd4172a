"""The articles, what customers asked in vain, and a question to try."""

from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlencode

from nicegui import ui
from nicegui.element import Element

from bot.console.frame import Frame, page
from bot.console.links import link
from bot.console.mount import PREFIX
from bot.console.settings import cell, do, heading, moment, table
from bot.enquiries.knowledge import NotFound, Sure, Unsure, Verdict
from bot.knowledge import service, trying
from bot.knowledge.service import Entry
from bot.learning.tables import Lesson
from bot.search.terms import words as terms
from bot.staff.account import May, Me

ADDRESS = f"{PREFIX}/knowledge"


def install() -> None:
    page("/knowledge", "knowledge.title", May.EDIT_KNOWLEDGE)(build)


async def build(frame: Frame) -> None:
    words = frame.words
    entries = await service.listed(frame.app.data, frame.me)
    async with frame.app.db.read() as session:
        missed = await service.missed(session, frame.me)
    with ui.element("main").classes("page settings knowledge"):
        heading("h1", words("knowledge.title"))
        with ui.element("div").classes("halves"):
            with ui.element("section"):
                _articles(frame, entries)
            with ui.element("section"):
                _trial(frame)
                heading("h2", words("knowledge.missed"))
                _missed(frame, missed)


def _articles(frame: Frame, entries: Sequence[Entry]) -> None:
    words = frame.words
    heading("h2", words("knowledge.articles", number=len(entries)))
    rows: list[tuple[set[str], Element]] = []

    def narrowed(text: object) -> None:
        wanted = set(terms(str(text or "")))
        for known, row in rows:
            row.set_visibility(all(any(term.startswith(one) for term in known) for one in wanted))

    with ui.element("div").classes("fields row"):
        box = ui.input(words("knowledge.filter"), on_change=lambda event: narrowed(event.value))
        box.props("for=filter debounce=250 outlined dense clearable")
        link(words("knowledge.new"), f"{ADDRESS}/new").classes("main-link")
    for file, some in groupby(entries, key=lambda one: one.file):
        heading("h3", file)
        with ui.element("ul").classes("articles"):
            rows += [_article(frame, one) for one in some]


def _article(frame: Frame, one: Entry) -> tuple[set[str], Element]:
    with ui.element("li") as row:
        way = link(one.draft.title[frame.words.language], f"{ADDRESS}/article/{one.draft.id}")
        way.props["title"] = one.draft.id
    draft = one.draft
    texts = (draft.id, *draft.title.values(), *(word for some in draft.keywords.values() for word in some))
    return {term for text in texts for term in terms(text)}, row


def _trial(frame: Frame) -> None:
    words = frame.words
    heading("h2", words("knowledge.try"))

    async def asked() -> None:
        if not (question := (box.value or "").strip()):
            return

        async def answer(me: Me) -> Verdict:
            return await trying.answer(frame.app.data.now, me, frame.app.rasa, question)

        if (found := await do(frame, answer, said="")) is not None:
            told.set_text(_told(frame, found))

    with ui.element("div").classes("fields row"):
        box = ui.input(words("knowledge.try_hint")).props("for=question outlined dense").on("keydown.enter", asked)
        ui.button(words("knowledge.try"), on_click=asked)
    told = ui.label().classes("told").props("role=status id=answer")


def _told(frame: Frame, found: Verdict) -> str:
    language = frame.words.language
    match found:
        case Sure(article):
            return frame.words("knowledge.found_sure", title=getattr(article.title, language))
        case Unsure(articles):
            titles = " / ".join(getattr(article.title, language) for article in articles)
            return frame.words("knowledge.found_unsure", titles=titles)
        case NotFound():
            return frame.words("knowledge.found_nothing")


def _missed(frame: Frame, missed: Sequence[Lesson]) -> None:
    words = frame.words
    if not missed:
        ui.label(words("knowledge.missed_none")).classes("soft")
        return
    with table(*(words(f"knowledge.{key}") for key in ("question", "times", "last_asked", "actions"))):
        for one in missed:
            with ui.element("tr"):
                cell(one.text)
                cell(str(one.count))
                cell(moment(frame, one.last_at))
                with ui.element("td"):
                    link(words("knowledge.write_article"), f"{ADDRESS}/new?{urlencode({'lesson': one.id})}")
                    settle = ui.button(words("knowledge.settle")).props("flat dense")
                    settle.on_click(lambda id=one.id: _settle(frame, id))


async def _settle(frame: Frame, lesson_id: int) -> None:
    async def settled(me: Me) -> bool:
        async with frame.app.db.write() as session:
            await service.settled(session, me, lesson_id, frame.app.clock.now())
        return True

    if await do(frame, settled):
        ui.navigate.reload()
