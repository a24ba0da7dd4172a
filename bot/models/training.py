"""nlu's own programs, run as processes: the fingerprint of its files, training, measuring on the development set."""

import asyncio
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.errors import Moved, RasaUnreachable
from bot.models.registry import Registry
from bot.settings import ROOT

NLU = ROOT / "nlu"
PYTHON = NLU / ".venv" / "bin" / "python"
DEVELOPMENT = ROOT / "tests" / "nlu" / "development"
LONGEST_LINE = 1 << 20


def python() -> str:
    """The interpreter of the nlu environment. Raises RasaUnreachable with the remedy when it is not there."""
    if not PYTHON.exists():
        raise RasaUnreachable("the nlu environment is missing; `make setup` installs it")
    return str(PYTHON)


def environment() -> dict[str, str]:
    """What the nlu process is told: nothing of ours (no secrets), no telemetry, quiet TensorFlow."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith("CAREBOT_") and k not in ("VIRTUAL_ENV", "PYTHONPATH")
    }
    return kept | {
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONUNBUFFERED": "1",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }


async def fingerprint(data: Path) -> str:
    """What the model of the files as they are now is called; a fraction of a second. Raises RasaUnreachable."""
    out = await _run([str(NLU / "train.py"), "--data", str(data), "--fingerprint"], "its files cannot be read")
    return out.strip()


async def train(registry: Registry, data: Path, tell: Callable[[str], None] | None = None) -> str:
    """Train the files as they are now, unless that model is there: about a minute. Gives its fingerprint.

    What it says goes to `tell`, a line at a time, or to the terminal. Raises RasaUnreachable when training fails,
    Moved when another process trains.
    """
    wanted = await fingerprint(data)
    if not registry.is_there(wanted):
        arguments = [str(NLU / "train.py"), "--out", str(registry.folder), "--data", str(data)]
        with _alone(registry.folder) as lock:
            if tell is None:
                await _run(arguments, "training the model has failed; see the lines above", False, lock)
            else:
                await _listened(arguments, "training the model has failed; see the lines above", tell, lock)
    return wanted


@contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """Two trainings at once would take twice the memory for one model. Gives a lock for the process that trains: it

    holds until that has ended, too, whatever becomes of us. Raises Moved.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".training.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Moved("another process is training; it takes a minute or two") from None
        yield file.fileno()


async def _listened(arguments: Sequence[str], failure: str, tell: Callable[[str], None], lock: int) -> None:
    """Run a program of nlu and pass on what it says. Raises RasaUnreachable."""
    process = await asyncio.create_subprocess_exec(
        python(),
        *arguments,
        cwd=NLU,
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=LONGEST_LINE,
        pass_fds=(lock,),
    )
    assert process.stdout is not None
    try:
        while line := await process.stdout.readline():
            tell(line.decode(errors="replace").rstrip())
        await process.wait()
    finally:
        if process.returncode is None:  # whoever wanted it has gone away
            process.kill()
            await process.wait()
    if process.returncode:
        raise RasaUnreachable(failure)


async def model(var: Path, data: Path) -> Path:
    """The model that belongs to the files as they are now; trained first when there is none. Raises RasaUnreachable."""
    registry = Registry(var / "models")
    return registry.file(await train(registry, data))


async def measure(registry: Registry, fingerprint: str) -> Any:
    """The figures of a model on the development set, which are kept: see nlu/evaluate.py. Some 20 seconds.

    Raises RasaUnreachable when it cannot be measured (the model cannot be loaded, the set is not there).
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        arguments = [str(NLU / "evaluate.py"), "--model", str(registry.file(fingerprint)), "--out", str(out)]
        await _run(arguments, f"model {fingerprint} cannot be measured")
        report = json.loads(out.read_text(encoding="utf-8"))
    registry.keep_report(fingerprint, measuring(), report)
    return report


def measuring() -> str:
    """What figures depend on beside the model: the messages, and how they are judged."""
    digest = hashlib.sha256()
    judging = [*(NLU / "evaluation").glob("*.py"), NLU / "evaluate.py"]
    for path in sorted([*DEVELOPMENT.rglob("*.yml"), *judging]):
        digest.update("/".join(path.parts[-2:]).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


async def _run(arguments: Sequence[str], failure: str, quiet: bool = True, *held: int) -> str:
    """Run a program of nlu. Gives what it printed, "" when that went to the terminal. Raises RasaUnreachable."""
    pipe = asyncio.subprocess.PIPE if quiet else None
    process = await asyncio.create_subprocess_exec(
        python(), *arguments, cwd=NLU, env=environment(), stdout=pipe, stderr=pipe, pass_fds=held
    )
    try:
        out, problems = await process.communicate()
    finally:
        if process.returncode is None:  # whoever wanted it has gone away
            process.kill()
            await process.wait()
    if process.returncode:
        last = (problems or b"").decode(errors="replace").strip().splitlines()[-1:]
        raise RasaUnreachable(": ".join([failure, *last]))
    return (out or b"").decode()
