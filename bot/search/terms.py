"""What of a text is looked up: pairs of Chinese characters, English words without their endings, numbers. Pure.

Both databases are given these terms ready-made, so that a search means the same on both. Chinese is written without
spaces: 退款多久 becomes 退款 款多 多久 久. A sequence of pairs next to each other is the text itself, and a single
character is the beginning of a pair (the last one stands for itself).
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.hanzi import to_simplified

MOST = 2_000
"""Terms that are taken of one text; nobody writes more, and what is pasted must not fill the index."""
LONGEST = 64
"""Characters of one term."""
SHORTEST_STEM = 3
CHARACTER, LETTER, DIGIT = "character", "letter", "digit"
CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Scripts without spaces: Chinese characters and kana."""
RUN = re.compile(f"(?P<character>[{CJK}]+)|(?P<digit>[0-9]+)|(?P<letter>[^ 0-9{CJK}]+)")
ENDINGS = (("ies", "y"), ("ing", ""), ("ed", ""), ("s", ""), ("e", ""))
VOWEL = re.compile("[aeiouy]")


class Term(NamedTuple):
    """A tuple, for an index takes millions of them."""

    text: str
    start: int
    end: int
    """Where it stands in the text, in characters."""
    kind: str
    """CHARACTER, LETTER or DIGIT."""


class _Folding(dict[int, str]):
    """Small, half-width, simplified, without accents; signs are spaces. Filled with what comes up."""

    def __init__(self) -> None:
        self.odd: set[str] = set()
        """Characters that become none or several."""

    def __missing__(self, code: int) -> str:
        bare = (c for c in unicodedata.normalize("NFKD", chr(code)) if not unicodedata.combining(c))
        plain = "".join(map(_digit, to_simplified("".join(bare)).casefold()))
        folded = "".join(c if c.isalnum() else " " for c in plain)
        if len(folded) != 1:
            self.odd.add(chr(code))
        self[code] = folded
        return folded


def _digit(char: str) -> str:
    return str(unicodedata.decimal(char, char))


_FOLDING = _Folding()


def terms(text: str) -> list[Term]:
    """The terms of a text in its order."""
    folded = text.translate(_FOLDING)
    places = range(len(text)) if _FOLDING.odd.isdisjoint(text) else _places(text)
    found: list[Term] = []
    for run in RUN.finditer(folded):
        kind = str(run.lastgroup)
        found += _pairs(run[0], run.start(), places) if kind == CHARACTER else [_word(run, kind, places)]
        if len(found) >= MOST:
            return found[:MOST]
    return found


def words(text: str) -> list[str]:
    """The terms alone, three times as fast: an index takes millions."""
    found: list[str] = []
    for run in RUN.finditer(text.translate(_FOLDING)):
        part = run[0]
        if run.lastgroup == CHARACTER:
            found += [part[n : n + 2] for n in range(len(part))]
        else:
            found.append(stem(part[:LONGEST]) if run.lastgroup == LETTER else part[:LONGEST])
        if len(found) >= MOST:
            return found[:MOST]
    return found


def _places(text: str) -> Sequence[int]:
    """For each folded character the one it comes from."""
    return [place for place, char in enumerate(text) for _ in _FOLDING[ord(char)]]


def _pairs(run: str, start: int, places: Sequence[int]) -> list[Term]:
    last = len(run) - 1
    return [
        Term(run[n : n + 2], places[start + n], places[start + min(n + 1, last)] + 1, CHARACTER)
        for n in range(len(run))
    ]


def _word(run: re.Match[str], kind: str, places: Sequence[int]) -> Term:
    word = run[0][:LONGEST]
    return Term(stem(word) if kind == LETTER else word, places[run.start()], places[run.end() - 1] + 1, kind)


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """An English word without its ending: refunds, refunded → refund; charging, charge → charg. Others as they are."""
    if not word.isascii():
        return word
    for ending, instead in ENDINGS:
        rest = word.removesuffix(ending)
        if rest == word or len(rest) < SHORTEST_STEM or not VOWEL.search(rest):
            continue
        if ending == "s" and rest[-1] in "sui":
            continue
        return _undoubled(rest) if ending in ("ing", "ed") else _without_e(rest + instead)
    return word


def _undoubled(rest: str) -> str:
    """shipp(ed) → ship, but sell(ing) → sell."""
    doubled = len(rest) > SHORTEST_STEM and rest[-1] == rest[-2] and rest[-1] not in "lsz"
    return rest[:-1] if doubled else _without_e(rest)


def _without_e(word: str) -> str:
    return word[:-1] if word.endswith("e") and len(word) > SHORTEST_STEM else word
