"""Deleting an account: told what it costs, asked, and then a person's work. The bot alone never does it."""

from bot.enquiries import articles, own, telling
from bot.enquiries.choice import OPEN
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.question import NO, YES, Expecting
from bot.handoff.queue import Reason
from bot.messages import Say
from bot.shop import store
from bot.shop.benefit import Request, about_to_lose

DELETE = "action_delete_account"


async def delete(e: Enquiry) -> list[Say]:
    """Explain that it cannot be undone, name benefits and open orders, ask; after a yes a person takes over."""
    if e.question is not None and e.question.expecting is Expecting.YES_NO:
        if e.answer != YES:
            return [Say("account.delete_left")]
        if e.arg("account") != e.conversation.customer_id:
            return [Say("talk.stale_button")]
        return [Say("account.delete_passed_on"), *await e.person(Reason.STAFF_ONLY, "delete the account")]
    says, account = await own.account(e, DELETE)
    if account is None:
        return [*articles.of_intent(e, "delete_account"), *says]
    options = {YES: "account.delete_yes", NO: "account.delete_no"}
    buttons = e.ask(DELETE, Expecting.YES_NO, options, account=account.id)
    return [*says, *await _cost(e, account.id), Say("account.delete_sure", {}, buttons)]


async def _cost(e: Enquiry, customer_id: int) -> list[Say]:
    benefits = await own.benefits(e)
    losses = about_to_lose(benefits, Request.DELETE_ACCOUNT, None, e.today, e.shop.policy.warn_within_days)
    unfinished = tuple(o.id for o in await store.orders_of(e.session, customer_id) if o.state in OPEN)
    words = [Say("account.delete_open_orders", {"orders": unfinished})] if unfinished else []
    return [*telling.would_lose(losses, e.shop.policy.currency), *words]
