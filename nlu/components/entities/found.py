"""One thing found in a message."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """`value` is the canonical form; `start` and `end` are code points of the message as written."""

    entity: str
    value: str
    start: int
    end: int
    currency: str | None = None
    """Amounts only: an ISO 4217 code."""

    def overlaps(self, other: "Found") -> bool:
        return self.start < other.end and other.start < self.end


def without_overlaps(groups: Iterable[list[Found]]) -> list[Found]:
    """All that was found, in order of place; where two overlap, the one of the earlier group stays.

    Within a group things may share a place (two products of one name).
    """
    kept: list[Found] = []
    for group in groups:
        free = [one for one in group if not any(one.overlaps(other) for other in kept)]
        kept.extend(free)
    return sorted(kept, key=lambda one: (one.start, -one.end))
