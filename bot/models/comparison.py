"""Two models side by side: what rose and fell, which messages changed, whether a guarded figure fell. Pure.

A report is what nlu/evaluate.py writes: figures by language, by intent, and the answer to each message.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import Unreadable
from bot.models.guard import FIGURES, Guards

Report = Mapping[str, Any]
LANGUAGES = ("zh", "en")
HARDLY = 1e-9
"""Less is rounding."""


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of both models, 0 to 1; None where it was not measured."""

    language: str
    name: str
    before: float | None
    after: float | None

    @property
    def gain(self) -> float:
        return (self.after or 0.0) - (self.before or 0.0)

    @property
    def is_one(self) -> bool:
        return abs(self.gain) > HARDLY


@dataclass(frozen=True, slots=True)
class Fall:
    """A guarded figure that fell by more than its tolerance."""

    change: Change
    tolerance: float

    def __str__(self) -> str:
        name, where = self.change.name, self.change.language
        if self.change.after is None:
            return f"{name} ({where}) is not measured"
        before, after = 100 * (self.change.before or 0), 100 * self.change.after
        return f"{name} ({where}) falls from {before:.1f} to {after:.1f}; it may fall by {100 * self.tolerance:g}"


@dataclass(frozen=True, slots=True)
class Message:
    """A message that the two models understand differently."""

    language: str
    text: str
    meant: str
    before: str
    after: str

    @property
    def is_better(self) -> bool:
        return self.after == self.meant

    @property
    def is_worse(self) -> bool:
        return self.before == self.meant


@dataclass(frozen=True, slots=True)
class Comparison:
    figures: tuple[Change, ...]
    intents: tuple[Change, ...]
    """The F1 of each intent."""
    messages: tuple[Message, ...]
    feelings: tuple[Message, ...]
    """The same of the emotions."""
    falls: tuple[Fall, ...]


def compare(current: Report, candidate: Report, guards: Guards) -> Comparison:
    """Raises Unreadable for a report of another form."""
    try:
        figures = tuple(_figures(current, candidate))
        return Comparison(
            figures=figures,
            intents=tuple(_intents(current, candidate)),
            messages=tuple(_messages(current, candidate, "intent")),
            feelings=tuple(_messages(current, candidate, "emotion")),
            falls=tuple(_falls(figures, guards)),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"the figures of a model have another form ({type(error).__name__}: {error})") from error


def _figures(current: Report, candidate: Report) -> Iterable[Change]:
    for language in LANGUAGES:
        before, after = (report["by_language"].get(language, {}) for report in (current, candidate))
        for name in FIGURES:
            if name in before or name in after:
                yield Change(language, name, before.get(name), after.get(name))


def _intents(current: Report, candidate: Report) -> Iterable[Change]:
    for language in LANGUAGES:
        before, after = (report["intents"].get(language, {}) for report in (current, candidate))
        for name in sorted({*before, *after}):
            one, other = before.get(name), after.get(name)
            yield Change(language, name, one["f1"] if one else None, other["f1"] if other else None)


def _messages(current: Report, candidate: Report, what: str) -> Iterable[Message]:
    answered = {(one["language"], one["text"]): one for one in current["answers"]}
    for one in candidate["answers"]:
        before = answered.get((one["language"], one["text"]))
        if before is not None and before[what] != one[what]:
            meant = one[f"meant_{what}"]
            yield Message(one["language"], one["text"], meant, before[what], one[what])


def _falls(figures: Iterable[Change], guards: Guards) -> Iterable[Fall]:
    """What is measured of the current model only is a fall, too: nobody knows how far."""
    measured = {(change.language, change.name): change for change in figures}
    for language in LANGUAGES:
        for name, tolerance in guards.tolerance.items():
            change = measured.get((language, name))
            if change is None:
                yield Fall(Change(language, name, None, None), tolerance)
            elif change.before is not None and (change.after is None or -change.gain > tolerance + HARDLY):
                yield Fall(change, tolerance)
