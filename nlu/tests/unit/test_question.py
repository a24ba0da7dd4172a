import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from serving.question import MOST_CHARACTERS, SLOTS, BadQuestion, ask, read
from train import HERE


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "must be an object"),
        (b'"text"', "must be an object"),
        (b"{}", '"text" is missing'),
        (b'{"text": null}', '"text" must be a string'),
        (b'{"text": 5}', '"text" must be a string'),
    ],
)
def test_bodies_that_are_no_question(body: bytes, why: str) -> None:
    with pytest.raises(BadQuestion, match=why):
        read(body)


def test_context_that_is_not_known_is_ignored() -> None:
    context = {"journey": "holiday", "stage": 5, "expecting": "yes_no", "language": "fr", "weather": "fine"}
    question = read(json.dumps({"text": "好", "context": context}).encode())
    assert (question.slots, question.language) == ({"expecting": "yes_no"}, None)
    assert read(b'{"text": "x", "context": [1]}').slots == {}


def test_a_command_becomes_plain_text_of_the_same_length() -> None:
    question = ask('  /greet{"a": 1} ', {})
    assert question.text == '／greet{"a": 1}'
    assert question.shift == 2


def test_what_cannot_be_written_is_replaced() -> None:
    assert ask("a\ud83d", {}).text == "a\ufffd"


def test_long_and_empty_texts() -> None:
    assert len(ask("长" * 50_000, {}).text) == MOST_CHARACTERS
    assert ask(" \n ", {}).text == ask("", {}).text == "."


@given(st.text())
def test_offsets_of_any_text_can_be_moved_back(text: str) -> None:
    question = ask(text, {})
    if text.strip():
        written = text[question.shift : question.shift + len(question.text)]
        assert len(written) == len(question.text)
        assert written[1:] == question.text[1:]


def test_the_context_is_the_one_of_the_domain() -> None:
    slots = yaml.safe_load((HERE / "domain" / "context.yml").read_text(encoding="utf-8"))["slots"]
    assert {name: frozenset(slot["values"]) for name, slot in slots.items()} == SLOTS
