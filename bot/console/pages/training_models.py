"""Training: a candidate is trained, compared with the model in force, and takes over; and back again."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from nicegui import ui

from bot.console.frame import Frame, page
from bot.console.links import go, link
from bot.console.mount import PREFIX
from bot.console.settings import cell, do, heading, moment, table
from bot.console.training import section
from bot.models.comparison import Change, Comparison, Message
from bot.staff.account import May, Me
from bot.training.workshop import Model, State

ADDRESS = f"{PREFIX}/training/models"
LOOK_AGAIN = 1.0
SHOWN = 20


def install() -> None:
    page("/training/models", "training.title", May.TRAIN)(build)


async def build(frame: Frame) -> None:
    words, workshop = frame.words, frame.app.workshop
    models = await workshop.models(frame.me)
    with section(frame, "training.models"):
        with ui.element("div").classes("fields row"):
            ui.button(words("training.train"), on_click=lambda: _train(frame)).props("id=train")
            back = ui.button(words("training.roll_back"), on_click=lambda: _roll_back(frame)).props("outline")
            back.set_enabled(any("before" in model.standing for model in models))
        _progress(frame)
        _models(frame, models)
        wanted = frame.request.query_params.get("compare", "")
        if any(model.name == wanted for model in models):
            place = ui.element("section").props("aria-live=polite")
            with place:
                ui.label(words("training.comparing")).props("role=status")
            ui.timer(0, lambda: _compare(frame, wanted, place), once=True)


def _progress(frame: Frame) -> None:
    """Looks again while a training runs, and loads the page anew when it has ended."""
    words, workshop = frame.words, frame.app.workshop
    told = ui.label().props("role=status id=job")
    lines = ui.label().classes("progress-lines").props("id=lines")
    seen = workshop.job.state

    def look() -> None:
        nonlocal seen
        job = workshop.job
        values = {"name": job.by} if job.state is State.RUNNING else {"model": job.candidate}
        values = {} if job.state is State.FAILED else values
        told.set_text("" if job.state is State.IDLE else words(f"training.state_{job.state}", **values))
        lines.set_text("\n".join(job.lines))
        lines.set_visibility(bool(job.lines))
        if seen is State.RUNNING and job.state is State.DONE:
            go(f"{ADDRESS}?{urlencode({'compare': job.candidate})}")
        seen = job.state

    look()
    ui.timer(LOOK_AGAIN, look)


def _models(frame: Frame, models: Sequence[Model]) -> None:
    words = frame.words
    if not models:
        ui.label(words("training.no_models")).classes("soft")
        return
    heads = ("model", "trained", "state", "accuracy_zh", "accuracy_en", "actions")
    with table(*(words(f"training.{head}") for head in heads)):
        for model in models:
            with ui.element("tr").props(f"id=model-{model.name}"):
                cell(model.name)
                cell(moment(frame, model.trained_at))
                cell(", ".join(words(f"training.mark_{mark}") for mark in model.standing))
                for language in ("zh", "en"):
                    cell(_percent(model.accuracy.get(language)))
                with ui.element("td"):
                    if "active" not in model.standing:
                        link(words("training.compare"), f"{ADDRESS}?{urlencode({'compare': model.name})}")


async def _train(frame: Frame) -> None:
    async def train(me: Me) -> bool:
        await frame.app.workshop.train(me)
        return True

    await do(frame, train, said="training.began")


async def _roll_back(frame: Frame) -> None:
    if (found := await do(frame, frame.app.workshop.roll_back, said="")) is not None:
        _told(frame, *found)


async def _activate(frame: Frame, name: str, force: bool) -> None:
    async def activate(me: Me) -> tuple[str, bool]:
        return name, await frame.app.workshop.activate(me, name, force)

    if (found := await do(frame, activate, said="")) is not None:
        _told(frame, *found)


def _told(frame: Frame, name: str, taken: bool) -> None:
    ui.notify(frame.words("training.activated" if taken else "training.activated_later", model=name), type="positive")
    ui.timer(1.5, lambda: go(ADDRESS), once=True)


async def _compare(frame: Frame, name: str, place: ui.element) -> None:
    async def compare(me: Me) -> Comparison:
        return await frame.app.workshop.compared(me, name)

    found = await do(frame, compare, said="")
    place.clear()
    if found is not None:
        with place:
            _comparison(frame, name, found)


def _comparison(frame: Frame, name: str, found: Comparison) -> None:
    words = frame.words
    heading("h2", words("training.comparison", model=name))
    if found.falls:
        ui.label(words("training.guarded_falls")).classes("told alarm")
        for fall in found.falls:
            ui.label(str(fall)).classes("told alarm")
        ui.button(words("training.force"), on_click=lambda: _activate(frame, name, True)).props("outline id=force")
    else:
        ui.label(words("training.no_falls"))
        ui.button(words("training.activate"), on_click=lambda: _activate(frame, name, False)).props("id=activate")
    heading("h3", words("training.figures"))
    _changes(frame, found.figures, frozenset(frame.app.data.now.guards.tolerance))
    heading("h3", words("training.intents"))
    if changed := [one for one in found.intents if one.is_one]:
        _changes(frame, changed, frozenset())
    else:
        ui.label(words("training.unchanged")).classes("soft")
    _messages(frame, "now_understood", [one for one in found.messages if one.is_better])
    _messages(frame, "no_longer_understood", [one for one in found.messages if one.is_worse])


def _changes(frame: Frame, changes: Iterable[Change], guarded: frozenset[str]) -> None:
    words = frame.words
    with table(*(words(f"training.{head}") for head in ("language", "figure", "before", "after", "change"))):
        for one in changes:
            with ui.element("tr").classes(("better" if one.gain > 0 else "worse") if one.is_one else ""):
                cell(words(f"training.{one.language}"))
                cell(f"{one.name} ({words('training.guarded')})" if one.name in guarded else one.name)
                cell(_percent(one.before))
                cell(_percent(one.after))
                cell(f"{100 * one.gain:+.1f}" if one.is_one else "")


def _messages(frame: Frame, key: str, messages: Sequence[Message]) -> None:
    if not messages:
        return
    heading("h3", frame.words(f"training.{key}", number=len(messages)))
    with ui.element("ul"):
        for one in messages[:SHOWN]:
            values = {"text": one.text, "meant": one.meant, "before": one.before, "after": one.after}
            ui.element("li")._text = frame.words("training.example", **values)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"
