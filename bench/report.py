"""The table people read. Speeds are compared with the stock side of the same run, the rest with the targets."""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from bench.measure import Result

TIMES_STOCK = 8.0
P95_MS = 100.0
APP_MB, NLU_MB = 250.0, 900.0
MOST_GROWTH = 1.3
"""A long chat may take so many times as long as a new one: the rest is the noise of a median of 20."""

Cell = Callable[[Result], str]


def table(results: Sequence[Result], stock: Result | None) -> Table:
    """One column a side, one line a number."""
    shown = Table(title="Whole turns: message in, answer committed and read", title_justify="left")
    shown.add_column("")
    for result in results:
        shown.add_column(result.name, justify="right")
    shown.add_column("target for Carebot")
    for label, target, cell in _lines(stock):
        shown.add_row(label, target and "", end_section=True) if not cell else shown.add_row(
            label, *(cell(result) for result in results), target)
    return shown


def _lines(stock: Result | None) -> list[tuple[str, str, Cell | None]]:
    return [
        ("50 chats, each writes when it was answered", "", None),
        ("  turns a second", f"≥ {TIMES_STOCK:g} × stock", lambda r: _speed(r, stock)),
        ("  p50 / p95 ms", "", lambda r: f"{r.closed.p50:,.0f} / {r.closed.p95:,.0f}"),
        ("  CPU ms a turn", "", lambda r: _each(r.closed.cpu_ms, "{:.1f}")),
        ("  turns, without an answer, failed", "n, 0, 0", lambda r: _count(r.closed)),
    ]


def _speed(result: Result, stock: Result | None) -> str:
    return f"{result.closed.per_second:.1f}"
