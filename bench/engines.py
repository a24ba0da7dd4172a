"""The two engines alone, each as one server process: our nlu, and `rasa run --enable-api` with the stock model."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import programs
from bench.programs import ROOT
from bench.side import Chat, Side
from bench.stock import side as stock_side
from bot import engine

NLU = ROOT / "nlu"


@dataclass(frozen=True, slots=True)
class Started:
    side: Side
    ready_seconds: float
    """From the start of the process until it says that its model is loaded."""


@contextlib.asynccontextmanager
async def ours(model: Path, folder: Path) -> AsyncIterator[Started]:
    port = programs.free_port()
    serve = [engine.python(), "server.py", "--model", str(model), "--port", str(port)]
    async with _started("Carebot", "decide", serve, port, NLU, folder / "nlu.log") as started:
        yield started


@contextlib.asynccontextmanager
async def stock(model: Path, folder: Path) -> AsyncIterator[Started]:
    """Without --enable-api there is no /model/parse (and no /status)."""
    port, home = programs.free_port(), folder / "stock"
    home.mkdir(parents=True)
    for name in ("endpoints.yml", "credentials.yml"):
        (home / name).write_text("{}", encoding="utf-8")
    arguments = ["run", "--enable-api", "--interface", "127.0.0.1", "--port", str(port), "--model", str(model)]
    serve = [engine.python(), "-m", "rasa", *arguments]
    async with _started("stock Rasa", "parse", serve, port, home, folder / "stock.log") as started:
        yield started


@contextlib.asynccontextmanager
async def _started(
    name: str, door: str, command: Sequence[str], port: int, home: Path, log: Path
) -> AsyncIterator[Started]:
    began = time.perf_counter()
    environment = programs.with_environment(**stock_side.QUIET, SANIC_HOST="127.0.0.1")
    async with programs.running(command, home, log, environment) as server:
        url = f"http://127.0.0.1:{port}"
        await programs.ready(f"{url}/status", server, log)
        took = time.perf_counter() - began
        processes = {"server": lambda: [server, *server.children(recursive=True)]}
        yield Started(Side(name, door, url, processes, _open_chats), took)


async def _open_chats(many: int) -> list[Chat]:
    """Nobody is remembered here, so nobody needs a name."""
    return [Chat("", "") for _ in range(many)]


async def train_ours(folder: Path) -> tuple[Path, float]:
    """Our model, trained anew in this folder, and the seconds it took. Raises SystemExit when that fails."""
    folder.mkdir(parents=True)
    log, began = folder / "train.log", time.perf_counter()
    with log.open("wb") as out:
        command = [engine.python(), "train.py", "--force", "--out", str(folder), "--data", str(ROOT / "data")]
        training = await asyncio.create_subprocess_exec(
            *command, cwd=NLU, env=engine.environment(), stdout=out, stderr=out
        )
        try:
            failed = await training.wait()
        finally:
            if training.returncode is None:  # whoever wanted it has gone away
                training.kill()
        if failed:
            raise SystemExit(f"training has failed: {log.read_text(encoding='utf-8', errors='replace')[-1000:]}")
    (model,) = folder.glob("*.tar.gz")
    return model, time.perf_counter() - began
