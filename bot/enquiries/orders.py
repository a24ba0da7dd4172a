"""Where an order is, what may still be changed in it, and what a bare number is about."""

from bot.enquiries import own, telling
from bot.enquiries.choice import OPEN
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.ways import complain, go, person
from bot.handoff.queue import Reason
from bot.messages import Button, Say, Value
from bot.shop.order import Order, Permission, is_late, may_cancel, may_change_address, may_change_items

TRACK, CHANGE = "action_track_order", "action_change_order"
POSSIBLE = frozenset({Permission.ALLOWED, Permission.ASKS_A_PERSON})


async def track(e: Enquiry) -> list[Say]:
    """State, goods, promise and tracking number; a late order is called late, and the ways on are offered."""
    found = await own.order(e, TRACK, lambda order: order.state in OPEN)
    if (order := found.order) is None:
        return found.says
    says = [*found.says, telling.status(order, e.today)]
    if is_late(order, e.today):
        says.append(Say("orders.late", {"number": order.id}, (complain("complaint_delivery", order.id), person())))
    return says


async def change(e: Enquiry) -> list[Say]:
    """What may still be changed depends on the state: the address here, the goods by a person."""
    found = await own.order(e, CHANGE, lambda order: bool(_changes(e, order)), which="orders.change_which")
    if (order := found.order) is None:
        return found.says
    values: dict[str, Value] = {"number": order.id, "items": telling.items(order)}
    if buttons := _changes(e, order):
        return [*found.says, Say("orders.change_what", values, (*buttons, person()))]
    return [*found.says, Say("orders.change_too_late", values, (person(),))]


async def change_items(e: Enquiry) -> list[Say]:
    """Other goods in an order: a person does it, because prices and stock have to be looked at."""
    number = str(e.arg("order"))
    if not await own.has(e, number):
        return [Say("talk.stale_button")]
    return [Say("orders.change_items_passed_on"), *await e.person(Reason.STAFF_ONLY, f"change the goods of {number}")]


def _changes(e: Enquiry, order: Order) -> tuple[Button, ...]:
    policy = e.shop.policy
    buttons: list[Button] = []
    if may_change_address(order, policy.change_address) in POSSIBLE:
        buttons.append(go("orders.change_address_button", "action_change_shipping_address", order.id))
    if may_change_items(order, policy.change_items) in POSSIBLE:
        buttons.append(go("orders.change_items_button", "action_change_items", order.id))
    if may_cancel(order, policy.cancel) in POSSIBLE:
        buttons.append(go("orders.cancel_button", "action_cancel_order", order.id))
    return tuple(buttons)
