"""How a message shows feeling besides its meaning: signs, capitals, repetition, words of waiting, anger and relief."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from components.embedding import readable
from components.text import HAN, plain

_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_DOTS = re.compile(r"\.{2,}|…")
_CODES = re.compile(r"\S*\d\S*")


@dataclass(frozen=True)
class Signs:
    """The word groups of words/emotions.yml, one pattern each."""

    groups: dict[str, list[str]]

    @classmethod
    def read(cls, path: Path) -> "Signs":
        """Raises ValueError with the group's name when a group is neither a list nor lists under zh and en."""
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return cls({name: _words(path.name, name, words) for name, words in content.items()})

    def of(self, text: str) -> np.ndarray:
        """The numbers of one message (as written), each between 0 and about 1."""
        text = readable(text)
        flat = plain(text)
        lower = flat.lower()
        counts = [min(len(pattern.findall(lower)), 3) / 3 for pattern in self._patterns]
        return np.array([*counts, *_shape(text, flat)], dtype=np.float32)

    @functools.cached_property
    def _patterns(self) -> list["re.Pattern[str]"]:
        return [_pattern(words) for words in self.groups.values()]


def _words(file: str, name: str, content: Any) -> list[str]:
    if isinstance(content, dict) and set(content) == {"zh", "en"}:
        content = [*content["zh"], *content["en"]]
    if not isinstance(content, list):
        raise ValueError(f"{file}: '{name}' must be a list, or have lists under zh and en")
    return [plain(str(word)).lower() for word in content]


def _pattern(words: list[str]) -> "re.Pattern[str]":
    """Longest first; words that begin or end with a letter match whole words only, others anywhere."""
    parts = []
    for word in sorted(words, key=len, reverse=True):
        latin = word[0].isascii() and word[0].isalnum()
        end = r"(?![a-z0-9])" if word[-1].isascii() and word[-1].isalnum() else ""
        parts.append((r"(?<![a-z0-9])" if latin else "") + re.escape(word) + end)
    return re.compile("|".join(parts))


def _shape(text: str, flat: str) -> list[float]:
    exclamations, questions = flat.count("!"), flat.count("?")
    prose = _CODES.sub(" ", text)
    words, loud = len(_LATIN.findall(prose)), len(_CAPITALS.findall(prose))
    length = len(HAN.findall(flat)) / 2 + words
    return [
        min(exclamations, 4) / 4,
        float(exclamations >= 2),
        min(questions, 4) / 4,
        float(questions >= 2),
        float(bool(exclamations and questions)),
        loud / words if words else 0.0,
        float(loud >= 2),
        float(bool(_STRETCHED.search(prose))),
        float(bool(_DOTS.search(flat))),
        min(length, 40) / 40,
        float(length <= 3),
    ]
