"""The way of a complaint: seven stages, one table. Buttons, diagram and tests are drawn from it. Pure.

The stages are a reconstruction from the literature on complaint handling and service recovery (see docs/complaints.md):
in each the customer needs something else, and an answer that skips the need makes the matter worse.
"""

from collections.abc import Iterable
from enum import StrEnum

from bot.errors import Moved


class Stage(StrEnum):
    VENT = "vent"
    ACKNOWLEDGE = "acknowledge"
    CLARIFY = "clarify"
    RESOLVE = "resolve"
    COMMIT = "commit"
    RESTORE = "restore"
    CLOSED = "closed"


class Kind(StrEnum):
    """What the complaint is about; the intents complaint_<kind> name it."""

    PRODUCT = "product"
    DELIVERY = "delivery"
    SERVICE = "service"
    BILLING = "billing"
    PROMISE = "promise"


class Event(StrEnum):
    """What moves a complaint."""

    OPENED = "opened"
    HEARD = "heard"
    FELT_UNDERSTOOD = "felt_understood"
    FACTS_AGREED = "facts_agreed"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    DONE = "done"
    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    MISSED = "missed"
    NEW_GRIEVANCE = "new_grievance"
    HURT = "hurt"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"
    REOPENED = "reopened"


def kind_of(intent: str) -> Kind:
    """The kind a complaint intent names; what is no complaint intent is about the service."""
    name = intent.removeprefix("complaint_")
    return Kind(name) if name in set(Kind) else Kind.SERVICE


ORDER = tuple(Stage)

TRANSITIONS: dict[tuple[Stage, Event], Stage] = {
    (Stage.VENT, Event.HEARD): Stage.ACKNOWLEDGE,
    (Stage.ACKNOWLEDGE, Event.FELT_UNDERSTOOD): Stage.CLARIFY,
    (Stage.CLARIFY, Event.FACTS_AGREED): Stage.RESOLVE,
    (Stage.RESOLVE, Event.REJECTED): Stage.RESOLVE,
    (Stage.RESOLVE, Event.ACCEPTED): Stage.COMMIT,
    (Stage.COMMIT, Event.DONE): Stage.RESTORE,
    (Stage.RESTORE, Event.SOLVED): Stage.CLOSED,
    # back: as far as the need goes, with all facts kept
    (Stage.ACKNOWLEDGE, Event.NEW_GRIEVANCE): Stage.VENT,
    (Stage.CLARIFY, Event.NEW_GRIEVANCE): Stage.VENT,
    (Stage.RESOLVE, Event.NEW_GRIEVANCE): Stage.VENT,
    (Stage.COMMIT, Event.NEW_GRIEVANCE): Stage.VENT,
    (Stage.RESTORE, Event.NEW_GRIEVANCE): Stage.VENT,
    (Stage.CLARIFY, Event.HURT): Stage.ACKNOWLEDGE,
    (Stage.RESOLVE, Event.HURT): Stage.ACKNOWLEDGE,
    (Stage.COMMIT, Event.HURT): Stage.ACKNOWLEDGE,
    (Stage.RESTORE, Event.HURT): Stage.ACKNOWLEDGE,
    (Stage.COMMIT, Event.MISSED): Stage.ACKNOWLEDGE,  # the double deviation: never carry on as if nothing happened
    (Stage.RESTORE, Event.NOT_SOLVED): Stage.ACKNOWLEDGE,
    (Stage.CLOSED, Event.REOPENED): Stage.ACKNOWLEDGE,
    # a customer may drop it, and a person may settle it, at any stage
    **{(stage, Event.WITHDRAWN): Stage.CLOSED for stage in ORDER if stage is not Stage.CLOSED},
    **{(stage, Event.SETTLED): Stage.CLOSED for stage in ORDER if stage is not Stage.CLOSED},
}


def advance(stage: Stage, event: Event) -> Stage:
    """The stage after `event`. Raises Moved when the table has no such step."""
    if (after := TRANSITIONS.get((stage, event))) is None:
        raise Moved(f"a complaint in stage {stage} cannot take the step {event}")
    return after


def possible(stage: Stage) -> tuple[Event, ...]:
    """The steps that may be taken from `stage`, in the table's order."""
    return tuple(event for (before, event) in TRANSITIONS if before is stage)


def replay(history: Iterable[tuple[Stage, Event, Stage]]) -> Stage:
    """The stage that a history (before, event, after) leads to. Raises Moved where it does not follow the table.

    The first line opens the case: wherever it begins.
    """
    now: Stage | None = None
    for before, event, after in history:
        if now is None:
            if event is not Event.OPENED:
                raise Moved(f"a history begins with {Event.OPENED}, not with {event}")
        elif before is not now or advance(before, event) is not after:
            raise Moved(f"the history is at {now} and goes on with {before} --{event}--> {after}")
        now = after
    if now is None:
        raise Moved("a case without a history")
    return now
