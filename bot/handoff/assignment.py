"""Who gets which conversation: the most urgent first, then first come; to whom has the most room. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation in the queue. `language` zh or en ("" unknown), `team` "" for anybody."""

    entry: int
    conversation: int
    priority: int
    since: datetime
    language: str = ""
    team: str = ""
    not_before: datetime | None = None
    """The customer has chosen a time: nobody is given it earlier."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the desk. `languages` and `teams`: empty serves every language, and what is for no team."""

    id: int
    room: int
    """How many more conversations may be given to this person."""
    languages: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    last_given_at: datetime | None = None


def in_order(queue: Iterable[Waiting], at: datetime) -> list[Waiting]:
    """The queue as it is served now."""
    due = [w for w in queue if w.not_before is None or w.not_before <= at]
    return sorted(due, key=lambda w: (w.priority, w.since, w.entry))


def serves(person: Person, waiting: Waiting, at: datetime, overflow: timedelta) -> bool:
    """Whether this person may be given it: team and language fit, or it has waited so long that anybody is better."""
    if at - waiting.since >= overflow:
        return True
    fits_team = not waiting.team or waiting.team in person.teams
    return fits_team and (not waiting.language or not person.languages or waiting.language in person.languages)


def choose(
    queue: Iterable[Waiting], people: Sequence[Person], at: datetime, overflow: timedelta
) -> tuple[Waiting, Person] | None:
    """The next conversation to give away, and to whom; None when nobody with room serves anything that waits.

    Of those with the most room, who has waited longest for work.
    """
    free = [p for p in people if p.room > 0]
    for waiting in in_order(queue, at) if free else ():
        able = [p for p in free if serves(p, waiting, at, overflow)]
        if able:
            return waiting, min(able, key=lambda p: (-p.room, p.last_given_at or NEVER, p.id))
    return None
