"""Phrases as people write them in data files, found in what people write in chats."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datafile import Findings, Section
from bot.phrases import Phrases, fold


def phrases(*written: str, unless: tuple[str, ...] = ()) -> Phrases:
    data: dict[str, Any] = {"zh": list(written), "unless": list(unless)}
    findings = Findings()
    found = Phrases.load(Section(data, "f", findings))
    findings.stop()
    return found


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("律师", "我要找律師"),
        ("律师", "律 师"),
        ("律师", "律\u200b师"),
        ("著火", "着火了"),
        ("sb", "ＳＢ"),
        ("lawyer", "My LAWYER!"),
        ("lawyer", "找lawyer来"),
        ("don't", "don’t"),
        ("as soon as possible", "as soon  as\npossible"),
        ("lawyer*", "lawyers"),
        ("lawyer*", "lawyer"),
        ("violat* my privacy", "violating my privacy"),
        ("*fire", "campfire"),
        ("再不…投诉", "再不处理就投诉"),
        ("再不...投诉", "再不投诉"),
        ("not … paid", "not been paid"),
        ("/\\d+岁/", "我14岁"),
        ("100%", "100%的"),
        ("c++", "I like C++ a lot"),
        ("🤬", "哼🤬"),
    ],
)
def test_found(phrase, text):
    assert phrases(phrase).found(fold(text))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("fire", "firefox"),
        ("fire", "misfire"),
        ("12315", "1231512"),
        ("lawyer", "lawyers"),
        ("sue", "issue"),
        ("再不…投诉", "再不处理。我就投诉"),
        ("再不…投诉", "再不" + "啊" * 20 + "投诉"),
        ("a b", "ab"),
        ("lawyer*", "my law"),
    ],
)
def test_not_found(phrase, text):
    assert phrases(phrase).found(fold(text)) is None


def test_a_phrase_inside_a_guard_does_not_count_but_beside_it_does():
    fire = phrases("fire", unless=("fire stick",))
    assert fire.find(fold("my fire stick")) == ()
    assert fire.find(fold("my fire stick is on fire")) == ("fire",)
    assert phrases("fire", unless=("camp fire",)).find("a camp fire") == ()
    assert phrases("起火", unless=("一起火锅",)).find("一起火锅") == ()
    assert phrases("stick on", unless=("fire stick",)).find("fire stick on") == ("stick on",)  # only half inside


def test_of_phrases_inside_each_other_the_longest_is_told_each_once_in_order():
    assert phrases("律师", "律师函").find("发律师函") == ("律师函",)
    assert phrases("律师", "律师函", "告").find("告你,律师函律师函和律师") == ("告", "律师函", "律师")


def test_lists_for_code_are_made_without_a_section():
    assert Phrases.of(["退款"], ["refund"]).found("a refund") == "refund"
    assert Phrases().found("anything") is None


@given(st.text(), st.text(st.characters(categories=("L", "N")), min_size=1), st.text())
def test_a_phrase_is_found_whatever_stands_around_it(before, phrase, after):
    assert Phrases.of([phrase]).found(fold(f"{before}. {phrase} .{after}"))


@given(st.text())
def test_folding_twice_changes_nothing_that_matters_for_latin_and_chinese(text):
    plain = "".join(c for c in text if c.isascii() or "\u4e00" <= c <= "\u9fff")
    assert fold(fold(plain)) == fold(plain)
