"""From a turn to an enquiry; the answer to an open question; questions of policy, answered from the knowledge base."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from actions.action import REGISTER, Action
from bot.conversations.tables import BOT
from bot.enquiries import articles, talk
from bot.enquiries.enquiry import Enquiry, Shop
from bot.enquiries.question import Expecting, Question, open_question
from bot.inbox.turn import Turn
from bot.messages import Say
from bot.rasa import Decision
from bot.shop.order_number import find_numbers

Ranking = tuple[tuple[str, float], ...]
Service = Callable[[Enquiry], Awaitable[list[Say]]]


def enquiry(turn: Turn) -> Enquiry:
    """The turn as an enquiry sees it. A button may carry the words it stood for."""
    heard, data = turn.heard, turn.data
    named = [e.value for e in heard.decision.entities if e.entity == "product"] if heard.decision else []
    products = (product.id for name in named for product in data.catalogue.named(name))
    text = str(heard.args.get("text", heard.text))
    is_heard = heard.decision is not None and text == heard.text
    rest = heard.decision.rest_of(text) if heard.decision is not None and is_heard else text
    return Enquiry(
        session=turn.session,
        conversation=turn.conversation,
        at=turn.at,
        shop=Shop(data.shop, data.catalogue, data.knowledge, data.desk, data.voice.texts),
        text=text,
        asked=rest,
        meaning=heard.decision.embedding if heard.decision is not None and is_heard and rest == text else None,
        intent=heard.intent or str(heard.args.get("intent", "")),
        ranking=_ranking(heard.decision) if heard.decision else (),
        wish=data.rules.complaints.wish_in(text, asked=False) or "",
        products=tuple(heard.args.get("products") or dict.fromkeys(products)),
        args=heard.args,
        wrote=heard.decision is not None,
    )


def _ranking(decision: Decision) -> Ranking:
    """What was meant, likeliest first. A part of the message that is clear by itself goes before the unclear whole."""
    clear = decision.second
    others = tuple(guess for guess in decision.ranking if clear is None or guess[0] != clear.intent)
    return ((clear.intent, clear.confidence), *others) if clear is not None else others


async def answer(turn: Turn, action: str, service: Service) -> list[Say]:
    """Answer an enquiry. An open question is answered by it or dropped; an old button changes nothing."""
    e = enquiry(turn)
    conversation = turn.conversation
    question = open_question(conversation.pending, turn.at)
    args = {**turn.heard.args, **_typed(e, question, action)}
    if "token" in args and (question is None or args["token"] != question.token):
        return [Say("talk.stale_button")]
    conversation.pending, conversation.misunderstood = None, 0
    if "token" in args:
        return await service(replace(e, args=args, question=question))
    return await service(replace(e, args=args, before=question))


def _typed(e: Enquiry, question: Question | None, action: str) -> Mapping[str, Any]:
    """Words that begin the same enquiry again while its question is open are the answer, unless they name an order."""
    if question is None or question.action != action or not e.wrote:
        return {}
    if question.expecting is Expecting.TEXT and find_numbers(e.text, e.form):
        return {}
    if (found := e.reply()) is not None:
        return found[1]
    # "cancel it", and the question is whether to cancel: still about the same order
    same = question.expecting is Expecting.YES_NO and not e.products and not find_numbers(e.text, e.form)
    return {"order": question.args["order"]} if same and "order" in question.args else {}


async def go_on(turn: Turn) -> list[Say] | None:
    """Give the words to the action that has asked. None when nothing is asked."""
    e = enquiry(turn)
    question = open_question(turn.conversation.pending, turn.at)
    if question is None:
        return None
    if (found := e.reply()) is not None:
        return await run(turn, question.action, found[1])
    if find_numbers(e.text, e.form):  # no answer, but an order is named: that is a new enquiry
        return await answer(turn, "action_inform", talk.inform)
    return talk.unclear_answer(e, question)


async def run(turn: Turn, action: str, args: Mapping[str, Any]) -> list[Say]:
    """Another action in the same turn, as if a button with these args had been tapped."""
    return await REGISTER[action].run(replace(turn, heard=replace(turn.heard, args=args)))


class ContinueEnquiry(Action):
    """An answer to what the bot has asked."""

    async def run(self, turn: Turn) -> list[Say]:
        says = await go_on(turn)
        return talk.nothing_pending(enquiry(turn)) if says is None else says


class NothingPending(Action):
    """A yes or a no, and nothing was asked."""

    async def run(self, turn: Turn) -> list[Say]:
        says = await go_on(turn)
        return talk.nothing_pending(enquiry(turn)) if says is None else says


class Continue(Action):
    """Not understood, unless it answers an open question."""

    async def run(self, turn: Turn) -> list[Say]:
        says = await go_on(turn)
        return talk.not_understood(enquiry(turn)) if says is None else says


class Inform(Action):
    """A number or another detail without a request."""

    async def run(self, turn: Turn) -> list[Say]:
        says = await go_on(turn)
        return await answer(turn, self.name, talk.inform) if says is None else says


class StaleButton(Action):
    """A button of a message that has had its time."""

    async def run(self, turn: Turn) -> list[Say]:
        is_the_bots = turn.conversation.owner == BOT  # a made-up tap does not let it speak where a person does
        return [Say("talk.stale_button")] if is_the_bots else []


class ShowArticle(Action):
    """One article of the knowledge base, chosen by button."""

    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, articles.show)


class SomethingElse(Action):
    """None of what was offered."""

    async def run(self, turn: Turn) -> list[Say]:
        return [Say("talk.something_else")]
