"""The shop's own rules as values. Source: data/policy/shop.yml."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bot.errors import BadContent
from bot.messages import Words
from bot.shop.order import OrderState, ReturnRule, StateRule
from bot.shop.order_number import NumberForm
from bot.shop.reading import Section

FILE = "data/policy/shop.yml"


@dataclass(frozen=True, slots=True)
class Tier:
    id: str
    name: Words
    key_account: bool
    """A person is fetched sooner for these; courtesy and price are the same for all."""


@dataclass(frozen=True, slots=True)
class ShopPolicy:
    name: Words
    brand: Words
    currency: str
    zone: ZoneInfo
    number: NumberForm
    cancel: StateRule
    change_address: StateRule
    change_items: StateRule
    returns: ReturnRule
    exchange_after_repairs: int
    """The same fault once more after so many repairs: the customer may have a new one."""
    tiers: Mapping[str, Tier]
    warn_within_days: int
    """A benefit due within so many days is named before something irreversible."""
    raw: Mapping[str, Any]
    """The whole file, for the numbers that only texts and articles quote."""


def _state_rule(section: Section) -> StateRule:
    allowed = section.choices("allowed_in", OrderState)
    asked = section.choices("ask_a_person_in", OrderState)
    if both := allowed & asked:
        raise section.wrong("ask_a_person_in", f"also lists '{min(both)}', which allowed_in has: choose one")
    return StateRule(allowed, asked)


def _number_form(top: Section) -> NumberForm:
    try:
        return NumberForm.of(top.text("order_number"))
    except ValueError as problem:
        raise top.wrong("order_number", str(problem)) from None


def _tiers(top: Section) -> dict[str, Tier]:
    tiers = top.section("tiers")
    found = {}
    for id in tiers.raw:
        section = tiers.section(id)
        found[id] = Tier(id, section.as_words(), section.yes("key_account"))
    if not found:
        raise BadContent(f"{FILE}: tiers is empty; at least one is needed, the first is the default")
    return found


def read_policy(raw: object, file: str = FILE) -> ShopPolicy:
    """The policy from the parsed file. Raises BadContent naming file and key."""
    top = Section.of(file, raw)
    returns = top.section("returns")
    zone = top.zone("time_zone")
    return ShopPolicy(
        name=top.words("name"),
        brand=top.words("brand"),
        currency=top.text("currency"),
        zone=zone,
        number=_number_form(top),
        cancel=_state_rule(top.section("cancel")),
        change_address=_state_rule(top.section("change_address")),
        change_items=_state_rule(top.section("change_items")),
        returns=ReturnRule(
            days=returns.whole("days"),
            faulty_days=returns.whole("faulty_days"),
            zone=zone,
            ask_a_person_for=frozenset(returns.texts("ask_a_person_for")),
        ),
        exchange_after_repairs=top.section("warranty").whole("exchange_after_repairs"),
        tiers=_tiers(top),
        warn_within_days=top.section("benefits").whole("warn_within_days"),
        raw=top.raw,
    )
