from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.messages import Words
from bot.shop.benefit import BenefitKind
from bot.shop.order import Item, OrderState
from bot.shop.warranty import CoverState, cover, months_later
from tests.shop.goods import benefit, catalogue, order, policy

DELIVERED = datetime(2025, 1, 31, 4, 0, tzinfo=UTC)


def answer(product_id: str, today: date, *benefits, delivered_at=DELIVERED, known: bool = True):
    item = Item(product_id, Words("-", "-"), 1, 100)
    parcel = order(OrderState.DELIVERED, placed_at=DELIVERED, delivered_at=delivered_at, items=(item,))
    product = catalogue().products.get(product_id) if known else None
    return cover(item, parcel, product, benefits, today, policy().zone)


def test_the_whole_is_covered_to_the_end_of_the_last_day():
    assert answer("fridge-410", date(2026, 1, 31)).state is CoverState.COVERED
    assert answer("fridge-410", date(2026, 1, 31)).until == date(2026, 1, 31)
    assert answer("kettle-17", date(2026, 2, 1)).state is CoverState.OVER
    assert answer("kettle-17", date(2026, 2, 1)).until == date(2026, 1, 31)


def test_parts_with_more_months_are_still_covered_when_the_whole_is_not():
    after = answer("fridge-410", date(2026, 2, 1))
    assert after.state is CoverState.PARTS_ONLY
    assert [(part.name.en, part.until) for part in after.parts] == [("compressor", date(2035, 1, 31))]
    assert answer("fridge-410", date(2035, 1, 31)).state is CoverState.PARTS_ONLY
    assert answer("fridge-410", date(2035, 2, 1)).state is CoverState.OVER


def test_an_extended_warranty_lengthens_the_whole():
    more = benefit(kind=BenefitKind.WARRANTY, amount=12, order_id="LJ20261103-0042")
    longer = answer("kettle-17", date(2026, 6, 1), more)
    assert (longer.state, longer.until, longer.extended_months) == (CoverState.COVERED, date(2027, 1, 31), 12)


@pytest.mark.parametrize(
    "other",
    [
        {"order_id": "LJ20260101-0001"},
        {"order_id": "LJ20261103-0042", "product_id": "fridge-410"},
        {"order_id": "LJ20261103-0042", "customer_id": "C2"},
        {"order_id": "LJ20261103-0042", "kind": BenefitKind.POINTS},
    ],
)
def test_an_extension_of_something_else_changes_nothing(other):
    more = benefit(**{"kind": BenefitKind.WARRANTY, "amount": 12, **other})
    assert answer("kettle-17", date(2026, 6, 1), more).state is CoverState.OVER


def test_a_battery_with_fewer_months_than_the_whole_is_not_named():
    assert answer("vacuum-s8", date(2025, 3, 1)).parts == ()


def test_consumables_have_no_warranty_and_unknown_goods_no_answer():
    assert answer("filter-set", date(2025, 2, 1)).state is CoverState.NONE
    assert answer("fridge-410", date(2025, 2, 1), known=False).state is CoverState.UNKNOWN
    assert answer("fridge-410", date(2025, 2, 1), delivered_at=None).state is CoverState.UNKNOWN


def test_the_day_of_delivery_is_the_one_in_the_shops_zone():
    late_evening = datetime(2025, 1, 30, 17, 0, tzinfo=UTC)  # 1:00 on the 31st in Shanghai
    assert answer("kettle-17", date(2025, 2, 1), delivered_at=late_evening).until == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 5), 1, date(2026, 1, 5)),
        (date(2025, 6, 15), 0, date(2025, 6, 15)),
    ],
)
def test_months_end_where_the_month_ends(day, months, then):
    assert months_later(day, months) == then


@settings(deadline=None)  # machines that are busy are no failure
@given(some.dates(date(2000, 1, 1), date(2100, 1, 1)), some.integers(0, 240))
def test_months_later_is_the_same_day_or_the_last_of_that_month(day, months):
    then = months_later(day, months)
    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == months
    assert then.day == day.day or (then.day < day.day and (then + timedelta(days=1)).day == 1)
