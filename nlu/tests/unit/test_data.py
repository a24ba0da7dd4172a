"""The development set is readable, large enough, and was not learnt by heart."""

from collections import Counter

import pytest
import train
import yaml
from components.text import HAN
from evaluation import overlap
from evaluation.examples import read as read_examples
from evaluation.figures import EMOTIONS
from evaluation.goldset import LANGUAGES, Gold, read
from evaluation.overlap import letters

AT_LEAST = 15
SHORT = 12
"""Messages up to this weight may be the same by nature: there is no other way to type "谢谢", "转人工" or "no thanks",
and to leave them out of either set would make it less like what customers write. A Latin letter weighs 1, a Chinese
character 3: that is four characters, or about three English words."""
MOST_SHORT = 0.05
"""No more of the set than this may be short and known."""
KNOWN: frozenset[str] = frozenset()
"""Longer messages that are examples, too. Take them out of the examples, then from here; nothing may be added."""


@pytest.fixture(scope="module")
def gold() -> list[Gold]:
    return read()


def intents() -> set[str]:
    domains = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (train.HERE / "domain").glob("*.yml"))
    names = (one for domain in domains for one in domain.get("intents", []))
    return {next(iter(one)) if isinstance(one, dict) else one for one in names} - {"nlu_fallback"}


def weight(text: str) -> int:
    return sum(3 if HAN.match(letter) else 1 for letter in letters(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_messages_enough_to_be_measured(gold: list[Gold], language: str) -> None:
    found = Counter(one.intent for one in gold if one.language == language)
    assert {name: found[name] for name in intents() if found[name] < AT_LEAST} == {}
    assert set(found) == intents()


def test_every_mark_means_something(gold: list[Gold]) -> None:
    kinds = {"order_number", "phone", "amount", "date", "product"}
    assert [one.text for one in gold if one.emotion not in EMOTIONS] == []
    assert [one.text for one in gold if one.script not in (("Hans", "Hant") if one.language == "zh" else (None,))] == []
    assert [one.text for one in gold if one.second is not None and one.second not in intents()] == []
    assert [one.text for one in gold if {mark.kind for mark in one.entities} - kinds] == []


def test_no_message_is_there_twice(gold: list[Gold]) -> None:
    times = Counter((one.language, one.text) for one in gold)
    assert [one for one, many in times.items() if many > 1] == []


def test_no_message_is_an_example_or_nearly_one(gold: list[Gold]) -> None:
    """The messages that are: 84 of 1,496 on 25 November 2026, 55 of them short by nature."""
    found = overlap.twins([one.text for one in gold], [example.text for example in read_examples()])
    learnt = {twin.message: twin.example for twin in found if weight(twin.message) > SHORT}
    assert {message: example for message, example in learnt.items() if message not in KNOWN} == {}
    assert sorted(KNOWN - set(learnt)) == [], "learnt no longer: take them out of KNOWN"
    assert len(found) - len(learnt) <= len(gold) * MOST_SHORT
