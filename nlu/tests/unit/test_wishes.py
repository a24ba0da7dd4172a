import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving import wishes


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("where is my order", []),
        ("Cancel my order please. And send me the invoice.", ["Cancel my order please", "And send me the invoice"]),
        ("取消订单，另外发票也给我开一下", ["取消订单", "发票也给我开一下"]),
        ("hi. where is my order", []),
        ("你好！我的快递到哪了？", []),
    ],
)
def test_a_message_is_cut_where_another_wish_may_begin(text: str, parts: list[str]) -> None:
    assert wishes.clauses(text) == parts


@given(st.text())
def test_any_text_has_few_clauses_of_its_own_words(text: str) -> None:
    parts = wishes.clauses(text)
    assert len(parts) != 1
    assert len(parts) <= wishes.MOST
    assert all(part in text for part in parts)


def guess(name: str, confidence: float) -> dict[str, object]:
    return {"name": name, "confidence": confidence}


def test_the_clearest_other_wish_is_the_second() -> None:
    found = [
        ("where is it", [guess("track_order", 0.99)]),
        ("and the invoice", [guess("get_invoice", 0.9)]),
        ("or my money", [guess("get_refund", 0.85)]),
    ]
    assert wishes.second(guess("track_order", 0.9), found) == guess("get_invoice", 0.9) | {"text": "and the invoice"}


@pytest.mark.parametrize("other", [guess("get_invoice", 0.79), guess("thank", 0.99), guess("track_order", 0.99)])
def test_what_is_unclear_polite_or_the_same_is_no_second_wish(other: dict[str, object]) -> None:
    assert wishes.second(guess("track_order", 0.9), [("words", [other])]) is None


def test_two_kinds_of_complaint_are_one_matter() -> None:
    assert wishes.second(guess("complaint_delivery", 0.9), [("words", [guess("complaint_service", 0.99)])]) is None


def test_a_complaint_goes_before_an_enquiry_and_never_the_other_way_round() -> None:
    complaint, enquiry = guess("complaint_product", 0.98), guess("get_invoice", 0.5)
    assert wishes.outranks(complaint, enquiry)
    assert not wishes.outranks(enquiry, complaint)
    assert not wishes.outranks(guess("complaint_product", 0.9), enquiry)
    assert not wishes.outranks(complaint, guess("get_invoice", 0.7))
    assert not wishes.outranks(None, enquiry)
