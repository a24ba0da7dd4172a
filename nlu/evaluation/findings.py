"""Everything the report is written from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from evaluation.stock import EPOCHS

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Data:
    """What was learnt from and measured on; fingerprints as in fingerprint.py."""

    examples: str
    development: str
    learnt: Mapping[str, int]
    """Number of examples by language."""

    def is_of(self, baseline: Figures) -> bool:
        """Whether kept figures belong to these data."""
        return (baseline["examples"], baseline["development"]) == (self.examples, self.development)


@dataclass(frozen=True)
class Findings:
    ours: Figures
    """As evaluate.measure gives them."""
    stock: Figures | None
    """The kept figures of baseline.py; None when they were never measured."""
    speed: Mapping[str, Mapping[str, float]]
    """The sides of bench/decide.py by name; empty when not measured."""
    data: Data
    on: date
    machine: str

    @property
    def is_stale(self) -> bool:
        """Whether the figures of stock Rasa belong to other data than ours."""
        return self.stock is not None and not self.data.is_of(self.stock)

    @property
    def is_comparable(self) -> bool:
        """Whether ours may be judged beside stock Rasa's: the same data, and all of its epochs."""
        return self.stock is not None and not self.is_stale and self.stock["epochs"] == EPOCHS
