"""How grave a complaint is, and until when what is owed. Pure. Source: data/policy/severity.yml."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from types import MappingProxyType

from bot.complaints.complaint import Kind
from bot.complaints.emotion import LISTS
from bot.datafile import Findings, Section
from bot.hours import Hours
from bot.worktime import add_working, end_of_working_day

FILE = "data/policy/severity.yml"
TERM = re.compile(r"(\d{1,4}) ?(m|h|wd)")
LENGTHS = {"m": "minutes", "h": "hours"}
ALWAYS, WORKING, AT_THE_END = "always", "working", "at_the_end"


class Severity(IntEnum):
    """1 is the gravest."""

    CRITICAL = 1
    HIGH = 2
    NORMAL = 3
    LOW = 4


@dataclass(frozen=True, slots=True)
class Term:
    """How much time something may take: a length, or the end of the n-th working day after."""

    length: timedelta = timedelta()
    working_days: int = 0

    def after(self, at: datetime, hours: Hours, always: bool) -> datetime:
        """When it is over, aware UTC. A length counts working time, or every minute when `always`."""
        if self.working_days:
            return end_of_working_day(hours, at, self.working_days)
        return at + self.length if always else add_working(hours, at, self.length)


@dataclass(frozen=True, slots=True)
class Times:
    """What is owed at a severity."""

    always: bool
    """Lengths count day and night, not only working time."""
    first_reply: Term
    proposal: Term
    resolve: Term
    progress: Term | None
    """How often the customer is told without asking; None: only at the end."""


@dataclass(frozen=True, slots=True)
class Due:
    """By when a complaint that came in at a moment has what it is owed. Aware UTC."""

    first_reply: datetime
    proposal: datetime
    resolve: datetime


@dataclass(frozen=True, slots=True)
class Severities:
    times: Mapping[Severity, Times]
    usual: Severity
    kinds: Mapping[str, Severity]
    groups: Mapping[str, Severity]
    """By the lexicon's group (data/policy/emotion.yml)."""
    tiers: Mapping[str, Severity]
    large_cents: int
    """From this amount at stake on, at least HIGH."""

    @staticmethod
    def load(data: object, file: str = FILE) -> "Severities":
        """Raises BadContent that names the file and every wrong key."""
        return _load(data, file)

    def of(
        self, kind: str, groups: Collection[str] = (), tier: str = "", *, cents: int = 0, missed_promises: int = 0
    ) -> Severity:
        """The gravest of what speaks for itself: kind, words, tier, and the money at stake (in cents).

        Without any of them the usual one. Every promise that was missed makes it one step graver.
        """
        found = [self.kinds.get(kind, self.usual), *(self.groups[group] for group in groups if group in self.groups)]
        if tier in self.tiers:
            found.append(self.tiers[tier])
        if cents >= self.large_cents:
            found.append(Severity.HIGH)
        return Severity(max(Severity.CRITICAL, min(found) - missed_promises))

    def of_words(self, groups: Collection[str], usual: int) -> int:
        """The gravest that words of these groups speak of; `usual` where they speak of none."""
        return min((self.groups[group] for group in groups if group in self.groups), default=usual)

    def due(self, severity: int, at: datetime, hours: Hours) -> Due:
        times = self.times[Severity(severity)]
        first, proposal, resolve = (
            term.after(at, hours, times.always) for term in (times.first_reply, times.proposal, times.resolve)
        )
        return Due(first, proposal, resolve)

    def next_progress(self, severity: int, at: datetime, hours: Hours) -> datetime | None:
        """When the customer is told next after `at`, unasked; None: only at the end."""
        times = self.times[Severity(severity)]
        return times.progress.after(at, hours, times.always) if times.progress else None


def _load(data: object, file: str) -> Severities:
    findings = Findings()
    top = Section(data, file, findings)
    top.only("times", "usual", "kinds", "groups", "tiers", "large_cents")
    listed = top.section("times")
    listed.only(*(severity.name.lower() for severity in Severity))
    kinds, groups = top.section("kinds"), top.section("groups")
    kinds.only(*Kind)
    groups.only(*LISTS)
    severities = Severities(
        times=MappingProxyType({severity: _times(listed.section(severity.name.lower())) for severity in Severity}),
        usual=_severity(top, "usual"),
        kinds=_severities(kinds),
        groups=_severities(groups),
        tiers=_severities(top.section("tiers")),
        large_cents=top.whole("large_cents", 1, 10**12),
    )
    findings.stop()
    return severities


def _severities(section: Section) -> Mapping[str, Severity]:
    return MappingProxyType({str(name): _severity(section, str(name)) for name in section.values})


def _severity(section: Section, name: str) -> Severity:
    written = section.text(name)
    if written.upper() in Severity.__members__:
        return Severity[written.upper()]
    if written:
        known = ", ".join(severity.name.lower() for severity in Severity)
        section.wrong(name, f"is '{written}'; known are: {known}")
    return Severity.NORMAL


def _times(section: Section) -> Times:
    section.only("clock", "first_reply", "proposal", "resolve", "progress")
    clock = section.text("clock")
    if clock and clock not in (ALWAYS, WORKING):
        section.wrong("clock", f"is '{clock}'; it must be {ALWAYS} or {WORKING}")
    silent = section.values.get("progress") == AT_THE_END
    return Times(
        clock == ALWAYS,
        _term(section, "first_reply"),
        _term(section, "proposal"),
        _term(section, "resolve"),
        None if silent else _term(section, "progress"),
    )


def _term(section: Section, name: str) -> Term:
    written = section.text(name)
    match = TERM.fullmatch(written)
    if match and int(match[1]):
        number, unit = int(match[1]), match[2]
        return Term(working_days=number) if unit == "wd" else Term(timedelta(**{LENGTHS[unit]: number}))
    if written:
        section.wrong(name, f"is '{written}'; write a time like 30m, 4h or 2wd (minutes, hours, working days)")
    return Term(timedelta(hours=1))
