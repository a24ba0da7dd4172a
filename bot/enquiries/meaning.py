"""How near the meaning of a question is to each article, whatever the words and the language. Pure.

Every phrase of an article (titles and keywords in both languages) is one vector. Two phrases of the same article differ
in ways that say nothing about the subject (the language, the tone): directions in which such phrases differ count less
(within-class whitening). An article is as near as all its phrases together, the nearest counting most; part of that is
how near its middle is: one odd phrase should not decide alone, and a subject with many sides has no middle.
"""

from collections.abc import Sequence

import numpy as np

from bot.enquiries.article import LANGUAGES, Article
from bot.vector import Vector

SHRINK = 1.0
"""How much of the mean spread is added in every direction: few phrases tell little about 512 of them."""
SHARP = 10.0
"""How much more the nearest phrases of an article count. Both measured on the calibration set."""
MIDDLE = 0.25
"""What the middle of an article's phrases counts beside the phrases, which count 1. Measured with the articles' own
questions, each left out in turn (bench/left_out.py), and on the calibration set."""
TINY = 1e-9
SAME = 0.99
"""Two vectors of one text that are more alike come from the same encoder; on another processor they differ a little."""


def same_encoder(one: Vector, other: Vector) -> bool:
    """Whether what two encoders made of the same text shows that they are one."""
    return one.shape == other.shape and float(one @ other) > SAME


def phrases(article: Article) -> tuple[str, ...]:
    """The texts by which an article is found. Its body made it worse: long texts are near to everything."""
    titles = tuple(getattr(article.title, language) for language in LANGUAGES)
    return titles + tuple(word for language in LANGUAGES for word in article.keywords[language])


class Meaning:
    """The articles by what they mean. Never changed."""

    def __init__(self, counts: Sequence[int], vectors: Vector, probe: Vector) -> None:
        """`vectors` has one row of unit length a phrase, `counts` says how many each article has, in its place.

        `probe` is what their encoder makes of a text that is always the same: questions must come from that encoder.
        """
        self.probe = probe
        self._article = np.repeat(np.arange(len(counts)), counts)
        self._size = len(counts)
        self._middle: Vector = vectors.mean(axis=0)
        self._whiten = _whitening(vectors, self._article, self._size)
        self._rows = _unit((vectors - self._middle) @ self._whiten)
        middles = np.zeros((self._size, self._rows.shape[1]), dtype=np.float32)
        np.add.at(middles, self._article, self._rows)
        self._middles = _unit(middles)

    def near(self, question: Vector) -> Vector | None:
        """How near each article is, by its place: about 1 for one asked in its own words, below 0.4 for most others.

        None when the question comes from another encoder and cannot be compared.
        """
        if question.shape != self._middle.shape:
            return None
        # einsum runs on this thread. `@` wakes one on every core for a tenth of a millisecond's work, and waits
        # for them ten times as long when the machine is busy.
        asked = _unit(np.einsum("w,wv->v", question - self._middle, self._whiten))
        likeness = np.einsum("pw,w->p", self._rows, asked)
        together = np.log(np.bincount(self._article, np.exp(SHARP * likeness), self._size) + TINY) / SHARP
        middle = np.einsum("aw,w->a", self._middles, asked)
        return np.asarray((together + MIDDLE * middle) / (1 + MIDDLE), dtype=np.float32)


def _unit(rows: Vector) -> Vector:
    return np.asarray(rows / (np.linalg.norm(rows, axis=-1, keepdims=True) + TINY), dtype=np.float32)


def _whitening(vectors: Vector, article: np.ndarray, size: int) -> Vector:
    """The matrix after which phrases of one article differ alike in all directions."""
    within = vectors.astype(np.float64)
    for place in range(size):
        mine = article == place
        within[mine] -= within[mine].mean(axis=0)
    spread = within.T @ within / len(vectors)
    width = len(spread)
    spread += (SHRINK * np.trace(spread) / width + TINY) * np.eye(width)
    return np.asarray(np.linalg.inv(np.linalg.cholesky(spread)).T, dtype=np.float32)
