"""Chinese text into words: the likeliest division by the word counts of jieba's dictionary.

Only jieba's dictionary is used. Importing jieba costs a second and 70 MB more, logs to the terminal, and reads a cache
from the shared temporary folder with marshal.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from math import log
from pathlib import Path

from bot.errors import NotFound

LONGEST = 4
"""Characters of a word; longer ones are phrases and names."""
FREQUENT = re.compile(r"^(\S{1,4}) (\d{2,}) ", re.MULTILINE)
RARE = re.compile(r"^(\S{2,4}) (\d) ", re.MULTILINE)
"""Counts below ten: more than half of the dictionary, kept only where our own texts have the word."""
NEVER_CUT = 10**7
"""A count above that of any word."""


def _dictionary() -> str:
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise NotFound("jieba, whose dictionary divides Chinese into words, is not installed")
    return Path(spec.origin).with_name("dict.txt").read_text(encoding="utf-8")


def _parts(texts: Iterable[str]) -> set[str]:
    """Every stretch of 2 to LONGEST characters of the texts."""
    found: set[str] = set()
    for text in texts:
        for size in range(2, LONGEST + 1):
            found.update(text[place : place + size] for place in range(len(text) - size + 1))
    return found


def counts(texts: Iterable[str], own: Iterable[str] = ()) -> dict[str, int]:
    """How often each word occurs in Chinese: frequent words, rare ones that `texts` have, and `own` words above all."""
    dictionary, wanted = _dictionary(), _parts(texts)
    found = {match[1]: int(match[2]) for match in FREQUENT.finditer(dictionary)}
    found |= {match[1]: int(match[2]) for match in RARE.finditer(dictionary) if match[1] in wanted}
    return found | {word: NEVER_CUT for word in own if len(word) > 1}


def segmenter(count: Mapping[str, int]) -> Callable[[str], list[str]]:
    """A function that divides a run of Chinese characters so that the product of its words' chances is greatest."""
    whole = log(sum(count.values()) or 1)
    chance = {word: log(times) - whole for word, times in count.items()}
    longest = max(map(len, count), default=1)

    def cut(run: str) -> list[str]:
        best: list[tuple[float, int]] = [(0.0, 0)] * (len(run) + 1)
        for end in range(1, len(run) + 1):
            best[end] = max(
                (best[start][0] + chance.get(run[start:end], -whole), start)
                for start in range(max(0, end - longest), end)
                if end - start == 1 or run[start:end] in chance
            )
        words, end = [], len(run)
        while end:
            start = best[end][1]
            words.append(run[start:end])
            end = start
        return words[::-1]

    return cut
