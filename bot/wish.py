"""The second wish of a message: remembered while something else comes first, then offered as a button. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.messages import Button, Say, Text

COMPLAINT = "complaint_"
OPEN_COMPLAINT = "action_open_complaint"
EXCHANGE = frozenset({"products.exchange_possible", "products.exchange_over", "products.exchange_general"})
"""Answers about an exchange."""
PERSON = "contact_human_agent"
SETTLED_WITH_IT = frozenset(
    {
        *("get_refund", "track_refund", "check_refund_policy", "warranty_repair", "track_order", "delivery_period"),
        *("cancel_order", "change_order", "payment_issue", "case_status", "contact_customer_service"),
    }
)
"""Enquiries in the same message as a complaint that are part of it: its solution answers them."""
LONGEST_KEPT = 500
"""Characters of a message that a button carries, so that what stands in it is not asked for again."""


def action_of(intent: str) -> str:
    """The action that answers an intent."""
    return OPEN_COMPLAINT if intent.startswith(COMPLAINT) else f"action_{intent}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer wants besides. The intent has its words in talk.guess_<intent>."""

    intent: str
    text: str = ""
    """The words it stands in, without those of the first wish where nlu could tell them apart."""
    order: str = ""
    """The one order number of the whole message, "" for none or several."""

    @property
    def action(self) -> str:
        return action_of(self.intent)

    def stored(self) -> dict[str, str]:
        return asdict(self)

    @property
    def button(self) -> Button:
        args = {"intent": self.intent, "text": self.text[:LONGEST_KEPT]}
        about = {"order": self.order} if self.order else {}
        return Button("talk.also_button", self.action, {**args, **about}, {"topic": Text(f"talk.guess_{self.intent}")})


def read(raw: Mapping[str, Any] | None) -> Wish | None:
    """A wish from where it was kept."""
    return Wish(**raw) if raw else None


def offered(says: Sequence[Say], wish: Wish) -> list[Say]:
    """The answer with the other wish one tap away under its last words, unless a button leads there anyway."""
    if not says or is_answered(says, wish) or any(_leads_to(button, wish) for say in says for button in say.buttons):
        return list(says)
    last = says[-1]
    return [*says[:-1], replace(last, buttons=(*last.buttons, wish.button))]


def is_answered(says: Sequence[Say], wish: Wish) -> bool:
    """Whether the first answer was about this, too: "a replacement please" sounds like a return."""
    return wish.intent == "get_refund" and any(say.key in EXCHANGE for say in says)


def _leads_to(button: Button, wish: Wish) -> bool:
    is_same_kind = wish.action != OPEN_COMPLAINT or button.args.get("intent") == wish.intent
    return button.action == wish.action and is_same_kind
