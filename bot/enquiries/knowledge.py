"""The knowledge base: the article that answers a question, the two that might, or none. It never invents.

A question is compared by its words and, when nlu has embedded the articles (see learning.py), by its meaning.
Searching is pure and takes well under two milliseconds; loading takes under a second.
"""

import copy
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot import datafile
from bot.enquiries.article import LANGUAGES, WORDS_FILE, Article, Language, read_articles
from bot.enquiries.bm25 import Index
from bot.enquiries.meaning import Meaning
from bot.enquiries.segmenter import counts, segmenter
from bot.enquiries.terms import CHINESE, SINGLE, Terms, terms_in
from bot.enquiries.wordlist import Wordlist, read_words
from bot.shop.policy import ShopPolicy
from bot.shop.product import Catalogue, facts_of
from bot.vector import Vector

TITLE, KEYWORDS, BODY = 3.0, 2.0, 1.0
"""What a word counts by where it stands. Measured on the calibration set."""
REPEATS = 2
"""A word repeated more often in one place counts no more."""
LONGEST = 300
"""Characters of a question that are looked at: nobody asks longer, and a pasted page must not cost time."""
WORDS = 0.5
"""What the words count beside the meaning, which counts 1. Measured on the calibration set."""
IN_CHINESE, LATIN = re.compile(f"[{CHINESE}]+"), re.compile("[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Hit:
    article: Article
    score: float
    """Up to about 1: how much of the question the article covers, weighted by how rare the words are; together with its
    meaning where that is known. Comparable only among the hits of one search."""
    sure: bool
    """Good enough to be given as the answer."""


@dataclass(frozen=True, slots=True)
class Sure:
    article: Article


@dataclass(frozen=True, slots=True)
class Unsure:
    """One or two articles that may be meant, the nearer first."""

    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """Nothing here answers the question."""


Verdict = Sure | Unsure | NotFound


def verdict(hits: Sequence[Hit]) -> Verdict:
    """What to do with the hits of a search, best first."""
    if not hits:
        return NotFound()
    if hits[0].sure:
        return Sure(hits[0].article)
    return Unsure(tuple(hit.article for hit in hits[:2]))


class Knowledge:
    """The articles, ready to be searched. Never changed: after an edit another one takes its place."""

    def __init__(self, articles: Iterable[Article], words: Wordlist) -> None:
        self.articles = {article.id: article for article in articles}
        self._places = tuple(self.articles.values())
        self._limits, self._limits_with_meaning = words.limits, words.with_meaning
        self.meaning: Meaning | None = None
        self._terms = self._readers(words)
        self._indexes = {language: self._index(language) for language in LANGUAGES}

    @classmethod
    def load(cls, folder: Path, shop: ShopPolicy, catalogue: Catalogue) -> "Knowledge":
        """From data/knowledge, with the shop's numbers filled in.

        Raises BadContent that names every broken file and article, one a line.
        """
        facts = {"shop": shop.raw, "product": facts_of(catalogue)}
        files = {f"data/knowledge/{path.name}": path for path in sorted(folder.glob("*.yml"))}
        words = files.pop(f"data/knowledge/{WORDS_FILE}", folder / WORDS_FILE)
        return cls(
            read_articles({name: datafile.read(path) for name, path in files.items()}, facts),
            read_words(datafile.read(words)),
        )

    def _readers(self, words: Wordlist) -> dict[Language, Callable[[str], Terms]]:
        texts = [text for a in self.articles.values() for text in (a.title.zh, a.body.zh, *a.keywords["zh"])]
        own = [word for line in words.same["zh"] for word in line]
        cut = segmenter(counts([*texts, *own], own))
        return {language: terms_in(language, words, cut) for language in LANGUAGES}

    def _index(self, language: Language) -> Index:
        return Index(self._document(article, language) for article in self.articles.values())

    def _document(self, article: Article, language: Language) -> Terms:
        title, body = getattr(article.title, language), getattr(article.body, language)
        document: defaultdict[str, float] = defaultdict(float)
        for text, weight in ((title, TITLE), ("\n".join(article.keywords[language]), KEYWORDS), (body, BODY)):
            for term, count in self._terms[language](text).items():
                document[term] += weight * min(count, REPEATS)
        return document

    def answering(self, intent: str) -> tuple[Article, ...]:
        """The articles that say that they answer this intent."""
        return tuple(article for article in self.articles.values() if article.answers == intent)

    def understood(self, meaning: Meaning) -> "Knowledge":
        """The same articles, from now on compared by what they mean as well."""
        found = copy.copy(self)
        found.meaning = meaning
        return found

    def search(self, question: str, language: str, k: int = 3, *, meaning: Vector | None = None) -> list[Hit]:
        """The best articles for a question, best first; none when nothing is near enough to be shown.

        `language` is that of the conversation, zh or en. `meaning` is what nlu made of the question; without it, or
        before nlu has embedded the articles, words alone decide. Only the first hit can be sure.
        """
        query = self._query(question, language)
        near = self._near(meaning)
        found = self._compared(query, near)
        if not found:
            return []
        limits = (self._limits if near is None else self._limits_with_meaning)[next(iter(query))]
        (place, first), second = found[0], found[1][1] if len(found) > 1 else 0.0
        # One word in common is never enough to be sure: "how old are you" is not about taking away old appliances.
        one_word = self._shared(query, place) < 2
        if first < (limits.sure if one_word else limits.unsure):
            return []
        ahead = limits.ahead * (first if near is None else 1.0)
        sure = not one_word and first >= limits.sure and first - second >= ahead
        return [Hit(self._places[place], score, sure and not n) for n, (place, score) in enumerate(found[:k])]

    def ranked(self, question: str, language: str, k: int = 3, *, meaning: Vector | None = None) -> list[Article]:
        """The articles that come first, near enough or not: to measure the order apart from the thresholds."""
        found = self._compared(self._query(question, language), self._near(meaning))
        return [self._places[place] for place, _ in found[:k]]

    def _near(self, meaning: Vector | None) -> Vector | None:
        return self.meaning.near(meaning) if self.meaning is not None and meaning is not None else None

    def _query(self, question: str, language: str) -> Mapping[Language, Terms]:
        """The terms of a question by the language they are looked up in, that of the question first.

        A question in the other language than the conversation is looked up in its own; English words in a Chinese
        sentence stand in the English articles, unless the Chinese ones use them too.
        """
        question = question[:LONGEST]
        chinese, rest = IN_CHINESE.search(question), IN_CHINESE.sub(" ", question)
        if not chinese:
            latin = language != "zh" or LATIN.search(rest)
            return self._weighed({"en" if latin else "zh": question})
        terms = self._terms["zh"](question)
        if all(self._indexes["zh"].knows(term) for term in terms if LATIN.match(term)):
            return self._weighed({"zh": question})
        return self._weighed({"zh": "".join(IN_CHINESE.findall(question)), "en": rest})

    def _weighed(self, texts: Mapping[Language, str]) -> Mapping[Language, Terms]:
        """Saying a word again does not make it weigh more in a question."""
        return {
            language: {term: min(weight, 1.0) for term, weight in self._terms[language](text).items()}
            for language, text in texts.items()
        }

    def _compared(self, query: Mapping[Language, Terms], near: Vector | None) -> list[tuple[int, float]]:
        """(place, score) of the articles, best first; all of them when the meaning is known, else those with a word."""
        covered: defaultdict[int, float] = defaultdict(float)
        whole = 0.0
        for language, terms in query.items():
            index = self._indexes[language]
            whole += index.whole(terms)
            for place, part in index.covered(terms).items():
                covered[place] += part
        if not whole:  # nothing but small words: whatever it means, it is no question about a subject
            return []
        shares = {place: part / whole for place, part in covered.items()}
        if near is not None:
            shares = {n: (part + WORDS * shares.get(n, 0.0)) / (1 + WORDS) for n, part in enumerate(near.tolist())}
        return sorted(shares.items(), key=lambda entry: (-entry[1], entry[0]))

    def _shared(self, query: Mapping[Language, Terms], place: int) -> int:
        return sum(self._indexes[language].shared(terms, place, SINGLE) for language, terms in query.items())
