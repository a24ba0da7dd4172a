"""How an alert rings: again and again, and wider and wider, until somebody claims what it is about. Pure.

How often it has to have rung is computed from the time waited, so a tick that runs twice changes nothing.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Level(StrEnum):
    """Who hears it: the person it was given to, everybody who could take it, supervisors as well."""

    AGENT = "agent"
    TEAM = "team"
    SUPERVISORS = "supervisors"


LEVELS = tuple(Level)


@dataclass(frozen=True, slots=True)
class Ringing:
    """Source: data/policy/desk.yml, `alerts`. Times are working time; clock time for what is around the clock."""

    repeat: timedelta
    team_after: timedelta
    supervisors_after: timedelta


def rings(ringing: Ringing, waited: timedelta) -> int:
    """How often it has rung after so long; once from the beginning."""
    return 1 + max(waited, timedelta()) // ringing.repeat


def level(ringing: Ringing, waited: timedelta, first: Level) -> Level:
    """Who hears it after so long; `first`: who heard it at the beginning."""
    reached = Level.AGENT
    if waited >= ringing.supervisors_after:
        reached = Level.SUPERVISORS
    elif waited >= ringing.team_after:
        reached = Level.TEAM
    return max(first, reached, key=LEVELS.index)


def hears(at_level: Level, given_to: int | None, team: str, me: int, teams: tuple[str, ...], supervises: bool) -> bool:
    """Whether somebody is to hear an alert. `given_to`: the person it is for, if any; `team` "" for everybody's."""
    if given_to == me:
        return True
    if at_level is Level.AGENT:
        return given_to is None and (not team or team in teams)
    if at_level is Level.SUPERVISORS and supervises:
        return True
    return not team or team in teams
