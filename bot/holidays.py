"""Which days a country has off, and which weekend days China works instead (make-up workdays).

China's calendar of a year is announced about two months before it begins; until then (and for years before 2004) only
the statutory days are known and an answer says that it is an estimate.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache

import chinese_calendar
import holidays

CHINA = "CN"
ONE_DAY = timedelta(days=1)


class DayKind(StrEnum):
    ORDINARY = "ordinary"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    """A Saturday or Sunday that is worked in exchange for a long holiday."""


@dataclass(frozen=True, slots=True)
class PublicDay:
    kind: DayKind
    estimated: bool = False
    """The country has not yet announced this year."""


ORDINARY = PublicDay(DayKind.ORDINARY)


def public_day(country: str, region: str, day: date) -> PublicDay:
    """What kind of day it is there. `country` is ISO 3166 ("CN"), or "" for no holidays; `region` its part ("ENG")."""
    if not country:
        return ORDINARY
    if country != CHINA:
        return PublicDay(DayKind.HOLIDAY) if day in _statutory(country, region, day.year) else ORDINARY
    announced = _announced(day.year)
    if announced is not None:
        return announced.get(day, ORDINARY)
    off = day in _statutory(CHINA, region, day.year)
    return PublicDay(DayKind.HOLIDAY if off else DayKind.ORDINARY, estimated=True)


def regions(country: str) -> tuple[str, ...] | None:
    """The parts of a country that have holidays of their own; None for an unknown country."""
    known = _countries().get(country)
    return None if known is None else tuple(known)


@cache
def _countries() -> dict[str, list[str]]:
    return dict(holidays.list_supported_countries(include_aliases=False))


@lru_cache(maxsize=64)
def _announced(year: int) -> dict[date, PublicDay] | None:
    """The special days of a year as China announced them, or None while it has not."""
    special: dict[date, PublicDay] = {}
    day = date(year, 1, 1)
    try:
        while day.year == year:
            is_off, name = chinese_calendar.get_holiday_detail(day)
            if name is not None:  # an ordinary weekend is off too, but has no name
                special[day] = PublicDay(DayKind.HOLIDAY if is_off else DayKind.MAKE_UP)
            day += ONE_DAY
    except NotImplementedError:  # the package's word for "not published"
        return None
    return special


@lru_cache(maxsize=64)
def _statutory(country: str, region: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
