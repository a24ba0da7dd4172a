"""A model takes over from another: compared first, told to the running nlu, noted; and back again."""

from collections.abc import Callable
from pathlib import Path

from bot.errors import NotFound, RasaUnreachable
from bot.models import training
from bot.models.comparison import Comparison, Report, compare
from bot.models.guard import Guards
from bot.models.registry import Registry
from bot.rasa import Rasa

Tell = Callable[[str], None]
"""Where progress is told, a line at a time."""


async def compared(registry: Registry, candidate: str, guards: Guards, tell: Tell) -> Comparison:
    """The candidate beside the active model; what was measured before is not measured again.

    Raises NotFound without an active model, RasaUnreachable when one of them cannot be measured.
    """
    active = registry.read().active
    if not registry.is_there(active):
        raise NotFound("no model is active yet, so there is nothing to compare with")
    current = await measured(registry, active, tell)
    return compare(current, await measured(registry, candidate, tell), guards)


async def measured(registry: Registry, fingerprint: str, tell: Tell) -> Report:
    """The figures of a model. Raises RasaUnreachable when they cannot be had."""
    if (known := registry.report(fingerprint, training.measuring())) is not None:
        return known  # type: ignore[no-any-return]
    tell(f"• measuring model {fingerprint} on the development set (some 20 seconds)")
    return await training.measure(registry, fingerprint)  # type: ignore[no-any-return]


async def activate(registry: Registry, fingerprint: str, rasa: Rasa) -> bool:
    """Make a model the active one. Gives whether a running nlu has taken it up.

    nlu is asked first: a model that it cannot load never becomes the active one. Killed in between, the next start
    takes the model that active.json names. Raises NotFound, and Unreadable when nlu refuses it.
    """
    if not registry.is_there(fingerprint):
        raise NotFound(f"there is no model {fingerprint}")
    taken = await _hand_over(registry.file(fingerprint), rasa)
    registry.write(registry.read().with_active(fingerprint))
    return taken


async def roll_back(registry: Registry, rasa: Rasa) -> tuple[str, bool]:
    """The model before becomes the active one. Gives its fingerprint, and whether a running nlu has taken it up.

    Raises NotFound when there is none, Unreadable when nlu refuses it.
    """
    standing = registry.read().back(registry.is_there)
    taken = await _hand_over(registry.file(standing.active), rasa)
    registry.write(standing)
    return standing.active, taken


async def _hand_over(model: Path, rasa: Rasa) -> bool:
    """Tell the nlu that runs, if one does. Raises Unreadable when it cannot load the model."""
    if not await rasa.ready():
        return False
    await rasa.activate(model)
    return True


async def at_start(registry: Registry, data: Path, guards: Guards, tell: Tell) -> Path:
    """The model to start with. Changed files are trained; that model becomes active if nothing guarded falls.

    Nothing has changed: nothing is trained or measured. Raises RasaUnreachable when there is no model and none can be
    trained.
    """
    standing, active = registry.read(), registry.active_file()
    wanted = await training.fingerprint(data)
    if active is None:
        return _taken(registry, await training.train(registry, data))  # there is nothing to compare it with
    if wanted == standing.active:
        return active
    if wanted in standing.rolled_back:
        tell(f"• {_stays(standing.active)}: {wanted} was rolled back. `carebot nlu activate {wanted}` takes it again.")
        return active
    return await _newer(registry, active, data, guards, tell)


def _taken(registry: Registry, fingerprint: str) -> Path:
    """No nlu runs yet that would have to be told."""
    registry.write(registry.read().with_active(fingerprint))
    return registry.file(fingerprint)


async def _newer(registry: Registry, active: Path, data: Path, guards: Guards, tell: Tell) -> Path:
    """The files have changed: the model of the new ones if it is as good, else the active one and why."""
    current = registry.read().active
    try:
        candidate = await training.train(registry, data)
        await measured(registry, candidate, tell)
    except RasaUnreachable as error:
        tell(f"• {_stays(current)}: {error}")
        return active
    try:
        comparison = await compared(registry, candidate, guards, tell)
    except RasaUnreachable as error:
        # The components have changed, and cannot read what the old ones wrote.
        tell(f"• model {candidate} is active now, for the one before cannot be used any more: {error}")
        return _taken(registry, candidate)
    if comparison.falls:
        fell = "; ".join(map(str, comparison.falls))
        tell(
            f"• {_stays(current)}. The files of nlu have changed and model {candidate} was trained from them, but it "
            f"would be worse: {fell}. `carebot nlu compare` shows every message that changed; "
            "`carebot nlu activate --force` takes it all the same."
        )
        return active
    tell(f"• model {candidate} is active now: nothing guarded has fallen (`carebot nlu rollback` takes it back)")
    return _taken(registry, candidate)


def _stays(fingerprint: str) -> str:
    return f"model {fingerprint} stays active"
