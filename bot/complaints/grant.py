"""What somebody of the staff may grant in a case, and who decides above that. Pure; money in cents.

Source: data/policy/remedies.yml.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.complaints.complaint import Kind
from bot.complaints.promise import State
from bot.complaints.remedy import Authority, Remedy, RemedyPolicy, authority_for, option

LEVELS = tuple(Authority)
COSTS = frozenset({State.OPEN, State.KEPT, State.LATE})
"""What a promise in these states costs counts. A broken one has a successor, a withdrawn one costs nothing."""


class Ruling(StrEnum):
    """Whether this person may grant it."""

    MINE = "mine"
    ABOVE_LEVEL = "above_level"
    """More than this role may grant of it."""
    ABOVE_USUAL = "above_usual"
    """More than the policy gives for it."""
    ABOVE_CASE = "above_case"
    """Together with what the case has cost already it is more than this role may grant."""
    ABOVE_CAP = "above_cap"
    """Nobody may: the hard cap."""
    NO_ORDER = "no_order"
    """Nobody may: money is not given for an order that was not found."""
    NO_ROLE = "no_role"
    """This role grants nothing."""

    @property
    def can_be_asked_for(self) -> bool:
        return self in (Ruling.ABOVE_LEVEL, Ruling.ABOVE_USUAL, Ruling.ABOVE_CASE)


@dataclass(frozen=True, slots=True)
class Purse:
    """What a case is about in money."""

    paid: int | None
    """For the order, if that is known."""
    given: int
    """What has been promised or paid in the case so far."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A remedy as a person may choose it. `usual_cents` is what the policy gives, `most_cents` what the cap leaves."""

    remedy: Remedy
    usual_cents: int | None
    most_cents: int | None
    ruling: Ruling
    """For the usual amount."""


def given(promises: Iterable[tuple[State, int | None]]) -> int:
    """What the promises of a case (state, cents) have cost."""
    return sum(cents or 0 for state, cents in promises if state in COSTS)


def choices(policy: RemedyPolicy, kind: Kind, severity: int, tier: str, purse: Purse, role: str) -> list[Choice]:
    """Everything the policy has for such a case, in its order, whether this role may grant it or not."""
    if (rule := policy.rule(kind, severity, tier)) is None:
        return []
    found = []
    for name in (*rule.options, *rule.on_wish):
        remedy = policy.remedies[name]
        usual = option(policy, remedy, purse.paid, purse.given).cents
        found.append(Choice(remedy, usual, _most(policy, remedy, purse), judge(policy, remedy, usual, purse, role)))
    return found


def judge(policy: RemedyPolicy, remedy: Remedy, cents: int | None, purse: Purse, role: str) -> Ruling:
    """Whether a role may grant so much of a remedy. `cents` None for one without money, or the usual amount unknown."""
    if (scope := policy.roles.get(role)) is None:
        return Ruling.NO_ROLE
    if not remedy.costs_money:
        return Ruling.MINE
    if purse.paid is None or cents is None:
        return Ruling.NO_ORDER
    most = _most(policy, remedy, purse)
    if cents < 1 or most is None or cents > most:
        return Ruling.ABOVE_CAP
    if cents > (option(policy, remedy, purse.paid, purse.given).cents or 0):
        if scope.level is not Authority.SUPERVISOR:
            return Ruling.ABOVE_USUAL
    elif LEVELS.index(authority_for(remedy, cents)) > LEVELS.index(scope.level):
        return Ruling.ABOVE_LEVEL
    if scope.case_cents is not None and purse.given + cents > scope.case_cents:
        return Ruling.ABOVE_CASE
    return Ruling.MINE


def _most(policy: RemedyPolicy, remedy: Remedy, purse: Purse) -> int | None:
    if not remedy.costs_money or purse.paid is None:
        return None
    return max(0, purse.paid * policy.hard_cap_percent // 100 - purse.given)
