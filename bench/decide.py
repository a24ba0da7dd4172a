"""How fast a message is understood: our POST /decide beside stock Rasa's POST /model/parse, in one run.

`python -m bench.decide [--quick] [--only ours|stock] [--out FILE]`. README.md beside this file says what is measured.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from bench import engines, programs
from bench.kept import OUT, keep
from bench.load import Seen
from bench.measure import quantile, talk
from bench.programs import ROOT
from bench.side import Chat, Side
from bench.stock import side as stock_side
from bot import engine

DEVELOPMENT = ROOT / "tests" / "nlu" / "development"
BASELINE = ROOT / "docs" / "understanding" / "baseline.json"
EPOCHS = 100
"""Rasa's default."""
CLIENTS = 8
SEED = 20
WARM = 30
"""Messages before the measured ones."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Messages of one client alone, and of each of the eight together."""

    alone: int
    together: int


FULL, QUICK = Amount(alone=500, together=200), Amount(alone=60, together=20)


@dataclass(frozen=True, slots=True)
class Result:
    """One engine. Milliseconds are of one client alone; `per_second` is with eight clients."""

    name: str
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    """Processor time a message, one client alone: the least disturbed number on a busy machine."""
    per_second: float
    ready_seconds: float
    memory_mb: float
    """The kernel's high-water mark after all of that."""
    training_seconds: float | None
    oddities: list[str]


def main() -> int:
    """Exit code 0 when every message was answered, fast or not; else 1."""
    parser = argparse.ArgumentParser(description="Measure decisions, side by side with stock Rasa.")
    parser.add_argument("--quick", action="store_true", help="a smoke test: few messages, no training of ours")
    parser.add_argument("--only", choices=("ours", "stock"), help="one side alone")
    parser.add_argument("--out", type=Path, help="write the figures here, too, for nlu/report.py")
    options = parser.parse_args()
    results = asyncio.run(run(options.only, options.quick))
    console = Console()
    console.print(table(results), soft_wrap=True)
    console.print(f"Raw numbers: {keep('decide', list(results.values()), options.quick)}", soft_wrap=True)
    for result in results.values():
        for oddity in sorted(set(result.oddities))[:10]:
            console.print(f"{result.name}: no answer: {oddity}", markup=False, soft_wrap=True)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        sides = {side: asdict(result) for side, result in results.items()}
        options.out.write_text(json.dumps({"sides": sides}, indent=1) + "\n", encoding="utf-8")
    return 1 if any(result.oddities for result in results.values()) else 0


async def run(only: str | None, quick: bool) -> dict[str, Result]:
    """The sides by name, one after the other, each with the machine for itself."""
    folder, amount = OUT / f"run-{os.getpid()}", QUICK if quick else FULL
    results = {}
    try:
        for name, start in (("stock", _stock), ("ours", _ours)):
            if only in (None, name):
                async with start(folder, quick) as (started, training):
                    results[name] = await measure(started, training, amount)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return results


@contextlib.asynccontextmanager
async def _ours(folder: Path, quick: bool) -> AsyncIterator[tuple[engines.Started, float | None]]:
    """Trained anew, to know how long that takes; a quick run takes the model that is there."""
    if quick:
        model, training = await engine.model(ROOT / "var", ROOT / "data"), None
    else:
        print("• Carebot: training", flush=True)
        model, training = await engines.train_ours(folder / "models")
    async with engines.ours(model, folder) as started:
        yield started, training


@contextlib.asynccontextmanager
async def _stock(folder: Path, quick: bool) -> AsyncIterator[tuple[engines.Started, float | None]]:
    """The model that is asked has learnt for a few epochs; the time of a whole training is that of the report."""
    async with engines.stock(await stock_side.model(), folder) as started:
        yield started, whole_training(BASELINE)


def whole_training(kept: Path) -> float | None:
    """Seconds that nlu/baseline.py took for all examples; None when it has not run through all of Rasa's epochs."""
    content = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {"epochs": 0}
    return float(content["training_seconds"]) if content["epochs"] == EPOCHS else None


async def measure(started: engines.Started, training: float | None, amount: Amount) -> Result:
    """One client alone, then eight together. Memory is looked at in the end."""
    side, texts = started.side, sample(amount.alone)
    await _ask(side, [texts[:WARM]])
    print(f"• {side.name}: one client", flush=True)
    before = _usage(side).cpu
    alone = await _ask(side, [texts])
    used = _usage(side).cpu - before
    print(f"• {side.name}: {CLIENTS} clients", flush=True)
    together = await _ask(side, [sample(amount.together, seed) for seed in range(CLIENTS)])
    ms = sorted(alone.latencies)
    return Result(
        name=side.name,
        p50_ms=quantile(ms, 50),
        p95_ms=quantile(ms, 95),
        cpu_ms=round(used * 1000 / max(len(ms), 1), 2),
        per_second=round(len(together.latencies) / together.seconds, 1),
        ready_seconds=round(started.ready_seconds, 1),
        memory_mb=round(_usage(side).peak_mb, 1),
        training_seconds=None if training is None else round(training, 1),
        oddities=[*alone.unanswered, *alone.failed, *together.unanswered, *together.failed],
    )


async def _ask(side: Side, lines: Sequence[list[str]]) -> Seen:
    return await talk(side, [(Chat("", ""), texts) for texts in lines], seconds=600)


def _usage(side: Side) -> programs.Usage:
    return programs.usage([process for found in side.processes.values() for process in found()])


def sample(many: int, seed: int = SEED) -> list[str]:
    """So many messages of the development set, in both languages; the same ones every time."""
    texts = [
        str(message["text"])
        for path in sorted(DEVELOPMENT.rglob("*.yml"))
        for message in yaml.safe_load(path.read_text(encoding="utf-8"))["messages"]
    ]
    return random.Random(seed).sample(texts, min(many, len(texts)))


LINES = (
    ("one client: p50 ms", "p50_ms", False),
    ("one client: p95 ms", "p95_ms", False),
    ("one client: CPU ms a message", "cpu_ms", False),
    (f"{CLIENTS} clients: messages a second", "per_second", True),
    ("ready after, s", "ready_seconds", False),
    ("most memory, MB", "memory_mb", False),
    (f"training, s (stock: {EPOCHS} epochs, as kept)", "training_seconds", False),
)
"""What the table says, the figure, and whether more is better."""


def table(results: dict[str, Result]) -> Table:
    """A line for each figure, a column for each side, and how many times better ours is."""
    shown = Table(title="A message understood: POST /decide beside POST /model/parse", title_justify="left")
    for column in ("", *(result.name for result in results.values()), "times better"):
        shown.add_column(column, justify="right" if column else "left")
    for words, figure, more in LINES:
        values = {side: getattr(result, figure) for side, result in results.items()}
        cells = ("–" if value is None else f"{value:,.1f}" for value in values.values())
        shown.add_row(words, *cells, _times(values.get("ours"), values.get("stock"), more))
    return shown


def _times(ours: float | None, stock: float | None, more: bool) -> str:
    if not ours or not stock:
        return "–"
    return f"{ours / stock if more else stock / ours:.1f}"


if __name__ == "__main__":
    sys.exit(main())
