from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.shop.order import (
    Order,
    OrderState,
    Permission,
    RefundState,
    StateRule,
    days_late,
    is_late,
    may_cancel,
    may_change_address,
    may_change_items,
    may_return,
    refund_is_late,
    return_until,
)
from tests.shop.goods import NOON, order, policy

S, P = OrderState, Permission
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("state", "cancel", "address", "items"),
    [
        (S.PLACED, P.ALLOWED, P.ALLOWED, P.ALLOWED),
        (S.PAID, P.ALLOWED, P.ALLOWED, P.ASKS_A_PERSON),
        (S.PACKED, P.ASKS_A_PERSON, P.ASKS_A_PERSON, P.ASKS_A_PERSON),
        (S.SHIPPED, P.TOO_LATE_BECAUSE_SHIPPED, P.ASKS_A_PERSON, P.TOO_LATE_BECAUSE_SHIPPED),
        (S.OUT_FOR_DELIVERY, *[P.TOO_LATE_BECAUSE_SHIPPED] * 3),
        (S.DELIVERED, *[P.TOO_LATE_BECAUSE_DELIVERED] * 3),
        (S.CANCELLED, *[P.ALREADY_CANCELLED] * 3),
        (S.RETURN_REQUESTED, *[P.ALREADY_RETURNING] * 3),
        (S.RETURNED, *[P.ALREADY_RETURNED] * 3),
    ],
)
def test_what_each_state_still_allows(state, cancel, address, items):
    rules = policy()
    assert may_cancel(order(state), rules.cancel) is cancel
    assert may_change_address(order(state), rules.change_address) is address
    assert may_change_items(order(state), rules.change_items) is items


@pytest.mark.parametrize("state", [S.PLACED, S.PAID, S.PACKED])
def test_a_state_that_the_policy_forgot_goes_to_a_person_and_is_not_refused(state):
    assert may_cancel(order(state), StateRule(frozenset(), frozenset())) is P.ASKS_A_PERSON


def test_no_policy_can_cancel_what_is_over():
    everything = StateRule(frozenset(OrderState), frozenset())
    assert may_cancel(order(S.RETURNED), everything) is P.ALREADY_RETURNED


def delivered(at: datetime) -> Order:
    return order(S.DELIVERED, placed_at=at - timedelta(days=3), delivered_at=at)


def test_the_return_period_counts_days_of_the_shops_zone_from_the_day_after_delivery():
    # 23:30 in Shanghai on the 14th: in UTC still the same day, but half an hour before the 15th.
    parcel = delivered(datetime(2026, 11, 14, 15, 30, tzinfo=UTC))
    rule = policy().returns
    assert return_until(parcel, rule) == date(2026, 11, 21)
    last_minute = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)
    assert may_return(parcel, last_minute, rule) is P.ALLOWED
    assert may_return(parcel, last_minute + timedelta(minutes=1), rule) is P.RETURN_PERIOD_OVER


def test_faulty_goods_have_more_time():
    parcel = delivered(NOON - timedelta(days=10))
    rule = policy().returns
    assert may_return(parcel, NOON, rule) is P.RETURN_PERIOD_OVER
    assert may_return(parcel, NOON, rule, faulty=True) is P.ALLOWED


def test_opened_consumables_are_for_a_person_unless_they_are_faulty():
    parcel, rule = delivered(NOON - timedelta(days=1)), policy().returns
    assert may_return(parcel, NOON, rule, categories={"consumable"}) is P.ASKS_A_PERSON
    assert may_return(parcel, NOON, rule, categories={"consumable"}, faulty=True) is P.ALLOWED
    assert may_return(parcel, NOON, rule, categories={"fridge"}) is P.ALLOWED


@pytest.mark.parametrize("state", [S.PLACED, S.PAID, S.PACKED, S.SHIPPED, S.OUT_FOR_DELIVERY])
def test_nothing_goes_back_before_it_came(state):
    assert may_return(order(state), NOON, policy().returns) is P.NOT_YET_DELIVERED


def test_a_delivery_of_unknown_time_is_for_a_person():
    assert may_return(order(S.DELIVERED), NOON, policy().returns) is P.ASKS_A_PERSON


@pytest.mark.parametrize("state", OrderState)
def test_only_who_has_paid_and_is_still_waiting_can_be_told_that_it_is_late(state):
    waiting = {S.PAID, S.PACKED, S.SHIPPED, S.OUT_FOR_DELIVERY}
    overdue = order(state, promised_on=TODAY - timedelta(days=4))
    assert is_late(overdue, TODAY) is (state in waiting)
    assert days_late(overdue, TODAY) == (4 if state in waiting else 0)


def test_the_promised_day_itself_is_not_late():
    assert not is_late(order(S.SHIPPED, promised_on=TODAY), TODAY)
    assert not is_late(order(S.SHIPPED, promised_on=None), TODAY)


@pytest.mark.parametrize(
    ("state", "due", "late"),
    [
        (RefundState.APPROVED, TODAY - timedelta(days=1), True),
        (RefundState.REQUESTED, TODAY - timedelta(days=1), True),
        (RefundState.APPROVED, TODAY, False),
        (RefundState.APPROVED, None, False),
        (RefundState.PAID, TODAY - timedelta(days=9), False),
        (RefundState.REFUSED, TODAY - timedelta(days=9), False),
    ],
)
def test_a_refund_is_late_when_it_is_due_and_not_paid(state, due, late):
    assert refund_is_late(order(S.RETURNED, refund_state=state, refund_due=due), TODAY) is late


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        order(delivered_at=datetime(2026, 11, 1, 12, 0))  # noqa: DTZ001 - that is the point


def test_address_and_phone_are_not_in_what_is_printed():
    printed = repr(order(address="Flat 1, 5 Guixiang Road", phone="13900000001"))
    assert "Guixiang" not in printed
    assert "139" not in printed


@settings(deadline=None)  # machines that are busy are no failure
@given(some.sampled_from(OrderState), some.integers(0, 40), some.booleans())
def test_more_time_never_gives_back_a_return(state, days, faulty):
    parcel = replace(delivered(NOON), state=state)
    rule = policy().returns
    now = may_return(parcel, NOON + timedelta(days=days), rule, faulty=faulty)
    later = may_return(parcel, NOON + timedelta(days=days + 1), rule, faulty=faulty)
    assert not (now is P.RETURN_PERIOD_OVER and later is P.ALLOWED)


@settings(deadline=None)  # machines that are busy are no failure
@given(some.dates(date(2020, 1, 1), date(2030, 1, 1)), some.integers(-50, 50))
def test_days_late_is_the_distance_to_the_promise_and_never_negative(promised, distance):
    today = promised + timedelta(days=distance)
    assert days_late(order(S.SHIPPED, promised_on=promised), today) == max(0, distance)
