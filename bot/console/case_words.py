"""What a line of a case's history says beside its name, as a person reads it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.complaints.casework import What
from bot.console.casework import money, number, remedy_name, team_name
from bot.console.frame import Frame
from bot.console.settings import moment
from bot.desk.case_file import Line

LABELS = {What.EMOTION: "cases.level", What.SEVERITY: "cases.severity", What.KIND: "desk.kind"}
"""Texts for what was corrected from one to another."""


def detail(frame: Frame, line: Line) -> str:
    """Remedies by their names, amounts in money, dates on the shop's clock; the ids of rows are left out."""
    known = dict(line.detail)
    if (label := LABELS.get(What(line.what))) is not None:
        before, after = (frame.words(f"{label}_{known[name]}") for name in ("from", "to"))
        return f"({before} → {after})"
    parts = [_remedy(frame, one) for one in known.get("options", [known] if "remedy" in known else [])]
    for name in ("into", "taken_in"):
        if name in known:
            parts.append(number(known[name]))
    if "from" in known:
        parts.append(f"{_moment(frame, known['from'])} → {_moment(frame, known['to'])}")
    elif known.get("to"):
        to = known["to"]
        parts.append(number(to) if isinstance(to, int) else team_name(frame, str(to)))
    if known.get("cause"):
        key = f"cases.cause_{known['cause']}"
        parts.append(frame.words(key) if frame.words.has(key) else str(known["cause"]))
    return f"({'; '.join(parts)})" if parts else ""


def _remedy(frame: Frame, one: Mapping[str, Any]) -> str:
    said = remedy_name(frame, str(one["remedy"]))
    if one.get("cents") is not None:
        said += f" {money(frame, one['cents'])}"
    return f"{said}, {_moment(frame, one['due'])}" if one.get("due") else said


def _moment(frame: Frame, written: str) -> str:
    return moment(frame, datetime.fromisoformat(written))
