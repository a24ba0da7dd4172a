"""Clocks come from stored events, on the working calendar. Times are of the shop's wall (Shanghai)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff import sla
from bot.handoff.sla import Clock, Event, Happening, Span, State, Targets
from tests.handoff.policies import desk, shop_hours

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = shop_hours()
TARGETS = Targets(timedelta(minutes=30), timedelta(minutes=30), timedelta(hours=8))
HANDED, WROTE, ANSWERED, ENDED = Happening


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def events(*told: tuple[Happening, str]) -> list[Event]:
    return [Event(what, wall(f"2026-11-24 {at}")) for what, at in told]


def shown(found: list[Span]) -> set[tuple[Clock, str, str | None]]:
    def at(moment: datetime | None) -> str | None:
        return moment.strftime("%H:%M") if moment else None

    return {(s.clock, at(s.since) or "", at(s.until)) for s in found}


def test_waiting_on_us_starts_at_the_handoff_and_ends_at_a_persons_answer() -> None:
    found = sla.spans(events((HANDED, "10:00"), (WROTE, "10:02"), (WROTE, "10:05"), (ANSWERED, "10:20")))
    assert shown(found) == {
        (Clock.FIRST_REPLY, "10:00", "10:20"),
        (Clock.WAITING, "10:00", "10:20"),
        (Clock.RESOLUTION, "10:00", None),
    }


def test_it_starts_again_at_the_customers_first_message_after_the_answer() -> None:
    found = sla.spans(
        events((HANDED, "10:00"), (ANSWERED, "10:10"), (ANSWERED, "10:12"), (WROTE, "10:30"), (WROTE, "10:40"))
    )
    assert (Clock.WAITING, "10:30", None) in shown(found)
    assert len([s for s in found if s.clock is Clock.WAITING]) == 2


def test_all_clocks_stop_when_it_is_handed_back_or_closed_and_begin_anew_with_the_next_handoff() -> None:
    found = sla.spans(
        events((HANDED, "09:10"), (WROTE, "09:11"), (ENDED, "09:30"), (WROTE, "09:40"), (HANDED, "10:00"))
    )
    assert shown(found) == {
        (Clock.WAITING, "09:10", "09:30"),
        (Clock.RESOLUTION, "09:10", "09:30"),
        (Clock.FIRST_REPLY, "10:00", None),
        (Clock.WAITING, "10:00", None),
        (Clock.RESOLUTION, "10:00", None),
    }


@given(st.lists(st.tuples(st.sampled_from(Happening), st.integers(0, 500)), max_size=40))
def test_however_events_are_mixed_at_most_one_of_each_clock_runs(mixed: list[tuple[Happening, int]]) -> None:
    start = wall("2026-11-24 09:00")
    told = [Event(what, start + timedelta(minutes=m)) for what, m in mixed]
    found = sla.spans(told)
    assert found == sla.spans(reversed(told)) or len({e.at for e in told}) < len(told)
    running = [s.clock for s in sla.running(found)]
    assert len(running) == len(set(running))
    assert all(s.until is None or s.since <= s.until for s in found)


@pytest.mark.parametrize(
    ("label", "since", "until", "minutes", "due"),
    [
        ("in the morning", "2026-11-24 10:00", "2026-11-24 10:20", 20, "2026-11-24 10:30"),
        ("lunch does not count", "2026-11-24 11:50", "2026-11-24 13:10", 20, "2026-11-24 13:20"),
        ("nor does the night", "2026-11-24 17:50", "2026-11-25 09:05", 15, "2026-11-25 09:20"),
        ("nor Sunday", "2026-11-28 15:50", "2026-11-30 09:10", 20, "2026-11-30 09:20"),
        ("nor a holiday week", "2026-09-30 17:50", "2026-10-08 09:10", 20, "2026-10-08 09:20"),
        ("a make-up workday counts", "2026-10-10 10:00", "2026-10-10 11:00", 60, "2026-10-10 10:30"),
    ],
)
def test_time_is_counted_on_the_working_calendar(label: str, since: str, until: str, minutes: int, due: str) -> None:
    reading = sla.read(Span(Clock.WAITING, wall(since), wall(until)), TARGETS, HOURS, 75, wall(until))
    assert reading.took == timedelta(minutes=minutes), label
    assert reading.due_at == wall(due), label


def test_where_a_life_may_hang_on_it_every_hour_counts() -> None:
    span = Span(Clock.WAITING, wall("2026-10-02 02:00"))
    assert sla.read(span, TARGETS, None, 75, wall("2026-10-02 02:40")).state is State.BREACHED
    assert sla.read(span, TARGETS, HOURS, 75, wall("2026-10-02 02:40")).state is State.IN_TIME


@pytest.mark.parametrize(
    ("minutes", "state"), [(22, State.IN_TIME), (23, State.NEAR), (30, State.NEAR), (31, State.BREACHED)]
)
def test_a_target_is_near_before_it_is_missed(minutes: int, state: State) -> None:
    span = Span(Clock.FIRST_REPLY, wall("2026-11-24 10:00"))
    at = wall("2026-11-24 10:00") + timedelta(minutes=minutes)
    assert sla.read(span, TARGETS, HOURS, 75, at).state is state


def test_every_priority_has_targets_and_the_more_urgent_the_shorter() -> None:
    targets = desk().targets
    assert list(targets) == [1, 2, 3, 4]
    for clock in Clock:
        times = [targets[p].of(clock) for p in targets]
        assert times == sorted(times)
