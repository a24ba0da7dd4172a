"""The table people read. Speed is compared with the stock side of the same run, everything else with the targets."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.table import Table

from bench.measure import Amount, Result, Turns

TIMES_STOCK = 8.0
P95_MS = 100.0
PEAK_MB = {"app": 250.0, "nlu": 900.0}
MOST_GROWTH = 1.5
"""How many times longer the last answers of a long chat may take: above the noise of a median, far below growth."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `good` judges our sides against the target."""

    label: str
    cell: Callable[[Result], str]
    target: str = ""
    good: Callable[[Result], bool] = lambda _: True

    def missed(self, result: Result) -> bool:
        return is_ours(result) and not self.good(result)


def is_ours(result: Result) -> bool:
    return "app" in result.peak_mb


def table(results: Sequence[Result], amount: Amount) -> Table:
    """A column for each side, a line for each number; what misses its target is marked."""
    shown = Table(title="Whole turns: message in, answer committed and read", title_justify="left")
    shown.add_column("")
    for result in results:
        shown.add_column(result.name, justify="right")
    shown.add_column("target", justify="right")
    for line in lines(results, amount):
        cells = (f"[red]{line.cell(r)} missed[/red]" if line.missed(r) else line.cell(r) for r in results)
        shown.add_row(line.label, *cells, line.target)
    return shown


def misses(results: Sequence[Result], amount: Amount) -> list[str]:
    """What misses its target, in words."""
    return [
        f"{result.name}: {line.label.strip()}: {line.cell(result)}, target {line.target}"
        for line in lines(results, amount)
        for result in results
        if line.missed(result)
    ]


def lines(results: Sequence[Result], amount: Amount) -> Iterator[Line]:
    yield Line("50 chats, as fast as it answers", lambda r: f"{r.closed.turns:,} turns")
    yield Line("  turns a second", lambda r: f"{r.closed.per_second:.1f}")
    stock = next((r.closed.per_second for r in results if not is_ours(r)), 0.0)
    if stock:
        yield Line(
            "  times stock Rasa",
            lambda r: f"{r.closed.per_second / stock:.1f}",
            f"≥ {TIMES_STOCK:g}",
            lambda r: r.closed.per_second >= TIMES_STOCK * stock,
        )
    yield Line("  p50 / p95 ms", lambda r: f"{r.closed.p50:,.0f} / {r.closed.p95:,.0f}")
    yield Line("  CPU ms a turn", lambda r: each(r.closed.cpu_ms))
    yield Line(f"{amount.rate:g} turns a second, at random moments", lambda r: f"{r.open.turns:,} turns")
    yield Line("  p50 ms", lambda r: f"{r.open.p50:,.0f}")
    yield Line("  p95 ms", lambda r: f"{r.open.p95:,.0f}", f"< {P95_MS:g}", lambda r: 0 < r.open.p95 < P95_MS)
    yield Line("  p99 / worst ms", lambda r: f"{r.open.p99:,.0f} / {r.open.worst:,.0f}")
    yield Line("  CPU ms a turn", lambda r: each(r.open.cpu_ms))
    yield Line("one long chat", lambda r: f"{r.growth.messages:,} messages")
    yield Line(
        "  ms at message 10, at the last",
        lambda r: f"{r.growth.young_ms:.0f}, {r.growth.old_ms:.0f}",
        f"≤ {MOST_GROWTH:g} times",
        lambda r: r.growth.old_ms <= MOST_GROWTH * r.growth.young_ms,
    )
    for name, most in PEAK_MB.items():
        yield Line(
            f"{name}: most memory, MB",
            lambda r, n=name: f"{r.peak_mb[n]:.0f}" if n in r.peak_mb else "",
            f"< {most:g}",
            lambda r, n=name, m=most: r.peak_mb[n] < m,
        )
    yield Line("other processes, MB", lambda r: each({n: mb for n, mb in r.peak_mb.items() if n not in PEAK_MB}, 0))
    yield Line(
        "without an answer, failed",
        lambda r: lost(r.closed, r.open),
        "0, 0",
        lambda r: lost(r.closed, r.open) == "0, 0" and not r.oddities,
    )


def each(values: dict[str, float], places: int = 1) -> str:
    return ", ".join(f"{name} {value:,.{places}f}" for name, value in values.items())


def lost(*phases: Turns) -> str:
    return f"{sum(p.unanswered for p in phases)}, {sum(p.failed for p in phases)}"
