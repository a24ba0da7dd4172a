"""What the caller asks: reading the body of POST /decide, and making the text safe for Rasa."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

MOST_CHARACTERS = 4_000
"""What is read of one message; more is cut off. So the time of a decision is bounded (see components/embedding.py)."""
MOST_TEXTS = 256
"""Texts of one POST /embed."""
LANGUAGES = ("zh", "en")
SLOTS: dict[str, frozenset[str]] = {
    "journey": frozenset({"none", "enquiry", "complaint"}),
    "stage": frozenset({"none", "vent", "acknowledge", "clarify", "resolve", "commit", "restore", "closed"}),
    "expecting": frozenset({"nothing", "yes_no", "choice", "fact", "text"}),
}
"""The context Rasa's rules know; the same names and values as in domain/context.yml (a test compares them)."""
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


class BadQuestion(Exception):
    """The body of the request is not a question. The message says why."""


@dataclass(frozen=True)
class Question:
    """`text` is what Rasa may read; `shift` is how many characters the customer's text had before it."""

    text: str
    shift: int = 0
    language: str | None = None
    """The conversation's language, for messages that have none of their own."""
    slots: dict[str, str] = field(default_factory=dict)
    embed: bool = False
    """The answer shall hold the embedding, too."""


def read(body: bytes) -> Question:
    """Raises BadQuestion. Context that is not known is ignored: the caller may be newer than we are."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadQuestion(f"the body is not JSON ({type(error).__name__})") from error
    if not isinstance(content, dict):
        raise BadQuestion('the body must be an object: {"text": "...", "context": {...}}')
    if "text" not in content:
        raise BadQuestion('"text" is missing')
    if not isinstance(content["text"], str):
        raise BadQuestion('"text" must be a string')
    context = content.get("context")
    return ask(content["text"], context if isinstance(context, dict) else {}, content.get("embed") is True)


def read_texts(body: bytes) -> list[str]:
    """The texts of POST /embed. Raises BadQuestion."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadQuestion(f"the body is not JSON ({type(error).__name__})") from error
    texts = content.get("texts") if isinstance(content, dict) else None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise BadQuestion('the body must be an object: {"texts": ["...", ...]}')
    if len(texts) > MOST_TEXTS:
        raise BadQuestion(f'"texts" may have {MOST_TEXTS}; these are {len(texts)}')
    return [_HALF_A_PAIR.sub("\ufffd", text[:MOST_CHARACTERS]) for text in texts]


def ask(text: str, context: dict[str, Any], embed: bool = False) -> Question:
    """A question from a text as the customer wrote it."""
    text = text[:MOST_CHARACTERS]
    safe = _HALF_A_PAIR.sub("\ufffd", text).lstrip()  # Rasa strips, so we do it first and count
    shift = len(text) - len(safe)
    safe = safe.rstrip()
    if safe.startswith("/"):  # Rasa takes "/intent{...}" for an order; the full-width sign reads the same and is none
        safe = "／" + safe[1:]
    slots = {name: value for name, values in SLOTS.items() if (value := _known(context.get(name), values))}
    return Question(safe or ".", shift, _known(context.get("language"), frozenset(LANGUAGES)), slots, embed)


def _known(value: Any, values: frozenset[str]) -> str | None:
    return value if isinstance(value, str) and value in values else None
