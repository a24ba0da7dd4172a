"""The times a customer may choose from when nobody is at work: full slots of the working calendar. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import worktime
from bot.hours import Hours

FARTHEST = timedelta(days=30)
"""A time farther away than this is no answer to somebody who asks now."""


@dataclass(frozen=True, slots=True)
class CallBacks:
    """Source: data/policy/desk.yml, `call_back`."""

    every: timedelta
    """Length of a slot; slots begin at full multiples of it on the wall clock, or when the shop opens."""
    each: int
    """How many customers may choose the same slot."""
    offered: int
    remind: timedelta
    """So long before the slot those at the desk are reminded."""


def slots(hours: Hours, at: datetime, policy: CallBacks, taken: Mapping[datetime, int]) -> list[datetime]:
    """The next working slots with room, in order. `taken`: how many have chosen a slot already.

    Fewer than offered (or none) when the shop hardly opens within a month. Raises NeverOpens.
    """
    minutes = int(policy.every / timedelta(minutes=1))
    slot = worktime.next_open(hours, at)
    if slot == at:  # open now: "at once" is no slot
        slot = worktime.round_up(at + timedelta(minutes=1), minutes, hours.zone)
    found: list[datetime] = []
    while len(found) < policy.offered and slot - at <= FARTHEST:
        if not worktime.is_open(hours, slot):
            slot = worktime.next_open(hours, slot)
        elif taken.get(slot, 0) < policy.each:
            found.append(slot)
            slot = _after(hours, slot, minutes)
        else:
            slot = _after(hours, slot, minutes)
    return found


def _after(hours: Hours, slot: datetime, minutes: int) -> datetime:
    return worktime.round_up(slot + timedelta(minutes=1), minutes, hours.zone)


def is_offered(hours: Hours, slot: datetime, at: datetime) -> bool:
    """Whether a slot chosen now can still be kept: it lies ahead, and the shop works then."""
    return at < slot <= at + FARTHEST and worktime.is_open(hours, slot)
