"""The stock side: `rasa run` with an SQL tracker store and a rasa-sdk action server, from the environment of nlu."""

import asyncio
import contextlib
import hashlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

from bench import programs
from bench.programs import ROOT
from bench.side import Chat, Side

HERE = Path(__file__).resolve().parent
PYTHON = ROOT / "nlu" / ".venv" / "bin" / "python"
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
}


async def model() -> Path:
    """The stock model of our domain and rules; trained when it is not there. Raises SystemExit when that fails."""
    digest = hashlib.sha256((HERE / "train.py").read_bytes() + (ROOT / "nlu/evaluation/stock.py").read_bytes())
    for part in ("domain", "rules", "examples"):
        for file in sorted((ROOT / "nlu" / part).rglob("*.yml")):
            digest.update(file.read_bytes())
    found = ROOT / "var" / "bench" / "models" / f"stock-{digest.hexdigest()[:16]}.tar.gz"
    if not found.exists():
        print("• training the stock model (once; two minutes on a quiet machine)", flush=True)
        log = found.with_suffix(".log")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as out:
            training = await asyncio.create_subprocess_exec(
                str(PYTHON),
                str(HERE / "train.py"),
                "--out",
                str(found),
                stdout=out,
                stderr=out,
                env=programs.with_environment(**QUIET),
            )
            if await training.wait():
                raise SystemExit(f"training stock Rasa has failed; see {log}")
    return found


@contextlib.asynccontextmanager
async def stock(folder: Path) -> AsyncIterator[Side]:
    """As Rasa's documentation has it: one server, one action server, the tracker in an SQLite file."""
    trained = await model()
    folder = folder / "stock"
    folder.mkdir(parents=True)
    rasa, actions = programs.free_port(), programs.free_port()
    _settings(folder, actions)
    environment = programs.with_environment(**QUIET, SANIC_HOST="127.0.0.1")
    serve = [
        str(PYTHON),
        "-m",
        "rasa",
        "run",
        "--interface",
        "127.0.0.1",
        "--port",
        str(rasa),
        "--model",
        str(trained),
        "--endpoints",
        "endpoints.yml",
        "--credentials",
        "credentials.yml",
    ]
    act = [str(PYTHON), "-m", "rasa_sdk", "--actions", "actions", "--port", str(actions)]
    async with (
        programs.running(act, HERE, folder / "actions.log", environment) as action_server,
        programs.running(serve, folder, folder / "rasa.log", environment) as server,
    ):
        await programs.ready(f"http://127.0.0.1:{actions}/health", action_server, folder / "actions.log")
        url = f"http://127.0.0.1:{rasa}"
        await programs.ready(f"{url}/webhooks/rest/", server, folder / "rasa.log")  # without --enable-api: no /status
        processes = {
            "rasa": lambda: [server, *server.children(recursive=True)],
            "actions": lambda: [action_server, *action_server.children(recursive=True)],
        }
        yield Side("stock Rasa", "rasa", url, processes, _open_chats)


def _settings(folder: Path, actions: int) -> None:
    """JSON is YAML, too."""
    endpoints = {
        "action_endpoint": {"url": f"http://127.0.0.1:{actions}/webhook"},
        "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(folder / "tracker.db")},
    }
    (folder / "endpoints.yml").write_text(json.dumps(endpoints), encoding="utf-8")
    (folder / "credentials.yml").write_text(json.dumps({"rest": {}}), encoding="utf-8")


async def _open_chats(many: int) -> list[Chat]:
    """A sender needs no more than a name."""
    return [Chat(f"sender-{os.urandom(6).hex()}", f"LJ20260102-{number:04}") for number in range(1, many + 1)]
