"""The question the bot has asked outside a complaint: how it is kept, how long it holds, what answers it. Pure."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.enquiries.details import phones
from bot.messages import Button
from bot.phrases import fold
from bot.shop.order_number import NumberForm, find_numbers

LASTS = timedelta(hours=1)
"""After this a yes is no longer an answer to the question: the customer has something else in mind."""
LONGEST_ANSWER = 1000
"""Characters of a typed answer that are kept."""

YES, NO = "yes", "no"
"""The answers to a question of yes and no. NO to any other question: the customer wants to leave it."""
YES_INTENT, NO_INTENT = "affirm", "deny"

SHORTEST, SHORTEST_LATIN = 2, 4
"""Characters of a button's label that stand for it, in Chinese and in Latin letters."""
NOTHING: Mapping[str, str] = {}


class Expecting(StrEnum):
    """What kind of answer is waited for, in the words of the Rasa domain."""

    YES_NO = "yes_no"
    FACT = "fact"
    """An order number, a phone number."""
    TEXT = "text"
    """Anything the customer writes."""
    CHOICE = "choice"
    """One of the orders under `orders` of the args."""


@dataclass(frozen=True, slots=True)
class Question:
    action: str
    """The action that takes the answer."""
    expecting: Expecting
    args: Mapping[str, Any]
    """What the question is about; JSON."""
    asked_at: datetime
    options: tuple[tuple[str, str], ...] = ()
    """The answers that are offered as buttons, each with the key of its label."""

    @property
    def token(self) -> str:
        """What a button under this question carries, so that a tap on an older one is recognised."""
        return hashlib.sha256(json.dumps(self.stored(), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def buttons(self) -> tuple[Button, ...]:
        return tuple(
            Button(key, self.action, {**self.args, "answer": answer, "token": self.token})
            for answer, key in self.options
        )

    def stored(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "expecting": self.expecting.value,
            "args": dict(self.args),
            "asked_at": self.asked_at.isoformat(),
            "options": [list(option) for option in self.options],
        }


def open_question(pending: Mapping[str, Any] | None, at: datetime) -> Question | None:
    """The question of Conversation.pending, while it may still be answered."""
    if not pending:
        return None
    asked_at = datetime.fromisoformat(pending["asked_at"])
    if at - asked_at > LASTS:
        return None
    options = tuple((answer, key) for answer, key in pending.get("options", ()))
    return Question(pending["action"], Expecting(pending["expecting"]), pending["args"], asked_at, options)


def reply(
    question: Question, intent: str, text: str, form: NumberForm, labels: Mapping[str, str] = NOTHING
) -> dict[str, Any] | None:
    """What a typed message answers, as args for the question's action; None when it is no answer to it.

    `form` is how the shop writes order numbers; `labels` are the buttons as the customer reads them, by answer.
    """
    answer: dict[str, Any] | None = None
    match question.expecting:
        case _ if label := _labelled(text, labels):
            answer = {"answer": label}
        # an address or a phone number that only sounds like a no has digits
        case _ if intent == NO_INTENT and not re.search(r"\d", text):
            answer = {"answer": NO}
        case Expecting.YES_NO if intent == YES_INTENT:
            answer = {"answer": YES}
        case Expecting.TEXT if text.strip():
            answer = {"answer": text.strip()[:LONGEST_ANSWER]}
        case Expecting.FACT if find_numbers(text, form) or phones(text, form):
            answer = {"answer": text.strip()[:LONGEST_ANSWER]}
        case Expecting.CHOICE if chosen := _chosen(text, tuple(question.args["orders"])):
            answer = {"order": chosen}
        case Expecting.YES_NO if label := _part_of_label(text, labels):
            answer = {"answer": label}
    return {**answer, "token": question.token} if answer else None


def _labelled(text: str, labels: Mapping[str, str]) -> str:
    """The answer whose button says exactly this."""
    typed = _bare(text)
    return next((answer for answer, label in labels.items() if typed and _bare(label) == typed), "")


def _part_of_label(text: str, labels: Mapping[str, str]) -> str:
    """The one answer whose button has these words in it; short scraps say nothing."""
    typed = _bare(text)
    if len(typed) < (SHORTEST_LATIN if typed.isascii() else SHORTEST):
        return ""
    found = [answer for answer, label in labels.items() if typed in _bare(label)]
    return found[0] if len(found) == 1 else ""


def _bare(text: str) -> str:
    """Letters and digits only, in the form in which texts are compared."""
    return re.sub(r"\W", "", fold(text))


def _chosen(text: str, orders: tuple[str, ...]) -> str:
    """The order meant by the last digits of its number (at least four), or by its place in the list."""
    plain = unicodedata.normalize("NFKC", text)
    digits = "".join(re.findall(r"[0-9]", plain))
    if len(digits) >= 4:
        fitting = [order for order in orders if re.sub(r"[^0-9]", "", order).endswith(digits)]
        return fitting[0] if len(fitting) == 1 else ""
    place = int(digits) if digits else _counted(plain)
    return orders[place - 1] if 0 < place <= len(orders) else ""


ENGLISH = {"first": 1, "two": 2, "second": 2, "three": 3, "third": 3, "four": 4, "fourth": 4, "five": 5, "fifth": 5}
"""Without "one", which usually means no number ("the blue one")."""
CHINESE = re.compile("\u7b2c(.)")
"""The sign that makes a number an ordinal, and the number: "one" alone is as common a word as in English."""


def _counted(text: str) -> int:
    """The one place that is written in words, English or Chinese; 0 when there is none or several."""
    words = [ENGLISH[word] for word in re.findall(r"[a-z]+", text.casefold()) if word in ENGLISH]
    signs = CHINESE.findall(text) or ([text.strip()] if len(text.strip()) == 1 else [])
    words += [int(unicodedata.numeric(sign, 0)) for sign in signs]
    found = {number for number in words if number}
    return found.pop() if len(found) == 1 else 0
