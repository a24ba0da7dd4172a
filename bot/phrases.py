"""Lists of phrases, as somebody who does not program writes them, found in what people write. Pure.

A phrase matches whatever the case, the width and the script (traditional or simplified). Latin letters and digits at
its ends match whole words only. `*` stands for the rest of a word ("lawyer*"), `…` for up to eight characters within
a clause; /between slashes/ it is a regular expression on the folded text.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from bot.datafile import Section
from bot.hanzi import to_simplified

GAP = "[^,.!?;:。]{0,8}?"
HAN = r"\u3400-\u9fff"
SPACE_INSIDE_HAN = re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])")
SPACES = re.compile(r"\s+")
INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufe0f\ufeff]")
QUOTES = str.maketrans("‘’´`", "''''")
WORD = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")

Span = tuple[int, int]


def fold(text: str) -> str:
    """The form in which texts are compared: small letters, half width, simplified characters, single spaces.

    Spaces between Chinese characters (a way round word lists) are dropped.
    """
    plain = unicodedata.normalize("NFKC", INVISIBLE.sub("", text).translate(QUOTES)).casefold()
    return SPACE_INSIDE_HAN.sub("", SPACES.sub(" ", to_simplified(plain)))


@dataclass(frozen=True, slots=True)
class Phrase:
    literal: str
    """What must be there for it to match: looked for first, because that is quick."""
    pattern: re.Pattern[str] | None = None
    """None: the literal is the whole phrase."""

    @staticmethod
    def parse(written: str) -> "Phrase":
        """Raises re.error for a broken expression, ValueError for one that matches everywhere."""
        phrase = written.strip()
        if len(phrase) > 2 and phrase.startswith("/") and phrase.endswith("/"):
            return _checked(Phrase("", re.compile(phrase[1:-1])))
        parts = [fold(part).strip().split("*") for part in re.split(r"…|\.\.\.", phrase)]
        literals = [piece for part in parts for piece in part]
        if len(literals) == 1:
            return _checked(Phrase(literals[0]))
        pattern = rf"\s?{GAP}\s?".join(r"\w*".join(re.escape(piece) for piece in part) for part in parts)
        starts = "(?<![a-z0-9])" if literals[0][:1] in WORD else ""
        ends = "(?![a-z0-9])" if literals[-1][-1:] in WORD else ""
        return _checked(Phrase(max(literals, key=len), re.compile(f"{starts}{pattern}{ends}")))

    def spans(self, folded: str) -> list[Span]:
        """Where it is in a folded text."""
        if self.literal not in folded:
            return []
        if self.pattern is not None:
            return [match.span() for match in self.pattern.finditer(folded)]
        found, start = [], folded.find(self.literal)
        while start >= 0:
            end = start + len(self.literal)
            if _is_whole(folded, start, end):
                found.append((start, end))
            start = folded.find(self.literal, start + 1)
        return found


@dataclass(frozen=True, slots=True)
class Phrases:
    """`unless` are longer phrases in which a phrase means something else (fire: fire stick)."""

    phrases: tuple[Phrase, ...] = ()
    unless: tuple[Phrase, ...] = ()

    @staticmethod
    def of(*lists: Iterable[str]) -> "Phrases":
        """Raises what `Phrase.parse` raises."""
        return Phrases(tuple(Phrase.parse(written) for phrases in lists for written in phrases))

    @staticmethod
    def load(section: Section, names: tuple[str, ...] = ("zh", "en")) -> "Phrases":
        """From these lists of a section and its `unless`; what is wrong goes to the section's findings."""
        phrases = tuple(phrase for name in names for phrase in _parsed(section, name))
        return Phrases(phrases, tuple(_parsed(section, "unless")))

    def found(self, folded: str) -> str | None:
        """The first of it in a folded text, or None."""
        return next(iter(self.find(folded)), None)

    def find(self, folded: str) -> tuple[str, ...]:
        """What of it is in a folded text, in order, each once; of phrases inside each other the longest."""
        # asked here once more: of hundreds of phrases hardly one is in a message, and a call costs more than the look
        spans = [span for phrase in self.phrases if phrase.literal in folded for span in phrase.spans(folded)]
        if not spans:
            return ()
        meant = _outside(spans, [span for phrase in self.unless for span in phrase.spans(folded)])
        return tuple(dict.fromkeys(folded[start:end] for start, end in _outermost(meant)))


def _parsed(section: Section, name: str) -> list[Phrase]:
    found: list[Phrase] = []
    for written in section.texts(name):
        try:
            found.append(Phrase.parse(written))
        except re.error as error:
            section.wrong(name, f"has a broken expression {written}: {error}")
        except ValueError:
            section.wrong(name, f"has an expression that matches everything: {written}")
    return found


def _checked(phrase: Phrase) -> Phrase:
    if phrase.spans(""):
        raise ValueError("it matches everywhere")
    return phrase


def _outside(spans: list[Span], covers: list[Span]) -> list[Span]:
    """The spans that no cover holds whole. One pass over both: a message can be made of nothing but matches."""
    outside, reach, waiting = [], -1, sorted(covers, reverse=True)
    for start, end in sorted(spans):
        while waiting and waiting[-1][0] <= start:
            reach = max(reach, waiting.pop()[1])
        if end > reach:
            outside.append((start, end))
    return outside


def _outermost(spans: list[Span]) -> list[Span]:
    """Without those that lie within another; in order."""
    outermost: list[Span] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not outermost or end > outermost[-1][1]:
            outermost.append((start, end))
    return outermost


def _is_whole(folded: str, start: int, end: int) -> bool:
    """Whether a find is not a piece of a longer Latin word or number."""
    begins = start == 0 or folded[start] not in WORD or folded[start - 1] not in WORD
    ends = end == len(folded) or folded[end - 1] not in WORD or folded[end] not in WORD
    return begins and ends
