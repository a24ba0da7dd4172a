"""Training from the console: one at a time, told as it goes, compared, activated, taken back, written down."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.data import DataInForce
from bot.db import Database
from bot.errors import Moved, NotAllowed, NotFound
from bot.models import training
from bot.models.registry import Registry
from bot.rasa import Rasa
from bot.settings import ROOT
from bot.staff.account import Me, Role
from bot.staff.tables import Audit
from bot.training.workshop import State, Workshop
from tests.clock import FakeClock
from tests.models.conftest import Shelf, report

ANNA = Me(0, "Anna", "anna", Role.SUPERVISOR)
CLEO = Me(0, "Cleo", "cleo", Role.AGENT)
Make = Callable[[], Workshop]
TRAINS = """#!/bin/sh
case "$2" in --data) echo new; exit 0;; esac
echo "[1/4] loading"
if [ -p "$0.begun" ]; then echo > "$0.begun"; read _ < "$0.goes_on"; fi
[ -e "$0.fails" ] && echo "no examples" && exit 1
echo "[4/4] ready"
echo model > "$3/new.tar.gz"
"""
"""nlu's program as a shell script: `train.py --data … --fingerprint`, and `train.py --out FOLDER --data …`."""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "python"
    path.write_text(TRAINS)
    path.chmod(0o755)
    monkeypatch.setattr(training, "PYTHON", path)
    return path


class Held:
    """The program stands still where it has begun to train, until it may go on."""

    def __init__(self, program: Path) -> None:
        self._begun, self._goes_on = program.with_name("python.begun"), program.with_name("python.goes_on")
        for pipe in (self._begun, self._goes_on):
            os.mkfifo(pipe)

    async def begun(self) -> None:
        await asyncio.to_thread(self._begun.read_bytes)

    async def go_on(self) -> None:
        await asyncio.to_thread(self._goes_on.write_bytes, b"\n")

    def no_more(self) -> None:
        self._begun.unlink()


@pytest.fixture(scope="module")
def data() -> DataInForce:
    return DataInForce(ROOT / "data")


@pytest.fixture
async def make(
    db: Database, data: DataInForce, clock: FakeClock, shelf: Shelf
) -> AsyncIterator[Callable[[], Workshop]]:
    """Workshops of several processes, on the same models."""
    rasa, made = Rasa("http://127.0.0.1:9"), list[Workshop]()

    def workshop() -> Workshop:
        made.append(Workshop(db, data, Registry(shelf.var / "models"), rasa, clock))
        return made[-1]

    yield workshop
    for one in made:
        await one.close()
    await rasa.close()


async def ended(workshop: Workshop) -> None:
    assert workshop._task is not None
    await workshop._task


async def deeds(db: Database) -> list[tuple[str, str]]:
    async with db.read() as session:
        return [(row.deed, row.target) for row in await session.scalars(select(Audit).order_by(Audit.id))]


@pytest.mark.usefixtures("program")
async def test_a_candidate_is_trained_told_of_and_compared(make: Make, shelf: Shelf, db: Database):
    shelf.is_active(shelf.has("old", report()))
    shelf.registry.keep_report("new", training.measuring(), report(zh_accuracy=0.95))
    workshop = make()
    await workshop.train(ANNA)
    await ended(workshop)
    assert (workshop.job.state, workshop.job.by, workshop.job.candidate) == (State.DONE, "Anna", "new")
    assert workshop.job.lines == ["[1/4] loading", "[4/4] ready"]
    found = await workshop.compared(ANNA, "new")
    assert [(c.name, round(c.gain, 2)) for c in found.figures if c.is_one] == [("accuracy", 0.05)]
    assert {m.name: m.standing for m in await workshop.models(ANNA)} == {"old": ("active",), "new": ()}
    assert await deeds(db) == [("training.began", "nlu")]


async def test_only_one_training_runs_whoever_begins_it_and_wherever(make: Make, shelf: Shelf, program: Path):
    held = Held(program)
    here, elsewhere = make(), make()
    await here.train(ANNA)
    await held.begun()
    with pytest.raises(Moved, match="Anna is training already"):
        await here.train(ANNA)
    await elsewhere.train(ANNA)
    await ended(elsewhere)
    assert elsewhere.job.state is State.FAILED
    assert elsewhere.job.lines == ["another process is training; it takes a minute or two"]
    await held.go_on()
    await ended(here)
    assert here.job.state is State.DONE
    assert shelf.registry.is_there("new")


async def test_a_training_that_fails_says_why_and_changes_nothing(make: Make, shelf: Shelf, program: Path):
    shelf.is_active(shelf.has("old", report()))
    program.with_name("python.fails").touch()
    workshop = make()
    await workshop.train(ANNA)
    await ended(workshop)
    assert workshop.job.state is State.FAILED
    assert workshop.job.lines[1] == "no examples"
    assert shelf.registry.read().active == "old"


async def test_a_training_ends_with_the_program(make: Make, program: Path):
    held = Held(program)
    workshop = make()
    await workshop.train(ANNA)
    await held.begun()
    await workshop.close()
    assert workshop.job.state is State.FAILED
    held.no_more()
    again = make()
    await again.train(ANNA)
    await ended(again)
    assert again.job.state is State.DONE


async def test_a_better_candidate_is_activated_and_taken_back(make: Make, shelf: Shelf, db: Database):
    shelf.is_active(shelf.has("old", report()))
    shelf.has("new", report(en_accuracy=0.95))
    workshop = make()
    assert await workshop.activate(ANNA, "new") is False  # no nlu runs here
    assert shelf.registry.read().active == "new"
    assert await workshop.roll_back(ANNA) == ("old", False)
    assert await deeds(db) == [("training.activated", "model new"), ("training.rolled_back", "model old")]
    with pytest.raises(NotFound):
        await workshop.roll_back(ANNA)


async def test_a_worse_candidate_is_activated_only_on_purpose(make: Make, shelf: Shelf, db: Database):
    shelf.is_active(shelf.has("old", report()))
    shelf.has("new", report(en_stop_recall=0.6))
    workshop = make()
    with pytest.raises(NotAllowed, match=r"stop_recall \(en\) falls from 90.0 to 60.0"):
        await workshop.activate(ANNA, "new")
    assert shelf.registry.read().active == "old"
    await workshop.activate(ANNA, "new", force=True)
    async with db.read() as session:
        [row] = (await session.scalars(select(Audit))).all()
    assert "stop_recall" in row.detail["falls"][0]


async def test_only_who_may_train_may(make: Make):
    workshop = make()
    for deed in (workshop.train, workshop.models, workshop.roll_back):
        with pytest.raises(NotAllowed):
            await deed(CLEO)
    with pytest.raises(NotAllowed):
        await workshop.activate(CLEO, "new")
