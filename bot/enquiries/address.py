"""Another delivery address: allowed by the order's state, asked for, said back, then written.

Written is our copy of the order, with a note of it (see cancelling.py). Once the parcel is packed or on its way only
a person can reach the carrier.
"""

from dataclasses import replace

from bot.enquiries import own
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.question import NO, YES, Expecting
from bot.enquiries.ways import person
from bot.handoff.queue import Reason
from bot.messages import Say, Text
from bot.shop import store
from bot.shop.masking import mask_address
from bot.shop.order import Order, Permission, may_change_address

CHANGE_ADDRESS = "action_change_shipping_address"
SHORTEST, LONGEST = 6, 300
"""Characters of an address that somebody can deliver to."""
POSSIBLE = frozenset({Permission.ALLOWED, Permission.ASKS_A_PERSON})


async def change(e: Enquiry) -> list[Say]:
    if e.question is not None and e.question.expecting is Expecting.TEXT:
        return _said_back(e) if e.answer != NO else [_left(e)]
    if e.question is not None and e.question.expecting is Expecting.YES_NO:
        return await _answered(e)
    rule = e.shop.policy.change_address
    found = await own.order(
        e, CHANGE_ADDRESS, lambda o: may_change_address(o, rule) in POSSIBLE, which="delivery.address_which"
    )
    return [*found.says, _asked(e, found.order)] if found.order is not None else found.says


def _asked(e: Enquiry, order: Order) -> Say:
    """Ask for the address, or whether a person shall try; or why it is too late."""
    match permission := may_change_address(order, e.shop.policy.change_address):
        case Permission.ALLOWED:
            return _ask_address(e, order.id, "delivery.address_ask", mask_address(order.address))
        case Permission.ASKS_A_PERSON:
            options = {YES: "delivery.address_person_yes", NO: "delivery.address_no"}
            buttons = e.ask(CHANGE_ADDRESS, Expecting.YES_NO, options, order=order.id)
            return Say("delivery.address_person", {"number": order.id}, buttons)
    return Say(f"delivery.address_{permission}", {"number": order.id}, (person(),))


def _ask_address(e: Enquiry, number: str, key: str, now: str = "") -> Say:
    buttons = e.ask(CHANGE_ADDRESS, Expecting.TEXT, {NO: "delivery.address_no"}, order=number)
    shown = Text("delivery.address_now", {"address": now}) if now else Text("delivery.address_now_unknown")
    return Say(key, {"number": number, "now": shown}, buttons)


def _said_back(e: Enquiry) -> list[Say]:
    number, address = str(e.arg("order")), " ".join(e.answer.split())
    if not SHORTEST <= len(address) <= LONGEST:
        return [_ask_address(e, number, "delivery.address_unclear")]
    options = {YES: "delivery.address_yes", NO: "delivery.address_again"}
    buttons = e.ask(CHANGE_ADDRESS, Expecting.YES_NO, options, order=number, address=address)
    return [Say("delivery.address_restate", {"number": number, "address": address}, buttons)]


async def _answered(e: Enquiry) -> list[Say]:
    """Yes or no. Whose order it is and what its state allows is looked at again: both may have changed meanwhile."""
    number, address, customer_id = str(e.arg("order")), str(e.arg("address")), e.conversation.customer_id
    if e.answer != YES:
        return [_ask_address(e, number, "delivery.address_ask_again") if address else _left(e)]
    order = await store.locked_order(e.session, customer_id, number) if customer_id is not None else None
    if order is None:
        return [Say("orders.gone", {"number": number})]
    match permission := may_change_address(order, e.shop.policy.change_address):
        case Permission.ALLOWED if address:
            await store.change_order(e.session, replace(order, address=address), "address", e.at)
            return [Say("delivery.address_changed", {"number": number, "address": address})]
        case Permission.ALLOWED | Permission.ASKS_A_PERSON:
            detail = f"change the address of {number}" + (f" to: {address}" if address else "")
            return [Say("delivery.address_passed_on", {"number": number}), *await e.person(Reason.STAFF_ONLY, detail)]
    return [Say(f"delivery.address_{permission}", {"number": number}, (person(),))]


def _left(e: Enquiry) -> Say:
    return Say("delivery.address_left", {"number": str(e.arg("order"))})
