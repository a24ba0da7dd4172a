from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.shop.benefit import BenefitKind, Request, Why, about_to_lose, expiring, is_usable, points
from tests.shop.goods import benefit, order

TODAY = date(2026, 11, 22)
CANCEL = frozenset({Request.CANCEL})


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def lost(*benefits, request=Request.CANCEL, of=None, within=30):
    return about_to_lose(benefits, request, order() if of is None else of, TODAY, within)


def test_cancelling_loses_the_coupon_that_the_order_was_paid_with():
    coupon = benefit(order_id="LJ20261103-0042", lost_if=CANCEL, value_cents=30000, expires_on=day(12))
    (loss,) = lost(coupon)
    assert (loss.why, loss.value_cents, loss.on) == (Why.BOUND, 30000, day(12))


def test_withdrawing_a_day_before_the_bonus_is_due_is_told_with_its_date_and_value():
    withdraw = frozenset({Request.WITHDRAW})
    bonus = benefit(kind=BenefitKind.CONTRACT, due_on=day(1), value_cents=27000_00, lost_if=withdraw)
    (loss,) = about_to_lose([bonus], Request.WITHDRAW, None, TODAY)
    assert (loss.why, loss.value_cents, loss.on) == (Why.DUE_SOON, 27000_00, day(1))


@pytest.mark.parametrize(("due", "named"), [(0, True), (30, True), (31, False), (-1, True)])
def test_what_falls_due_within_the_window_counts_and_what_is_far_off_does_not(due, named):
    assert bool(lost(benefit(due_on=day(due), lost_if=CANCEL))) is named


def test_a_benefit_that_has_begun_is_bound_and_not_due_soon():
    (loss,) = lost(benefit(due_on=day(-1), lost_if=CANCEL))
    assert loss.why is Why.BOUND


@pytest.mark.parametrize(
    "harmless",
    [
        {"lost_if": frozenset()},
        {"lost_if": frozenset({Request.RETURN})},
        {"lost_if": CANCEL, "used": True},
        {"lost_if": CANCEL, "amount": 0},
        {"lost_if": CANCEL, "expires_on": day(-1)},
        {"lost_if": CANCEL, "order_id": "LJ20260101-0001"},
        {"lost_if": CANCEL, "customer_id": "C2"},
    ],
)
def test_nothing_is_lost_that_is_used_over_someone_elses_or_another_orders(harmless):
    assert lost(benefit(**harmless)) == ()


def test_the_dearest_loss_is_told_first():
    cheap, dear = benefit(id="B1", lost_if=CANCEL, value_cents=100), benefit(id="B2", lost_if=CANCEL, value_cents=900)
    assert [loss.benefit.id for loss in lost(cheap, dear)] == ["B2", "B1"]


def test_deleting_an_account_loses_what_belongs_to_orders_too():
    points_of_order = benefit(order_id="LJ20260101-0001", lost_if=frozenset({Request.DELETE_ACCOUNT}))
    assert about_to_lose([points_of_order], Request.DELETE_ACCOUNT, None, TODAY)


def test_expiring_benefits_come_earliest_first_with_both_ends_of_the_window():
    benefits = [benefit(id=str(n), expires_on=day(n)) for n in (31, 30, 7, 0, -1)]
    assert [b.id for b in expiring(benefits, TODAY, 30)] == ["0", "7", "30"]


@pytest.mark.parametrize("changes", [{"used": True}, {"due_on": day(2)}, {"expires_on": None}, {"amount": 0}])
def test_what_cannot_be_used_does_not_expire(changes):
    assert expiring([benefit(**{"expires_on": day(3), **changes})], TODAY, 30) == ()


def test_points_are_added_up_and_nothing_else():
    of_points = {"kind": BenefitKind.POINTS}
    mine = [
        benefit(**of_points, amount=100, expires_on=TODAY),
        benefit(**of_points, amount=50),
        benefit(**of_points, amount=1000, expires_on=day(-1)),
        benefit(**of_points, amount=1000, due_on=day(1)),
        benefit(amount=7),
    ]
    assert points(mine, TODAY) == 150


@settings(deadline=None)  # machines that are busy are no failure
@given(some.integers(-60, 60), some.integers(-60, 60), some.integers(0, 60))
def test_a_loss_is_always_something_open_and_inside_the_window(due, expires, within):
    one = benefit(due_on=day(due), expires_on=day(expires), lost_if=CANCEL)
    for loss in about_to_lose([one], Request.CANCEL, order(), TODAY, within):
        assert expires >= 0
        assert due <= within
        assert (loss.why is Why.BOUND) is (is_usable(one, TODAY) and due < 0)
