"""The talk around enquiries: greetings, thanks, and what to say when something was not understood."""

from bot.content import WRITTEN
from bot.enquiries import orders
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.guess import SOMETHING_ELSE, guesses, none_of
from bot.enquiries.question import Expecting, Question, open_question
from bot.enquiries.ways import complain, go, person
from bot.messages import Button, Say
from bot.shop.order_number import find_numbers

MENU = (
    go("talk.menu_track", "action_track_order"),
    go("talk.menu_return", "action_get_refund"),
    go("talk.menu_points", "action_membership_points"),
    person(),
)
ABILITIES = (
    go("talk.menu_track", "action_track_order"),
    go("talk.menu_return", "action_get_refund"),
    go("talk.guess_warranty_repair", "action_warranty_repair"),
    go("talk.guess_get_invoice", "action_get_invoice"),
    go("talk.menu_points", "action_membership_points"),
    person(),
)
AUTOMATIC = "auto"
"""The language follows what the customer writes."""


def greet(e: Enquiry) -> list[Say]:
    """The first time it is told who writes here."""
    if e.conversation.introduced_at is None:
        return [Say("talk.introduction", {"brand": e.shop.policy.brand}, MENU)]
    return [Say("talk.greet", {}, MENU)]


def help_() -> list[Say]:
    return [Say("talk.help", {}, MENU)]


def out_of_scope(e: Enquiry) -> list[Say]:
    """From the second time in a row on: what the bot can do instead, and a person, since something else is wanted."""
    e.conversation.misunderstood += 1
    if e.conversation.misunderstood > 1:
        return [Say("talk.out_of_scope_again", {"brand": e.shop.policy.brand}, ABILITIES)]
    return [Say("talk.out_of_scope", {"brand": e.shop.policy.brand}, MENU)]


def nothing_pending(e: Enquiry) -> list[Say]:
    """A yes or a no to nothing. If it was meant for a question too old to count, nothing was done, and that is said."""
    if e.conversation.pending and open_question(e.conversation.pending, e.at) is None:
        e.conversation.pending = None
        return [Say("talk.question_expired")]
    return [Say("talk.nothing_pending")]


async def inform(e: Enquiry) -> list[Say]:
    """A bare order number shows that order; anything else bare is asked about."""
    if find_numbers(e.text, e.form):
        return await orders.track(e)
    return [Say("talk.what_about_it", {}, MENU)]


def unclear_answer(e: Enquiry, question: Question) -> list[Say]:
    """The question is open, and this was no answer to it: ask plainly, the second time with a person as a way out."""
    e.conversation.misunderstood += 1
    ways = (*question.buttons, person()) if e.conversation.misunderstood > 1 else question.buttons
    match question.expecting:
        case Expecting.YES_NO:
            return [Say("talk.please_choose", {}, ways)]
        case Expecting.FACT:
            return [Say("talk.number_or_phone", {}, ways)]
        case Expecting.CHOICE:
            return [Say("talk.which_order", {"orders": tuple(question.args["orders"])}, ways)]
    return [Say("talk.not_understood", {}, (SOMETHING_ELSE, *ways))]


def not_understood(e: Enquiry) -> list[Say]:
    """Two guesses and "something else"; the second time in a row a person is offered first."""
    e.conversation.misunderstood += 1
    likely = guesses(e.ranking, e.text, e.articles())
    buttons = (*likely, none_of(likely, e.text))
    if e.conversation.misunderstood > 1:
        return [Say("talk.not_understood_again", {}, (person(), *buttons))]
    return [Say("talk.not_understood", {}, buttons)]


def attachment(e: Enquiry, kinds: frozenset[str]) -> list[Say]:
    """A file without words and outside a complaint: what is it about?"""
    if kinds <= {"sticker"}:
        return [Say("talk.sticker")]
    if kinds & {"voice", "audio", "video"}:
        return [Say("talk.cannot_listen", {}, (person(),))]
    fault = complain("complaint_product", key="talk.photo_of_fault")
    return [Say("talk.attachment", {}, (fault, go("talk.menu_track", "action_track_order"), person()))]


def privacy(e: Enquiry) -> list[Say]:
    ways = (
        Button("consent.settings_button", "command_settings"),
        go("account.delete_button", "action_delete_account"),
        person(),
    )
    return [Say("talk.privacy", {"brand": e.shop.policy.brand}, ways)]


def language(e: Enquiry) -> list[Say]:
    """Fix the language, or let it follow again; without a choice the choices."""
    wanted = str(e.arg("language")) or _tag(e.text)
    if wanted in WRITTEN:
        e.conversation.language, e.conversation.language_fixed = wanted, True
        return [Say("talk.language_fixed")]
    if wanted == AUTOMATIC:
        e.conversation.language_fixed = False
        return [Say("talk.language_follows")]
    buttons = [
        Button(f"talk.language_{tag.lower().replace('-', '_')}", "command_language", {"language": tag})
        for tag in (*WRITTEN, AUTOMATIC)
    ]
    return [Say("talk.language", {}, tuple(buttons))]


def _tag(text: str) -> str:
    """The language tag behind a command (/language en)."""
    typed = text.split()[-1].casefold() if text.split() else ""
    return next((tag for tag in (*WRITTEN, AUTOMATIC) if tag.casefold() == typed), "")
