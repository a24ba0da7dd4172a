"""What was typed, and where it is found in a text."""

from hypothesis import given
from hypothesis import strategies as st

from bot.search.query import MOST_PHRASES, parse
from bot.search.snippet import pieces


def hits(text: str, typed: str) -> list[str]:
    return [piece.text for piece in pieces(text, parse(typed)) if piece.hit]


def test_what_is_typed_together_must_stand_together():
    assert parse("退款多久").for_sqlite() == '"退款 款多 多久"'
    assert parse("退款多久").for_postgresql() == "('退款' <-> '款多' <-> '多久')"


def test_what_is_typed_apart_may_stand_anywhere():
    assert parse("退款 refund").for_sqlite() == '"退款" AND "refund" *'
    assert parse("退款 refund").for_postgresql() == "('退款') & ('refund':*)"


def test_a_single_character_is_the_beginning_of_a_pair():
    assert parse("退").for_sqlite() == '"退" *'


def test_characters_beside_letters_are_two_phrases():
    assert parse("退款iphone").for_sqlite() == '"退款" AND "iphon" *'


def test_operators_quotes_and_emoji_are_nothing_to_look_for():
    assert parse("\"' ; -- & | ! ( ) * 😀 ' OR 1=1").for_sqlite() == '"or" * AND "1 1" *'
    assert parse("😀").phrases == ()


def test_a_page_that_was_pasted_is_looked_for_by_its_beginning():
    assert len(parse("wort " * 2_000).phrases) == 1
    assert len(parse(" ".join(f"w{n}" for n in range(10_000))).phrases) == MOST_PHRASES


def test_the_hit_is_marked_in_the_text_as_it_was_written():
    assert hits("想問退貨多久", "退货") == ["退貨"]
    assert hits("Your REFUNDS are on the way", "refund") == ["REFUNDS"]
    assert hits("退还", "退") == ["退"]
    assert hits("退款，再退款", "退款 款") == ["退款", "退款"]


def test_a_long_text_is_shown_around_the_hit():
    found = pieces("x" * 300 + " 退款 " + "y" * 300, parse("退款"))
    assert found[0].text == found[-1].text == "…"
    assert len("".join(piece.text for piece in found)) < 170


def test_markup_is_only_text():
    assert "".join(p.text for p in pieces("<b>退款</b>\n&", parse("退款"))) == "<b>退款</b> &"


@given(st.text(), st.text())
def test_any_text_can_be_looked_for_in_any_text(typed: str, text: str):
    query = parse(typed)
    shown = "".join(piece.text for piece in pieces(text, query))
    assert len(shown) <= 162
    assert query.for_sqlite().count('"') == 2 * len(query.phrases)


@given(st.text(alphabet="退款多久貨货ab1 -é", min_size=1))
def test_every_piece_of_a_text_is_found_in_it(text: str):
    """A word that was typed as it stands there is marked."""
    for word in text.split():
        if parse(word).phrases:
            assert hits(text[:100], word) or word not in text[:100]
