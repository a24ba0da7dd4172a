"""A chat as the tests speak of it: says and taps, and what the bot answers, always written out in its language."""

import json
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from actions.executor import execute
from bot.content import render
from bot.conversations import store as conversations
from bot.conversations.tables import Conversation
from bot.customers import service as customers
from bot.customers import store as accounts
from bot.data import Data
from bot.inbox.turn import Heard, Turn
from bot.messages import Button, Say
from bot.rasa import Decision, Entity
from bot.shop import store as shop
from bot.shop.order import Order
from bot.vector import Vector
from tests.clock import FakeClock

FRAGMENTS = {"affirm", "deny", "inform"}


@dataclass
class Chat:
    session: AsyncSession
    data: Data
    clock: FakeClock
    conversation: Conversation
    language: str
    answer: list[Say] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    action: str = ""

    @property
    def keys(self) -> list[str]:
        return [say.key for say in self.answer]

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    @property
    def buttons(self) -> list[Button]:
        return [button for say in self.answer for button in say.buttons]

    @property
    def labels(self) -> list[str]:
        return [button.key for button in self.buttons]

    async def says(
        self,
        text: str,
        intent: str,
        product: str = "",
        ranking: tuple[str, ...] = (),
        meaning: Vector | None = None,
    ) -> list[str]:
        """A typed message that nlu understood as `intent`. Gives the keys of the answer."""
        entities = (Entity("product", product, 0, 1),) if product else ()
        guesses = tuple((name, 0.3) for name in ranking)
        decision = Decision(self.language, None, intent, 0.9, guesses, entities, "calm", 0.9, "", embedding=meaning)
        return await self._run(self._action(intent), Heard(text, decision=decision))

    async def taps(self, key: str) -> list[str]:
        """Tap the button of the newest answer with this text key."""
        return await self.taps_old(next(button for button in self.buttons if button.key == key))

    async def taps_old(self, button: Button) -> list[str]:
        """Tap a button of whenever."""
        args = {**json.loads(json.dumps(dict(button.args))), "label": "the label"}
        return await self._run(button.action, Heard("", args=args))

    async def sends_code(self, code: str) -> list[str]:
        return await self._run("action_link", Heard(code, args={"code": code.removeprefix("CB-")}))

    async def commands(self, name: str, words: str = "") -> list[str]:
        return await self._run(f"command_{name}", Heard(words, args={"words": words}))

    async def shows(self, *kinds: str) -> list[str]:
        return await self._run("action_attachment", Heard("", tuple({"kind": kind, "ref": "x"} for kind in kinds)))

    async def is_linked_to(self, shop_id: str) -> "Chat":
        account = await accounts.by_shop_id(self.session, shop_id)
        assert account is not None
        await customers.link_to(self.session, self.conversation, account.id, self.clock.now(), wrote=True)
        return self

    async def order(self, number: str) -> Order:
        owned = await shop.order_by_number(self.session, number)
        assert owned is not None
        return owned.order

    async def shop_says(self, order: Order) -> None:
        await shop.upsert_orders(self.session, [order], self.clock.now())

    def _action(self, intent: str) -> str:
        """What the rules of nlu choose outside a complaint."""
        if intent == "nlu_fallback":
            return "action_continue"
        if intent in FRAGMENTS and self.conversation.pending:
            return "action_continue_enquiry"
        return "action_nothing_pending" if intent in ("affirm", "deny") else f"action_{intent}"

    async def _run(self, action: str, heard: Heard) -> list[str]:
        self.action = action
        turn = Turn(self.session, self.conversation, heard, self.clock.now(), self.data)
        self.answer = await execute(action, turn)
        await self.session.flush()
        await self.session.refresh(self.conversation)  # what is pending has been through the database
        self.texts = []
        for say in self.answer:
            for language in ("zh", "zh-Hant", "en"):
                rendered = render(self.data.voice.texts, say, language, ZoneInfo("Asia/Shanghai"), today=None)
                if language == self.language:
                    self.texts += [rendered.text, *rendered.labels]
            json.dumps([dict(button.args) for button in say.buttons])
        return self.keys


async def open_chat(session: AsyncSession, data: Data, clock: FakeClock, language: str, chat: str = "1") -> Chat:
    """A chat that has been told already who writes."""
    async with conversations.held_or_new(session, "web", chat, clock.now()) as found:
        pass
    conversation = await conversations.locked(session, found.id)
    conversation.language, conversation.introduced_at = language, clock.now()
    await session.flush()
    return Chat(session, data, clock, conversation, language)


def values_of(chat: Chat, key: str) -> dict[str, Any]:
    """The values of the answer's text of this key."""
    return dict(next(say for say in chat.answer if say.key == key).values)
