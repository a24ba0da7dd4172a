"""The two curves of the report, as SVG. The same figures give the same bytes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LINES = {"zh": ("Chinese", "#c0392b"), "en": ("English", "#1f5fa8")}
STOCK = ("stock Rasa", "#8a8a8a")
SETTINGS = {
    "svg.hashsalt": "carebot",  # else the ids inside are random
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
SIZE = (5.6, 4.2)
FEWEST = 10
"""Messages that a point of the calibration needs; fewer say nothing."""


def draw(folder: Path, ours: Mapping[str, Any], stock: Mapping[str, Any] | None) -> None:
    """Writes calibration.svg and rejection.svg into the folder."""
    import matplotlib

    with matplotlib.rc_context(SETTINGS):
        _calibration(folder / "calibration.svg", ours["calibration"], stock and stock["calibration"])
        _rejection(folder / "rejection.svg", ours["rejection"], stock and stock["rejection"])


def _calibration(path: Path, ours: Mapping[str, Any], stock: Mapping[str, Any] | None) -> None:
    axes = _axes("how sure the model says it is", "how often it is right")
    axes.plot([0, 1], [0, 1], color="#bbbbbb", linestyle=":", linewidth=1)
    for name, colour, all_rows in _each(ours, stock):
        rows = [row for row in all_rows if row["messages"] >= FEWEST]
        axes.plot(_of(rows, "confidence"), _of(rows, "right"), color=colour, marker="o", markersize=4, label=name)
    _write(axes, path, "upper left")


def _rejection(path: Path, ours: Mapping[str, Any], stock: Mapping[str, Any] | None) -> None:
    axes = _axes("share of real requests that are kept", "share of nonsense that is turned away")
    axes.axvline(0.95, color="#bbbbbb", linestyle=":", linewidth=1)
    for name, colour, rows in _each(ours, stock):
        axes.plot(_of(rows, "kept"), _of(rows, "rejected"), color=colour, label=name)
    _write(axes, path, "lower left")


def _each(ours: Mapping[str, Any], stock: Mapping[str, Any] | None) -> list[tuple[str, str, list[Mapping[str, float]]]]:
    """Name, colour and rows of each line: our languages, and stock Rasa over both."""
    lines = [(*LINES[code], ours[code]) for code in LINES if code in ours]
    return [*lines, (*STOCK, stock["all"])] if stock else lines


def _of(rows: Sequence[Mapping[str, float]], name: str) -> list[float]:
    return [row[name] for row in rows]


def _axes(across: str, up: str):  # type: ignore[no-untyped-def]  # Axes, of a library without types
    from matplotlib.figure import Figure

    axes = Figure(figsize=SIZE).add_subplot(xlim=(0, 1.02), ylim=(0, 1.02), xlabel=across, ylabel=up)
    axes.grid(color="#eeeeee")
    return axes


def _write(axes, path: Path, place: str) -> None:  # type: ignore[no-untyped-def]
    axes.legend(loc=place, frameon=False)
    axes.figure.savefig(path, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
