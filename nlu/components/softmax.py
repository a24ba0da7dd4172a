"""The linear model behind intent and emotion: multinomial logistic regression, its confidence set by a temperature.

It learns a few hundred examples at a time, going through all of them only a few times. A weight moves the less the more
it has moved before (Adagrad, Duchi and others 2011): a rare n-gram is learned as quickly as a frequent one, only the
n-grams that occur are touched, and stopping early keeps the weights as small as a penalty would. That takes a tenth of
the time of minimising the penalised loss over all examples at once. What is learned depends a little on the order of
the examples, so the mean of a few orders is taken; the mean of linear models is one linear model again.

Dense and sparse inputs stay apart, which is faster than one sparse matrix of both. The result is kept as plain arrays
(no pickle).
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

BATCH = 256
"""Examples learned from at a time."""
LEAST_STEPS = 300
"""A small set of examples is gone through more often, until so many steps are made."""
ORDERS = 2
"""Runs through the examples, each in another order, whose mean is the model."""
WARM_UP = 50
"""Steps until the full pace is reached; from there on it falls to nothing."""


@dataclass(frozen=True)
class Inputs:
    """Numbers of messages, one row each: a dense block and a sparse one."""

    dense: np.ndarray
    sparse: csr_matrix

    def times(self, weights: np.ndarray) -> np.ndarray:
        """Rows x weights, where the dense inputs come first."""
        width = self.dense.shape[1]
        return self.dense @ weights[:width] + self.sparse @ weights[width:]


@dataclass(frozen=True)
class Softmax:
    """`weights` has one row per input and one column per label; `temperature` < 1 makes it surer, > 1 less sure."""

    labels: tuple[str, ...]
    weights: np.ndarray
    bias: np.ndarray
    temperature: float

    @classmethod
    def fit(cls, inputs: Inputs, labels: list[str], rounds: int, pace: float, temperature: float) -> "Softmax":
        """Learns from labelled rows. Rare labels weigh as much as frequent ones.

        `rounds` is how often every example is seen, `pace` how far a weight moves in its first step. Both together
        set how closely the examples are followed. The same inputs always give the same model.
        Raises ValueError when there are fewer than two labels.
        """
        names, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
        if len(names) < 2:
            raise ValueError("examples of at least two labels are needed")
        importance = (len(labels) / (len(names) * counts))[places].astype(np.float32)
        runs = [_learn(inputs, places, importance, _batches(len(places), rounds, seed), pace) for seed in range(ORDERS)]
        weights, bias = (np.mean(parts, axis=0) for parts in zip(*runs, strict=True))
        return cls(tuple(map(str, names)), weights, bias, temperature)

    def probabilities(self, inputs: Inputs) -> np.ndarray:
        """One row per message, one column per label; each row adds up to 1."""
        return _likely((inputs.times(self.weights) + self.bias).astype(np.float64) / self.temperature)

    def ranking(self, probabilities: np.ndarray, length: int) -> list[dict[str, object]]:
        """The most likely labels of one row, as Rasa writes rankings."""
        best = np.argsort(-probabilities)[:length]
        return [{"name": self.labels[place], "confidence": float(probabilities[place])} for place in best]

    def save(self, folder: Path) -> None:
        np.savez(folder / "weights.npz", weights=self.weights, bias=self.bias)
        about = {"labels": self.labels, "temperature": self.temperature}
        (folder / "labels.json").write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Softmax":
        about = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as kept:
            return cls(tuple(about["labels"]), kept["weights"], kept["bias"], float(about["temperature"]))


class _Weights:
    """One row per input, one column per label. All begin at 0."""

    def __init__(self, inputs: int, labels: int) -> None:
        self.table = np.zeros((inputs, labels), dtype=np.float32)
        self._past = np.full((inputs, labels), 1e-12, dtype=np.float32)

    def move(self, slope: np.ndarray, pace: float, rows: np.ndarray | slice = slice(None)) -> None:
        """A step downhill in some of the rows (each named once)."""
        past = self._past[rows] + slope**2
        self._past[rows] = past
        self.table[rows] -= np.float32(pace) * slope / np.sqrt(past)


def _learn(
    inputs: Inputs, places: np.ndarray, importance: np.ndarray, batches: list[np.ndarray], pace: float
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias that make the labels of the examples likely, each example as much as its importance says."""
    labels = int(places.max()) + 1
    dense, sparse, bias = (_Weights(n, labels) for n in (inputs.dense.shape[1], inputs.sparse.shape[1], 1))
    for step, rows in enumerate(batches):
        now = pace * min(1.0, (step + 1) / WARM_UP) * (1 - step / len(batches))
        meaning, (known, grams) = inputs.dense[rows], _occurring(inputs.sparse[rows])
        error = _likely(meaning @ dense.table + grams @ sparse.table[known] + bias.table)
        error[np.arange(len(rows)), places[rows]] -= 1
        error *= importance[rows, None]
        dense.move(meaning.T @ error, now)
        sparse.move(grams.T @ error, now, known)
        bias.move(error.sum(axis=0, keepdims=True), now)
    return np.vstack([dense.table, sparse.table]), bias.table[0]


def _batches(examples: int, rounds: int, seed: int) -> list[np.ndarray]:
    """Row numbers, a batch at a time; every round holds all rows in another order."""
    chance = np.random.default_rng(seed)
    each = -(-examples // BATCH)
    rounds = max(rounds, -(-LEAST_STEPS // each))
    return [part for _ in range(rounds) for part in np.array_split(chance.permutation(examples), each)]


def _occurring(rows: csr_matrix) -> tuple[np.ndarray, csr_matrix]:
    """Which columns occur in these rows, and the rows with these columns only."""
    known, columns = np.unique(rows.indices, return_inverse=True)
    return known, csr_matrix((rows.data, columns, rows.indptr), shape=(rows.shape[0], len(known)))


def _likely(scores: np.ndarray) -> np.ndarray:
    """Scores as probabilities: each row adds up to 1."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
