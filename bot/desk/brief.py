"""What to know before one answers a complaint: the need at this stage, what was tried, what was promised. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.complaints.complaint import Kind, Stage
from bot.complaints.promise import State as PromiseState
from bot.complaints.tables import Case, Promise, Step


@dataclass(frozen=True, slots=True)
class Felt:
    """The customer's emotion at a step of the complaint."""

    at: datetime
    level: int
    event: str


@dataclass(frozen=True, slots=True)
class Offer:
    remedy: str
    cents: int
    due: str
    """ISO; when it was said to be done."""
    answer: str
    """accepted, rejected, open or passed (another of the same round was chosen, or a later round followed)."""


@dataclass(frozen=True, slots=True)
class Promised:
    id: int
    remedy: str
    cents: int
    owner: str
    due_at: datetime
    state: PromiseState


@dataclass(frozen=True, slots=True)
class Brief:
    case_id: int
    kind: Kind
    stage: Stage
    stage_since: datetime
    severity: int
    level: int
    peak: int
    reasons: tuple[Mapping[str, Any], ...]
    """Why we think the customer feels so: [{"group", "phrase"}]."""
    path: tuple[Felt, ...]
    tried: tuple[Offer, ...]
    promises: tuple[Promised, ...]
    """Open ones first, then by date."""
    wish: str
    """A remedy's name, or what the customer said; empty when it is not known."""
    told: tuple[str, ...]
    """The customer's own story."""
    order: str
    product: str
    failures: int
    is_repeat: bool


def brief(case: Case, steps: Sequence[Step], promises: Sequence[Promise]) -> Brief:
    """From the case as it is stored; facts that are missing are empty."""
    facts = case.facts or {}
    order = sorted(promises, key=lambda p: (p.state is not PromiseState.OPEN, p.due_at))
    return Brief(
        case_id=case.id,
        kind=case.kind,
        stage=case.stage,
        stage_since=case.stage_since,
        severity=case.severity,
        level=case.level,
        peak=case.peak,
        reasons=tuple(case.level_reasons or ()),
        path=tuple(Felt(step.at, step.level, step.event.value) for step in steps),
        tried=tuple(offer for number, said in enumerate(case.offers) for offer in _offers(case.offers, number, said)),
        promises=tuple(
            Promised(p.id, p.remedy, int((p.what or {}).get("cents") or 0), p.owner, p.due_at, p.state) for p in order
        ),
        wish=str(facts.get("wish") or ""),
        told=tuple(facts.get("told") or ()),
        order=str(facts.get("order") or ""),
        product=str(facts.get("product_words") or facts.get("product") or ""),
        failures=case.failure_count,
        is_repeat=case.repeat_of is not None,
    )


def _offers(rounds: Sequence[Mapping[str, Any]], number: int, said: Mapping[str, Any]) -> list[Offer]:
    answer = str(said.get("answer") or "")
    is_last = number == len(rounds) - 1
    return [
        Offer(o["id"], int(o.get("cents") or 0), str(o.get("due") or ""), _answer(answer, o["id"], is_last))
        for o in said["options"]
    ]


def _answer(answer: str, option: str, is_last: bool) -> str:
    if answer == f"accepted:{option}":
        return "accepted"
    if answer == "rejected":
        return "rejected"
    return "open" if is_last and not answer else "passed"
