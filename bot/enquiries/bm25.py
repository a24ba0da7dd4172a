"""Okapi BM25 with an inverted index: a query costs what its words' postings cost, whatever the number of articles.

Own code instead of a package: a weighted query, weighted fields and a score relative to the best possible one are
needed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import log

K1 = 1.2
"""How soon repeating a word stops helping (the usual value)."""
B = 0.4
"""How much a long article is held back; less than the usual 0.75, as the articles are of a kind."""

Weighted = Mapping[str, float]
"""Terms with their weights."""


class Index:
    """Documents as weighted terms, by position."""

    def __init__(self, documents: Iterable[Weighted]) -> None:
        postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        lengths: list[float] = []
        self._words: list[frozenset[str]] = []
        for place, document in enumerate(documents):
            lengths.append(sum(document.values()))
            self._words.append(frozenset(document))
            for term, weight in document.items():
                postings[term].append((place, weight))
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        self._size = len(lengths)
        self._unknown = log(1 + (self._size + 0.5) / 0.5)
        self._idf = {term: log(1 + (self._size - len(p) + 0.5) / (len(p) + 0.5)) for term, p in postings.items()}
        self._gains = {
            term: [(place, weight / (weight + K1 * (1 - B + B * lengths[place] / mean))) for place, weight in found]
            for term, found in postings.items()
        }

    def search(self, query: Weighted, most: int) -> list[tuple[int, float]]:
        """(document, score) of the best, best first. 1.0 would be a document made for the query; a term that no
        document has counts as the rarest of all, so that a question about something else scores low.
        """
        whole = self.whole(query)
        best = sorted(self.covered(query).items(), key=lambda entry: (-entry[1], entry[0]))[:most]
        return [(place, part / whole) for place, part in best] if whole else []

    def covered(self, query: Weighted) -> dict[int, float]:
        """How much of the query each document covers, as a part of `whole`; only documents that cover something."""
        found: dict[int, float] = defaultdict(float)
        for term, weight in query.items():
            for place, gain in self._gains.get(term, ()):
                found[place] += weight * self._idf[term] * gain
        return found

    def whole(self, query: Weighted) -> float:
        """What a document made for the query would cover."""
        return sum(weight * self._idf.get(term, self._unknown) for term, weight in query.items())

    def knows(self, term: str) -> bool:
        return term in self._gains

    def shared(self, query: Weighted, place: int, least: float) -> int:
        """How many terms of at least that weight in the query the document has."""
        return sum(weight >= least and term in self._words[place] for term, weight in query.items())
