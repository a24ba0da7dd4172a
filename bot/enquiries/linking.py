"""Finding out which account a chat belongs to. Without it nothing personal is shown, to anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.customers import link as rules
from bot.customers import service as customers
from bot.enquiries.details import phones
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.question import NO, Expecting
from bot.enquiries.ways import person
from bot.messages import Button, Say
from bot.shop.masking import mask_name
from bot.shop.order_number import find_numbers

LINK = "action_link"
LATER = {NO: "link.not_now_button"}
LONGEST_KEPT = 500
"""Characters of the enquiry that are kept until it can be answered."""


@dataclass(frozen=True, slots=True)
class Then:
    """What the customer had asked for before the account was known."""

    action: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    says: list[Say]
    then: Then | None = None
    """To be answered now, after `says`."""


async def enter(e: Enquiry, action: str) -> tuple[list[Say], bool]:
    """Whether the chat belongs to an account, and the words that come first.

    Order number and phone that stand in the message itself are tried at once. Otherwise they are asked for, and
    `action` goes on when they are given.
    """
    if e.conversation.customer_id is not None:
        return [], True
    kept = {"order": e.arg("order"), "text": e.text[:LONGEST_KEPT], "products": list(e.products)}
    then = {"action": action, "args": kept}
    return await _go_on(e, e.text, then)


async def elsewhere(e: Enquiry, action: str, number: str) -> tuple[list[Say], bool]:
    """This account has no order of that number (or none at all): it may be under another account of the customer.

    Gives the words, and whether the chat was linked to that other account: a phone number in the message is tried.
    """
    then = {"action": action, "args": {"order": number}}
    if number and phones(e.text, e.form):
        return await _go_on(e, e.text, then)
    e.ask(LINK, Expecting.FACT, LATER, number=number, phone="", then=then)
    return [Say("orders.unknown_number", {"number": number}) if number else Say("orders.none")], False


async def link(e: Enquiry) -> Answer:
    """A one-time code, or the answer to the question for order number and phone."""
    if code := str(e.arg("code")):
        return await _by_code(e, code)
    if e.answer == NO:
        return Answer([Say("link.not_now")])
    words = e.answer or e.text
    then = e.arg("then") or None
    number = next(iter(find_numbers(words, e.form)), "") or _said(e, "number")
    says, linked = await _go_on(e, words, then)
    return Answer(says, _then(then, number) if linked else None)


async def unlink(e: Enquiry) -> list[Say]:
    """ "Not me": a tap that belongs to another account than the one linked now has no effect."""
    if e.conversation.customer_id is None or e.arg("account") not in ("", e.conversation.customer_id):
        return [Say("talk.stale_button")]
    customers.unlink(e.conversation)
    return [Say("link.unlinked")]


async def _by_code(e: Enquiry, code: str) -> Answer:
    before = e.conversation.customer_id
    waiting = e.before if e.before is not None and e.before.action == LINK else None
    if not await customers.link_by_code(e.session, e.conversation, code, e.at, wrote=_wrote(e)):
        return Answer([_refused(e, "link.wrong_code")])
    then = waiting.args.get("then") if waiting is not None else None
    return Answer(await _done(e, before), _then(then, ""))


async def _go_on(e: Enquiry, words: str, then: Mapping[str, Any] | None) -> tuple[list[Say], bool]:
    """Try what is known now together with what was said before, or ask for what is missing."""
    if rules.is_blocked(e.conversation, e.at):
        return [_refused(e, "")], False
    number = next(iter(find_numbers(words, e.form)), "") or _said(e, "number")
    phone = next(iter(phones(words, e.form)), "") or _said(e, "phone")
    if not (number and phone):
        return [_ask(e, number, phone, then)], False
    before = e.conversation.customer_id
    if await customers.link_by_order(e.session, e.conversation, number, phone, e.at, wrote=_wrote(e)):
        return await _done(e, before), True
    if not rules.is_blocked(e.conversation, e.at):
        e.ask(LINK, Expecting.FACT, LATER, number="", phone="", then=then)
    return [_refused(e, "link.wrong_order")], False


def _wrote(e: Enquiry) -> bool:
    """Whether the customer's language is known from their own words, now or before."""
    return e.wrote or e.conversation.introduced_at is not None


def _said(e: Enquiry, name: str) -> str:
    """What was told before, in the same attempt."""
    question = e.question or e.before
    return str(question.args.get(name, "")) if question is not None and question.action == LINK else ""


def _ask(e: Enquiry, number: str, phone: str, then: Mapping[str, Any] | None) -> Say:
    later = e.ask(LINK, Expecting.FACT, LATER, number=number, phone=phone, then=then)
    if number:
        return Say("link.ask_phone", {"number": number}, later)
    return Say("link.ask_order" if phone else "link.ask", {}, later)


def _refused(e: Enquiry, wrong: str) -> Say:
    """Blocked, or (the words of `wrong`) not right: never what of it."""
    until = e.conversation.link_blocked_until
    if until is not None and rules.is_blocked(e.conversation, e.at):
        return Say("link.blocked", {"until": until}, (person(),))
    return Say(wrong)


async def _done(e: Enquiry, before: int | None) -> list[Say]:
    """`before` is the account this chat had."""
    account = await customers.account(e.session, e.conversation)
    if account is None or account.id == before:
        return [Say("link.already")]
    not_me = Button("link.not_me", "action_unlink", {"account": account.id})
    if account.name:
        return [Say("link.done", {"name": mask_name(account.name)}, (not_me,))]
    return [Say("link.done_nameless", {}, (not_me,))]


def _then(then: Mapping[str, Any] | None, number: str) -> Then | None:
    """What was asked for; the order used for linking is meant where no other was named."""
    if not then:
        return None
    args = dict(then["args"])
    if number:
        args.setdefault("linked_with", number)
    return Then(str(then["action"]), args)
