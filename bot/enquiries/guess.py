"""What an unclear message may have meant, as buttons. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.enquiries.article import Article
from bot.enquiries.knowledge import Hit
from bot.messages import Button
from bot.wish import LONGEST_KEPT, action_of

GUESSABLE = frozenset(
    {
        "complaint_product",
        "complaint_delivery",
        "complaint_service",
        "complaint_billing",
        "complaint_promise",
        "track_order",
        "cancel_order",
        "change_order",
        "place_order",
        "change_shipping_address",
        "delivery_options",
        "delivery_period",
        "check_refund_policy",
        "get_refund",
        "track_refund",
        "check_payment_methods",
        "payment_issue",
        "get_invoice",
        "registration_problems",
        "recover_password",
        "edit_account",
        "delete_account",
        "newsletter_subscription",
        "contact_human_agent",
        "contact_customer_service",
        "warranty_repair",
        "product_question",
        "membership_points",
        "case_status",
    }
)
"""Intents that somebody can be asked about: each has its words in talk.guess_<intent>. A greeting or a yes has none."""
MOST = 2
SOMETHING_ELSE = Button("talk.something_else_button", "action_something_else")


def guesses(ranking: Iterable[tuple[str, float]], text: str, hits: Sequence[Hit] = ()) -> tuple[Button, ...]:
    """The two likeliest meanings, best first; `ranking` has (intent, confidence) in that order.

    `hits` is what the knowledge base has for the text and its meaning: the meaning is not known any more at the tap.
    """
    likely = [intent for intent, _ in ranking if intent in GUESSABLE][:MOST]
    found = [[hit.article.id, hit.score, hit.sure] for hit in hits]
    return tuple(_button(intent, text[:LONGEST_KEPT], found) for intent in likely)


def found_before(found: Sequence[Sequence[Any]], articles: Mapping[str, Article]) -> list[Hit]:
    """The hits that a guess carries; articles that are gone since then are left out."""
    return [Hit(articles[id], float(score), bool(sure)) for id, score, sure in found if id in articles]


def none_of(guessed: tuple[Button, ...], text: str) -> Button:
    """The way out beside the guesses; it knows the message, so that their being wrong can be learned from."""
    args = {"text": text[:LONGEST_KEPT], "guessed": True} if guessed else {}
    return replace(SOMETHING_ELSE, args=args)


def _button(intent: str, text: str, found: list[list[Any]]) -> Button:
    args = {"intent": intent, "text": text, "guessed": True} | ({"found": found} if found else {})
    return Button(f"talk.guess_{intent}", action_of(intent), args)
