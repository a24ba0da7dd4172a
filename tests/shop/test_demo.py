from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest

from bot import datafile
from bot.errors import BadContent
from bot.shop.benefit import BenefitKind, Request, Why, about_to_lose, expiring
from bot.shop.customer import canonical_phone
from bot.shop.demo import make_demo
from bot.shop.order import OrderState, Permission, RefundState, is_late, may_return, refund_is_late
from bot.shop.order_number import canonical_number
from bot.shop.warranty import CoverState, cover
from tests.shop.goods import DATA, catalogue, policy

TODAY = date(2026, 11, 22)
CAST = datafile.read(DATA / "demo" / "cast.yml")
PEOPLE = datafile.read(DATA / "demo" / "people.yml")


def demo(today: date = TODAY, cast: object = CAST):
    return make_demo(cast, PEOPLE, catalogue(), policy(), today)


@pytest.fixture(scope="module")
def shop():
    return demo()


@pytest.fixture(scope="module")
def orders(shop):
    return {order.id: order for order in shop.orders}


def test_the_same_day_makes_the_same_shop(shop):
    assert demo() == shop


def test_another_day_moves_the_dates_and_keeps_every_id(shop):
    later = demo(TODAY + timedelta(days=400))
    for kind in ("customers", "orders", "benefits"):
        assert [thing.id for thing in getattr(later, kind)] == [thing.id for thing in getattr(shop, kind)]
    assert [order.state for order in later.orders] == [order.state for order in shop.orders]
    assert (later.orders[0].placed_at - shop.orders[0].placed_at).days == 400


def test_ids_are_unique_and_everything_has_an_owner(shop):
    for things in (shop.customers, shop.orders, shop.benefits):
        assert max(Counter(thing.id for thing in things).values()) == 1
    customers, numbers = {c.id for c in shop.customers}, {o.id: o.customer_id for o in shop.orders}
    assert {o.customer_id for o in shop.orders} <= customers
    for benefit in shop.benefits:
        assert benefit.customer_id in customers
        assert benefit.order_id is None or numbers[benefit.order_id] == benefit.customer_id


def test_the_crowd_is_large_and_speaks_both_languages(shop):
    languages = Counter(customer.language for customer in shop.customers)
    assert len(shop.customers) == 300
    assert languages["zh"] > 100
    assert languages["en"] > 60
    assert len({customer.phone for customer in shop.customers}) == 300
    assert all(canonical_phone(customer.phone) == customer.phone for customer in shop.customers)
    assert all(customer.phone.startswith(("1390000", "+447700900")) for customer in shop.customers)


def test_there_are_orders_in_every_state_late_ones_and_refunds_in_every_state(shop):
    assert {order.state for order in shop.orders} == set(OrderState)
    assert {order.refund_state for order in shop.orders} == set(RefundState)
    late = {order.state for order in shop.orders if is_late(order, TODAY)}
    assert late == {OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED, OrderState.OUT_FOR_DELIVERY}
    assert 10 < sum(is_late(order, TODAY) for order in shop.orders) < len(shop.orders) / 5
    assert any(refund_is_late(order, TODAY) for order in shop.orders)
    assert {benefit.kind for benefit in shop.benefits} == set(BenefitKind)
    assert len(expiring(shop.benefits, TODAY, 30)) > 30


def test_nothing_has_happened_that_is_still_to_come(shop):
    midnight = datetime.combine(TODAY, time(0), policy().zone)
    for order in shop.orders:
        times = [at for at in (order.placed_at, order.shipped_at, order.delivered_at) if at is not None]
        assert times == sorted(times), order.id
        assert times[-1] < midnight, order.id
        if order.refund_state in (RefundState.PAID, RefundState.REFUSED):
            assert order.refund_due < TODAY, order.id
    joined = {customer.id: customer.created_on for customer in shop.customers}
    assert all(order.placed_at.date() >= joined[order.customer_id] for order in shop.orders)


def test_states_and_times_agree(shop):
    arrived = {OrderState.DELIVERED, OrderState.RETURN_REQUESTED, OrderState.RETURNED}
    for order in shop.orders:
        assert (order.delivered_at is not None) is (order.state in arrived), order.id
        assert (order.shipped_at is None) is (order.tracking_number == ""), order.id
        assert (order.promised_on is None) is (order.state is OrderState.PLACED), order.id
        assert bool(order.invoice_url) is (order.invoice_state == "issued"), order.id
        assert order.total_cents > 0


def test_every_order_number_is_recognised_when_a_customer_types_it(shop):
    assert all(canonical_number(order.id.lower(), policy().number) == order.id for order in shop.orders)


def test_the_readme_introduces_the_whole_cast():
    readme = (DATA / "demo" / "README.md").read_text(encoding="utf-8")
    for person in CAST:
        row = next(line for line in readme.splitlines() if line.startswith(f"| {person['id']} "))
        assert person["name"] in row
        assert person["phone"] in row
        assert all(order["id"] in readme for order in person["orders"])


def test_cancelling_would_cost_the_customer_what_his_story_says(shop, orders):
    own = [benefit for benefit in shop.benefits if benefit.customer_id == "C0003"]
    losses = about_to_lose(own, Request.CANCEL, orders["LJ20260101-0004"], TODAY)
    assert [(loss.why, (loss.on - TODAY).days) for loss in losses] == [(Why.BOUND, 12), (Why.DUE_SOON, 9)]


def test_leaving_today_would_cost_the_bonus_of_tomorrow(shop):
    own = [benefit for benefit in shop.benefits if benefit.customer_id == "C0011"]
    (loss,) = about_to_lose(own, Request.DELETE_ACCOUNT, None, TODAY)
    assert (loss.value_cents, loss.on) == (270000, TODAY + timedelta(days=1))


def test_the_stories_of_the_late_the_returning_and_the_covered_are_true(shop, orders):
    noon = datetime.combine(TODAY, time(12), policy().zone)
    assert is_late(orders["LJ20260101-0003"], TODAY)
    assert refund_is_late(orders["LJ20260101-0005"], TODAY)
    oven, fryer, rule = orders["LJ20260101-0018"], orders["LJ20260101-0011"], policy().returns
    assert may_return(oven, noon, rule) is Permission.ALLOWED
    assert may_return(oven, noon + timedelta(days=1), rule) is Permission.RETURN_PERIOD_OVER
    assert may_return(fryer, noon, rule) is Permission.RETURN_PERIOD_OVER
    expected = {"0002": "over", "0006": "covered", "0007": "covered", "0020": "parts_only", "0021": "none"}
    for tail, state in expected.items():
        order = orders[f"LJ20260101-{tail}"]
        item, product = order.items[0], catalogue().products[order.items[0].product_id]
        assert cover(item, order, product, shop.benefits, TODAY, policy().zone).state is CoverState(state), tail


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"state": "lost"}, "state knows no 'lost'"),
        ({"items": {"sofa": 1}}, "sofa is not a product of data/products.yml"),
        ({"placed": "yesterday"}, "placed must be a whole number of days"),
    ],
)
def test_a_mistake_in_the_cast_is_named(change, message):
    person = {**CAST[0], "orders": [{**CAST[0]["orders"][0], **change}]}
    with pytest.raises(BadContent) as told:
        demo(cast=[person])
    assert "data/demo/cast.yml: cast[1].orders[1]" in str(told.value)
    assert message in str(told.value)
