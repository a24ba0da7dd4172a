"""What the tests with dying processes need: a model, an nlu of their own, folders to run in."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot import engine
from bot.settings import ROOT
from tests.conftest import free_port

MODEL = os.environ.get("CAREBOT_TEST_MODEL", "")
"""A trained model, for whoever runs the tests again and again."""


@pytest.fixture(scope="session")
async def model_file() -> Path:
    """The model of the files as they are; trained when it is not there yet."""
    return Path(MODEL) if MODEL else await engine.model(ROOT / "var", ROOT / "data")


@pytest.fixture
async def own_nlu(model_file: Path, tmp_path: Path) -> AsyncIterator[engine.Engine]:
    """An nlu that a test may kill: it is watched and started again as in the program."""
    nlu = engine.Engine(f"http://127.0.0.1:{free_port()}", model_file, tmp_path / "own_nlu.log")
    await nlu.start()
    yield nlu
    await nlu.stop()


@pytest.fixture
async def run_folder(model_file: Path, tmp_path: Path) -> Path:
    """A var folder that has the model already, so that `carebot run` need not train."""
    folder = tmp_path / "var"
    (folder / "models").mkdir(parents=True)
    asked = await asyncio.create_subprocess_exec(
        engine.python(),
        str(engine.NLU / "train.py"),
        "--fingerprint",
        "--data",
        str(ROOT / "data"),
        cwd=engine.NLU,
        env=engine.environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    name, _ = await asked.communicate()
    (folder / "models" / f"{name.decode().strip()}.tar.gz").symlink_to(model_file)
    return folder


@pytest.fixture
def log() -> Iterator[list[EventDict]]:
    """What the program in this process logs; not printed, for while something is gone it is a lot."""
    with capture_logs() as lines:
        yield lines
