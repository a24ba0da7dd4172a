"""The questions of tests/enquiries/questions, and what becomes of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot import datafile
from bot.enquiries.knowledge import Hit, NotFound, Sure, Unsure, verdict

FOLDER = Path(__file__).parent / "questions"
PARTS = ("calibration", "held_out")
KINDS = ("own", "across", "near")


@dataclass(frozen=True)
class Asked:
    """One question as somebody types it."""

    text: str
    language: str
    """That of the conversation."""
    kind: str
    """own: in that language · across: in both, or in the other one · near: of our trade, but nothing answers it."""
    right: frozenset[str]
    """The articles that answer it; none when nothing does."""


@cache
def questions(part: str) -> tuple[Asked, ...]:
    raw = datafile.read(FOLDER / f"{part}.yml")
    found: list[Asked] = []
    for language in ("zh", "en"):
        lists = {"own": raw[language], "across": raw["across"][language], "near": raw["near"][language]}
        for kind, rows in lists.items():
            for text, right in rows:
                named = frozenset([right] if isinstance(right, str) else right)
                found.append(Asked(text, language, kind, named - {"none"}))
    return tuple(found)


def some(part: str, kind: str, *, covered: bool, language: str = "") -> list[Asked]:
    """The questions of one kind (in one language) that an article answers, or that none does."""
    return [q for q in questions(part) if q.kind == kind and bool(q.right) is covered and language in ("", q.language)]


def ends(asked: Iterable[Asked], search: Callable[[Asked], list[Hit]]) -> dict[str, int]:
    """How many questions end in which verdict, rightly or not."""
    counted = dict.fromkeys(("sure_right", "sure_wrong", "offered", "missed", "not_found"), 0)
    for question in asked:
        match verdict(search(question)):
            case Sure(article):
                counted["sure_right" if article.id in question.right else "sure_wrong"] += 1
            case Unsure(articles):
                counted["offered" if any(a.id in question.right for a in articles) else "missed"] += 1
            case NotFound():
                counted["not_found"] += 1
    return counted
