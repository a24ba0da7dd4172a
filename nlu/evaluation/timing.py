"""How long answers take."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def milliseconds(
    answers: Iterable[T], now: Callable[[], float] = time.perf_counter
) -> tuple[list[T], dict[str, float]]:
    """The answers, taken one by one, and the median and 95th percentile of the milliseconds that each took.

    The first is left out of the times: it pays for what is loaded when it is needed. `now` gives seconds.
    """
    found, times, before = [], [], now()
    for answer in answers:
        found.append(answer)
        times.append((now() - before) * 1000)
        before = now()
    ordered = sorted(times[1:] or times)
    return found, {"p50": _quantile(ordered, 50), "p95": _quantile(ordered, 95)}


def _quantile(ordered: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent do not exceed; 0.0 of none."""
    return round(ordered[max(0, -(-len(ordered) * percent // 100) - 1)], 2) if ordered else 0.0
