"""Answers from the knowledge base, always with their source; the two nearest when unsure; never an invented one."""

from bot.enquiries.article import Article
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.guess import SOMETHING_ELSE
from bot.enquiries.knowledge import NotFound, Sure, Unsure, verdict
from bot.enquiries.ways import go, person
from bot.messages import Button, Money, Say, Value
from bot.shop.order_number import find_numbers

SHOW = "action_show_article"
WAYS = {
    "check_refund_policy": ("refunds.return_button", "action_get_refund"),
    "delivery_period": ("talk.menu_track", "action_track_order"),
}
"""What a question of policy is often the beginning of."""


def answer(e: Enquiry, *ways: Button) -> list[Say]:
    """A question of policy: the article that surely fits the words, else the one written for this intent."""
    found = verdict(e.articles())
    if isinstance(found, Sure):
        return [_told(found.article, *ways)]
    return of_intent(e, e.intent, *ways) or _searched(e, found)


async def policy(e: Enquiry) -> list[Say]:
    """Rules and terms; what they are mostly asked for is one tap away, for the order that was named."""
    way = WAYS.get(e.intent)
    number = next(iter(find_numbers(e.text, e.form)), "")
    return answer(e, go(*way, number)) if way is not None else answer(e)


async def contact(e: Enquiry) -> list[Say]:
    """Phone, hours, and a person here."""
    return of_intent(e, "contact_customer_service", person()) or [Say("enquiries.contact", {}, (person(),))]


def of_intent(e: Enquiry, intent: str, *ways: Button) -> list[Say]:
    """The article written for an intent; nothing when there is none."""
    return [_told(article, *ways) for article in e.shop.knowledge.answering(intent)[:1]]


async def ask(e: Enquiry) -> list[Say]:
    """A question about a product or anything else the shop has written down."""
    return _searched(e, verdict(e.articles()))


async def show(e: Enquiry) -> list[Say]:
    """The article of a button; one that is not there any more cannot be shown."""
    article = e.shop.knowledge.articles.get(str(e.arg("article")))
    return [_told(article)] if article is not None else [Say("talk.stale_button")]


def button(e: Enquiry, intent: str, key: str) -> tuple[Button, ...]:
    """A button for the article written for an intent; none when there is none."""
    return tuple(Button(key, SHOW, {"article": a.id}) for a in e.shop.knowledge.answering(intent)[:1])


def _told(article: Article, *ways: Button) -> Say:
    return Say("products.answer", {"body": article.body, "source": article.source}, ways)


def _searched(e: Enquiry, found: Sure | Unsure | NotFound) -> list[Say]:
    match found:
        case Sure(article):
            return [_told(article)]
        case Unsure(articles):
            choices = (Button("products.article_button", SHOW, {"article": a.id}, {"title": a.title}) for a in articles)
            return [Say("products.unsure", {}, (*choices, SOMETHING_ELSE))]
    return [_not_found(e)]


def _not_found(e: Enquiry) -> Say:
    """What is known for certain of the one product that was named, and a person for the rest."""
    if len(e.products) == 1 and (product := e.shop.catalogue.products.get(e.products[0])) is not None:
        price = Money(product.price_cents, e.shop.policy.currency)
        values: dict[str, Value] = {"name": product.name, "price": price, "months": product.warranty_months}
        key = "products.not_found_but" if product.warranty_months else "products.not_found_but_price"
        return Say(key, values, (person(),))
    return Say("products.not_found", {}, (person(),))
