"""The part of a text where the hit is, with the hit marked: pieces, which whoever shows them escapes. Pure."""

from dataclasses import dataclass

from bot.search.query import Phrase, Query
from bot.search.terms import CHARACTER, Term, terms

BEFORE, WHOLE = 40, 160
"""Characters that are shown in front of the first hit, and in all."""
MORE = "…"


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    hit: bool


def pieces(text: str, query: Query) -> tuple[Piece, ...]:
    """Around the first hit; the beginning of the text when there is none."""
    spans = _spans(text, query)
    start = max(0, spans[0][0] - BEFORE) if spans else 0
    start = 0 if start < BEFORE // 2 else start
    end = min(len(text), start + WHOLE)
    found, place = [Piece(MORE, False)] if start else list[Piece](), start
    for first, last in spans:
        if first >= end:
            break
        found += [Piece(text[place:first], False), Piece(text[first : min(last, end)], True)]
        place = min(last, end)
    found += [Piece(text[place:end], False), Piece(MORE if end < len(text) else "", False)]
    return tuple(Piece(_one_line(p.text), p.hit) for p in found if p.text)


def _one_line(text: str) -> str:
    return "".join(" " if char in "\r\n\t" else char for char in text)


def _spans(text: str, query: Query) -> list[tuple[int, int]]:
    """Where the phrases stand, those that touch as one, in order."""
    found = terms(text)
    spans = sorted(span for phrase in query.phrases for span in _of_phrase(found, phrase))
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def _of_phrase(found: list[Term], phrase: Phrase) -> list[tuple[int, int]]:
    many = len(phrase.terms)
    texts = [term.text for term in found]
    return [
        (found[place].start, _end(found[place + many - 1], phrase))
        for place in range(len(found) - many + 1)
        if texts[place] == phrase.terms[0] or (many == 1 and phrase.open)
        if phrase.matches(texts[place : place + many])
    ]


def _end(last: Term, phrase: Phrase) -> int:
    """A single character that was looked for as the beginning of a pair is marked alone."""
    return last.start + 1 if phrase.open and last.kind == CHARACTER else last.end
