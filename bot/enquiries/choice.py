"""Which of the customer's own orders is meant. Pure."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from bot.shop.order import AWAITED, Order, OrderState
from bot.shop.order_number import NumberForm, find_numbers, meant_orders

SHOWN = 5
"""Orders offered as buttons at once, the newest."""
OPEN = AWAITED | {OrderState.PLACED}
"""Something is still to come of these."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One order: it is meant. Several: the customer chooses. None: there is nothing of that kind."""

    orders: tuple[Order, ...]
    unknown: str = ""
    """A number was named that none of the customer's own orders has."""


def named(text: str, orders: Collection[Order], form: NumberForm) -> Choice:
    """The orders a text names by number, or by its last digits."""
    numbers = find_numbers(text, form)
    found = meant_orders(text, orders, form)
    if numbers and not found:
        return Choice((), numbers[0])
    return Choice(found)


def choose(
    text: str,
    orders: Collection[Order],
    form: NumberForm,
    wanted: Callable[[Order], bool],
    products: Collection[str] = (),
) -> Choice:
    """The order that a message about one of `orders` (newest first) means.

    A number decides; without one the orders that are `wanted`, of these the ones with a product that is named
    (`products`: its ids). When none is wanted: the newest order of all, so that its state can be told.
    """
    by_number = named(text, orders, form)
    if by_number.orders or by_number.unknown:
        return by_number
    with_product = [order for order in orders if has(order, products)]
    pool = with_product or list(orders)
    fitting = [order for order in pool if wanted(order)]
    return Choice(tuple(fitting or pool[:1]))


def has(order: Order, products: Iterable[str]) -> bool:
    wanted = set(products)
    return any(item.product_id in wanted for item in order.items)
