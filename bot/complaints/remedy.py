"""What may be offered, by whom, and how much. Pure; money in cents, rounded down. Source: data/policy/remedies.yml."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.complaints.complaint import Kind
from bot.datafile import Findings, Section
from bot.messages import Words
from bot.staff.account import Role

FILE = "data/policy/remedies.yml"
DELIVER = "deliver"
OPTIONS = 2
"""Two, so that the customer has the choice; one only when nothing else fits."""


class Authority(StrEnum):
    """Who may grant something, in rising order."""

    BOT = "bot"
    AGENT = "agent"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Remedy:
    id: str
    working: timedelta
    team: str
    percent: int = 0
    at_most_cents: int | None = None
    bot_up_to_cents: int = 0
    agent_up_to_cents: int = 0

    @property
    def costs_money(self) -> bool:
        return self.percent > 0


@dataclass(frozen=True, slots=True)
class Rule:
    """Empty sets mean any."""

    kind: Kind
    severities: frozenset[int]
    tiers: frozenset[str]
    options: tuple[str, ...]
    on_wish: tuple[str, ...]
    """Fits as well, but is only offered to whoever asks for it."""


@dataclass(frozen=True, slots=True)
class Goodwill:
    """Points given when a complaint ends solved."""

    points: Mapping[int, int]
    """By severity."""
    valid_days: int
    name: Words


@dataclass(frozen=True, slots=True)
class Scope:
    """What a role may grant without asking."""

    level: Authority
    case_cents: int | None = None
    """The money of one case all together; None: only the hard cap limits it."""


@dataclass(frozen=True, slots=True)
class RemedyPolicy:
    remedies: Mapping[str, Remedy]
    rules: tuple[Rule, ...]
    hard_cap_percent: int
    goodwill: Goodwill
    roles: Mapping[str, Scope]
    """By the role's name; a role that is not named grants nothing."""

    def rule(self, kind: Kind, severity: int, tier: str) -> Rule | None:
        """The first that matches."""
        return next(
            (
                rule
                for rule in self.rules
                if rule.kind is kind and severity in (rule.severities or {severity}) and tier in (rule.tiers or {tier})
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class Option:
    """A remedy for one case. `cents` is None where no money is part of it or the price is not known."""

    remedy: Remedy
    cents: int | None
    needs: Authority


def fitting(
    policy: RemedyPolicy, kind: Kind, severity: int, tier: str, paid: int | None, wish: str | None = None
) -> list[Option]:
    """Everything the policy has for such a complaint and wish; `paid` is what the order cost, if known."""
    if (rule := policy.rule(kind, severity, tier)) is None:
        return []
    names = (*rule.options, wish) if wish in rule.on_wish else rule.options
    return [option(policy, policy.remedies[id], paid) for id in names if id]


def feasible(options: list[Option], wish: str | None, delivered: bool) -> list[Option]:
    """Without what makes no sense: what has arrived is not delivered once more, unless the customer says otherwise."""
    return [o for o in options if not (o.remedy.id == DELIVER and delivered and wish != DELIVER)]


def option(policy: RemedyPolicy, remedy: Remedy, paid: int | None, given: int = 0) -> Option:
    """This remedy in figures. `given` is what the case has cost already: all together stays under the hard cap."""
    if not remedy.costs_money:
        return Option(remedy, None, Authority.BOT)
    if paid is None:
        return Option(remedy, None, Authority.AGENT)  # nobody spends money on an order that was not found
    cents = paid * remedy.percent // 100
    if remedy.at_most_cents is not None:
        cents = min(cents, remedy.at_most_cents)
    cents = max(0, min(cents, paid * policy.hard_cap_percent // 100 - given))
    return Option(remedy, cents, authority_for(remedy, cents))


def authority_for(remedy: Remedy, cents: int) -> Authority:
    """Who may grant so much of it."""
    if cents <= remedy.bot_up_to_cents:
        return Authority.BOT
    return Authority.AGENT if cents <= remedy.agent_up_to_cents else Authority.SUPERVISOR


def choose(options: list[Option], wish: str | None, rejected: Collection[str]) -> list[Option]:
    """What the bot offers: two, the wish first, nothing that was rejected.

    What it may grant itself comes first; where that is only one, the choice is completed by one that a colleague has
    to approve. Nothing when it may grant none of it.
    """
    left = sorted((o for o in options if o.remedy.id not in rejected), key=lambda o: o.remedy.id != wish)
    mine = [o for o in left if o.needs is Authority.BOT]
    with_approval = [o for o in left if o.needs is not Authority.BOT and o.cents is not None]
    return (mine + with_approval)[:OPTIONS] if mine else []


def needs_a_person(options: list[Option], wish: str | None) -> bool:
    """The customer wishes for something that the bot may not grant: too much, or nothing the policy has for this."""
    return wish is not None and not any(o.remedy.id == wish and o.needs is Authority.BOT for o in options)


def read_policy(raw: object, file: str = FILE) -> RemedyPolicy:
    """The policy from the parsed file. Raises BadContent that names the file and every wrong key."""
    findings = Findings()
    top = Section(raw, file, findings)
    top.only("hard_cap_percent", "remedies", "rules", "goodwill", "authority")
    listed = top.section("remedies")
    remedies = {str(id): _remedy(listed.section(str(id)), str(id)) for id in listed.values}
    policy = RemedyPolicy(
        remedies=remedies,
        rules=tuple(_rules(top, remedies)),
        hard_cap_percent=int(top.number("hard_cap_percent", 100, 150)),
        goodwill=_goodwill(top.section("goodwill")),
        roles=_roles(top.section("authority")),
    )
    findings.stop()
    return policy


def _roles(section: Section) -> Mapping[str, Scope]:
    section.only(*Role)
    found = {}
    for role in section.values:
        one = section.section(str(role))
        one.only("level", "case_cents")
        level = one.text("level")
        if level not in set(Authority):
            one.wrong("level", f"is '{level}'; known are: {', '.join(Authority)}")
            continue
        limit = one.whole("case_cents", 0, 10**12) if "case_cents" in one.values else None
        found[str(role)] = Scope(Authority(level), limit)
    return found


def _goodwill(section: Section) -> Goodwill:
    section.only("points", "valid_days", "name")
    points, name = section.section("points"), section.section("name")
    given = {severity: points.values.get(severity) for severity in (1, 2, 3, 4)}
    for severity, number in given.items():
        if not isinstance(number, int) or number < 0:
            points.wrong(severity, "must be a whole number of points, 0 for none")
    return Goodwill(
        {s: n if isinstance(n, int) else 0 for s, n in given.items()},
        int(section.number("valid_days", 1, 3650)),
        Words(name.text("zh"), name.text("en")),
    )


def _remedy(section: Section, id: str) -> Remedy:
    section.only("working_hours", "percent", "at_most_cents", "bot_up_to_cents", "agent_up_to_cents", "team")

    def cents(name: str) -> int:
        return int(section.number(name, 0, 10**9)) if name in section.values else 0

    return Remedy(
        id=id,
        working=timedelta(hours=section.number("working_hours", 1, 1000)),
        team=section.text("team"),
        percent=int(section.number("percent", 1, 150)) if "percent" in section.values else 0,
        at_most_cents=cents("at_most_cents") if "at_most_cents" in section.values else None,
        bot_up_to_cents=cents("bot_up_to_cents"),
        agent_up_to_cents=cents("agent_up_to_cents"),
    )


def _rules(top: Section, remedies: Mapping[str, Remedy]) -> list[Rule]:
    rules = []
    listed = top.values.get("rules", [])
    for number, raw in enumerate(listed if isinstance(listed, list) else [], start=1):
        section = Section(raw, top.file, top.findings, f"rules, number {number}")
        section.only("kind", "severity", "tier", "options", "on_wish")
        kind, options, on_wish = section.text("kind"), section.texts("options"), section.texts("on_wish")
        if kind not in set(Kind):
            section.wrong("kind", f"is '{kind}'; known are: {', '.join(Kind)}")
            continue
        for key, names in (("options", options), ("on_wish", on_wish)):
            for unknown in [o for o in names if o not in remedies]:
                section.wrong(key, f"names '{unknown}', which remedies does not list")
        severities = section.values.get("severity", [])
        rules.append(
            Rule(
                Kind(kind),
                frozenset(severities if isinstance(severities, list) else []),
                frozenset(section.texts("tier")),
                tuple(o for o in options if o in remedies),
                tuple(o for o in on_wish if o in remedies and o not in options),
            )
        )
    for kind_missing in [k for k in Kind if k not in {r.kind for r in rules}]:
        top.findings.add(top.file, "rules", f"have none for complaints of the kind '{kind_missing}'")
    return rules
