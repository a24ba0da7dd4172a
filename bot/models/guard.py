"""The figures that may not fall when a new model takes over, and by how much they may without it counting. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.datafile import Findings, Section

FILE = "data/policy/understanding.yml"
POINT = 0.01
"""Figures run from 0 to 1, the file speaks of points of 100."""
FIGURES = (
    "accuracy",
    "macro_f1",
    "complaint_recall",
    "complaint_precision",
    "human_recall",
    "stop_recall",
    "out_of_scope_rejected",
    "second_wish",
    "emotion_macro_f1",
    "angry_seen",
    "language",
    "order_number_f1",
    "phone_f1",
    "amount_f1",
    "date_f1",
    "product_f1",
)
"""Of nlu/evaluation/figures.py those of which more is better."""


@dataclass(frozen=True, slots=True)
class Guards:
    """Tolerance by guarded figure, as a share of 1. Source: data/policy/understanding.yml."""

    tolerance: Mapping[str, float]


def read_guards(raw: object) -> Guards:
    """Raises BadContent that names every wrong key."""
    findings = Findings()
    top = Section(raw, FILE, findings)
    top.only("tolerance", "guarded", "own_tolerance")
    usual = top.number("tolerance", 0, 100)
    names = top.texts("guarded")
    if not names:
        top.wrong("guarded", "is missing or empty: any model would do")
    for name in names:
        if name not in FIGURES:
            top.wrong("guarded", f"names '{name}', which is no figure; there are: {', '.join(FIGURES)}")
    own = top.section("own_tolerance", required=False)
    own.only(*names)
    tolerance = {name: own.number(name, 0, 100) if name in own.values else usual for name in names}
    findings.stop()
    return Guards({name: points * POINT for name, points in tolerance.items()})
