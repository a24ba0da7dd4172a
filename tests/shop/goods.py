"""The shop's own data, read once, and orders to try things on."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot import datafile
from bot.messages import Words
from bot.shop.benefit import Benefit, BenefitKind
from bot.shop.csv_import import Shop
from bot.shop.csv_table import read_columns
from bot.shop.order import Item, Order, OrderState
from bot.shop.policy import ShopPolicy, read_policy
from bot.shop.product import Catalogue, read_catalogue

DATA = Path(__file__).parents[2] / "data"
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""Noon in Shanghai."""


@cache
def policy() -> ShopPolicy:
    return read_policy(datafile.read(DATA / "policy" / "shop.yml"))


@cache
def catalogue() -> Catalogue:
    return read_catalogue(datafile.read(DATA / "products.yml"))


@cache
def shop() -> Shop:
    return Shop(read_columns(datafile.read(DATA / "policy" / "columns.yml")), policy(), catalogue())


def order(state: OrderState = OrderState.PAID, **changes: Any) -> Order:
    item = Item("kettle-17", Words("水壶", "kettle"), 1, 12900)
    values = {"id": "LJ20261103-0042", "customer_id": "C1", "placed_at": NOON, "items": (item,), "total_cents": 12900}
    return Order(**{**values, "state": state, **changes})


def benefit(**changes: Any) -> Benefit:
    values = {"id": "B1", "customer_id": "C1", "kind": BenefitKind.COUPON, "name": Words("券", "coupon")}
    return Benefit(**{**values, **changes})
