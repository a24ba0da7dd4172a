"""The shop's working time: known days by hand, and laws that hold for any calendar, zone and moment."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot import datafile, holidays
from bot.errors import BadContent
from bot.holidays import DayKind, PublicDay
from bot.worktime import (
    Hours,
    NeverOpens,
    add_working,
    end_of_working_day,
    is_estimated,
    is_open,
    next_open,
    round_up,
    working_between,
)

SHIPPED = Path(__file__).parent.parent / "data/policy/hours.yml"
OFFICE = ["09:00-12:00", "13:00-18:00"]
WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
ALL_WEEK = (*WORKDAYS, "saturday", "sunday")


def hours(days: Any = OFFICE, names: tuple[str, ...] = WORKDAYS, zone: str = "Asia/Shanghai", **more: Any) -> Hours:
    return Hours.load({"zone": zone, "week": dict.fromkeys(names, days), **more})


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


ROUND_THE_CLOCK = hours("00:00-24:00", ALL_WEEK)
CHINA = hours(country="CN", make_up_days=OFFICE)
NEVER = hours("closed")


# --- known days, by hand ---


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-24 08:59:59", False),
        ("2026-11-24 09:00", True),
        ("2026-11-24 11:59:59", True),
        ("2026-11-24 12:00", False),
        ("2026-11-24 13:00", True),
        ("2026-11-24 18:00", False),
        ("2026-11-28 10:00", False),
    ],
)
def test_open_from_the_first_moment_of_an_interval_to_before_its_end(moment, expected):
    assert is_open(hours(), at(moment)) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-24 10:00", "2026-11-24 10:00"),
        ("2026-11-24 12:00", "2026-11-24 13:00"),
        ("2026-11-24 18:00", "2026-11-25 09:00"),
        ("2026-11-27 18:00", "2026-11-30 09:00"),
    ],
)
def test_next_opening(moment, expected):
    assert next_open(hours(), at(moment)) == at(expected)


@pytest.mark.parametrize(
    ("moment", "minutes", "expected"),
    [
        ("2026-11-24 10:00", 0, "2026-11-24 10:00"),
        ("2026-11-24 10:00", 30, "2026-11-24 10:30"),
        ("2026-11-24 11:30", 30, "2026-11-24 12:00"),  # a closing time is a due time, not the next opening
        ("2026-11-24 11:30", 31, "2026-11-24 13:01"),
        ("2026-11-24 12:30", 15, "2026-11-24 13:15"),
        ("2026-11-27 17:00", 120, "2026-11-30 10:00"),  # over the weekend
        ("2026-11-24 09:00", 8 * 60 * 5, "2026-11-30 18:00"),
    ],
)
def test_due_after_so_much_working_time(moment, minutes, expected):
    assert add_working(hours(), at(moment), timedelta(minutes=minutes)) == at(expected)


def test_working_time_between_leaves_out_nights_breaks_and_weekends():
    assert working_between(hours(), at("2026-11-27 11:00"), at("2026-11-30 14:00")) == timedelta(hours=1 + 5 + 3 + 1)
    assert working_between(hours(), at("2026-11-30 14:00"), at("2026-11-27 11:00")) == timedelta(hours=-10)


@pytest.mark.parametrize(
    ("moment", "days", "expected"),
    [
        ("2026-11-24 10:00", 0, "2026-11-24 18:00"),
        ("2026-11-24 12:30", 0, "2026-11-24 18:00"),
        ("2026-11-24 18:00", 0, "2026-11-25 18:00"),  # too late for today
        ("2026-11-24 10:00", 1, "2026-11-25 18:00"),
        ("2026-11-27 10:00", 1, "2026-11-30 18:00"),
        ("2026-11-28 10:00", 1, "2026-12-01 18:00"),
        ("2026-11-24 10:00", 3, "2026-11-27 18:00"),
    ],
)
def test_end_of_a_working_day(moment, days, expected):
    assert end_of_working_day(hours(), at(moment), days) == at(expected)


def test_chinese_holidays_are_closed_and_make_up_days_are_worked():
    # National Day 2026: off 1 to 7 October, worked on Sunday 20 September and Saturday 10 October
    assert not is_open(CHINA, at("2026-10-02 10:00"))
    assert is_open(CHINA, at("2026-09-20 10:00"))
    assert is_open(CHINA, at("2026-10-10 10:00"))
    assert not is_open(CHINA, at("2026-10-11 10:00"))
    assert end_of_working_day(CHINA, at("2026-09-30 10:00"), 1) == at("2026-10-08 18:00")
    assert not is_estimated(CHINA, at("2026-01-01 00:00"), at("2026-12-31 00:00"))


def test_a_make_up_day_follows_the_week_unless_it_has_hours_of_its_own():
    assert not is_open(hours(country="CN"), at("2026-09-20 10:00"))


def test_a_year_not_announced_yet_is_estimated_from_the_statutory_days():
    assert not is_open(CHINA, at("2041-10-01 10:00"))
    assert not is_open(CHINA, at("2041-05-01 10:00"))
    assert is_open(CHINA, at("2041-10-08 10:00"))
    assert not is_open(CHINA, at("2041-10-05 10:00"))  # a Saturday: nobody knows yet whether it is worked
    assert is_estimated(CHINA, at("2041-09-30 10:00"), at("2041-09-30 11:00"))
    assert holidays.public_day("CN", "", date(2041, 10, 1)) == PublicDay(DayKind.HOLIDAY, estimated=True)


def test_an_override_settles_what_was_estimated():
    settled = hours(country="CN", overrides={"2041-10-05": OFFICE})
    assert is_open(settled, at("2041-10-05 10:00"))
    assert not is_estimated(settled, at("2041-10-05 01:00"), at("2041-10-05 23:00"))
    assert is_estimated(settled, at("2041-10-05 01:00"), at("2041-10-06 01:00"))


def test_holidays_of_other_countries_and_their_regions():
    england = hours(zone="Europe/London", country="GB", region="ENG")
    assert not is_open(england, at("2026-12-25 10:00", "Europe/London"))
    assert not is_open(england, at("2026-08-31 10:00", "Europe/London"))  # summer bank holiday, not in Scotland
    assert is_open(hours(zone="Europe/London", country="GB", region="SCT"), at("2026-08-31 10:00", "Europe/London"))
    assert not is_estimated(england, at("2040-12-25 10:00"), at("2040-12-25 10:00"))


def test_a_shop_may_be_open_on_holidays():
    assert is_open(hours(country="CN", holidays="as_usual"), at("2026-10-02 10:00"))
    short = hours(country="CN", holidays=["10:00-12:00"])
    assert end_of_working_day(short, at("2026-10-02 10:00")) == at("2026-10-02 12:00")


def test_overrides_win_over_everything():
    special = hours(country="CN", overrides={date(2026, 10, 2): "08:00-24:00", "2026-11-24": "closed"})
    assert is_open(special, at("2026-10-02 23:59"))
    assert not is_open(special, at("2026-10-03 00:00"))
    assert not is_open(special, at("2026-11-24 10:00"))


# --- clock changes ---


def test_a_night_shift_over_the_spring_change_is_an_hour_shorter():
    nights = hours("00:00-06:00", ALL_WEEK, "Europe/London")
    assert working_between(
        nights, at("2026-03-28 12:00", "Europe/London"), at("2026-03-29 12:00", "Europe/London")
    ) == timedelta(hours=5)


def test_a_night_shift_over_the_autumn_change_is_an_hour_longer():
    nights = hours("00:00-06:00", ALL_WEEK, "America/New_York")
    assert working_between(nights, datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)) == timedelta(
        hours=7
    )


def test_an_opening_inside_the_gap_opens_at_the_jump():
    early = hours("01:30-05:00", ALL_WEEK, "Europe/London")  # on 29 March 2026 01:00 jumps to 02:00
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert next_open(early, datetime(2026, 3, 28, 23, tzinfo=UTC)) == jump
    assert not is_open(early, jump - timedelta(seconds=1))
    assert end_of_working_day(early, jump) == datetime(2026, 3, 29, 4, tzinfo=UTC)


def test_an_interval_wholly_inside_the_gap_does_not_happen():
    odd = hours("01:10-01:50", ALL_WEEK, "Europe/London")
    assert next_open(odd, datetime(2026, 3, 28, 12, tzinfo=UTC)) == datetime(2026, 3, 30, 0, 10, tzinfo=UTC)


def test_an_hour_that_comes_twice_counts_from_its_first_time():
    early = hours("01:30-05:00", ALL_WEEK, "Europe/London")  # on 25 October 2026 02:00 goes back to 01:00
    assert next_open(early, datetime(2026, 10, 24, 23, tzinfo=UTC)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert working_between(
        early, datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC)
    ) == timedelta(hours=4, minutes=30)


def test_a_date_that_was_skipped_has_no_working_time():
    samoa = hours("00:00-24:00", ALL_WEEK, "Pacific/Apia")  # 30 December 2011 did not happen there
    assert samoa.spans(date(2011, 12, 30)) == []
    assert is_open(samoa, datetime(2011, 12, 30, 10, tzinfo=UTC))


def test_a_clock_that_goes_back_over_midnight_closes_nothing():
    always = hours("00:00-24:00", ALL_WEEK, "America/St_Johns")  # on 29 October 2006 00:01 went back to 23:01
    again_yesterday = datetime(2006, 10, 29, 2, 45, tzinfo=UTC)
    assert again_yesterday.astimezone(always.zone).date() == date(2006, 10, 28)
    assert is_open(always, again_yesterday)
    assert next_open(always, again_yesterday) == again_yesterday
    for a, b in ((-60, 10), (0, 5), (-20, 0)):
        passed = timedelta(minutes=b - a)
        assert (
            working_between(always, again_yesterday + timedelta(minutes=a), again_yesterday + timedelta(minutes=b))
            == passed
        )


def test_much_work_in_a_shop_that_opens_once_a_week():
    rare = hours("10:00-11:00", ("monday",))
    assert add_working(rare, at("2026-11-23 08:00"), timedelta(hours=100)) == at("2028-10-16 11:00")


# --- laws ---

minutes_of_day = st.integers(0, 24 * 60)


@st.composite
def a_day(draw: st.DrawFn) -> list[str]:
    marks = sorted(draw(st.lists(minutes_of_day, max_size=6, unique=True)))
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in pairs]


ZONES = st.sampled_from(
    [
        "Europe/London",
        "America/New_York",
        "Asia/Shanghai",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/Havana",
        "America/St_Johns",
        "Africa/Cairo",
        "Pacific/Apia",
        "UTC",
    ]
)
CHANGES = ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2011-12-30", "2006-10-29"]
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
MOMENTS = st.one_of(
    st.timedeltas(timedelta(0), timedelta(days=12 * 365)).map(lambda passed: FIRST + passed),
    st.builds(
        lambda day, near: datetime.fromisoformat(day).replace(tzinfo=UTC) + near,
        st.sampled_from(CHANGES),
        st.timedeltas(timedelta(days=-2), timedelta(days=2)),
    ),
)
DAYS = st.timedeltas(timedelta(0), timedelta(days=9))
WORK = st.timedeltas(timedelta(0), timedelta(hours=60))


@st.composite
def calendars(draw: st.DrawFn, open_some_time: bool = True) -> Hours:
    week = {name: draw(a_day()) for name in ALL_WEEK}
    if open_some_time and not any(week.values()):
        week[draw(st.sampled_from(ALL_WEEK))] = ["08:15-20:00"]
    country = draw(st.sampled_from(["", "", "CN", "GB", "US"]))
    more: dict[str, Any] = {"country": country} if country else {}
    return Hours.load({"zone": draw(ZONES), "week": week, **more})


@given(calendars(), MOMENTS, WORK)
def test_between_undoes_add(calendar, moment, work):
    due = add_working(calendar, moment, work)
    assert due >= moment
    assert working_between(calendar, moment, due) == work
    if work:  # and it is the earliest such moment
        assert working_between(calendar, moment, due - timedelta(microseconds=1)) < work


@given(calendars(), MOMENTS, DAYS)
def test_add_undoes_between_up_to_closed_time(calendar, moment, passed):
    later = moment + passed
    again = add_working(calendar, moment, working_between(calendar, moment, later))
    assert again <= later
    assert working_between(calendar, again, later) == timedelta(0)


@given(calendars(), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=5)), WORK, WORK)
def test_a_later_start_or_more_work_is_never_due_earlier(calendar, moment, passed, work, more):
    assert add_working(calendar, moment, work) <= add_working(calendar, moment + passed, work)
    assert add_working(calendar, moment, work) <= add_working(calendar, moment, work + more)


@given(calendars(), MOMENTS, DAYS, DAYS)
def test_working_time_adds_up_over_any_split(calendar, moment, first, second):
    middle, end = moment + first, moment + first + second
    whole = working_between(calendar, moment, end)
    assert whole == working_between(calendar, moment, middle) + working_between(calendar, middle, end)
    assert timedelta(0) <= whole <= end - moment


@given(calendars(), MOMENTS)
def test_the_next_opening_is_open_and_nothing_before_it_is(calendar, moment):
    opening = next_open(calendar, moment)
    assert is_open(calendar, opening)
    assert opening >= moment
    assert working_between(calendar, moment, opening) == timedelta(0)
    assert (opening == moment) is is_open(calendar, moment)


@given(calendars(), MOMENTS, st.integers(0, 6))
def test_working_days_end_in_order_and_with_the_shop_closing(calendar, moment, days):
    end = end_of_working_day(calendar, moment, days)
    assert moment < end < end_of_working_day(calendar, moment, days + 1)
    assert is_open(calendar, end - timedelta(microseconds=1))


@given(calendars(open_some_time=False), MOMENTS)
def test_open_is_what_the_wall_clock_says(calendar, moment):
    """Checked against the plan of the local day; hours that come twice have their own rule and test."""
    local = moment.astimezone(calendar.zone)
    assume(not goes_back(local))
    minute = local.hour * 60 + local.minute
    assert is_open(calendar, moment) is any(start <= minute < end for start, end in calendar.plan(local.date()))


def goes_back(local: datetime) -> bool:
    """Whether the clock goes back on this local day or around its midnights."""
    midnight = datetime.combine(local.date(), time(), local.tzinfo)
    offsets = [(midnight + timedelta(minutes=15 * quarter)).utcoffset() for quarter in range(-8, 26 * 4)]
    return offsets[0] > offsets[-1]


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=30)), ZONES)
def test_round_the_clock_every_moment_is_working_time(moment, passed, zone):
    calendar = hours("00:00-24:00", ALL_WEEK, zone)
    assert is_open(calendar, moment)
    assert next_open(calendar, moment) == moment
    assert add_working(calendar, moment, passed) == moment + passed
    assert working_between(calendar, moment, moment + passed) == passed


@given(MOMENTS, st.timedeltas(timedelta(microseconds=1), timedelta(days=30)))
def test_a_calendar_that_never_opens_says_so(moment, passed):
    assert not is_open(NEVER, moment)
    assert working_between(NEVER, moment, moment + passed) == timedelta(0)
    for ask in (
        lambda: next_open(NEVER, moment),
        lambda: add_working(NEVER, moment, passed),
        lambda: end_of_working_day(NEVER, moment),
    ):
        with pytest.raises(NeverOpens, match=r"hours\.yml: the shop is closed"):
            ask()


@given(MOMENTS, st.sampled_from([1, 5, 10, 15, 30, 60, 120]), ZONES.map(ZoneInfo))
def test_rounding_up_gives_the_next_round_wall_clock(moment, minutes, zone):
    rounded = round_up(moment, minutes, zone)
    wall = moment.astimezone(zone).replace(tzinfo=None) + (rounded - moment)
    assert (wall.hour * 60 + wall.minute) % minutes == 0
    assert wall.second == wall.microsecond == 0
    assert timedelta(0) <= rounded - moment < timedelta(minutes=minutes)
    assert round_up(wall.replace(tzinfo=UTC), minutes) == wall.replace(tzinfo=UTC)


# --- misuse and broken files ---

NAIVE = datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    "ask",
    [
        lambda: is_open(CHINA, NAIVE),
        lambda: next_open(CHINA, NAIVE),
        lambda: round_up(NAIVE, 5),
        lambda: add_working(CHINA, NAIVE, timedelta(0)),
        lambda: working_between(CHINA, NAIVE, NAIVE),
        lambda: end_of_working_day(CHINA, NAIVE),
    ],
)
def test_a_moment_without_zone_is_refused(ask):
    with pytest.raises(ValueError, match="needs a time zone"):
        ask()


def test_senseless_amounts_are_refused():
    moment = at("2026-11-24 10:00")
    with pytest.raises(ValueError, match="negative"):
        add_working(CHINA, moment, timedelta(minutes=-1))
    with pytest.raises(ValueError, match="negative"):
        end_of_working_day(CHINA, moment, -1)
    for minutes in (0, -5, 7):
        with pytest.raises(ValueError, match="do not divide a day"):
            round_up(moment, minutes)


GOOD: dict[str, Any] = {"zone": "Asia/Shanghai", "week": {"monday": "09:00-18:00"}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"zone": "Asia/Peking"}, "'zone' is an unknown time zone: 'Asia/Peking'"),
        ({"zone": "../etc/passwd"}, "'zone' is no time zone"),
        ({"zone": 8}, "'zone' must be a text, not '8'"),
        ({"week": ["monday"]}, "'week' must hold names with values, not a list"),
        ({"week": {"Montag": "closed"}}, "'week.Montag' is unknown here"),
        ({"week": {"monday": "9-18"}}, "'week.monday' has no interval in '9-18'"),
        ({"week": {"monday": ["18:00-09:00"]}}, "'week.monday' has no interval in '18:00-09:00'"),
        ({"week": {"monday": ["09:00-24:01"]}}, "'week.monday' has no interval"),
        ({"week": {"monday": ["09:60-12:00"]}}, "'week.monday' has no interval"),
        ({"week": {"monday": None}}, "'week.monday' has no interval in nothing"),
        ({"week": {"monday": "as_usual"}}, "'week.monday' has no interval in 'as_usual'"),
        ({"week": {"monday": ["09:00-12:00", "11:00-13:00"]}}, "'week.monday' has intervals that overlap"),
        ({"country": "XX"}, "'country' is unknown: 'XX'"),
        ({"country": "GB", "region": "YORK"}, "'region' is unknown in GB: 'YORK'"),
        ({"region": "ENG"}, "'region' is unknown in no country"),
        ({"overrides": {"24.12.2026": "closed"}}, "'overrides.24.12.2026' is no date"),
        ({"overrides": {datetime(2026, 12, 24, tzinfo=UTC): "closed"}}, "is no date"),
        ({"overrides": {"2026-12-24": "shut"}}, "'overrides.2026-12-24' has no interval in 'shut'"),
        ({"holidays": "open"}, "'holidays' has no interval in 'open'"),
        ({"holyday": "closed"}, "'holyday' is unknown here"),
    ],
)
def test_a_broken_file_is_named_with_its_key(change, message):
    with pytest.raises(BadContent) as error:
        Hours.load({**GOOD, **change})
    assert str(error.value).startswith("data/policy/hours.yml: ")
    assert message in str(error.value)


def test_all_problems_are_told_at_once():
    with pytest.raises(BadContent) as error:
        Hours.load({"week": {"monday": "x", "tuesday": "y"}, "country": "XX"})
    assert len(str(error.value).splitlines()) == 4
    with pytest.raises(BadContent, match="must hold names with values, not a list"):
        Hours.load([])


def test_touching_intervals_are_one():
    assert hours(["09:00-12:00", "12:00-18:00"]).week[0] == ((540, 1080),)


def test_the_shipped_calendar_is_good():
    shipped = Hours.load(datafile.read(SHIPPED))
    assert is_open(shipped, at("2026-11-24 10:00"))
    assert is_open(shipped, at("2026-10-10 17:00"))  # a Saturday that is worked like a weekday
    assert not is_open(shipped, at("2026-10-17 17:00"))
