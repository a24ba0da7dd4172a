"""How the desk works: everything of data/policy/desk.yml, read strictly. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.datafile import Findings, Section, plain
from bot.handoff.call_back import CallBacks
from bot.handoff.queue import LEAST_URGENT, MOST_URGENT, Estimates, Reason, Urgency
from bot.handoff.ringing import Ringing
from bot.handoff.sla import Targets
from bot.hours import Hours

FILE = "data/policy/desk.yml"
E = TypeVar("E", bound=StrEnum)


class Assignment(StrEnum):
    AUTOMATIC = "automatic"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Attendance:
    """When somebody counts as gone. Source: data/policy/desk.yml, `presence`."""

    grace: timedelta
    """So long after its last sign of life a console that was lost still counts."""
    give_back: timedelta
    """Working time after which the customers who wait for somebody who is gone go back into the queue."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the shop says of its desk; `hours` from data/policy/hours.yml."""

    hours: Hours
    minutes_each: float
    """How long a conversation keeps a person, while the recent pace is not known."""
    day_from: int
    day_until: int
    """Hours of the customer's day in which the bot may write unasked."""
    assignment: Assignment
    overflow: timedelta
    """After so long anybody may be given what is for a team or a language."""
    urgency: Urgency
    estimates: Estimates
    around_the_clock: frozenset[Reason]
    """Somebody is called out of hours for these."""
    teams: Mapping[Reason, str]
    """Which team gets what first; what is not named is everybody's."""
    attendance: Attendance
    call_backs: CallBacks
    ringing: Ringing
    targets: Mapping[int, Targets]
    """By priority, every one from 1 to 4."""
    warn_percent: int
    """Staff are told when so much of a target's time is gone."""

    def is_daytime(self, at: datetime, zone: ZoneInfo) -> bool:
        return self.day_from <= at.astimezone(zone).hour < self.day_until

    def hours_for(self, reason: Reason) -> Hours | None:
        """The calendar that waiting is counted with; None: every hour counts."""
        return None if reason in self.around_the_clock else self.hours


def read_desk(raw: object, hours: Hours, file: str = FILE) -> Desk:
    """The desk from the parsed file. Raises BadContent that names the file and every wrong key."""
    findings = Findings()
    top = Section(raw, file, findings)
    top.only(
        *("minutes_each", "nobody_online_minutes", "somebody_free_minutes", "late_again_minutes", "daytime"),
        *("assignment", "overflow_minutes", "priority", "around_the_clock", "teams", "presence", "call_back"),
        *("alerts", "targets", "warn_percent"),
    )
    day = top.section("daytime")
    day.only("from", "until")
    desk = Desk(
        hours=hours,
        minutes_each=top.number("minutes_each", 1, 240),
        day_from=day.whole("from", 0, 12),
        day_until=day.whole("until", 13, 24),
        assignment=_one(Assignment, top, "assignment", Assignment.MANUAL),
        overflow=_minutes(top, "overflow_minutes", 0, 1440),
        urgency=_urgency(top.section("priority")),
        estimates=_estimates(top),
        around_the_clock=frozenset(_reasons(top, "around_the_clock")),
        teams=_teams(top.section("teams", required=False)),
        attendance=_attendance(top.section("presence")),
        call_backs=_call_backs(top.section("call_back")),
        ringing=_ringing(top.section("alerts")),
        targets=_targets(top.section("targets")),
        warn_percent=top.whole("warn_percent", 10, 99),
    )
    findings.stop()
    return desk


def _minutes(section: Section, name: str, low: float, high: float) -> timedelta:
    return timedelta(minutes=section.number(name, low, high))


def _one(kind: type[E], section: Section, name: str, otherwise: E) -> E:
    value = section.text(name)
    if value not in set(kind):
        section.wrong(name, f"must be one of {', '.join(kind)}, not {plain(value)}")
        return otherwise
    return kind(value)


def _reasons(section: Section, name: str) -> list[Reason]:
    found = section.texts(name)
    for text in found:
        if text not in set(Reason):
            section.wrong(name, f"names an unknown reason: '{text}' (known are: {', '.join(Reason)})")
    return [Reason(text) for text in found if text in set(Reason)]


def _numbered(section: Section) -> Section:
    """The same with its names as texts: `1:` and `"1":` are one name."""
    section.values = {str(name): value for name, value in section.values.items()}
    return section


def _estimates(top: Section) -> Estimates:
    again = top.values.get("late_again_minutes")
    good = isinstance(again, list) and again and all(type(m) is int and 5 <= m <= 1440 for m in again)
    if not good:
        top.wrong("late_again_minutes", f"must be a list of whole minutes from 5 to 1440, not {plain(again)}")
    steps = tuple(timedelta(minutes=m) for m in again) if isinstance(again, list) and good else ()
    return Estimates(top.whole("somebody_free_minutes", 1, 60), top.whole("nobody_online_minutes", 0, 480), steps)


def _urgency(section: Section) -> Urgency:
    section.only("usual", "reasons", "tiers", "emotion", "waiting_minutes", "limit")
    reasons, tiers, emotion = (section.section(name, required=False) for name in ("reasons", "tiers", "emotion"))
    reasons.only(*Reason)
    emotion = _numbered(emotion)
    emotion_steps = {level: emotion.whole(str(level), 0, 3) for level in range(4) if str(level) in emotion.values}
    emotion.only(*(str(level) for level in range(4)))
    return Urgency(
        usual=section.whole("usual", MOST_URGENT, LEAST_URGENT),
        reasons={
            Reason(str(n)): reasons.whole(str(n), MOST_URGENT, LEAST_URGENT) for n in reasons.values if n in set(Reason)
        },
        tiers={str(name): tiers.whole(str(name), 0, 3) for name in tiers.values},
        emotion=emotion_steps,
        waiting=_minutes(section, "waiting_minutes", 1, 1440),
        limit=section.whole("limit", MOST_URGENT, LEAST_URGENT),
    )


def _teams(section: Section) -> dict[Reason, str]:
    """From "team: [reasons]" to the team of each reason."""
    found: dict[Reason, str] = {}
    for name in section.values:
        for reason in _reasons(section, str(name)):
            if reason in found:
                section.wrong(name, f"names '{reason}', which '{found[reason]}' has already")
            found[reason] = str(name)
    return found


def _attendance(section: Section) -> Attendance:
    section.only("grace_seconds", "give_back_minutes")
    grace = timedelta(seconds=section.number("grace_seconds", 15, 3600))
    return Attendance(grace, _minutes(section, "give_back_minutes", 1, 1440))


def _call_backs(section: Section) -> CallBacks:
    section.only("slot_minutes", "customers_per_slot", "offered", "remind_minutes")
    minutes = section.whole("slot_minutes", 5, 240)
    if minutes and 24 * 60 % minutes:
        section.wrong("slot_minutes", f"must divide a day evenly (15, 30, 60 …), not '{minutes}'")
        minutes = 60
    return CallBacks(
        timedelta(minutes=minutes),
        section.whole("customers_per_slot", 1, 100),
        section.whole("offered", 1, 6),
        _minutes(section, "remind_minutes", 1, 240),
    )


def _ringing(section: Section) -> Ringing:
    section.only("repeat_minutes", "team_after_minutes", "supervisors_after_minutes")
    return Ringing(
        _minutes(section, "repeat_minutes", 0.5, 240),
        _minutes(section, "team_after_minutes", 0, 1440),
        _minutes(section, "supervisors_after_minutes", 0, 1440),
    )


def _targets(section: Section) -> dict[int, Targets]:
    section = _numbered(section)
    names = [str(priority) for priority in range(MOST_URGENT, LEAST_URGENT + 1)]
    section.only(*names)
    found: dict[int, Targets] = {}
    for name in names:
        of = section.section(name)
        of.only("first_reply_minutes", "answer_minutes", "resolution_hours")
        found[int(name)] = Targets(
            _minutes(of, "first_reply_minutes", 1, 10080),
            _minutes(of, "answer_minutes", 1, 10080),
            timedelta(hours=of.number("resolution_hours", 0.5, 1000)),
        )
    return found
