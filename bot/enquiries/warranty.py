"""Until when something is covered, an exchange, and a repair, which a person arranges."""

from bot.enquiries import articles, exchange, own
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.ways import go
from bot.handoff.queue import Reason
from bot.messages import Button, Say, Text, Value
from bot.shop.benefit import Benefit
from bot.shop.order import Item, Order, OrderState
from bot.shop.warranty import Cover, CoverState, cover

WARRANTY, REPAIR = "action_warranty_repair", "action_request_repair"
OWN = "own"
"""In the place of an order number: whatever the customer has bought."""


async def warranty(e: Enquiry) -> list[Say]:
    """The cover of every item of the order that is meant. Without an account: how the warranty works in general."""
    if e.conversation.customer_id is None and not e.arg("order"):
        ways = (go("products.repair_button", REPAIR), Button("products.own_cover_button", WARRANTY, {"order": OWN}))
        new = [exchange.general(e)] if exchange.is_wanted(e) else []
        return [*articles.answer(e), *new, Say("products.repair_general", {}, ways)]
    found = await own.order(_asks_for_own(e), WARRANTY, _is_delivered, which="products.warranty_which")
    if (order := found.order) is None:
        return found.says
    benefits = await own.benefits(e)
    lines = tuple(_line(e, item, order, benefits) for item in _meant(e, order))
    repair = go("products.repair_button", REPAIR, order.id)
    told = Say("products.warranty", {"number": order.id, "covers": lines}, (repair,))
    wants_new = exchange.is_wanted(e) and _is_delivered(order)
    return [*found.says, told, *([exchange.of_order(e, order)] if wants_new else [])]


async def repair(e: Enquiry) -> list[Say]:
    """A repair needs an appointment: a person makes it."""
    number = str(e.arg("order"))
    detail = f"repair, order {number}" if number and await own.has(e, number) else "repair"
    return [Say("products.repair_passed_on"), *await e.person(Reason.STAFF_ONLY, detail)]


def _asks_for_own(e: Enquiry) -> Enquiry:
    """The button "my own cover" names no order."""
    return e.about() if e.arg("order") == OWN else e


def _is_delivered(order: Order) -> bool:
    return order.state is OrderState.DELIVERED


def _meant(e: Enquiry, order: Order) -> tuple[Item, ...]:
    """The items that were named, else all of the order."""
    named = tuple(item for item in order.items if item.product_id in e.products)
    return named or order.items


def _line(e: Enquiry, item: Item, order: Order, benefits: tuple[Benefit, ...]) -> Value:
    product = e.shop.catalogue.products.get(item.product_id)
    covered = cover(item, order, product, benefits, e.today, e.shop.policy.zone)
    values: dict[str, Value] = {"name": item.name, "parts": _parts(covered)}
    if covered.until is not None:
        values["until"] = covered.until
    key = f"products.cover_{covered.state}"
    return Text(f"{key}_with_parts" if covered.parts and covered.state is CoverState.COVERED else key, values)


def _parts(covered: Cover) -> tuple[Value, ...]:
    return tuple(Text("products.part_until", {"part": p.name, "until": p.until}) for p in covered.parts)
