"""How long customers wait for people, from what is stored: three clocks on the working calendar. Pure.

waiting on us   from a handoff, or the first message of the customer since the last answer, to a person's answer
first reply     from the handoff to the first answer of a person
resolution      from the handoff to its end (handed back or closed)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot import worktime
from bot.hours import Hours


class Happening(StrEnum):
    HANDED_OVER = "handed_over"
    WROTE = "wrote"
    """The customer."""
    ANSWERED = "answered"
    """A person."""
    ENDED = "ended"
    """Handed back to the bot, or closed."""


@dataclass(frozen=True, slots=True)
class Event:
    what: Happening
    at: datetime


class Clock(StrEnum):
    FIRST_REPLY = "first_reply"
    WAITING = "waiting"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True)
class Span:
    """A clock that ran or runs. `until` None: it runs."""

    clock: Clock
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Targets:
    """How long each clock may run, in working time. Source: data/policy/desk.yml, `targets`, by priority."""

    first_reply: timedelta
    waiting: timedelta
    resolution: timedelta

    def of(self, clock: Clock) -> timedelta:
        return {
            Clock.FIRST_REPLY: self.first_reply,
            Clock.WAITING: self.waiting,
            Clock.RESOLUTION: self.resolution,
        }[clock]


class State(StrEnum):
    IN_TIME = "in_time"
    NEAR = "near"
    """Most of the time is gone: staff are told before it is too late."""
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock at a moment."""

    span: Span
    took: timedelta
    """Working time so far."""
    due_at: datetime
    state: State


def spans(events: Iterable[Event]) -> list[Span]:
    """The clocks of one handoff, in the order of their beginnings. Events may come in any order.

    What the customer writes again while they wait starts nothing new: they have waited since the first word.
    """
    found: list[Span] = []
    handed: datetime | None = None
    replied = False
    waiting: datetime | None = None
    for event in sorted(events, key=lambda e: (e.at, list(Happening).index(e.what))):
        match event.what:
            case Happening.HANDED_OVER if handed is None:
                handed = waiting = event.at
            case Happening.WROTE if handed is not None:
                waiting = waiting or event.at
            case Happening.ANSWERED if handed is not None:
                if not replied:
                    found.append(Span(Clock.FIRST_REPLY, handed, event.at))
                    replied = True
                if waiting is not None:
                    found.append(Span(Clock.WAITING, waiting, event.at))
                    waiting = None
            case Happening.ENDED if handed is not None:
                found.append(Span(Clock.RESOLUTION, handed, event.at))
                if waiting is not None:
                    found.append(Span(Clock.WAITING, waiting, event.at))
                handed, waiting, replied = None, None, False
    if handed is not None:
        found.append(Span(Clock.RESOLUTION, handed))
        if not replied:
            found.append(Span(Clock.FIRST_REPLY, handed))
        if waiting is not None:
            found.append(Span(Clock.WAITING, waiting))
    return sorted(found, key=lambda s: (s.since, list(Clock).index(s.clock)))


def running(found: Iterable[Span]) -> list[Span]:
    return [span for span in found if span.until is None]


def read(span: Span, targets: Targets, hours: Hours | None, warn_percent: int, at: datetime) -> Reading:
    """How a clock stands at `at`, or stood when it stopped. `hours` None: every hour counts (danger to life)."""
    until = span.until or at
    allowed = targets.of(span.clock)
    took = worktime.working_between(hours, span.since, until) if hours else until - span.since
    due_at = worktime.add_working(hours, span.since, allowed) if hours else span.since + allowed
    if took > allowed:
        state = State.BREACHED
    elif took >= allowed * warn_percent / 100:
        state = State.NEAR
    else:
        state = State.IN_TIME
    return Reading(span, took, due_at, state)


def targets_of(targets: Mapping[int, Targets], priority: int) -> Targets:
    """The targets of a priority; of the least urgent one for what is below all."""
    return targets.get(priority) or targets[max(targets)]
