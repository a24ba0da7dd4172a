"""The customer's own things: every answer about an order or an account begins here."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.customers import service as customers
from bot.customers.tables import Customer
from bot.enquiries import linking
from bot.enquiries.choice import SHOWN, Choice, choose, named
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.question import NO, Expecting
from bot.messages import Button, Say
from bot.shop import store
from bot.shop.benefit import Benefit
from bot.shop.order import Order


@dataclass(frozen=True, slots=True)
class One:
    """The order that is meant, if it is clear; `says` come first, or instead."""

    says: list[Say]
    order: Order | None = None


async def account(e: Enquiry, action: str) -> tuple[list[Say], Customer | None]:
    """The account of this chat. Without one: the words that ask for it; `action` goes on when it is known."""
    says, linked = await linking.enter(e, action)
    return says, await customers.account(e.session, e.conversation) if linked else None


async def order(e: Enquiry, action: str, wanted: Callable[[Order], bool], which: str = "orders.which") -> One:
    """The customer's own order that is meant, by a button, a number, a product, or because it is the only one `wanted`.

    An order of somebody else is not told from one that does not exist: for both the phone number of the account is
    asked for. Where several fit, the words offer the newest as buttons for `action`; `which` is the question.
    """
    if e.answer == NO and e.question is not None and e.question.expecting is Expecting.CHOICE:
        return One([Say("orders.none_of_these")])
    says, linked = await linking.enter(e, action)
    customer_id = e.conversation.customer_id
    if not linked or customer_id is None:
        return One(says)
    chosen = await _chosen(e, customer_id, wanted)
    if not chosen.orders:
        elsewhere, relinked = await linking.elsewhere(e, action, chosen.unknown)
        says = [*says, *elsewhere]
        if relinked and e.conversation.customer_id is not None:
            chosen = await _chosen(e, e.conversation.customer_id, wanted)
    if len(chosen.orders) > 1:
        return One([*says, offer(e, action, chosen.orders, which)])
    return One(says, next(iter(chosen.orders), None))


async def _chosen(e: Enquiry, customer_id: int, wanted: Callable[[Order], bool]) -> Choice:
    """A button's number decides, then the words, then the number that the chat was linked with just now."""
    orders = await store.orders_of(e.session, customer_id)
    if number := str(e.arg("order")):
        return Choice(tuple(order for order in orders if order.id == number), number)
    says_which = named(e.text, orders, e.form)
    words = e.text if says_which.orders or says_which.unknown or e.products else str(e.arg("linked_with"))
    return choose(words, orders, e.form, wanted, e.products)


def offer(e: Enquiry, action: str, orders: tuple[Order, ...], which: str) -> Say:
    """Ask which order; the answer may be a tap, the number, its last digits, or its place in the list."""
    shown = orders[:SHOWN]
    wish = {"wish": e.wish} if e.wish else {}
    e.ask(action, Expecting.CHOICE, {}, orders=[order.id for order in shown], **wish)
    return Say(which, {"count": len(orders)}, tuple(button(action, order, **wish) for order in shown))


def button(action: str, order: Order, **wish: str) -> Button:
    """An order as a choice. It begins the enquiry anew, so it never grows stale: whose it is is looked up again."""
    first = order.items[0].name if order.items else order.id
    return Button("orders.button", action, {"order": order.id, **wish}, {"number": order.id, "item": first})


async def has(e: Enquiry, number: str) -> bool:
    """Whether the linked account has this order now."""
    owned = await store.order_by_number(e.session, number)
    return owned is not None and owned.customer_id == e.conversation.customer_id


async def benefits(e: Enquiry) -> tuple[Benefit, ...]:
    """The linked customer's benefits; none for a chat without an account."""
    customer_id = e.conversation.customer_id
    return await store.benefits_of(e.session, customer_id) if customer_id is not None else ()
