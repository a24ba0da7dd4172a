"""Several wishes in one message: its clauses are understood one by one, a second wish is reported beside the first."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MOST = 4
"""Clauses of a message that are looked at; the first ones, so that the time is bounded."""
SURE = 0.8
"""A clause of its own is short: it must be clearer than a whole message. Chosen on the development set."""
SURE_COMPLAINT = 0.97
CLEAR = 0.6
"""From the first on a complaint in one clause outranks what the whole message seems to ask, unless that is so clear."""
COMPLAINT = "complaint_"
NO_WISH = frozenset({"greet", "thank", "goodbye", "affirm", "deny", "inform", "out_of_scope", "praise", "nlu_fallback"})
"""What is said beside a wish, and is none."""

_NEXT = "另外|还有|顺便|順便|還有|對了|对了"
_CUT = re.compile(
    rf"[.!?。！？;；\n]+\s*|[,，]\s*(?=also|and also|plus |besides|btw|by the way|{_NEXT})|(?:{_NEXT})[,，:： ]?"
)
_HAN = re.compile(r"[\u3400-\u9fff]")

Guess = Mapping[str, Any]
"""{"name", "confidence"}; a second wish has its words as "text" as well."""


def clauses(text: str) -> list[str]:
    """The parts of a message that may be wishes of their own; none when it is only one."""
    parts = [part.strip() for part in _CUT.split(text) if part and _is_enough(part.strip())]
    return parts[:MOST] if len(parts) > 1 else []


def _is_enough(part: str) -> bool:
    return len(part) >= (4 if _HAN.search(part) else 10)


def second(first: Guess, clauses: Iterable[tuple[str, Sequence[Guess]]]) -> Guess | None:
    """The clearest wish of the clauses that is another than the first, if it is clear enough.

    `clauses` are texts with their rankings.

    A second kind of complaint is no second wish: the complaint takes up everything.
    """
    found = [
        {**guess, "text": text}
        for text, ranking in clauses
        for guess in ranking[:1]
        if _is_another(guess["name"], first["name"])
    ]
    best = max(found, key=lambda guess: guess["confidence"], default=None)
    return best if best is not None and best["confidence"] >= SURE else None


def _is_another(name: str, first: str) -> bool:
    both_complain = name.startswith(COMPLAINT) and first.startswith(COMPLAINT)
    return name != first and name not in NO_WISH and not both_complain


def outranks(other: Guess | None, first: Guess) -> bool:
    """Whether the second wish must be answered first: a complaint goes before any enquiry."""
    if other is None or first["name"].startswith(COMPLAINT) or first["confidence"] >= CLEAR:
        return False
    return other["name"].startswith(COMPLAINT) and other["confidence"] >= SURE_COMPLAINT
