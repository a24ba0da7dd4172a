"""Training in the background, from the console: one at a time, in a process of its own, with progress to look at."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import structlog

from bot.clock import Clock
from bot.data import DataInForce
from bot.db import Database
from bot.errors import CarebotError, Moved, NotAllowed, NotFound
from bot.models import service, training
from bot.models.comparison import Comparison
from bot.models.registry import Registry, Standing
from bot.rasa import Rasa
from bot.staff import audit
from bot.staff.account import May, Me, needs

MOST_LINES = 200
log = structlog.get_logger()


class State(StrEnum):
    IDLE = "idle"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass
class Job:
    """The training that runs, or the last one."""

    state: State = State.IDLE
    by: str = ""
    began_at: datetime | None = None
    lines: list[str] = field(default_factory=list)
    """What the training says, in English as it comes."""
    candidate: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    standing: tuple[str, ...]
    """Of active, before, rolled_back."""
    trained_at: datetime
    accuracy: dict[str, float]
    """By language, where it has been measured."""


class Workshop:
    """One a process; that no two processes train at once is seen to by a lock beside the models."""

    def __init__(self, db: Database, data: DataInForce, registry: Registry, rasa: Rasa, clock: Clock) -> None:
        self._db, self._data, self._registry, self._rasa, self._clock = db, data, registry, rasa, clock
        self.job = Job()
        self._task: asyncio.Task[None] | None = None

    @needs(May.TRAIN)
    async def train(self, me: Me) -> None:
        """Begin to train the files as they are now, and to compare. Raises Moved while another training runs."""
        if self.job.state is State.RUNNING:
            raise Moved(f"{self.job.by} is training already; it takes a minute or two")
        self.job = Job(State.RUNNING, me.name, self._clock.now())
        try:
            async with self._db.write() as session:
                await audit.note(session, me, "training.began", "nlu", self._clock.now())
        except BaseException:
            self.job.state = State.FAILED
            raise
        self._task = asyncio.create_task(self._run(self.job))

    async def _run(self, job: Job) -> None:
        def tell(line: str) -> None:
            job.lines = [*job.lines, line][-MOST_LINES:]

        try:
            job.candidate = await training.train(self._registry, self._data.folder, tell)
            if self._registry.is_there(self._registry.read().active):
                await service.compared(self._registry, job.candidate, self._data.now.guards, tell)
            job.state = State.DONE
        except CarebotError as error:
            tell(str(error))
            job.state = State.FAILED
        except BaseException as error:
            job.state = State.FAILED
            log.error("training from the console has failed", exc_info=error)
            raise

    async def close(self) -> None:
        """The program ends: a training that runs is given up, its process with it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @needs(May.TRAIN)
    async def models(self, me: Me) -> list[Model]:
        """Every model that is there, the newest first. Raises Unreadable when active.json is broken."""
        return await asyncio.to_thread(self._models)

    def _models(self) -> list[Model]:
        standing, measured_on = self._registry.read(), training.measuring()
        return [self._model(name, standing, measured_on) for name in self._registry.models()]

    def _model(self, name: str, standing: Standing, measured_on: str) -> Model:
        marks = {
            "active": name == standing.active,
            "before": name in standing.before[:1],
            "rolled_back": name in standing.rolled_back,
        }
        figures = (self._registry.report(name, measured_on) or {}).get("by_language", {})
        accuracy = {code: figures[code]["accuracy"] for code in ("zh", "en") if "accuracy" in figures.get(code, {})}
        trained = datetime.fromtimestamp(self._registry.file(name).stat().st_mtime).astimezone()
        return Model(name, tuple(mark for mark, holds in marks.items() if holds), trained, accuracy)

    @needs(May.TRAIN)
    async def compared(self, me: Me, name: str) -> Comparison:
        """A model beside the active one; measuring takes some 20 seconds where it has not been done.

        Raises NotFound, RasaUnreachable.
        """
        chosen = self._registry.find(name)
        return await service.compared(self._registry, chosen, self._data.now.guards, lambda _: None)

    @needs(May.TRAIN)
    async def activate(self, me: Me, name: str, force: bool = False) -> bool:
        """Put a model in force. Gives whether the nlu that runs has taken it up.

        Raises NotAllowed when a guarded figure falls, unless `force`; NotFound; Unreadable when nlu refuses it.
        """
        chosen, active = self._registry.find(name), self._registry.read().active
        falls: list[str] = []
        if chosen != active and self._registry.is_there(active):
            found = await self.compared(me, chosen)
            falls = [str(fall) for fall in found.falls]
        if falls and not force:
            raise NotAllowed("it would be worse: " + "; ".join(falls))
        taken = await service.activate(self._registry, chosen, self._rasa)
        await self._noted(me, "training.activated", chosen, {"before": active, "falls": falls})
        return taken

    @needs(May.TRAIN)
    async def roll_back(self, me: Me) -> tuple[str, bool]:
        """The model before is in force again. Gives its name, and whether nlu has taken it up. Raises NotFound."""
        left = self._registry.read().active
        if not left:
            raise NotFound("no model is active")
        name, taken = await service.roll_back(self._registry, self._rasa)
        await self._noted(me, "training.rolled_back", name, {"before": left})
        return name, taken

    async def _noted(self, me: Me, deed: str, name: str, detail: dict[str, object]) -> None:
        async with self._db.write() as session:
            await audit.note(session, me, deed, f"model {name}", self._clock.now(), detail)
