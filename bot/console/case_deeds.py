"""Buttons and dialogs of a case: its steps, corrections, who looks after it, merging and linking."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import merging
from bot.complaints import steps as services
from bot.complaints.casework import CAUSES, CLOSES_WITH_A_LESSON, NEEDS_A_CHOICE
from bot.complaints.complaint import Event, Kind, Stage
from bot.complaints.corrections import set_severity
from bot.complaints.tables import Case
from bot.console.casework import asked, number, present, show_first
from bot.console.frame import Frame
from bot.console.settings import do, heading
from bot.desk.case_file import CaseFile
from bot.inbox import corrections as corrected
from bot.learning import files
from bot.staff import store as staff
from bot.staff.account import Me


def steps(frame: Frame, file: CaseFile) -> None:
    """A button for each step that the stage has. Accepting has its own, beside what is on the table."""
    heading("h2", frame.words("cases.steps"))
    with ui.element("div").classes("buttons").props("id=steps"):
        for event in file.buttons:
            if event not in NEEDS_A_CHOICE:
                one = ui.button(frame.words(f"brief.event_{event}"), on_click=partial(_step, frame, file, event))
                one.props(f"outline data-step={event}")


def _step(frame: Frame, file: CaseFile, event: Event) -> None:
    words = frame.words
    closes = event in CLOSES_WITH_A_LESSON

    async def go() -> None:
        cause, lesson = (chosen.value or "", learned.value or "") if closes else ("", "")
        await show_first(
            frame,
            lambda session, me, now: services.step(
                session, file.case.id, me, event, file.seen, now, note.value or "", cause, lesson
            ),
        )

    with asked(frame, words(f"brief.event_{event}"), words("cases.show_words"), go):
        note = ui.textarea(words("cases.note"))
        if closes:
            chosen, learned = _cause_fields(frame, file.case)


def _cause_fields(frame: Frame, case: Case) -> tuple[ui.select, ui.textarea]:
    words = frame.words
    causes = {cause: words(f"cases.cause_{cause}") for cause in CAUSES}
    chosen = ui.select(
        causes, label=words("cases.root_cause"), value=case.root_cause if case.root_cause in causes else None
    )
    return chosen, ui.textarea(words("cases.lesson"), value=case.lesson)


Quiet = Callable[[AsyncSession, Me], Awaitable[object]]


async def _quietly(frame: Frame, deed: Quiet) -> None:
    """Something the customer is not told of."""

    async def done(me: Me) -> bool:
        async with frame.app.db.write() as session:
            await deed(session, me)
        return True

    if await do(frame, done):
        ui.navigate.reload()


def corrections(frame: Frame, file: CaseFile) -> None:
    words = frame.words
    if file.case.merged_into is not None:
        return
    with ui.element("div").classes("buttons").props("id=corrections"):
        for key, clicked in (
            ("correct_emotion", _emotion),
            ("correct_severity", _severity),
            ("correct_kind", _kind),
            ("assign", _assign),
        ):
            ui.button(words(f"cases.{key}"), on_click=partial(clicked, frame, file)).props(f"flat dense id={key}")
        if file.case.stage is Stage.CLOSED:
            ui.button(words("cases.learn"), on_click=partial(_learn, frame, file)).props("flat dense id=learn")


def _emotion(frame: Frame, file: CaseFile) -> None:
    words = frame.words

    async def go() -> None:
        await _quietly(
            frame,
            lambda session, me: corrected.correct_emotion(
                session,
                file.case.id,
                me,
                int(level.value),
                why.value or "",
                present(frame),
                frame.app.data.now.personal,
            ),
        )

    with asked(frame, words("cases.correct_emotion"), words("cases.save"), go):
        levels = {one: words(f"cases.level_{one}") for one in range(4)}
        level = ui.select(levels, label=words("cases.emotion"), value=file.case.level)
        why = ui.textarea(words("cases.why"))


def _severity(frame: Frame, file: CaseFile) -> None:
    words = frame.words

    async def go() -> None:
        await _quietly(
            frame,
            lambda session, me: set_severity(
                session, file.case.id, me, int(severity.value), why.value or "", present(frame)
            ),
        )

    with asked(frame, words("cases.correct_severity"), words("cases.save"), go):
        severities = {one: words(f"cases.severity_{one}") for one in range(1, 5)}
        severity = ui.select(severities, label=words("cases.severity"), value=file.case.severity)
        why = ui.textarea(words("cases.why"))


def _kind(frame: Frame, file: CaseFile) -> None:
    words = frame.words

    async def go() -> None:
        await _quietly(
            frame,
            lambda session, me: corrected.correct_kind(
                session,
                file.case.id,
                me,
                Kind(kind.value),
                present(frame),
                frame.app.data.now.personal,
                files.intents(),
            ),
        )

    with asked(frame, words("cases.correct_kind"), words("cases.save"), go):
        kinds = {one.value: words(f"desk.kind_{one}") for one in Kind}
        kind = ui.select(kinds, label=words("cases.kind"), value=file.case.kind.value)


async def _assign(frame: Frame, file: CaseFile) -> None:
    words = frame.words
    async with frame.app.db.read() as session:
        people = {row.id: row.name for row in await staff.everybody(session, active_only=True)}

    async def go() -> None:
        to = int(who.value) or None
        await _quietly(frame, lambda session, me: services.assign(session, file.case.id, me, to, frame.app.clock.now()))

    with asked(frame, words("cases.assign"), words("cases.save"), go):
        choices = {0: words("cases.nobody"), **people}
        mine = file.case.owner_id or frame.me.id
        who = ui.select(choices, label=words("cases.owner"), value=mine if mine in choices else 0)


def _learn(frame: Frame, file: CaseFile) -> None:
    async def go() -> None:
        await _quietly(
            frame,
            lambda session, me: services.learn(
                session, file.case.id, me, cause.value or "", lesson.value or "", frame.app.clock.now()
            ),
        )

    with asked(frame, frame.words("cases.learn"), frame.words("cases.save"), go):
        cause, lesson = _cause_fields(frame, file.case)


def with_other(frame: Frame, file: CaseFile, other: Case) -> None:
    """What may be done with another case of the same customer."""
    words = frame.words

    async def merge() -> None:
        await show_first(frame, lambda session, me, now: merging.merge(session, file.case.id, other.id, me, now))

    async def link() -> None:
        await _quietly(
            frame, lambda session, me: services.link(session, file.case.id, me, other.id, frame.app.clock.now())
        )

    if other.stage is not Stage.CLOSED:
        ui.button(f"{words('cases.merge')} {number(other.id)}", on_click=merge).props("flat dense data-merge")
    if other.id < file.case.id:
        ui.button(words("cases.link"), on_click=link).props("flat dense data-link")
