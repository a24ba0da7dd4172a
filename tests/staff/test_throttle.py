"""How long one waits after wrong passwords."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.staff.throttle import NO_PAUSE, SLOWEST, WINDOW, Failures, pause

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def ago(*minutes: float) -> list[datetime]:
    return [AT - timedelta(minutes=m) for m in minutes]


def test_a_few_mistakes_cost_nothing():
    assert pause(Failures(ago(4, 3, 2, 1)), False, AT) == NO_PAUSE


def test_the_fifth_mistake_costs_until_the_first_is_a_quarter_of_an_hour_old():
    assert pause(Failures(ago(5, 4, 3, 2, 1)), False, AT) == timedelta(minutes=10)
    assert pause(Failures(ago(14, 4, 3, 2, 1)), True, AT) == timedelta(minutes=1)


def test_a_login_tried_from_everywhere_is_slowed_down_and_never_shut():
    many = [AT - timedelta(seconds=30) for _ in range(100)]
    assert pause(Failures([], login=many), False, AT) == SLOWEST - timedelta(seconds=30)


def test_the_known_browser_of_a_colleague_is_not_kept_out_by_what_others_do():
    many = [AT] * 100
    assert pause(Failures([], login=many, address=many), True, AT) == NO_PAUSE


def test_one_address_cannot_try_one_login_after_the_other():
    assert pause(Failures([], address=ago(*range(14, 4, -1)) * 2), False, AT) == NO_PAUSE
    assert pause(Failures([], address=[AT - timedelta(minutes=1)] * 30), False, AT) == timedelta(minutes=14)


@given(st.lists(st.floats(0, 14.9), max_size=60), st.booleans())
def test_nobody_ever_waits_longer_than_the_window(minutes, is_known):
    failed = ago(*sorted(minutes, reverse=True))
    assert NO_PAUSE <= pause(Failures(failed, failed, failed), is_known, AT) <= WINDOW
