"""One cell into one value. Every function raises CellProblem for a cell it cannot read; cells are never empty here."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.shop.csv_table import CellProblem, Columns, fold
from bot.shop.customer import Birthday, Calendar, canonical_phone

Choice = TypeVar("Choice", bound=StrEnum)
MOST = 10**12
"""Larger amounts and numbers are typing mistakes."""
# Excel counts days from here; five digits reach from 1954 to 2173.
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a day number has no zone, the reader gives it one
YEAR_FIRST = re.compile(
    r"(\d{4})[^\d\s](\d{1,2})[^\d\s](\d{1,2})(?:[^\d\s:]?\s*(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(am|pm)?|[^\d\s:]?)"
)
YEAR_LAST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(\s+\S.*)?")


def text(cell: str) -> str:
    return cell


def code(cell: str) -> str:
    """An id or number that is a name: a spreadsheet's 1.39E+10 is refused, its 4711.0 mended."""
    if re.fullmatch(r"\d(?:[.,]\d+)?E\+?\d+", cell, re.IGNORECASE):
        raise CellProblem("shortened_number")
    return re.sub(r"^(\d+)\.0$", r"\1", cell)


def phone(cell: str) -> str:
    if not (number := canonical_phone(code(cell))):
        raise CellProblem("not_a_phone")
    return number


def email(cell: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", cell):
        raise CellProblem("not_an_email")
    return cell


def link(cell: str) -> str:
    if not re.fullmatch(r"https?://\S+", cell):
        raise CellProblem("not_a_link")
    return cell


def currency(cell: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", cell):
        raise CellProblem("not_a_currency")
    return cell.upper()


def time_zone(cell: str) -> str:
    try:
        ZoneInfo(cell)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CellProblem("not_a_time_zone") from None
    return cell


def tags(cell: str) -> tuple[str, ...]:
    """Separated by comma, semicolon, bar or the Chinese list comma."""
    parts = (part.strip() for part in re.split(r"[,;|\u3001\uff0c\uff1b]", cell))
    return tuple(dict.fromkeys(part for part in parts if part))


def whole(least: int) -> Callable[[str], int]:
    def read(cell: str) -> int:
        plain = re.sub(r"(?<=\d),(?=\d{3}(\D|$))", "", unicodedata.normalize("NFKC", cell))
        if not re.fullmatch(r"-?[0-9]+(\.0+)?", plain):
            raise CellProblem("not_whole")
        return _within(int(plain.split(".")[0]), least)

    return read


def _within(number: int, least: int) -> int:
    if number < least:
        raise CellProblem("too_small")
    if number > MOST:
        raise CellProblem("too_large")
    return number


def cents(columns: Columns) -> Callable[[str], int]:
    """An amount in units ("¥1,299.00") as cents. Spaces or commas may stand between thousands, nowhere else."""

    def read(cell: str) -> int:
        plain = unicodedata.normalize("NFKC", cell).casefold()
        for sign in columns.money_signs:
            plain = plain.replace(sign, "")
        match = re.fullmatch(r"(-?)([0-9]+|[0-9]{1,3}(?:[, ][0-9]{3})+)(?:\.([0-9]{1,2})0*)?", plain.strip())
        if match is None:
            raise CellProblem("not_an_amount")
        amount = int(re.sub(r"\D", "", match[2])) * 100 + int((match[3] or "").ljust(2, "0"))
        return _within(-amount if match[1] else amount, 0)

    return read


def one_of(kind: type[Choice], words: Mapping[str, str]) -> Callable[[str], Choice]:
    def read(cell: str) -> Choice:
        if (ours := words.get(fold(cell))) is None:
            raise CellProblem("not_a_choice", choices=", ".join(kind))
        return kind(ours)

    return read


def some_of(kind: type[Choice], words: Mapping[str, str]) -> Callable[[str], frozenset[Choice]]:
    one = one_of(kind, words)

    def read(cell: str) -> frozenset[Choice]:
        return frozenset(one(part) for part in tags(cell))

    return read


def word_of(words: Mapping[str, str]) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if (ours := words.get(fold(cell))) is None:
            raise CellProblem("not_a_choice", choices=", ".join(dict.fromkeys(words.values())))
        return ours

    return read


def _year_first(cell: str) -> datetime | None:
    if (match := YEAR_FIRST.fullmatch(cell.lower().replace("t", " ", 1))) is None:
        return None
    year, month, day, hour, minute, second = (int(match[n] or 0) for n in range(1, 7))
    if match[7]:
        if not 1 <= hour <= 12:
            raise CellProblem("not_a_date")
        hour = hour % 12 + (12 if match[7] == "pm" else 0)
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller gives it the shop's zone


def _parsed(cell: str) -> datetime:
    """The time a cell tells, aware if the cell has an offset. Raises ValueError or CellProblem."""
    plain = unicodedata.normalize("NFKC", cell).strip()
    if re.fullmatch(r"\d{5}(\.\d+)?", plain):
        return EXCEL_EPOCH + timedelta(seconds=round(float(plain) * 86400))
    if found := _year_first(plain):
        return found
    if match := YEAR_LAST.fullmatch(plain):
        first, second = int(match[1]), int(match[2])
        if first <= 12 and second <= 12 and first != second:
            raise CellProblem("day_or_month")
        day, month = (first, second) if first > 12 else (second, first)
        return _parsed(f"{match[3]}-{month:02}-{day:02}{match[4] or ''}")
    return datetime.fromisoformat(plain)


def moment(zone: ZoneInfo) -> Callable[[str], datetime]:
    """A point in time as aware UTC; without an offset it is a clock time in `zone`."""

    def read(cell: str) -> datetime:
        try:
            at = _parsed(cell)
            at = at if at.tzinfo else at.replace(tzinfo=zone)
            if not 1950 <= at.year <= 2150:
                raise CellProblem("not_a_date")
            return at.astimezone(UTC)
        except (ValueError, OverflowError):
            raise CellProblem("not_a_date") from None

    return read


def day(zone: ZoneInfo) -> Callable[[str], date]:
    """A day; of a point in time the day it has in `zone`."""
    at = moment(zone)

    def read(cell: str) -> date:
        return at(cell).astimezone(zone).date()

    return read


def birthday(columns: Columns, zone: ZoneInfo) -> Callable[[str], Birthday]:
    """Month and day ("05-03", a date, "lunar 08-15", "lunar leap 06-01"): a year is read and not kept."""

    def said(key: str, cell: str) -> bool:
        return any(word in cell for word in columns.values[key])

    def read(cell: str) -> Birthday:
        plain = unicodedata.normalize("NFKC", cell).casefold()
        calendar = Calendar.LUNAR if said("lunar", plain) else Calendar.SOLAR
        numbers = re.fullmatch(r"\D*?(?:\d{4}\D)?(\d{1,2})\D(\d{1,2})\D?", plain)
        try:
            if numbers is None:
                born = day(zone)(cell)
                return Birthday(born.month, born.day, calendar)
            return Birthday(int(numbers[1]), int(numbers[2]), calendar, leap=said("leap", plain))
        except (ValueError, CellProblem):
            raise CellProblem("not_a_birthday") from None

    return read
