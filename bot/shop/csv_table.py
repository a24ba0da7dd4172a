"""A CSV file, as spreadsheets really write them, turned into lines whose cells are found by our own column names."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from bot.messages import Words
from bot.shop.reading import Section

FILE = "data/policy/columns.yml"
Value = TypeVar("Value")

# In this order: almost any bytes are valid GB18030, while Chinese text in GB18030 is practically never valid UTF-8.
ENCODINGS = ("utf-8-sig", "gb18030")
EXCEL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")


class CellProblem(Exception):
    """A cell that cannot be read: `key` words it (`problems` in data/policy/columns.yml)."""

    def __init__(self, key: str, /, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class Problem:
    line: int
    """As an editor counts: the heading is line 1. A record that spans lines is named by its first."""
    column: str
    """The heading as it stands in the file; "" when the whole line or file is meant."""
    message: Words
    warning: bool = False
    """Told, but nothing was left out because of it."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Source: data/policy/columns.yml."""

    headings: Mapping[str, Mapping[str, tuple[str, ...]]]
    """By file kind: our column → every heading it may have, ours first."""
    values: Mapping[str, Mapping[str, str]]
    """By set: what a cell may say, folded → our word."""
    money_signs: tuple[str, ...]
    problems: Mapping[str, Words]

    def problem(self, line: int, column: str, key: str, /, **values: str) -> Problem:
        words = self.problems[key]
        return Problem(line, column, Words(words.zh.format(**values), words.en.format(**values)))

    def warning(self, line: int, column: str, key: str, /, **values: str) -> Problem:
        return replace(self.problem(line, column, key, **values), warning=True)


def fold(text: str) -> str:
    """Only letters and digits, small and half-width; brackets go with what is in them."""
    plain = re.sub(r"\(.*?\)", "", unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in plain if char.isalnum())


def read_columns(raw: object, file: str = FILE) -> Columns:
    """Raises BadContent naming file and key."""
    top = Section.of(file, raw)
    headings, values = top.section("columns"), top.section("values")
    sets = {name: values.section(name) for name in values.raw}
    problems = top.section("problems")
    return Columns(
        headings={
            kind: {column: (column, *listed.texts(column)) for column in listed.raw}
            for kind, listed in ((kind, headings.section(kind)) for kind in headings.raw)
        },
        values={
            name: {fold(said): ours for ours in listed.raw for said in (ours, *listed.texts(ours))}
            for name, listed in sets.items()
        },
        money_signs=tuple(sorted((sign.casefold() for sign in top.texts("money_signs")), key=len, reverse=True)),
        problems={key: problems.words(key) for key in problems.raw},
    )


@dataclass(slots=True)
class Row:
    """One line. `need` and `take` read a cell and note what is wrong with it."""

    line: int
    cells: Mapping[str, str]
    headings: Mapping[str, str]
    columns: Columns
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, column: str, key: str, /, **values: str) -> None:
        self.problems.append(self.columns.problem(self.line, self.headings.get(column, column), key, **values))

    def warn(self, column: str, key: str, /, **values: str) -> None:
        self.problems.append(self.columns.warning(self.line, self.headings.get(column, column), key, **values))

    @property
    def good(self) -> bool:
        return all(problem.warning for problem in self.problems)

    def take(self, column: str, read: Callable[[str], Value], default: Value) -> Value:
        """The value of a cell that may be empty or absent."""
        if not (cell := self.cells.get(column, "")):
            return default
        if cell.upper() in EXCEL_ERRORS:
            self.wrong(column, "excel_error", value=cell)
            return default
        try:
            return read(cell)
        except CellProblem as problem:
            self.wrong(column, problem.key, value=cell, **problem.values)
            return default

    def need(self, column: str, read: Callable[[str], Value], stand_in: Value) -> Value:
        """The value of a cell that must not be empty; `stand_in` is only there to go on and find further problems."""
        if not self.cells.get(column):
            self.wrong(column, "empty")
            return stand_in
        return self.take(column, read, stand_in)


@dataclass(slots=True)
class Table:
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """Of the file, not of one row."""


def read_bytes(source: str | bytes | Path) -> str | None:
    """The text of a file, its bytes, or a text as it is; None when no encoding fits."""
    data = source.read_bytes() if isinstance(source, Path) else source
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ENCODINGS
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _clean(cell: str) -> str:
    """The cell without the spreadsheet's wrapping: spaces of all kinds, '0042 and ="0042" (which keep zeros in place).

    Anything else that looks like a formula stays the text it is.
    """
    bare = "".join(char for char in cell if unicodedata.category(char) not in ("Cf", "Cc") or char in "\n\t").strip()
    if wrapped := re.fullmatch(r'="(.*)"', bare):
        return wrapped[1].strip()
    return bare[1:] if bare.startswith("'") else bare


def _records(text: str) -> Iterator[tuple[int, list[str] | None]]:
    """(line on which it begins, cells) of each record; None for the record at which reading had to stop."""
    head = next(line for line in text.splitlines() if line.strip())
    delimiter = max((",", ";", "\t"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None
            return
        yield line, [_clean(cell) for cell in cells]


def _placed(table: Table, heading: list[str], kind: str, line: int, columns: Columns) -> dict[str, int]:
    """Where each of our columns stands; what is unknown or there twice is told."""
    known = {fold(name): column for column, names in columns.headings[kind].items() for name in names}
    places: dict[str, int] = {}
    for place, name in enumerate(heading):
        column = known.get(fold(name))
        if column is None and name:
            table.problems.append(columns.warning(line, name, "unknown_column"))
        elif column in places:
            table.problems.append(columns.warning(line, name, "double_column"))
        elif column is not None:
            places[column] = place
    return places


def read_table(source: str | bytes | Path, kind: str, needed: tuple[str, ...], columns: Columns) -> Table:
    """The lines of a CSV file (comma, semicolon or tab; UTF-8, UTF-16 or GB18030). Empty lines are passed over."""
    table = Table()
    text = read_bytes(source)
    if text is None or not text.strip():
        table.problems.append(columns.problem(1, "", "unreadable_file" if text is None else "empty_file"))
        return table
    places: dict[str, int] = {}
    heading: list[str] = []
    for line, cells in _records(text):
        if cells is None:
            # What comes after is unknown, so an order before it may be incomplete: nothing is taken.
            table.rows.clear()
            table.problems.append(columns.problem(line, "", "broken_line"))
        elif not any(cells):
            continue
        elif not heading:
            heading = cells
            places = _placed(table, heading, kind, line, columns)
            if missing := [column for column in needed if column not in places]:
                table.problems += [columns.problem(line, column, "missing_column") for column in missing]
                return table
        else:
            table.rows.append(_row(line, cells, heading, places, columns))
    if not heading and not table.problems:
        table.problems.append(columns.problem(1, "", "empty_file"))
    return table


def _row(line: int, cells: list[str], heading: list[str], places: Mapping[str, int], columns: Columns) -> Row:
    found = {column: cells[place] for column, place in places.items() if place < len(cells)}
    row = Row(line, found, {column: heading[place] for column, place in places.items()}, columns)
    if any(cells[len(heading) :]):
        row.wrong("", "too_many_cells")
    return row
