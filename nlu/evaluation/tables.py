"""The tables of the report, as Markdown. Pure; every row in a fixed order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evaluation.figures import EMOTIONS
from evaluation.findings import Figures, Findings
from evaluation.targets import LEAD, SPEED, TARGETS, SpeedTarget, Target, lead, leads

COLUMNS = ("all", "zh", "en")
NONE = "–"
WITHOUT_TARGET = {
    "macro_f1": "Mean over everything a customer may want, F1",
    "second_wish": "The other one of two wishes is seen",
}
REACHED = {True: "yes", False: "**no**", None: NONE}


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]], words: Sequence[int] = (0,)) -> str:
    """A table; columns of words to the left, numbers to the right. A bar inside a cell is escaped."""
    lines = [head, ["---" if place in words else "---:" for place in range(len(head))], *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def in_short(found: Findings) -> str:
    """Every target, what we reached, and what stock Rasa reaches."""
    head = ["", "target", "Carebot", "Chinese", "English", "reached", "stock Rasa", "Chinese", "English"]
    rows = [_target(target, found.ours, found.stock) for target in TARGETS]
    untold = [_told(words, figure, found) for figure, words in WITHOUT_TARGET.items()]
    return markdown(head, [rows[0], _lead(found), *rows[1:], *untold])


def _target(target: Target, ours: Figures, stock: Figures | None) -> list[str]:
    def cells(figures: Figures | None) -> list[str]:
        return [target.told(value) for value in _by_language(figures, target.figure)]

    return [target.words, target.bound_told(), *cells(ours), REACHED[target.reached(ours)], *cells(stock)]


def _told(words: str, figure: str, found: Findings) -> list[str]:
    """A share for which nothing is aimed at."""
    ours, stock = ([_two(one) for one in _by_language(side, figure)] for side in (found.ours, found.stock))
    return [words, "", *ours, "", *stock]


def _by_language(figures: Figures | None, figure: str) -> list[float | None]:
    columns = figures["by_language"] if figures else {}
    return [columns.get(code, {}).get(figure) for code in COLUMNS]


def _lead(found: Findings) -> list[str]:
    """Not judged against older data, nor against a trial."""
    points: Mapping[str, float] = {}
    reached = None
    if found.stock is not None and found.is_comparable:
        points, reached = lead(found.ours, found.stock), leads(found.ours, found.stock)
    cells = [f"{points[code] * 100:+.1f}" if code in points else NONE for code in COLUMNS]
    return [
        "… more than by stock Rasa, points",
        f"≥ {LEAD * 100:g}, each language",
        *cells,
        REACHED[reached],
        *[""] * 3,
    ]


def speed(found: Findings) -> str:
    """The sides of bench/decide.py, and what the kept figures of stock Rasa say of the same."""
    kept = {} if found.stock is None else {"training_seconds": found.stock["training_seconds"]}
    ours = found.speed.get("ours", {})
    stock = {**found.speed.get("stock", {}), **kept}
    head = ["", "target", "Carebot", "reached", "stock Rasa"]
    return markdown(head, [*(_speed(target, ours, stock) for target in SPEED), *_sizes(found, ours, stock)])


def _speed(target: SpeedTarget, ours: Mapping[str, float], stock: Mapping[str, float]) -> list[str]:
    mine = ours.get(target.figure)
    bound = f"{'≤' if target.at_most else '≥'} {_number(target.bound, target.unit)}"
    reached = None if mine is None else target.holds(mine)
    return [
        target.words,
        bound,
        _number(mine, target.unit),
        REACHED[reached],
        _number(stock.get(target.figure), target.unit),
    ]


def _sizes(found: Findings, ours: Mapping[str, float], stock: Mapping[str, float]) -> list[list[str]]:
    kept = found.stock or {"ms": {}}
    return [
        [
            "Most memory while serving",
            "",
            _number(ours.get("memory_mb"), "MB"),
            "",
            _number(stock.get("memory_mb"), "MB"),
        ],
        ["Size of the model file", "", _number(found.ours["model_mb"], "MB"), "", _number(kept.get("model_mb"), "MB")],
        [
            "One message without HTTP: median",
            "",
            _number(found.ours["ms"]["p50"], "ms"),
            "",
            _number(kept["ms"].get("p50"), "ms"),
        ],
    ]


def _number(value: float | None, unit: str) -> str:
    return NONE if value is None else f"{round(value, 1):,g} {unit}".strip()


def intents(ours: Figures, stock: Figures | None, language: str) -> str:
    """Precision, recall and F1 of each intent, beside stock Rasa's F1; the weakest first."""
    theirs = stock["intents"].get(language, {}) if stock else {}
    rows = sorted(ours["intents"][language].items(), key=lambda row: (round(row[1]["f1"], 3), row[0]))
    head = ["intent", "messages", "precision", "recall", "F1", "stock F1"]
    return markdown(head, [[f"`{name}`", *_scores(row), _two(theirs.get(name, {}).get("f1"))] for name, row in rows])


def confusions(ours: Figures) -> str:
    """Where we go wrong most often, with the wrong answer we were surest of."""
    rows = (
        [f"`{row['meant']}`", f"`{row['seen']}`", str(row["times"]), _cell(row["example"])]
        for row in ours["confusions"]
    )
    return markdown(["meant", "understood as", "times", "for example"], rows, words=(0, 1, 3))


def emotions(ours: Figures, language: str) -> str:
    """A row for what the customer felt, a column for what was seen."""
    table: Mapping[str, Mapping[str, int]] = ours["emotions"][language]
    return markdown(
        ["felt, seen as", *EMOTIONS], [[meant, *(str(table[meant][e]) for e in EMOTIONS)] for meant in EMOTIONS]
    )


def entities(ours: Figures, stock: Figures | None) -> str:
    """Of each kind in each language: right is the same kind at exactly the same place."""
    theirs = stock["entities"] if stock else {}
    rows = [
        [f"`{kind}`", LANGUAGE[code], *_scores(row), _two(theirs.get(code, {}).get(kind, {}).get("f1"))]
        for kind in ours["entities"]["all"]
        for code in COLUMNS[1:]
        if (row := ours["entities"].get(code, {}).get(kind))
    ]
    head = ["kind", "language", "marked", "precision", "recall", "F1", "stock F1"]
    return markdown(head, rows, words=(0, 1))


LANGUAGE = {"zh": "Chinese", "en": "English"}


def _scores(row: Mapping[str, Any]) -> list[str]:
    return [str(row["messages"]), *(_two(row[name]) for name in ("precision", "recall", "f1"))]


def _two(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f}"


def _cell(text: str) -> str:
    """A customer's words as they are, on one line, without meaning anything to Markdown."""
    flat = " ".join(text.split())
    return "".join(f"\\{one}" if one in "\\`*_[]<>#~" else one for one in flat)
