"""The customers of these tests. Now is Tuesday 24 November 2026, 10:00 in Shanghai."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Words
from bot.shop import store
from bot.shop.benefit import Benefit, BenefitKind, Request
from bot.shop.customer import CustomerRecord
from bot.shop.order import InvoiceState, Item, Order, OrderState, RefundState

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LIN_PHONE, EMMA_PHONE = "13900000001", "13900000002"
FRIDGE = Item("fridge-500", Words("朗居 F500 对开门冰箱", "Langju F500 side-by-side fridge"), 1, 459900)
KETTLE = Item("", Words("电水壶", "Kettle"), 2, 9900)

UNPAID, PAID, PACKED = "LJ20261123-0001", "LJ20261122-0002", "LJ20261121-0003"
LATE, DELIVERED, OLD = "LJ20261115-0004", "LJ20261118-0005", "LJ20260901-0006"
REFUNDED, LATE_REFUND = "LJ20261101-0007", "LJ20261020-0008"
EMMAS = "LJ20261120-0009"
NOBODYS = "LJ20261120-9999"


def order(number: str, state: OrderState, customer: str = "K1", **changes: Any) -> Order:
    day = date.fromisoformat(f"{number[2:6]}-{number[6:8]}-{number[8:10]}")
    values: dict[str, Any] = {
        "placed_at": datetime(day.year, day.month, day.day, 4, tzinfo=UTC),
        "items": (FRIDGE,),
        "total_cents": 459900,
        "address": "上海市 浦东新区 张江路 88 号",
        **changes,
    }
    return Order(id=number, customer_id=customer, state=state, **values)


ORDERS = (
    order(UNPAID, OrderState.PLACED, items=(KETTLE,), total_cents=19800),
    order(PAID, OrderState.PAID, promised_on=date(2026, 11, 27)),
    order(PACKED, OrderState.PACKED, items=(KETTLE,), total_cents=19800, promised_on=date(2026, 11, 25)),
    order(
        LATE,
        OrderState.SHIPPED,
        items=(KETTLE,),
        total_cents=19800,
        promised_on=date(2026, 11, 21),
        carrier="SF",
        tracking_number="SF100200300",
    ),
    order(DELIVERED, OrderState.DELIVERED, delivered_at=datetime(2026, 11, 20, 6, tzinfo=UTC)),
    order(
        OLD,
        OrderState.DELIVERED,
        items=(KETTLE,),
        total_cents=19800,
        delivered_at=datetime(2026, 9, 5, 6, tzinfo=UTC),
        invoice_state=InvoiceState.ISSUED,
        invoice_url="https://langju.example/i/6",
    ),
    order(
        REFUNDED,
        OrderState.RETURNED,
        refund_state=RefundState.APPROVED,
        refund_cents=400000,
        refund_due=date(2026, 11, 30),
    ),
    order(
        LATE_REFUND,
        OrderState.RETURNED,
        refund_state=RefundState.APPROVED,
        refund_cents=400000,
        refund_due=date(2026, 11, 10),
    ),
    order(EMMAS, OrderState.PAID, customer="K2"),
)
CUSTOMERS = (
    CustomerRecord("K1", "Lin Mei", LIN_PHONE, language="zh", time_zone="Asia/Shanghai", tier="silver"),
    CustomerRecord("K2", "Emma Clarke", EMMA_PHONE, language="en", time_zone="Europe/London", tier="standard"),
    CustomerRecord("K3", "", "", language=""),
)
BENEFITS = (
    Benefit(
        "B1",
        "K1",
        BenefitKind.COUPON,
        Words("返场券", "Return coupon"),
        value_cents=20000,
        due_on=date(2026, 12, 1),
        order_id=PAID,
        lost_if=frozenset({Request.CANCEL}),
    ),
    Benefit(
        "B2",
        "K1",
        BenefitKind.POINTS,
        Words("购物积分", "Shopping points"),
        amount=300,
        value_cents=300,
        expires_on=date(2026, 12, 10),
        lost_if=frozenset({Request.DELETE_ACCOUNT}),
    ),
    Benefit(
        "B3",
        "K1",
        BenefitKind.COUPON,
        Words("满减券", "Discount coupon"),
        value_cents=5000,
        expires_on=date(2027, 3, 1),
    ),
    Benefit("B4", "K1", BenefitKind.COUPON, Words("用掉的券", "Used coupon"), used=True),
    Benefit(
        "B5",
        "K1",
        BenefitKind.WARRANTY,
        Words("延保一年", "One more year"),
        amount=12,
        value_cents=36800,
        order_id=DELIVERED,
        product_id="fridge-500",
        lost_if=frozenset({Request.RETURN}),
    ),
)


async def the_shop(session: AsyncSession) -> None:
    await store.upsert_customers(session, CUSTOMERS, NOW)
    await store.upsert_orders(session, ORDERS, NOW)
    await store.upsert_benefits(session, BENEFITS, NOW)
