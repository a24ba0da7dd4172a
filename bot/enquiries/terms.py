"""The terms of a text, by which questions and articles are compared: weighted, without words that say nothing.

Chinese: words of the dictionary plus pairs of neighbouring characters, so that a word the dictionary cuts otherwise
still meets. English: stems. Traditional characters count as simplified ones.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from bot.enquiries.article import Language
from bot.enquiries.wordlist import Wordlist
from bot.hanzi import to_simplified

Terms = Mapping[str, float]
CHINESE = "\u3400-\u9fff"
PAIR = 0.25
"""The weight of a pair of characters that is no word; of a single character SINGLE. Measured on the calibration set."""
SINGLE = 0.5


def plain(text: str) -> str:
    """Small, half-width, simplified."""
    return to_simplified(unicodedata.normalize("NFKC", text).casefold())


class Chinese:
    """Terms of Chinese text. `cut` divides a run of Chinese characters into words."""

    def __init__(self, words: Wordlist, cut: Callable[[str], list[str]]) -> None:
        self._cut = cut
        self._small = words.small["zh"]
        self._first = {plain(other): plain(first) for first, *others in words.same["zh"] for other in others}

    def __call__(self, text: str) -> Terms:
        terms: defaultdict[str, float] = defaultdict(float)
        for run in re.findall(rf"[{CHINESE}]+|[a-z0-9]+(?:[.-][a-z0-9]+)*", plain(text)):
            if run.isascii():
                terms[run] += 1
            else:
                self._add(run, terms)
        return terms

    def _add(self, run: str, terms: defaultdict[str, float]) -> None:
        words = [self._first.get(word, word) for word in self._cut(run)]
        stretch = ""
        for word in [*words, None]:
            if word is not None and word not in self._small:
                stretch += word
                terms[word] += 1 if len(word) > 1 else SINGLE
                continue
            for pair in map("".join, pairwise(stretch)):
                if pair not in words:
                    terms[pair] += PAIR
            stretch = ""


VOWEL = re.compile("[aeiouy]")


def stem(word: str) -> str:
    """A light English stem: delivery, deliveries, delivered → deliver(i). Codes such as E1 stay."""
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "ches", "shes", "xes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        kept = word.removesuffix(ending)
        if kept != word and len(kept) >= 3 and VOWEL.search(kept):
            doubled = len(kept) > 3 and kept[-1] == kept[-2] and kept[-1] not in "lsz"
            word = kept[:-1] if doubled else kept
            break
    for ending, least in (("ation", 8), ("ly", 6), ("e", 4)):
        if word.endswith(ending) and len(word) >= least:
            word = word.removesuffix(ending)
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word


def _stems(text: str) -> list[str]:
    without_genitive = re.sub(r"['’]s\b", "", plain(text))
    return [stem(word) for word in re.findall(r"[a-z0-9]+", without_genitive)]


class English:
    """Terms of English text."""

    def __init__(self, words: Wordlist) -> None:
        self._small = {stem(word) for word in words.small["en"]} | words.small["en"]
        self._first = {tuple(_stems(other)): _stems(first) for first, *others in words.same["en"] for other in others}
        self._longest = max(map(len, self._first), default=1)

    def __call__(self, text: str) -> Terms:
        terms: defaultdict[str, float] = defaultdict(float)
        words = [term for term in self._same(_stems(text)) if term not in self._small]
        for term in words:
            terms[term] += 1
        for pair in map(" ".join, pairwise(words)):
            terms[pair] += PAIR
        return terms

    def _same(self, stems: Sequence[str]) -> Iterable[str]:
        place = 0
        while place < len(stems):
            for size in range(self._longest, 0, -1):
                phrase = tuple(stems[place : place + size])
                if len(phrase) == size and phrase in self._first:
                    yield from self._first[phrase]
                    break
            else:
                size = 1
                yield stems[place]
            place += size


def terms_in(language: Language, words: Wordlist, cut: Callable[[str], list[str]]) -> Callable[[str], Terms]:
    return Chinese(words, cut) if language == "zh" else English(words)
