"""The knowledge base: the article that answers a question, the two that might, or none. It never invents.

Searching is pure and takes well under two milliseconds; loading takes under a second.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot import datafile
from bot.enquiries.article import LANGUAGES, WORDS_FILE, Article, Language, read_articles
from bot.enquiries.bm25 import Index
from bot.enquiries.segmenter import counts, segmenter
from bot.enquiries.terms import SINGLE, Terms, terms_in
from bot.enquiries.wordlist import Wordlist, read_words
from bot.shop.policy import ShopPolicy
from bot.shop.product import Catalogue, facts_of

TITLE, KEYWORDS, BODY = 3.0, 2.0, 1.0
"""What a word counts by where it stands. Measured on the calibration set."""
REPEATS = 2
"""A word repeated more often in one place counts no more."""
LONGEST = 300
"""Characters of a question that are looked at: nobody asks longer, and a pasted page must not cost time."""


@dataclass(frozen=True, slots=True)
class Hit:
    article: Article
    score: float
    """0 to 1: how much of the question the article covers, weighted by how rare the words are."""
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
        self._limits = words.limits
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

    def search(self, question: str, language: str, k: int = 3) -> list[Hit]:
        """The best articles for a question, best first; none when nothing is near enough to be shown.

        `language` is zh or en. Only the first hit can be sure.
        """
        spoken: Language = "zh" if language == "zh" else "en"
        limits = self._limits[spoken]
        # Saying a word again does not make it weigh more in a question.
        terms = {term: min(weight, 1.0) for term, weight in self._terms[spoken](question[:LONGEST]).items()}
        index = self._indexes[spoken]
        found = index.search(terms, max(k, 2))
        if not found:
            return []
        (best, first), second = found[0], found[1][1] if len(found) > 1 else 0.0
        # One word in common is never enough to be sure: "how old are you" is not about taking away old appliances.
        one_word = index.shared(terms, best, SINGLE) < 2
        if first < (limits.sure if one_word else limits.unsure):
            return []
        sure = not one_word and first >= limits.sure and first - second >= limits.ahead * first
        return [Hit(self._places[place], score, sure and not n) for n, (place, score) in enumerate(found[:k])]
