"""The times a customer may choose from."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import worktime
from bot.handoff.call_back import FARTHEST, CallBacks, is_offered, slots
from bot.hours import WEEKDAYS, Hours
from tests.handoff.policies import shop_hours

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = shop_hours()
HOURLY = CallBacks(timedelta(hours=1), 2, 4, timedelta(minutes=15))


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def shown(found: list[datetime]) -> list[str]:
    return [slot.astimezone(ZONE).strftime("%m-%d %H:%M") for slot in found]


@pytest.mark.parametrize(
    ("label", "at", "expected"),
    [
        ("at night: the morning", "2026-11-24 02:00", ["11-24 09:00", "11-24 10:00", "11-24 11:00", "11-24 13:00"]),
        ("after work: tomorrow", "2026-11-24 18:30", ["11-25 09:00", "11-25 10:00", "11-25 11:00", "11-25 13:00"]),
        ("at lunch: today", "2026-11-24 12:20", ["11-24 13:00", "11-24 14:00", "11-24 15:00", "11-24 16:00"]),
        ("open: never at once", "2026-11-24 10:00", ["11-24 11:00", "11-24 13:00", "11-24 14:00", "11-24 15:00"]),
        ("a holiday week: when it is over", "2026-10-02 02:00", [
            *("10-08 09:00", "10-08 10:00", "10-08 11:00", "10-08 13:00")
        ]),
        ("Saturday is short, Sunday closed", "2026-11-28 14:30", [
            *("11-28 15:00", "11-30 09:00", "11-30 10:00", "11-30 11:00")
        ]),
    ],
)  # fmt: skip
def test_the_next_working_times_are_offered(label: str, at: str, expected: list[str]) -> None:
    assert shown(slots(HOURS, wall(at), HOURLY, {})) == expected, label


def test_a_time_that_enough_have_chosen_is_not_offered() -> None:
    taken = Counter({wall("2026-11-24 09:00"): 2, wall("2026-11-24 10:00"): 1})
    assert shown(slots(HOURS, wall("2026-11-24 02:00"), HOURLY, taken))[:2] == ["11-24 10:00", "11-24 11:00"]


def test_a_shop_that_never_opens_says_so() -> None:
    closed = dict.fromkeys(WEEKDAYS, "closed")
    with pytest.raises(worktime.NeverOpens):
        slots(Hours.load({"zone": "Asia/Shanghai", "week": closed}), wall("2026-11-24 02:00"), HOURLY, {})


@given(st.integers(0, 350 * 24 * 60), st.sampled_from([15, 30, 60, 120]))
def test_every_time_offered_lies_ahead_in_working_time_and_can_be_taken(minute: int, length: int) -> None:
    at = wall("2026-01-01 00:00") + timedelta(minutes=minute)
    found = slots(HOURS, at, CallBacks(timedelta(minutes=length), 1, 4, timedelta(minutes=5)), {})
    assert len(found) == 4
    assert found == sorted(set(found))
    for slot in found:
        assert worktime.is_open(HOURS, slot)
        assert is_offered(HOURS, slot, at)
        assert slot - at <= FARTHEST


def test_a_time_that_has_passed_or_lies_in_the_night_cannot_be_chosen() -> None:
    at = wall("2026-11-24 10:00")
    assert not is_offered(HOURS, wall("2026-11-24 09:30"), at)
    assert not is_offered(HOURS, wall("2026-11-24 20:00"), at)
    assert not is_offered(HOURS, at + timedelta(days=60), at)
