"""The linear model behind intent and emotion: multinomial logistic regression, its confidence set by a temperature.

Dense and sparse inputs stay apart, which makes training ten times faster than one sparse matrix of both. The result is
kept as plain arrays (no pickle).
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

STEPS = 200
"""At most so many steps of L-BFGS; the model hardly changes after a hundred."""


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
    def fit(cls, inputs: Inputs, labels: list[str], strength: float, temperature: float) -> "Softmax":
        """Learns from labelled rows. Rare labels weigh as much as frequent ones.

        `strength` is the inverse of the penalty on large weights (scikit-learn's C).
        Raises ValueError when there are fewer than two labels.
        """
        names, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
        if len(names) < 2:
            raise ValueError("examples of at least two labels are needed")
        importance = (len(labels) / (len(names) * counts))[places].astype(np.float32)
        weights, bias = _learn(inputs, places, len(names), importance, strength)
        return cls(tuple(map(str, names)), weights, bias, temperature)

    def probabilities(self, inputs: Inputs) -> np.ndarray:
        """One row per message, one column per label; each row adds up to 1."""
        scores = (inputs.times(self.weights) + self.bias).astype(np.float64) / self.temperature
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(scores / scores.sum(axis=1, keepdims=True))

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


def _learn(
    inputs: Inputs, places: np.ndarray, labels: int, importance: np.ndarray, strength: float
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias that minimise the weighted log loss plus the penalty."""
    rows, dense = inputs.dense.shape
    width = dense + inputs.sparse.shape[1]
    turned = inputs.sparse.T.tocsr()
    each = np.arange(rows)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        table = flat.reshape(width + 1, labels).astype(np.float32)
        scores = inputs.times(table[:-1]) + table[-1]
        scores -= scores.max(axis=1, keepdims=True)
        normal = np.log(np.exp(scores).sum(axis=1))
        error = np.exp(scores - normal[:, None])
        misfit = float((importance * (normal - scores[each, places])).sum())
        error[each, places] -= 1
        error *= importance[:, None]
        slope = np.empty((width + 1, labels))
        slope[:dense] = inputs.dense.T @ error
        slope[dense:-1] = turned @ error
        slope[:-1] += table[:-1] / strength
        slope[-1] = error.sum(axis=0)
        return misfit + float((table[:-1] ** 2).sum()) / (2 * strength), slope.ravel()

    start = np.zeros((width + 1) * labels)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "maxcor": 8, "ftol": 1e-6})
    table = found.x.reshape(width + 1, labels).astype(np.float32)
    return np.ascontiguousarray(table[:-1]), table[-1].copy()
