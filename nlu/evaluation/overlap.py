"""Messages that stand in the examples and in the development set: what was learnt by heart proves nothing.

Two messages are one when they have the same letters (case, script, width, digits, signs and spaces left aside), or,
from LONG letters on, when most of their groups of three letters are the same. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from components.text import plain
from scipy.sparse import csr_matrix

LONG = 9
"""Letters from which two messages may be alike without being the same; one changed word of a short one changes all."""
LIKE = 0.8
"""Jaccard index of the groups of three letters."""


@dataclass(frozen=True)
class Twin:
    """A message of the development set and the example that gives it away."""

    message: str
    example: str
    likeness: float
    """1.0 for the same letters."""


def letters(text: str) -> str:
    """What two messages are compared by: simplified, lower case, letters only. Without any letter, all but spaces."""
    flat = plain(text).lower()
    return "".join(filter(str.isalpha, flat)) or "".join(flat.split())


def twins(messages: Sequence[str], examples: Sequence[str]) -> list[Twin]:
    """For each message that is also an example the example most like it, in the order of the messages."""
    if not messages or not examples:
        return []
    bare, known = [letters(text) for text in messages], [letters(text) for text in examples]
    same = {text: place for place, text in reversed(list(enumerate(known)))}
    likest = _likest(bare, known)
    found = []
    for place, text in enumerate(bare):
        other, likeness = (same[text], 1.0) if text in same else likest[place]
        if likeness >= LIKE:
            found.append(Twin(messages[place], examples[other], round(likeness, 3)))
    return found


def _likest(messages: Sequence[str], examples: Sequence[str]) -> list[tuple[int, float]]:
    """For each message the place of the example most like it, and how much; 0.0 for short messages.

    One product of two sparse matrices counts what all pairs have in common: 1,500 by 17,000 take a few seconds.
    """
    numbers: dict[str, int] = {}
    rows = [[numbers.setdefault(part, len(numbers)) for part in _threes(text)] for text in [*messages, *examples]]
    ones = _ones(rows, len(numbers))
    ours, theirs = ones[: len(messages)], ones[len(messages) :].T.tocsc()
    mine, other = np.diff(ours.indptr), np.diff(theirs.indptr)
    found = []
    for place in range(len(messages)):
        common = (ours[place] @ theirs).tocoo()
        likeness = common.data / np.maximum(mine[place] + other[common.col] - common.data, 1)
        best = int(likeness.argmax()) if likeness.size else 0
        found.append((int(common.col[best]), float(likeness[best])) if likeness.size else (0, 0.0))
    return found


def _threes(text: str) -> list[str]:
    return sorted({text[start : start + 3] for start in range(len(text) - 2)}) if len(text) >= LONG else []


def _ones(rows: Sequence[Sequence[int]], width: int) -> csr_matrix:
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.array([column for row in rows for column in row], dtype=np.int32)
    return csr_matrix((np.ones(len(columns), dtype=np.int32), columns, ends), shape=(len(rows), max(width, 1)))
