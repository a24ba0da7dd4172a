"""What an answer to an enquiry may use: the chat, the words, the time, and the shop's data in force."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content import Texts, render
from bot.conversations.tables import Conversation
from bot.enquiries.guess import found_before
from bot.enquiries.knowledge import Hit, Knowledge
from bot.enquiries.question import Expecting, Question, open_question, reply
from bot.handoff import service as handoff
from bot.handoff.policy import Desk
from bot.handoff.queue import Reason
from bot.messages import Button, Say
from bot.shop.order_number import NumberForm
from bot.shop.policy import ShopPolicy
from bot.shop.product import Catalogue
from bot.vector import Vector


@dataclass(frozen=True, slots=True)
class Shop:
    """The data of the shop that enquiries are answered from."""

    policy: ShopPolicy
    catalogue: Catalogue
    knowledge: Knowledge
    desk: Desk
    texts: Texts
    """For the words that a consent is given to."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    session: AsyncSession
    conversation: Conversation
    at: datetime
    shop: Shop
    text: str = ""
    asked: str = ""
    """The part of `text` that is about this enquiry, where a second wish stands beside it."""
    meaning: Vector | None = None
    """What nlu made of `asked`; None when it has not read just that in this turn (a button, a part of a message)."""
    intent: str = ""
    ranking: tuple[tuple[str, float], ...] = ()
    wish: str = ""
    """The remedy that the words ask for (data/policy/complaints.yml): exchange, repair, …"""
    products: tuple[str, ...] = ()
    """Ids of the products that are named."""
    args: Mapping[str, Any] | None = None
    """What a button carries, or the answer to a question."""
    question: Question | None = None
    """The open question that this answers."""
    before: Question | None = None
    """The question that was open and is not answered by this."""
    wrote: bool = False
    """The customer's own words, not a tap or a command."""

    @property
    def today(self) -> date:
        """The day in the shop's zone."""
        return self.at.astimezone(self.shop.policy.zone).date()

    @property
    def form(self) -> NumberForm:
        return self.shop.policy.number

    @property
    def language(self) -> str:
        """What the knowledge base is asked in: zh or en."""
        return "zh" if self.conversation.language.startswith("zh") else "en"

    @property
    def answer(self) -> str:
        """The answer to the open question, "" when this is none: a button's answer counts only while it is open."""
        return str(self.arg("answer")) if self.question is not None else ""

    def articles(self) -> list[Hit]:
        """The articles that may answer the text, best first; a guess that was tapped brings what was found then."""
        if (before := self.arg("found")) and (hits := found_before(before, self.shop.knowledge.articles)):
            return hits
        return self.shop.knowledge.search(self.asked or self.text, self.language, meaning=self.meaning)

    def arg(self, name: str) -> Any:
        """What the question was about, or a button carries; "" when neither knows it."""
        about = self.question.args if self.question is not None else {}
        return {**(self.args or {}), **about}.get(name, "")

    def reply(self) -> tuple[Question, Mapping[str, Any]] | None:
        """The open question and what the words answer to it; None when there is none or they do not."""
        question = open_question(self.conversation.pending, self.at)
        if question is None:
            return None
        labels = {answer: self.words(Say(key)) for answer, key in question.options}
        args = reply(question, self.intent, self.text, self.form, labels)
        return (question, args) if args is not None else None

    def words(self, say: Say) -> str:
        """A text as this customer reads it now."""
        return render(self.shop.texts, say, self.conversation.language or "en", self.shop.policy.zone).text

    def ask(self, action: str, expecting: Expecting, options: Mapping[str, str], **args: Any) -> tuple[Button, ...]:
        """Open a question; the one before is replaced. `options` are keys of labels by answer: gives their buttons."""
        question = Question(action, expecting, args, self.at, tuple(options.items()))
        self.conversation.pending = question.stored()
        return question.buttons

    def about(self, **args: Any) -> "Enquiry":
        """The same enquiry with other args, as if a button had been tapped."""
        return replace(self, args=args, question=None)

    async def person(self, reason: Reason, detail: str) -> list[Say]:
        """Fetch a person; `detail` is what staff read."""
        return await handoff.request(self.session, self.conversation, reason, self.at, self.shop.desk, detail)
