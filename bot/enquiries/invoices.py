"""Invoices: the link of an issued one, when a requested one comes, or a new request.

A request is written in our copy of the order, with a note of it (see cancelling.py). One for a company needs its tax
number and is a person's work.
"""

from dataclasses import replace
from datetime import timedelta

from bot.enquiries import own, telling
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.question import NO, YES, Expecting
from bot.enquiries.ways import person
from bot.handoff.queue import Reason
from bot.messages import Say, Value
from bot.shop import store
from bot.shop.order import InvoiceState, Order, OrderState
from bot.shop.policy import FILE
from bot.shop.reading import Section

GET_INVOICE = "action_get_invoice"
COMPANY = "company"
"""The answer that asks for a company's invoice."""
WITHOUT = frozenset({OrderState.CANCELLED, OrderState.RETURN_REQUESTED, OrderState.RETURNED})
"""Nothing is left to be invoiced."""


async def get_invoice(e: Enquiry) -> list[Say]:
    if e.question is not None and e.question.expecting is Expecting.YES_NO:
        return await _answered(e)
    found = await own.order(e, GET_INVOICE, _wants_invoice, which="orders.invoice_which")
    return [*found.says, _told(e, found.order)] if found.order is not None else found.says


def _wants_invoice(order: Order) -> bool:
    return order.state not in WITHOUT and order.state is not OrderState.PLACED


def _told(e: Enquiry, order: Order) -> Say:
    terms = Section.of(FILE, e.shop.policy.raw).section("invoice")
    values: dict[str, Value] = {
        "number": order.id,
        "items": telling.items(order),
        "total": telling.total(order),
        "hours": terms.whole("issue_hours"),
        "url": order.invoice_url,
        "kind": terms.words("kind"),
    }
    if order.invoice_state is InvoiceState.ISSUED:
        if not order.invoice_url:
            return Say("orders.invoice_lost", values, (person(),))
        return Say("orders.invoice_issued", values)
    if order.invoice_state is InvoiceState.REQUESTED:
        return Say("orders.invoice_requested", values)
    if order.state is OrderState.PLACED:
        return Say("orders.invoice_after_payment", values)
    if order.state in WITHOUT or e.at > order.placed_at + timedelta(days=terms.whole("ask_within_days")):
        return Say("orders.invoice_person", values, (person(),))
    options = {YES: "orders.invoice_yes", COMPANY: "orders.invoice_company", NO: "orders.invoice_no"}
    return Say("orders.invoice_ask", values, e.ask(GET_INVOICE, Expecting.YES_NO, options, order=order.id))


async def _answered(e: Enquiry) -> list[Say]:
    number, customer_id = str(e.arg("order")), e.conversation.customer_id
    if e.answer == COMPANY:
        return [
            Say("orders.invoice_company_needs", {"number": number}),
            *await e.person(Reason.STAFF_ONLY, f"company invoice for {number}"),
        ]
    if e.answer != YES:
        return [Say("orders.invoice_left", {"number": number})]
    order = await store.locked_order(e.session, customer_id, number) if customer_id is not None else None
    if order is None:
        return [Say("orders.gone", {"number": number})]
    if order.invoice_state is InvoiceState.NONE and _wants_invoice(order):
        order = replace(order, invoice_state=InvoiceState.REQUESTED)
        await store.change_order(e.session, order, "invoice requested", e.at)
    return [_told(e, order)]
