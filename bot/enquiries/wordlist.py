"""The words by which questions and articles are compared. Source: data/knowledge/words.yml."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.enquiries.article import LANGUAGES, WORDS_FILE
from bot.errors import BadContent


@dataclass(frozen=True, slots=True)
class Limits:
    """When an answer is given, in the unit of Hit.score."""

    sure: float
    unsure: float
    ahead: float
    """By which share of the first score the second must be lower."""


@dataclass(frozen=True, slots=True)
class Wordlist:
    """Source: data/knowledge/words.yml."""

    same: Mapping[str, tuple[tuple[str, ...], ...]]
    small: Mapping[str, frozenset[str]]
    limits: Mapping[str, Limits]
    """For words alone."""
    with_meaning: Mapping[str, Limits]
    """For words and meaning together."""


def read_words(raw: object, file: str = f"data/knowledge/{WORDS_FILE}") -> Wordlist:
    """Raises BadContent naming file and key."""
    if not isinstance(raw, Mapping):
        raise BadContent(f"{file}: must have thresholds, same and small")
    return Wordlist(
        same={language: _lines(raw, language, file) for language in LANGUAGES},
        small={language: frozenset(_texts(_entry(raw, "small", language, file), file)) for language in LANGUAGES},
        limits=_all_limits(raw, "thresholds", file),
        with_meaning=_all_limits(raw, "thresholds_with_meaning", file),
    )


def _all_limits(raw: Mapping[str, object], section: str, file: str) -> dict[str, Limits]:
    return {
        language: _limits(_entry(raw, section, language, file), f"{section}.{language}", file) for language in LANGUAGES
    }


def _entry(raw: Mapping[str, object], section: str, language: str, file: str) -> object:
    said = raw.get(section)
    if not isinstance(said, Mapping) or language not in said:
        raise BadContent(f"{file}: {section} has no {language}")
    return said[language]


def _texts(raw: object, file: str) -> list[str]:
    if not isinstance(raw, list):
        raise BadContent(f"{file}: {raw!r} must be a list of words")
    if odd := [word for word in raw if not isinstance(word, str)]:
        raise BadContent(f"{file}: put {odd[0]!r} in quotes")
    return raw


def _lines(raw: Mapping[str, object], language: str, file: str) -> tuple[tuple[str, ...], ...]:
    lines = _entry(raw, "same", language, file)
    if not isinstance(lines, list):
        raise BadContent(f"{file}: same.{language} must be a list of lines such as [fridge, refrigerator]")
    return tuple(tuple(_texts(line, file)) for line in lines)


def _limits(raw: object, name: str, file: str) -> Limits:
    shares = [raw.get(part) for part in ("sure", "unsure", "ahead")] if isinstance(raw, Mapping) else []
    if len(shares) != 3 or not all(isinstance(share, int) and 0 <= share <= 100 for share in shares):
        raise BadContent(f"{file}: {name} needs sure, unsure and ahead, each 0 to 100")
    sure, unsure, ahead = (int(str(share)) / 100 for share in shares)
    if unsure > sure:
        raise BadContent(f"{file}: {name}: unsure is above sure")
    return Limits(sure, unsure, ahead)
