"""`carebot nlu train | serve | compare | activate | rollback | models`."""

import asyncio
import signal
from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.table import Table

from bot import datafile
from bot.engine import Engine
from bot.errors import NotAllowed
from bot.models import service, training
from bot.models.comparison import Change, Comparison, Message
from bot.models.guard import Guards, read_guards
from bot.models.registry import Registry
from bot.rasa import Rasa
from bot.settings import Settings

console = Console(stderr=True, highlight=False)
out = Console(highlight=False)
SHOWN = 20
"""Changed messages of each kind that are printed, unless all are asked for."""


def tell(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)


def registry(settings: Settings) -> Registry:
    return Registry(settings.var_dir.resolve() / "models")


def guards(settings: Settings) -> Guards:
    """Raises BadContent."""
    return read_guards(datafile.read(settings.data_dir / "policy" / "understanding.yml"))


async def train() -> None:
    """The files as they are now become a candidate; the very first model becomes active at once."""
    settings = Settings()
    models = registry(settings)
    candidate = await training.train(models, settings.data_dir.resolve())
    tell(f"model: {models.file(candidate)}")
    if models.active_file() is None:
        models.write(models.read().with_active(candidate))
        tell("it is the active model now, for there was none")
    elif models.read().active != candidate:
        tell(
            "it is a candidate: `carebot nlu compare` shows it beside the active model, `carebot nlu activate` takes it"
        )


async def serve() -> None:
    """Until Ctrl-C or SIGTERM."""
    settings = Settings()
    models = registry(settings)
    await service.at_start(models, settings.data_dir.resolve(), guards(settings), tell)
    engine = Engine(settings.rasa_url, models.active_file, settings.var_dir / "nlu.log")
    done = asyncio.Event()
    for stop in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(stop, done.set)
    await engine.start()
    console.print(f"nlu answers at {settings.rasa_url} (log: {settings.var_dir / 'nlu.log'})")
    await done.wait()
    await engine.stop()


async def compare(candidate: str, everything: bool) -> None:
    """The candidate (by default the model of the files as they are now) beside the active one."""
    settings = Settings()
    models = registry(settings)
    chosen = await _candidate(models, settings, candidate)
    if chosen == models.read().active:
        tell(f"model {chosen} is the active one; nothing has changed since it was trained")
        return
    show(await service.compared(models, chosen, guards(settings), tell), models.read().active, chosen, everything)


async def _candidate(models: Registry, settings: Settings, beginning: str) -> str:
    """The model whose fingerprint begins so; else that of the files as they are now, trained first if need be."""
    if beginning:
        return models.find(beginning)
    return await training.train(models, settings.data_dir.resolve())


async def activate(candidate: str, force: bool) -> None:
    """Raises NotAllowed when a guarded figure falls, unless `force`."""
    settings = Settings()
    models = registry(settings)
    chosen = await _candidate(models, settings, candidate)
    active = models.read().active
    if chosen != active and models.is_there(active) and not force:
        found = await service.compared(models, chosen, guards(settings), tell)
        if found.falls:
            fell = "\n".join(f"  {fall}" for fall in found.falls)
            raise NotAllowed(
                f"model {chosen} is not activated, for it would be worse than {active}:\n{fell}\n"
                "`carebot nlu compare` shows every message that changed; --force takes it all the same."
            )
    await _with_rasa(settings, models, chosen)


async def _with_rasa(settings: Settings, models: Registry, chosen: str) -> None:
    rasa = Rasa(settings.rasa_url)
    try:
        taken = await service.activate(models, chosen, rasa)
    finally:
        await rasa.close()
    _told(chosen, taken, settings)


async def rollback() -> None:
    """The model that was active before is active again. Raises NotFound when there is none."""
    settings = Settings()
    rasa = Rasa(settings.rasa_url)
    try:
        chosen, taken = await service.roll_back(registry(settings), rasa)
    finally:
        await rasa.close()
    _told(chosen, taken, settings)


def _told(chosen: str, taken: bool, settings: Settings) -> None:
    how = "and answers" if taken else f"and is taken up when nlu starts (none answers at {settings.rasa_url})"
    tell(f"model {chosen} is active {how}")


async def models() -> None:
    """Every model that is there, the newest first."""
    settings = Settings()
    found = registry(settings)
    standing, now = found.read(), await training.fingerprint(settings.data_dir.resolve())
    table = Table("model", "trained", "state", "accuracy zh", "accuracy en")
    table.columns[0].no_wrap = True
    for name in found.models():
        states = {
            "active": name == standing.active,
            "the one before": name in standing.before[:1],
            "as the files are now": name == now,
            "rolled back": name in standing.rolled_back,
        }
        report = found.report(name, training.measuring()) or {}
        figures = report.get("by_language", {})
        table.add_row(
            name,
            datetime.fromtimestamp(found.file(name).stat().st_mtime).astimezone().strftime("%Y-%m-%d %H:%M"),
            ", ".join(state for state, holds in states.items() if holds),
            *(_percent(figures.get(code, {}).get("accuracy")) for code in ("zh", "en")),
        )
    out.print(table if table.row_count else "There is no model yet; `carebot nlu train` makes one.")


def show(found: Comparison, active: str, candidate: str, everything: bool) -> None:
    """Print a comparison."""
    out.print(_table("Figures (of 100)", found.figures, active, candidate))
    changed = [change for change in found.intents if change.is_one]
    out.print(_table("Intents whose F1 changed", changed, active, candidate) if changed else "No intent has changed.")
    _messages("Understood now, and not before", [m for m in found.messages if m.is_better], everything)
    _messages("Understood before, and not now", [m for m in found.messages if m.is_worse], everything)
    _messages("Wrong in another way", [m for m in found.messages if not m.is_better and not m.is_worse], everything)
    _messages("Another feeling", found.feelings, everything)
    for fall in found.falls:
        out.print(f"guarded: {fall}", style="red", markup=False)
    if not found.falls:
        out.print("No guarded figure falls; `carebot nlu activate` takes the candidate.", style="green")


def _table(title: str, changes: Iterable[Change], active: str, candidate: str) -> Table:
    table = Table("language", "", active, candidate, "change", title=title, title_justify="left")
    for change in changes:
        gain = f"{100 * change.gain:+.1f}" if change.is_one else ""
        style = ("green" if change.gain > 0 else "red") if gain else None
        row = (change.language, change.name, _percent(change.before), _percent(change.after), gain)
        table.add_row(*row, style=style)
    return table


def _messages(title: str, messages: Iterable[Message], everything: bool) -> None:
    found = list(messages)
    if not found:
        return
    out.print(f"\n{title}: {len(found)}", style="bold")
    for one in found if everything else found[:SHOWN]:
        out.print(f"  {one.language}  {one.text}  ({one.meant}): {one.before} → {one.after}", markup=False)
    if not everything and len(found) > SHOWN:
        out.print("  … (--all prints every one)")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"
