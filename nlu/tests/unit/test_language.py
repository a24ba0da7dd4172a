import pytest
from components.language import Languages
from hypothesis import given
from hypothesis import strategies as st

LANGUAGES = Languages()


@pytest.mark.parametrize(
    ("text", "code", "script"),
    [
        ("我的快递到哪了", "zh", "Hans"),
        ("請問我的包裹寄到哪裡了", "zh", "Hant"),
        ("你好", "zh", None),
        ("我要refund", "zh", None),
        ("我的order一直pending怎么办", "zh", "Hans"),
        ("where is my parcel", "en", None),
        ("I bought the 朗居 kettle and it broke after two days", "en", None),
        ("请问 do you ship to Shanghai this week?", "en", None),
        ("my café order never came", "en", None),
        ("ok", None, None),
        ("thank you", None, None),
        ("LJ20261103-0042", None, None),
        ("👍👍", None, None),
        ("???", None, None),
        ("", None, None),
    ],
)
def test_language(text: str, code: str | None, script: str | None) -> None:
    found = LANGUAGES.of(text)
    assert (found.code, found.script, found.foreign) == (code, script, False)


@pytest.mark.parametrize(
    "text",
    [
        "¿Dónde está mi pedido?",
        "注文はどこにありますか",
        "주문이 어디 있나요",
        "Где мой заказ",
        "أين طلبي",
        "où est ma commande",
        "สินค้าของฉันอยู่ที่ไหน",
    ],
)
def test_neither_chinese_nor_english(text: str) -> None:
    found = LANGUAGES.of(text)
    assert (found.code, found.foreign) == (None, True)


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert LANGUAGES.of(text).code in ("zh", "en", None)
