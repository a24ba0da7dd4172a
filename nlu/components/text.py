"""What the components share about text: one plain form of a message, and what counts as a Chinese character.

Offsets are code points. `plain` never changes the length of a text, so an offset found in the plain form is the
offset in what the customer wrote.
"""

import functools
import re
import unicodedata
from importlib import resources

from rasa.shared.nlu.training_data.message import Message

PLAIN = "plain"
"""The message attribute that holds the plain form; set by the normaliser."""

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_DASHES = "‐‑‒–—―−－﹣～〜"
_QUOTES = {"‘": "'", "’": "'", "′": "'", "＇": "'", "“": '"', "”": '"', "「": '"', "」": '"', "『": '"', "』": '"'}
_SIGNS = {"￥": "¥", "。": ".", "、": ",", "．": ".", "：": ":", "〇": "零"}


def plain_of(message: Message) -> str:
    """The plain form of a message; made here when the pipeline has no normaliser before the asking component."""
    known = message.get(PLAIN)
    return known if isinstance(known, str) else plain(message.get("text") or "")


def plain(text: str) -> str:
    """Half-width, simplified, without control characters; the same number of code points as `text`."""
    return text.translate(_table())


def simplified_of() -> dict[str, str]:
    """The (first) simplified character of each traditional one. Source: OpenCC's TSCharacters."""
    return {one: others[0] for one, others in _characters("TSCharacters") if len(others[0]) == 1}


def traditional_only() -> frozenset[str]:
    """Characters that a writer of simplified Chinese does not use. Source: OpenCC's TSCharacters."""
    return _replaced("TSCharacters") - _replaced("STCharacters")


def simplified_only() -> frozenset[str]:
    """Characters that a writer of traditional Chinese does not use. Source: OpenCC's STCharacters."""
    return _replaced("STCharacters") - _replaced("TSCharacters")


def _replaced(name: str) -> frozenset[str]:
    return frozenset(one for one, others in _characters(name) if one not in others)


def _characters(name: str) -> list[tuple[str, list[str]]]:
    text = (resources.files("opencc") / "dictionary" / f"{name}.txt").read_text(encoding="utf-8")
    pairs = [line.split("\t") for line in text.splitlines() if "\t" in line]
    return [(one, others.split()) for one, others in pairs if len(one) == 1]


@functools.lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    table = {ord(one): other for one, other in simplified_of().items()}
    for code in range(0x3000):
        if (character := _plain_character(chr(code))) != chr(code):
            table[code] = character
    for code in range(0xFF01, 0xFF5F):
        table[code] = chr(code - 0xFEE0)
    table |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # half of a pair: breaks everything that writes UTF-8
    table |= {ord(one): "-" for one in _DASHES}
    table |= {ord(one): other for one, other in {**_QUOTES, **_SIGNS, "\u3000": " ", "\ufeff": " "}.items()}
    return table


def _plain_character(character: str) -> str:
    """Spaces, control and format characters become a space; compatibility forms of one character their plain one.

    The zero-width joiner stays: it holds emoji together.
    """
    if character != "\u200d" and unicodedata.category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"}:
        return " "
    compatible = unicodedata.normalize("NFKC", character)
    return compatible if len(compatible) == 1 else character
