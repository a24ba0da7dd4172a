"""Training: messages that were not understood or were corrected get their meaning, and become examples."""

from collections.abc import Sequence

from nicegui import ui

from bot.complaints.emotion import Mood
from bot.console.frame import Frame, page
from bot.console.settings import do
from bot.console.training import section
from bot.learning.lesson import State
from bot.learning.service import LANGUAGES, Exported
from bot.learning.tables import Lesson
from bot.staff.account import May, Me
from bot.training import labels
from bot.training.labels import Label

SHOWN = 20


def install() -> None:
    page("/training", "training.title", May.TRAIN)(build)


async def build(frame: Frame) -> None:
    words = frame.words
    async with frame.app.db.read() as session:
        found = await labels.waiting(session, frame.me, SHOWN)
    known = await labels.intents(frame.me)
    with section(frame, "training.messages"):
        ui.label(words("training.why")).classes("soft")
        ui.label(words("training.counts", **{state.value: found.counts.get(state, 0) for state in State}))
        export = ui.button(words("training.export", number=len(found.labelled)), on_click=lambda: _export(frame))
        export.props("id=export").set_enabled(bool(found.labelled))
        with ui.element("datalist").props("id=intents"):
            for name in known:
                ui.element("option").props["value"] = name
        if not found.lessons:
            ui.label(words("training.none")).classes("soft").props("role=status")
        for lesson in found.lessons:
            _card(frame, lesson, known)


def _card(frame: Frame, lesson: Lesson, known: Sequence[str]) -> None:
    words = frame.words
    with ui.element("article").classes("lesson").props(f"id=lesson-{lesson.id}") as card:
        with ui.element("p").classes("about"):
            ui.label(words(f"training.why_{lesson.why}")).classes("chip")
            ui.label(words("training.times", number=lesson.count)).classes("soft")
            if lesson.intent:
                percent = round(100 * lesson.confidence)
                ui.label(words("training.thought", intent=lesson.intent, percent=percent)).classes("soft")
        with ui.element("div").classes("fields row"):
            text = ui.input(words("training.text"), value=lesson.text).classes("wide-box").props("outlined dense")
            first = lesson.label_intent or lesson.suggested
            intent = ui.input(words("training.intent"), value=first).props("outlined dense list=intents")
            moods = {"": words("training.emotion_as_is")} | {m.value: words(f"training.emotion_{m}") for m in Mood}
            emotion = ui.select(moods, value=lesson.label_emotion, label=words("training.emotion"))
            tongues = {name: words(f"training.{name}") for name in LANGUAGES}
            own = lesson.language if lesson.language in tongues else "en"
            language = ui.select(tongues, value=own, label=words("training.language"))
            for box in (emotion, language):
                box.props("outlined dense options-dense")
        with ui.element("div").classes("fields row"):
            for guess in dict.fromkeys([*filter(None, [lesson.suggested]), *(name for name, _ in lesson.ranking)]):
                ui.button(guess, on_click=lambda guess=guess: intent.set_value(guess)).props("outline dense no-caps")

            async def label(me: Me) -> bool:
                given = Label(intent.value or "", emotion.value or "", language.value, _changed(lesson, text.value))
                async with frame.app.db.write() as session:
                    personal = frame.app.data.now.personal
                    await labels.label(session, me, lesson.id, given, frame.app.clock.now(), personal, known)
                return True

            async def drop(me: Me) -> bool:
                async with frame.app.db.write() as session:
                    await labels.drop(session, me, lesson.id, frame.app.clock.now())
                return True

            async def labelled() -> None:
                if await do(frame, label, said="training.saved"):
                    card.delete()

            async def dropped() -> None:
                if await do(frame, drop, said="training.dropped"):
                    card.delete()

            ui.button(words("training.save"), on_click=labelled).classes("save")
            ui.button(words("training.drop"), on_click=dropped).props("flat")


def _changed(lesson: Lesson, text: str | None) -> str:
    """The words, if they were edited."""
    return text if text and text != lesson.text else ""


async def _export(frame: Frame) -> None:
    async def export(me: Me) -> Exported:
        app = frame.app
        return await labels.export(app.db, me, app.clock.now(), app.data.now.personal)

    if (found := await do(frame, export, said="")) is not None:
        ui.notify(frame.words("training.exported", number=len(found.sorted.new)), type="positive")
        for one, why in found.sorted.refused:
            ui.notify(frame.words("training.refused", text=one.text, why=why), type="warning", multi_line=True)
