"""Whatever a customer writes: every component stands it, in bounded time, and places are those of the text as sent."""

import re
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from components.entities import amount, dates, phone
from components.entities.extractor import RuleEntityExtractor
from components.entities.found import Found
from components.entities.order_number import OrderNumbers
from components.entities.products import Catalogue
from components.language import Languages
from components.ngrams import Vocabulary
from components.signs import Signs
from components.text import plain
from components.tokenizer import MixedTokenizer
from hypothesis import example, given, settings
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from serving.question import ask
from texts import EDGES, HOSTILE, TALK, wide
from train import HERE

PRODUCTS = HERE.parent / "data" / "products.yml"
CATALOGUE, ORDERS = Catalogue.read(PRODUCTS), OrderNumbers("LJ")
MOST_SECONDS = 2.0
"""Of processor time, for one component and one text; on a quiet machine the slowest takes a tenth of that."""
unhurried = settings(deadline=None, max_examples=100)


@pytest.fixture(scope="module")
def extractor(tmp_path_factory: pytest.TempPathFactory) -> RuleEntityExtractor:
    """With the shop's own catalogue."""
    config = {**RuleEntityExtractor.get_default_config(), "catalogue": str(PRODUCTS)}
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("model"))
    made = RuleEntityExtractor(config, storage, Resource("rules"))
    made.train(TrainingData())
    return made


def found_in(extractor: RuleEntityExtractor, text: str) -> list[Found]:
    """What the server finds, at the places it tells."""
    question = ask(text, {})
    moved = extractor.find(plain(question.text))
    return [Found(one.entity, one.value, one.start + question.shift, one.end + question.shift) for one in moved]


def tokens(text: str) -> list[Token]:
    return MixedTokenizer(MixedTokenizer.get_default_config()).tokenize(Message({"text": text}), "text")


COMPONENTS: dict[str, Callable[[str], object]] = {
    "tokenizer": tokens,
    "language": Languages().of,
    "signs": Signs.read(HERE / "words" / "emotions.yml").of,
    "ngrams": Vocabulary.of(["where is my parcel", "我的快递"], at_least=1).row,
    "orders": lambda text: ORDERS.find(plain(text)),
    "phone": lambda text: phone.find(plain(text)),
    "amount": lambda text: amount.find(plain(text)),
    "dates": lambda text: dates.find(plain(text)),
    "products": lambda text: CATALOGUE.find(plain(text)),
}


@pytest.mark.parametrize("name", COMPONENTS)
@unhurried
@given(text=HOSTILE)
@example(text="/intent{" * 1_250)
@example(text="三百" * 5_000)
@example(text="9" * 10_000)
@example(text="two hundred and " * 625)
@example(text="a " * 5_000)
@example(text="washing " * 1_250)
def test_every_component_stands_any_text_in_bounded_time(name: str, text: str) -> None:
    read = ask(text, {}).text
    began = time.thread_time()
    COMPONENTS[name](read)
    assert time.thread_time() - began < MOST_SECONDS


@unhurried
@given(text=HOSTILE)
def test_tokens_are_cut_out_of_the_text_in_order(text: str) -> None:
    read, end = ask(text, {}).text, 0
    for token in tokens(read):
        assert token.start >= end
        assert read[token.start : token.end] == token.text != ""
        end = token.end


@unhurried
@given(text=HOSTILE | TALK)
def test_places_lie_inside_the_text_and_do_not_overlap(extractor: RuleEntityExtractor, text: str) -> None:
    found = found_in(extractor, text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    places = sorted({(one.start, one.end) for one in found})
    assert all(before[1] <= after[0] for before, after in pairwise(places))


@unhurried
@given(text=TALK | HOSTILE)
def test_the_words_at_the_place_explain_the_value(extractor: RuleEntityExtractor, text: str) -> None:
    for one in found_in(extractor, text):
        words = plain(text[one.start : one.end])
        assert EXPLAINS[one.entity](one.value, words), (one, words)


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_date(value: str, words: str) -> bool:
    """Its own words, or the ISO date of them."""
    return value == words.lower() or [one.value for one in dates.find(words)] == [value]


EXPLAINS: dict[str, Callable[[str, str], bool]] = {
    "order_number": lambda value, words: digits(value) == digits(words),
    "phone": lambda value, words: len(value) >= 7 and digits(words).endswith(value),
    "amount": lambda value, words: [one.value for one in amount.find(words)] == [value],
    "date": _is_date,
    "product": lambda value, words: value in {one.value for one in CATALOGUE.find(words)},
}
"""For each kind: whether these words, in their plain form, can have been read as this value."""

NAMED = {
    "LJ20261103-0042": ("order_number", "LJ20261103-0042"),
    "13812345678": ("phone", "13812345678"),
    "¥599": ("amount", "599.00"),
    "599元": ("amount", "599.00"),
    "2026年11月3日": ("date", "2026-11-03"),
    "上週三": ("date", "上周三"),
}


@pytest.mark.parametrize(
    "words",
    [one for words in NAMED for one in (words, wide(words))],
)
@unhurried
@given(before=EDGES, behind=EDGES)
def test_a_name_is_found_at_its_place_whatever_stands_around_it(
    extractor: RuleEntityExtractor, words: str, before: str, behind: str
) -> None:
    kind, value = {**NAMED, **{wide(one): meant for one, meant in NAMED.items()}}[words]
    place = len(before), len(before) + len(words)
    found = [one for one in found_in(extractor, f"{before}{words}{behind}") if one.entity == kind]
    assert [(one.value, (one.start, one.end)) for one in found] == [(value, place)]
