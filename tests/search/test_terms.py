"""What of a text is looked up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.terms import MOST, stem, terms, words


def test_chinese_is_cut_into_pairs_and_its_last_character():
    assert words("退款多久") == ["退款", "款多", "多久", "久"]
    assert words("退") == ["退"]


def test_traditional_is_looked_up_as_simplified():
    assert words("退貨") == words("退货") == ["退货", "货"]


def test_width_case_and_accents_make_no_difference():
    assert words("ＡＢＣ Café CAFE\u0301") == ["abc", "caf", "caf"]
    assert words("١٢٣") == ["123"]


def test_letters_numbers_and_characters_are_words_of_their_own():
    assert words("iPhone15退款 LJ20261110-0001") == ["iphon", "15", "退款", "款", "lj", "20261110", "0001"]


@pytest.mark.parametrize(
    "forms",
    [
        ("refund", "refunds", "refunded", "refunding"),
        ("ship", "ships", "shipped", "shipping"),
        ("sell", "sells", "selling"),
        ("delivery", "deliveries"),
        ("charge", "charges", "charged", "charging"),
        ("refuse", "refused", "refuses"),
    ],
)
def test_english_words_are_found_whatever_their_ending(forms: tuple[str, ...]):
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("word", ["this", "status", "glass", "bus", "thing", "red", "used", "the"])
def test_what_only_looks_like_an_ending_stays(word: str):
    assert stem(word) in (word, word.removesuffix("e"))


def test_signs_and_emoji_are_no_words():
    assert words("😀 \"'&|!() … ——") == []


def test_a_term_tells_where_it_stands():
    text = "请问 ﬁnds 退貨?"
    assert [text[term.start : term.end] for term in terms(text)] == ["请问", "问", "ﬁnds", "退貨", "貨"]


def test_what_is_pasted_is_cut():
    assert len(terms("退款" * 50_000)) == MOST
    assert all(len(word) <= 64 for word in words("a" * 10_000))


@given(st.text())
def test_any_text_has_terms_of_letters_and_digits_within_it(text: str):
    for term in terms(text):
        assert 0 <= term.start < term.end <= len(text)
        assert term.text.isalnum()
        assert " " not in term.text
    assert words(text) == [term.text for term in terms(text)]
