"""When the shop's people work: several intervals a day, holidays, make-up workdays, single days that differ. Pure.

Source of the numbers: data/policy/hours.yml.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot import holidays
from bot.datafile import Findings, Section, plain
from bot.holidays import DayKind

FILE = "data/policy/hours.yml"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOSED, AS_USUAL = "closed", "as_usual"
INTERVAL = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)")
ALL_DAY = 24 * 60

Day = tuple[tuple[int, int], ...]
"""The open intervals of a day in minutes of the wall clock, in order, none touching the next."""
Span = tuple[datetime, datetime]
"""From, until (not included), aware UTC."""


@dataclass(frozen=True, slots=True)
class Hours:
    zone: ZoneInfo
    week: tuple[Day, ...]
    """Monday first."""
    country: str = ""
    region: str = ""
    holiday: Day | None = ()
    """What is open on public holidays; None: as on any other day."""
    make_up: Day | None = None
    """What is open on make-up workdays; None: as on the weekday they fall on."""
    overrides: Mapping[date, Day] = field(default_factory=lambda: MappingProxyType({}))

    @staticmethod
    def load(data: object, file: str = FILE) -> "Hours":
        """Hours from what the file holds. Raises BadContent that names the file and every wrong key."""
        return _load(data, file)

    def plan(self, day: date) -> Day:
        """What is open on a date: an override first, then make-up workday, then holiday, then the weekday."""
        if (special := self.overrides.get(day)) is not None:
            return special
        usual = self.week[day.weekday()]
        match holidays.public_day(self.country, self.region, day).kind:
            case DayKind.HOLIDAY if self.holiday is not None:
                return self.holiday
            case DayKind.MAKE_UP if self.make_up is not None:
                return self.make_up
        return usual

    def spans(self, day: date) -> list[Span]:
        """The same as moments, in order. An interval that a clock change swallows whole is not there."""
        moments = [(_moment(self.zone, day, start), _moment(self.zone, day, end)) for start, end in self.plan(day)]
        return [(start, end) for start, end in moments if start < end]

    def is_estimated(self, day: date) -> bool:
        """Whether that date rests on a holiday calendar that is not announced yet, and no override settles it."""
        return day not in self.overrides and holidays.public_day(self.country, self.region, day).estimated


def _moment(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """When the wall clock shows that minute: the first time if it does twice, at the jump if it never does."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    before, after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), first
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return after


def _load(data: object, file: str) -> Hours:
    findings = Findings()
    top = Section(data, file, findings)
    top.only("zone", "country", "region", "week", "holidays", "make_up_days", "overrides")
    week = top.section("week")
    week.only(*WEEKDAYS)
    days = tuple(_day(week, name, ()) or () for name in WEEKDAYS)
    zone = _zone(top)
    country, region = _country(top)
    loaded = Hours(
        zone,
        days,
        country,
        region,
        _day(top, "holidays", (), AS_USUAL),
        _day(top, "make_up_days", None, AS_USUAL),
        _overrides(top),
    )
    findings.stop()
    return loaded


def _zone(top: Section) -> ZoneInfo:
    name = top.text("zone")
    try:
        return ZoneInfo(name or "UTC")
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError, see below
        top.wrong("zone", f"is no time zone: '{name}' (write it like Asia/Shanghai)")
    except KeyError:
        top.wrong("zone", f"is an unknown time zone: '{name}' (write it like Asia/Shanghai)")
    return ZoneInfo("UTC")


def _country(top: Section) -> tuple[str, str]:
    country, region = top.text("country", ""), top.text("region", "")
    known = holidays.regions(country) if country else ()
    if known is None:
        top.wrong("country", f"is unknown: '{country}' (two letters as in CN, GB, US; leave it out for no holidays)")
    elif region and region not in known:
        top.wrong("region", f"is unknown in {country or 'no country'}: '{region}'")
    return (country, region) if known is not None and (not region or region in known) else ("", "")


def _overrides(top: Section) -> Mapping[date, Day]:
    section = top.section("overrides", required=False)
    found: dict[date, Day] = {}
    for name in section.values:
        day = _date(name)
        if day is None:
            section.wrong(name, "is no date (write it like 2026-12-24)")
        else:
            found[day] = _day(section, name, ()) or ()
    return MappingProxyType(found)


def _date(name: object) -> date | None:
    if isinstance(name, date):
        return None if isinstance(name, datetime) else name
    try:
        return date.fromisoformat(str(name))
    except ValueError:
        return None


def _day(section: Section, name: object, missing: Day | None, as_usual: str = "") -> Day | None:
    """A day's intervals: `closed`, one interval, a list of them, or (where allowed) the word `as_usual`: None."""
    value = section.values.get(name)
    if name not in section.values:
        return missing
    if as_usual and value == as_usual:
        return None
    if value == CLOSED:
        return ()
    intervals: list[tuple[int, int]] = []
    for item in value if isinstance(value, list) else [value]:
        interval = _interval(item)
        if interval is None:
            section.wrong(name, f'has no interval in {plain(item)} (write "09:00-12:00", or closed)')
            return ()
        intervals.append(interval)
    return _joined(section, name, intervals)


def _interval(item: object) -> tuple[int, int] | None:
    """Minutes of the day; 24:00 is its end. An interval over midnight has to be written as two."""
    if not isinstance(item, str) or not (match := INTERVAL.fullmatch(item.strip())):
        return None
    hour, minute, end_hour, end_minute = map(int, match.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    return (start, end) if minute < 60 and end_minute < 60 and start < end <= ALL_DAY else None


def _joined(section: Section, name: object, intervals: list[tuple[int, int]]) -> Day:
    day: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if day and start < day[-1][1]:
            section.wrong(name, "has intervals that overlap")
            return ()
        if day and start == day[-1][1]:
            start, _ = day.pop()
        day.append((start, end))
    return tuple(day)
