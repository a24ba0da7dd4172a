"""How many whole turns a second, and how fast each: Carebot on both databases beside stock Rasa, in one run.

`make bench` or `python -m bench.turns [--quick] [--only ours|stock]`. README.md beside this file says what is measured.
"""

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from rich.console import Console

from bench import ours, report
from bench.kept import OUT, keep
from bench.measure import Amount, Result, measure
from bench.side import Side
from bench.stock.side import stock

FULL = {
    "ours": Amount(turns=3000, seconds=60, rate=20, rate_seconds=60, longest_chat=2000),
    "stock": Amount(turns=800, seconds=60, rate=20, rate_seconds=20, longest_chat=200),
}
QUICK = {
    "ours": Amount(turns=300, seconds=20, rate=20, rate_seconds=8, longest_chat=100),
    "stock": Amount(turns=100, seconds=20, rate=20, rate_seconds=5, longest_chat=40),
}
"""Stock Rasa is given fewer turns, as it needs so much longer for each; its last long-chat turns would take minutes."""

Start = Callable[[Path], AbstractAsyncContextManager[Side]]


def main() -> int:
    """Exit code 0 when everything was answered, fast or not; 1 when turns were lost, or with --strict a target."""
    parser = argparse.ArgumentParser(description="Measure whole turns, side by side with stock Rasa.")
    parser.add_argument("--quick", action="store_true", help="a smoke test: few turns, numbers without weight")
    parser.add_argument("--only", choices=("ours", "stock"), help="one side alone")
    parser.add_argument("--strict", action="store_true", help="exit code 1 when a target is missed")
    options = parser.parse_args()
    amounts = QUICK if options.quick else FULL
    results = asyncio.run(run(options.only, amounts))
    console = Console()
    console.print(report.table(results, amounts["ours"]), soft_wrap=True)
    console.print(f"Raw numbers: {keep('turns', results, options.quick)}", soft_wrap=True)
    for result in results:
        for oddity in sorted(set(result.oddities)):
            console.print(f"{result.name}: no answer: {oddity}", markup=False, soft_wrap=True)
    missed = report.misses(results, amounts["ours"])
    return 1 if any(r.oddities for r in results) or (options.strict and missed) else 0


async def run(only: str | None, amounts: dict[str, Amount]) -> list[Result]:
    """One side after the other, each with the machine for itself."""
    folder = OUT / f"run-{os.getpid()}"
    results = []
    try:
        for kind, start in await sides(only):
            async with start(folder) as side:
                results.append(await measure(side, amounts[kind]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return results


async def sides(only: str | None) -> list[tuple[str, Start]]:
    chosen: list[tuple[str, Start]] = []
    if only != "ours":
        chosen.append(("stock", stock))
    if only != "stock":
        chosen.append(("ours", ours.sqlite))
        if await ours.postgresql_answers():
            chosen.append(("ours", ours.postgresql))
        else:
            print(f"• PostgreSQL does not answer at {ours.POSTGRESQL} (CAREBOT_BENCH_POSTGRESQL): left out", flush=True)
    return chosen


if __name__ == "__main__":
    sys.exit(main())
