import unicodedata

import pytest
from components.text import plain, plain_of, simplified_only, traditional_only
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.nlu.training_data.message import Message

ANYTHING = st.text(st.characters())


@given(ANYTHING)
def test_the_plain_form_has_the_same_length_so_offsets_hold(text: str) -> None:
    assert len(plain(text)) == len(text)


@given(ANYTHING)
def test_the_plain_form_can_be_written_and_is_its_own_plain_form(text: str) -> None:
    once = plain(text)
    once.encode()
    assert plain(once) == once
    assert not any(unicodedata.category(one) == "Cc" for one in once)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ＬＪ２０２６１１０３－００４２", "LJ20261103-0042"),
        ("訂單什麼時候到？", "订单什么时候到?"),
        ("烘乾機　壞了！", "烘干机 坏了!"),
        ("“别再发了”", '"别再发了"'),
        ("a\u0000b\u200bc", "a b c"),
        ("￥５９９", "¥599"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    ],
)
def test_plain(written: str, read: str) -> None:
    assert plain(written) == read


def test_the_scripts_have_no_character_in_common() -> None:
    assert not traditional_only() & simplified_only()
    assert {"訂", "單", "麼"} <= traditional_only()
    assert {"订", "单", "发"} <= simplified_only()
    assert "好" not in traditional_only() | simplified_only()


def test_a_message_without_a_normaliser_before_is_made_plain_when_asked() -> None:
    assert plain_of(Message({"text": "訂單"})) == "订单"
