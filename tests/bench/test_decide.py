"""The comparison of decisions: the same messages every time, and ratios that say who is better."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bench.decide import Result, sample, table, whole_training


def result(name: str, **more: Any) -> Result:
    given: dict[str, Any] = {
        "p50_ms": 4.0,
        "p95_ms": 8.0,
        "cpu_ms": 4.0,
        "per_second": 300.0,
        "ready_seconds": 6.0,
        "memory_mb": 400.0,
        "training_seconds": 60.0,
        "oddities": [],
    }
    return Result(name=name, **given | more)


def shown(**results: Result) -> str:
    console = Console(width=120, file=io.StringIO())
    with console.capture() as written:
        console.print(table(results))
    return written.get()


def ratio(text: str, line: str) -> str:
    (row,) = (row for row in text.splitlines() if row.strip("│ ").startswith(line))
    return row.strip("│ ").split("│")[-1].strip()


def test_the_same_messages_are_asked_every_time_and_in_both_languages():
    first = sample(200)
    assert first == sample(200) != sample(200, seed=1)
    assert len(set(first)) > 190
    chinese = sum(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in first)
    assert 60 < chinese < 140


def test_the_table_says_how_many_times_better_ours_is():
    text = shown(stock=result("stock Rasa", p50_ms=8.0, per_second=100.0), ours=result("Carebot"))
    assert ratio(text, "one client: p50 ms") == "2.0"
    assert ratio(text, "8 clients: messages a second") == "3.0"
    assert ratio(text, "ready after, s") == "1.0"


def test_one_side_alone_has_no_ratio():
    assert ratio(shown(ours=result("Carebot")), "one client: p50 ms") == "–"


@pytest.mark.parametrize(("epochs", "seconds"), [(100, 3600.0), (2, None)])
def test_only_a_whole_training_of_stock_rasa_counts(tmp_path: Path, epochs: int, seconds: float | None):
    kept = tmp_path / "baseline.json"
    assert whole_training(kept) is None
    kept.write_text(json.dumps({"epochs": epochs, "training_seconds": 3600}), encoding="utf-8")
    assert whole_training(kept) == seconds
