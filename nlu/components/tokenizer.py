"""One tokenizer for both languages: words of Latin letters and digits, jieba's words for runs of Chinese characters.

Rasa's own evaluation and its stock components need tokens; our classifier does not (characters did better).
"""

import functools
import re
from typing import Any

import jieba
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from components.text import HAN, plain

_HAN_RUN = re.compile(HAN.pattern + "+")
_PIECE = re.compile(rf"(?P<han>{_HAN_RUN.pattern})|[^\W_]+(?:['_.\-][^\W_]+)*|[^\w\s]|_")


@functools.lru_cache(maxsize=1)
def dictionary() -> jieba.Tokenizer:
    """The dictionary of jieba, 80 MB, once for this process however many models come and go; loads when first used."""
    jieba.setLogLevel("WARNING")
    return jieba.Tokenizer()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class MixedTokenizer(Tokenizer):
    """Cuts a message into words; offsets are those of the text as written."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._words = dictionary()

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa asks every tokenizer for these keys."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Tokens of one attribute. Chinese is cut in its simplified form, which jieba knows better."""
        text = message.get(attribute)
        pieces = _pieces(plain(text), self._words)
        return [Token(text[start:end], start) for start, end in pieces]


def _pieces(text: str, words: jieba.Tokenizer) -> list[tuple[int, int]]:
    pieces = []
    for match in _PIECE.finditer(text):
        start = match.start()
        # the Latin branch can run into Chinese characters ("LJ订单"): \w knows no border between them
        for run in _runs(match.group()):
            lengths = [len(word) for word in words.cut(run, HMM=False)] if HAN.match(run) else [len(run)]
            for length in lengths:
                pieces.append((start, start + length))
                start += length
    return pieces


def _runs(piece: str) -> list[str]:
    return [run for run in re.split(rf"({_HAN_RUN.pattern})", piece) if run]
