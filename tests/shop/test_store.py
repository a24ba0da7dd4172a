"""What the shop tells is kept by its own ids, on both databases, and comes back as it was."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select

from bot.customers.tables import Customer
from bot.db import Database
from bot.errors import NotFound
from bot.messages import Words
from bot.shop import store
from bot.shop.benefit import Benefit, BenefitKind, Request
from bot.shop.customer import Birthday, Calendar, CustomerRecord
from bot.shop.order import InvoiceState, Item, Order, OrderState, RefundState
from bot.shop.record import read_benefit, read_order, write_benefit, write_order
from bot.shop.tables import BenefitRow, OrderRow

AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
LIN = CustomerRecord(
    "K1",
    "林梅",
    "13900000001",
    "lin@example.com",
    "zh",
    "Asia/Shanghai",
    "silver",
    Birthday(8, 15, Calendar.LUNAR, leap=False),
    date(2024, 1, 2),
    ("vip", "新客"),
)
FULL = Order(
    id="LJ20261103-0042",
    customer_id="K1",
    state=OrderState.DELIVERED,
    placed_at=AT - timedelta(days=21),
    items=(Item("fridge-500", Words("冰箱", "Fridge"), 2, 459900), Item("", Words("赠品", "Gift"), 1, 0)),
    total_cents=919800,
    currency="HKD",
    promised_on=date(2026, 11, 6),
    shipped_at=AT - timedelta(days=20),
    delivered_at=AT - timedelta(days=18),
    address="上海市 浦东新区",
    phone="13900000001",
    carrier="SF",
    tracking_number="SF1",
    refund_state=RefundState.APPROVED,
    refund_cents=100,
    refund_due=date(2026, 12, 1),
    invoice_state=InvoiceState.ISSUED,
    invoice_url="https://langju.example/1",
)
BARE = Order("LJ20261104-0001", "K1", OrderState.PLACED, AT, (), 0)
COUPON = Benefit(
    "B1",
    "K1",
    BenefitKind.COUPON,
    Words("券", "Coupon"),
    2,
    5000,
    date(2026, 12, 1),
    date(2027, 1, 1),
    FULL.id,
    "fridge-500",
    frozenset({Request.CANCEL, Request.RETURN}),
    used=True,
)
POINTS = Benefit("B2", "K1", BenefitKind.POINTS, Words("积分", "Points"), 300)


@pytest.mark.parametrize("order", [FULL, BARE])
def test_an_order_comes_back_from_its_record_as_it_was(order: Order) -> None:
    assert read_order(write_order(order)) == order


def test_a_time_in_another_zone_stays_the_same_moment() -> None:
    shanghai = timezone(timedelta(hours=8))
    order = replace(BARE, placed_at=AT.astimezone(shanghai))
    assert read_order(write_order(order)).placed_at == AT


@pytest.mark.parametrize("benefit", [COUPON, POINTS])
def test_a_benefit_comes_back_from_its_record_as_it_was(benefit: Benefit) -> None:
    assert read_benefit(write_benefit(benefit)) == benefit


async def test_everything_comes_back_from_the_database_as_it_was(db: Database) -> None:
    async with db.write() as session:
        await store.upsert_customers(session, [LIN], AT)
        await store.upsert_orders(session, [FULL, BARE], AT)
        await store.upsert_benefits(session, [POINTS, COUPON], AT)
    async with db.read() as session:
        lin = (await session.scalars(select(Customer))).one()
        assert (lin.name, lin.tier, lin.tags, lin.created_on) == ("林梅", "silver", ["vip", "新客"], date(2024, 1, 2))
        assert lin.birthday == {"month": 8, "day": 15, "calendar": "lunar", "leap": False}
        assert await store.orders_of(session, lin.id) == (BARE, FULL), "the newest first"
        assert await store.benefits_of(session, lin.id) == (COUPON, POINTS), "the first to expire first"
        assert await store.order_by_number(session, FULL.id) == store.Owned(FULL, lin.id)
        assert await store.order_by_number(session, "LJ20200101-0000") is None


async def test_a_repeat_changes_nothing_and_an_update_replaces(db: Database) -> None:
    async with db.write() as session:
        for _ in range(2):
            await store.upsert_customers(session, [LIN], AT)
            await store.upsert_orders(session, [FULL], AT)
            await store.upsert_benefits(session, [COUPON], AT)
    async with db.write() as session:
        await store.upsert_customers(session, [replace(LIN, name="林玫", birthday=None, tags=())], LATER)
        await store.upsert_orders(session, [replace(FULL, state=OrderState.RETURNED, delivered_at=None)], LATER)
        await store.upsert_benefits(session, [replace(COUPON, expires_on=None, used=False)], LATER)
    async with db.read() as session:
        counts = [await session.scalar(select(func.count()).select_from(t)) for t in (Customer, OrderRow, BenefitRow)]
        assert counts == [1, 1, 1]
        lin = (await session.scalars(select(Customer))).one()
        assert (lin.name, lin.birthday, lin.tags, lin.updated_at) == ("林玫", None, [], LATER)
        row = (await session.scalars(select(OrderRow))).one()
        assert (row.state, row.delivered_at, row.updated_at) == ("returned", None, LATER)
        assert (await session.scalars(select(BenefitRow.expires_on))).one() is None


async def test_of_an_id_that_comes_twice_in_a_batch_the_last_holds(db: Database) -> None:
    async with db.write() as session:
        await store.upsert_customers(session, [LIN, replace(LIN, name="second")], AT)
        await store.upsert_orders(session, [BARE, replace(BARE, total_cents=7)], AT)
        lin = (await session.scalars(select(Customer))).one()
        assert lin.name == "second"
        assert [o.total_cents for o in await store.orders_of(session, lin.id)] == [7]


async def test_an_unknown_customer_is_named_and_nothing_is_written(db: Database) -> None:
    async with db.write() as session:
        await store.upsert_customers(session, [LIN], AT)
    strangers = [replace(BARE, id=f"LJ20261104-000{n}", customer_id=f"K{n}") for n in (8, 9)]
    async with db.write() as session:
        with pytest.raises(NotFound, match=r"order LJ20261104-0008: there is no customer K8\norder LJ20261104-0009: "):
            await store.upsert_orders(session, [BARE, *strangers], AT)
        with pytest.raises(NotFound, match="benefit B2: there is no customer K9"):
            await store.upsert_benefits(session, [replace(POINTS, customer_id="K9")], AT)
        assert await session.scalar(select(func.count()).select_from(OrderRow)) == 0


async def test_nothing_at_all_is_no_mistake(db: Database) -> None:
    async with db.write() as session:
        await store.upsert_customers(session, [], AT)
        await store.upsert_orders(session, [], AT)
        await store.upsert_benefits(session, [], AT)


async def test_thousands_go_in_portions(db: Database) -> None:
    customers = [CustomerRecord(f"K{n}", phone=f"1390000{n:04}") for n in range(1200)]
    orders = [replace(BARE, id=f"LJ20261104-{n:04}", customer_id=f"K{n % 1200}") for n in range(2500)]
    async with db.write() as session:
        await store.upsert_customers(session, customers, AT)
        await store.upsert_orders(session, orders, AT)
        assert await session.scalar(select(func.count()).select_from(OrderRow)) == 2500


async def test_a_change_made_here_is_noted_and_survives_the_shops_next_word(db: Database) -> None:
    async with db.write() as session:
        await store.upsert_customers(session, [LIN], AT)
        await store.upsert_orders(session, [BARE], AT)
        lin = (await session.scalars(select(Customer))).one()
        found = await store.locked_order(session, lin.id, BARE.id)
        assert found == BARE
        await store.change_order(session, replace(BARE, address="there"), "address", LATER)
        await store.change_order(session, replace(BARE, state=OrderState.CANCELLED), "cancelled", LATER)
        await store.upsert_orders(session, [BARE], LATER)
    async with db.read() as session:
        row = (await session.scalars(select(OrderRow))).one()
        noted = [(change["what"], change["at"]) for change in row.record[store.CHANGES]]
        assert noted == [("address", LATER.isoformat()), ("cancelled", LATER.isoformat())]
        assert row.state == "placed"


async def test_an_order_is_held_only_for_its_owner(db: Database) -> None:
    async with db.write() as session:
        await store.upsert_customers(session, [LIN, CustomerRecord("K2")], AT)
        await store.upsert_orders(session, [BARE], AT)
        other = await session.scalar(select(Customer.id).where(Customer.shop_id == "K2"))
        assert other is not None
        assert await store.locked_order(session, other, BARE.id) is None
        with pytest.raises(NotFound, match="LJ20200101-0000"):
            await store.change_order(session, replace(BARE, id="LJ20200101-0000"), "address", AT)
