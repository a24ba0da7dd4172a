from components.tokenizer import MixedTokenizer
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.nlu.training_data.message import Message

TOKENIZER = MixedTokenizer(MixedTokenizer.get_default_config())


def words(text: str) -> list[str]:
    return [token.text for token in TOKENIZER.tokenize(Message({"text": text}), "text")]


def test_words_of_both_languages() -> None:
    assert words("我的快递LJ20261103-0042 hasn't arrived！") == [
        *["我", "的", "快递", "LJ20261103-0042", "hasn't", "arrived", "！"]
    ]
    assert words("洗衣機壞了") == ["洗衣機", "壞", "了"]


@given(st.text())
def test_tokens_are_pieces_of_the_text_in_order(text: str) -> None:
    end = 0
    for token in TOKENIZER.tokenize(Message({"text": text}), "text"):
        assert token.start >= end
        assert text[token.start : token.end] == token.text != ""
        end = token.end
