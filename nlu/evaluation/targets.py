"""What is aimed at, in words a shop owner understands, and whether it was reached. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]
"""As figures.figures gives them."""
LEAD = 0.15
"""How much more of the messages than stock Rasa we want to understand: 15 points of a hundred."""


@dataclass(frozen=True)
class Target:
    """`figure` is a name in figures.summary. `in_each`: Chinese and English must reach it by themselves."""

    figure: str
    words: str
    bound: float
    at_most: bool = False
    in_each: bool = False
    is_share: bool = True
    """Told in percent."""

    def reached(self, figures: Figures) -> bool:
        """Whether these figures are good enough. A kind of entity that never occurs counts as found."""
        columns = figures["by_language"]
        judged = [code for code in columns if code != "all"] if self.in_each else ["all"]
        return all(self.holds(columns[code].get(self.figure, self.bound)) for code in judged)

    def holds(self, value: float) -> bool:
        return value <= self.bound if self.at_most else value >= self.bound

    def told(self, value: float | None) -> str:
        """The value as the table shows it."""
        if value is None:
            return "–"
        return f"{value * 100:.1f} %" if self.is_share else f"{value:.3f}"

    def bound_told(self) -> str:
        each = ", each language" if self.in_each else ""
        value = f"{self.bound * 100:g} %" if self.is_share else f"{self.bound:.2f}"
        return f"{'≤' if self.at_most else '≥'} {value}{each}"


@dataclass(frozen=True)
class SpeedTarget:
    """`figure` is a name in the file that bench/decide.py writes."""

    figure: str
    words: str
    unit: str
    bound: float
    at_most: bool = True

    def holds(self, value: float) -> bool:
        return value <= self.bound if self.at_most else value >= self.bound


TARGETS: Sequence[Target] = (
    Target("accuracy", "What the customer wants is understood", 0.92, in_each=True),
    Target("complaint_recall", "A complaint is seen as a complaint", 0.97),
    Target("complaint_precision", "What is taken for a complaint is one", 0.95),
    Target("human_recall", "A wish for a person is seen", 0.98),
    Target("stop_recall", "A wish for silence is seen", 0.98),
    Target("out_of_scope_rejected", "What a shop cannot answer is turned away (95 % of the rest kept)", 0.90),
    Target("angry_seen", "An angry customer is seen as annoyed or angry", 0.95),
    Target("emotion_macro_f1", "The four emotions, F1", 0.80, is_share=False),
    Target("language", "The language and script are right", 0.99),
    Target("order_number_f1", "Order numbers are found, F1", 0.98, is_share=False),
    Target("phone_f1", "Phone numbers are found, F1", 0.98, is_share=False),
    Target("amount_f1", "Amounts of money are found, F1", 0.98, is_share=False),
    Target("date_f1", "Days are found, F1", 0.93, is_share=False),
    Target("product_f1", "Products are found, F1", 0.93, is_share=False),
    Target("ece", "It is as sure as it is right (calibration error)", 0.05, at_most=True, is_share=False),
)
SPEED: Sequence[SpeedTarget] = (
    SpeedTarget("p50_ms", "One message, one customer at a time: median", "ms", 6),
    SpeedTarget("per_second", "Messages a second, one process, eight customers", "", 150, at_most=False),
    SpeedTarget("ready_seconds", "Ready after the start", "s", 15),
    SpeedTarget("training_seconds", "Training", "s", 90),
)


def lead(ours: Figures, stock: Figures) -> dict[str, float]:
    """How much more is understood than by stock Rasa, by language; a difference of two shares."""
    mine, theirs = ours["by_language"], stock["by_language"]
    return {code: mine[code]["accuracy"] - theirs[code]["accuracy"] for code in mine if code in theirs}


def leads(ours: Figures, stock: Figures) -> bool:
    """Whether the lead is as large as it should be in each language."""
    return all(points >= LEAD for code, points in lead(ours, stock).items() if code != "all")
