"""What somebody typed into the search box, as both databases understand it. Pure: no text is a wrong one."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.search.terms import CHARACTER, LETTER, Term, terms

LONGEST = 200
"""Characters that are looked at: a whole page that somebody pasted is searched by its beginning."""
MOST_PHRASES, MOST_TERMS = 8, 24
SHORTEST_BEGINNING = 2
"""Shorter Latin words and numbers are looked up as they are: too much begins with "a"."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms one right behind the other; `open`: the last one is a beginning."""

    terms: tuple[str, ...]
    open: bool

    def matches(self, texts: Sequence[str]) -> bool:
        """Whether these terms, as many as the phrase has, are it."""
        *whole, last = self.terms
        if len(texts) != len(self.terms) or list(texts[:-1]) != whole:
            return False
        return texts[-1].startswith(last) if self.open else texts[-1] == last


@dataclass(frozen=True, slots=True)
class Query:
    """All phrases must be there. Without phrases nothing is found (signs and emoji alone are not indexed)."""

    phrases: tuple[Phrase, ...]

    def for_sqlite(self) -> str:
        """As MATCH of FTS5 takes it. Terms are letters and digits only, so nothing has to be quoted twice."""
        return " AND ".join(f'"{" ".join(p.terms)}"{" *" if p.open else ""}' for p in self.phrases)

    def for_postgresql(self) -> str:
        """As a tsquery."""
        return " & ".join(f"({' <-> '.join(_lexemes(p))})" for p in self.phrases)


def _lexemes(phrase: Phrase) -> list[str]:
    quoted = [f"'{term}'" for term in phrase.terms]
    return [*quoted[:-1], quoted[-1] + (":*" if phrase.open else "")]


def parse(text: str) -> Query:
    """Words apart may stand anywhere; what is typed without a space must stand so."""
    phrases = [phrase for word in text[:LONGEST].split() for phrase in _phrases(terms(word))]
    return Query(tuple(dict.fromkeys(phrases))[:MOST_PHRASES])


def _phrases(found: list[Term]) -> list[Phrase]:
    """Chinese and Latin beside each other are two phrases: the index has the last character of a run once more."""
    phrases, run = [], list[Term]()
    for term in found:
        if run and (run[-1].kind == CHARACTER) != (term.kind == CHARACTER):
            phrases.append(_phrase(run))
            run = []
        run.append(term)
    return [*phrases, _phrase(run)] if run else phrases


def _phrase(run: list[Term]) -> Phrase:
    texts = [term.text for term in run]
    if run[0].kind == CHARACTER:
        # the last character of what was typed need not be the last of what is found
        return Phrase(tuple(texts[:-1][:MOST_TERMS]), False) if len(texts) > 1 else Phrase((texts[0],), True)
    kept = tuple(texts[:MOST_TERMS])
    return Phrase(kept, len(kept[-1]) >= SHORTEST_BEGINNING or (len(kept) > 1 and run[-1].kind != LETTER))
