"""Every text that Python names is there, and every text of these files is named somewhere."""

import ast
import re
from pathlib import Path

import pytest

from bot.customers.service import Purpose
from bot.data import Data
from bot.enquiries.guess import GUESSABLE
from bot.settings import ROOT
from bot.shop.benefit import Why
from bot.shop.order import OVER, OrderState, Permission
from bot.shop.warranty import CoverState

FILES = ("orders", "delivery", "refunds", "products", "benefits", "account", "consent", "link", "enquiries", "talk")
KEY = re.compile(rf"(?:{'|'.join(FILES)})\.[a-z0-9_]+")
STATE_RULE = {*OVER.values(), Permission.TOO_LATE_BECAUSE_SHIPPED, Permission.TOO_LATE_BECAUSE_DELIVERED}
"""Why a state forbids something."""

FAMILIES = {
    "orders.status_": {s.value for s in OrderState},
    "orders.cancel_": {p.value for p in STATE_RULE},
    "delivery.address_": {p.value for p in STATE_RULE},
    "refunds.": {p.value for p in (*OVER.values(), Permission.NOT_YET_DELIVERED, Permission.RETURN_PERIOD_OVER)},
    "refunds.line_": {"paid", "refused"},
    "products.cover_": {c.value for c in CoverState},
    "benefits.loss_": {"bound", "bound_worth", "bound_on", "bound_worth_on", "due_soon_on", "due_soon_worth_on"},
    "consent.about_": {p.value for p in Purpose if p is not Purpose.SERVICE},
    "consent.switch_": {f"{to}_{p.value}" for to in ("on", "off") for p in Purpose if p is not Purpose.SERVICE},
    "talk.guess_": set(GUESSABLE),
    "talk.language_": {"zh", "zh_hant", "en", "auto"},
}
"""Keys that are put together; by their beginning."""


def sources() -> list[Path]:
    return [path for folder in ("bot", "actions") for path in (ROOT / folder).rglob("*.py")]


def named(path: Path) -> tuple[set[str], set[str]]:
    """The whole keys in a file, and the beginnings of those that are put together."""
    whole, begun = set(), set()
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        if id(node) in parts:
            continue
        if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
            start = str(node.values[0].value)
            if start.partition(".")[0] in FILES and re.fullmatch(r"[a-z]+\.[a-z0-9_]*", start):
                begun.add(start)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
            whole.add(node.value)
    return whole, begun


def all_named() -> tuple[set[str], set[str]]:
    found = [named(path) for path in sources()]
    return set().union(*(whole for whole, _ in found)), set().union(*(begun for _, begun in found))


def test_every_key_in_python_has_its_words(data: Data) -> None:
    whole, _ = all_named()
    assert len(whole) > 100, "the search itself works"
    missing = sorted(key for key in whole if key not in data.voice.texts.entries and not key.endswith(".yml"))
    assert missing == []


def test_every_family_is_known_and_complete(data: Data) -> None:
    _, begun = all_named()
    assert sorted(begun) == sorted(FAMILIES), "a key is put together in a way that this test does not know"
    wanted = {start + end for start, ends in FAMILIES.items() for end in ends}
    assert sorted(wanted - set(data.voice.texts.entries)) == []


def test_no_text_is_left_over(data: Data) -> None:
    whole, _ = all_named()
    wanted = {start + end for start, ends in FAMILIES.items() for end in ends}
    ours = {key for key in data.voice.texts.entries if key.partition(".")[0] in FILES}
    derived = {"products.cover_covered_with_parts"}
    assert sorted(ours - whole - wanted - derived) == []


@pytest.mark.parametrize("why", list(Why))
def test_the_losses_that_are_worded_are_those_there_are(why: Why) -> None:
    assert any(end.startswith(why.value) for end in FAMILIES["benefits.loss_"])
