"""Arithmetic on working time: is the shop open, when next, due when, how long did it take. Pure.

Every moment is aware UTC, in and out; the shop's zone decides what the wall clock shows. A naive moment raises
ValueError.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo

from bot.errors import BadContent
from bot.hours import Hours as Hours
from bot.hours import Span

HORIZON_DAYS = 400
"""After so many closed days in a row the calendar is taken for one that never opens."""
ONE_DAY = timedelta(days=1)
NOTHING = timedelta()


class NeverOpens(BadContent):
    """The working calendar (data/policy/hours.yml) never opens."""


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether the shop works at that moment: the first moment of an interval counts, its end does not."""
    day = _local(hours, at)
    return any(start <= at < end for near in (day, day + ONE_DAY) for start, end in hours.spans(near))


def next_open(hours: Hours, at: datetime) -> datetime:
    """`at` itself while open, else the next opening. Raises NeverOpens."""
    start, _ = next(_spans(hours, at))
    return max(start, at.astimezone(UTC))


def add_working(hours: Hours, at: datetime, working: timedelta) -> datetime:
    """The earliest moment by which so much working time has passed since `at`.

    It may be a closing time, and is `at` itself for nothing. Raises NeverOpens, and ValueError for a negative time.
    """
    if working < NOTHING:
        raise ValueError(f"working time cannot be negative: {working}")
    at = _utc(at)
    if not working:
        return at
    for start, end in _spans(hours, at):
        start = max(start, at)
        if working <= end - start:
            return start + working
        working -= end - start
    raise AssertionError("unreachable: _spans ends by raising")


def working_between(hours: Hours, a: datetime, b: datetime) -> timedelta:
    """The working time from `a` to `b`; negative when `b` is the earlier one."""
    a, b = _utc(a), _utc(b)
    if b < a:
        return -working_between(hours, b, a)
    worked, day, last = NOTHING, _local(hours, a), _local(hours, b) + ONE_DAY
    while day <= last:
        for start, end in hours.spans(day):
            worked += max(NOTHING, min(end, b) - max(start, a))
        day += ONE_DAY
    return worked


def end_of_working_day(hours: Hours, at: datetime, days: int = 0) -> datetime:
    """The closing time of today's working day (`days` 0), or of the n-th working day after it.

    What comes in after closing time, or on a day off, counts as come in on the next working day. Raises NeverOpens.
    """
    if days < 0:
        raise ValueError(f"days cannot be negative: {days}")
    at = _utc(at)
    for _, closes in _working_days(hours, at):
        if closes > at:
            if not days:
                return closes
            days -= 1
    raise AssertionError("unreachable: _working_days ends by raising")


def round_up(at: datetime, minutes: int, zone: tzinfo = UTC) -> datetime:
    """The next moment whose wall clock in `zone` shows a multiple of `minutes`; `at` itself if it does already.

    `minutes` divides a day evenly (5, 15, 30, 60 …), else ValueError.
    """
    if minutes < 1 or 24 * 60 % minutes:
        raise ValueError(f"cannot round to {minutes} minutes: they do not divide a day")
    at = _utc(at)
    offset = at.astimezone(zone).utcoffset() or NOTHING
    wall = at + offset
    late = (wall - wall.replace(hour=0, minute=0, second=0, microsecond=0)) % timedelta(minutes=minutes)
    return at + (timedelta(minutes=minutes) - late if late else NOTHING)


def is_estimated(hours: Hours, a: datetime, b: datetime) -> bool:
    """Whether a day from `a` to `b` rests on holidays that are not announced yet: a promise across it is a guess."""
    day, last = _local(hours, a), _local(hours, b)
    while day <= last:
        if hours.is_estimated(day):
            return True
        day += ONE_DAY
    return False


def _spans(hours: Hours, at: datetime) -> Iterator[Span]:
    """The open spans that end after `at`, in order; the first may have begun before. Never ends but by NeverOpens."""
    for spans, _ in _working_days(hours, at):
        for start, end in spans:
            if end > at:
                yield start, end


def _working_days(hours: Hours, at: datetime) -> Iterator[tuple[list[Span], datetime]]:
    """Each day with working time and when it closes, from the local day of `at` on."""
    day, closed = _local(hours, at), 0
    while closed <= HORIZON_DAYS:
        spans = hours.spans(day)
        if spans:
            closed = 0
            yield spans, spans[-1][1]
        else:
            closed += 1
        day += ONE_DAY
    raise NeverOpens(f"data/policy/hours.yml: the shop is closed on all of the {HORIZON_DAYS} days before {day}")


def _local(hours: Hours, at: datetime) -> date:
    """The date on the wall. Where clocks go back over midnight it comes twice, and tomorrow has begun in between:
    so a day's spans may hold moments of the date before, never of the date after.
    """
    return _utc(at).astimezone(hours.zone).date()


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {at!r}")
    return at.astimezone(UTC)
