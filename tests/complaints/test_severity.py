"""How grave a complaint is, and by when what is owed, as the shipped policy says."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import datafile
from bot.complaints.complaint import Kind
from bot.complaints.emotion import LISTS
from bot.complaints.severity import Due, Severities, Severity
from bot.errors import BadContent
from bot.worktime import Hours, is_open

POLICY = Path(__file__).parent.parent.parent / "data/policy"
RAW: dict[str, Any] = datafile.read(POLICY / "severity.yml")
SEVERITIES = Severities.load(RAW)
OFFICE = ["09:00-12:00", "13:00-18:00"]
WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), OFFICE)
HOURS = Hours.load({"zone": "Asia/Shanghai", "week": WEEK})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


TUESDAY = at("2026-11-24 16:00")
FRIDAY_NIGHT = at("2026-11-27 22:00")


@pytest.mark.parametrize(
    ("kind", "groups", "more", "severity"),
    [
        (Kind.PRODUCT, (), {}, 3),
        (Kind.DELIVERY, ("impatience",), {}, 3),
        (Kind.BILLING, (), {}, 2),
        (Kind.PRODUCT, ("safety",), {}, 1),
        (Kind.SERVICE, ("threat_external",), {}, 1),
        (Kind.SERVICE, ("privacy_leak",), {}, 1),
        (Kind.PRODUCT, ("payment_dispute",), {}, 2),
        (Kind.BILLING, ("abuse", "safety"), {}, 1),
        (Kind.PRODUCT, (), {"tier": "key"}, 2),
        (Kind.PRODUCT, (), {"tier": "silver"}, 3),
        (Kind.PRODUCT, (), {"cents": 500_000}, 2),
        (Kind.PRODUCT, (), {"cents": 499_999}, 3),
        (Kind.PRODUCT, (), {"missed_promises": 1}, 2),
        (Kind.PRODUCT, (), {"missed_promises": 5}, 1),
        ("of another kind", (), {}, 3),
    ],
)
def test_the_gravest_of_all_that_applies(kind, groups, more, severity):
    assert SEVERITIES.of(kind, groups, **more) == severity


@given(
    st.sampled_from(Kind),
    st.sets(st.sampled_from(LISTS)),
    st.sampled_from(LISTS),
    st.sampled_from(["", "key"]),
    st.integers(0, 10**7),
    st.integers(0, 9),
)
def test_nothing_that_is_added_makes_it_less_grave(kind, groups, another, tier, cents, missed):
    before = SEVERITIES.of(kind, groups)
    assert SEVERITIES.of(kind, groups | {another}, tier, cents=cents, missed_promises=missed) <= before


@pytest.mark.parametrize(
    ("severity", "moment", "first", "proposal", "resolve"),
    [
        (1, FRIDAY_NIGHT, "2026-11-27 22:15", "2026-11-28 00:00", "2026-11-28 22:00"),  # day and night
        (2, TUESDAY, "2026-11-24 16:30", "2026-11-25 11:00", "2026-11-26 18:00"),
        (3, TUESDAY, "2026-11-24 18:00", "2026-11-25 18:00", "2026-11-27 18:00"),
        (4, TUESDAY, "2026-11-25 18:00", "2026-11-26 18:00", "2026-12-01 18:00"),
        (3, FRIDAY_NIGHT, "2026-11-30 11:00", "2026-12-01 18:00", "2026-12-03 18:00"),
    ],
)
def test_what_is_owed_and_until_when(severity, moment, first, proposal, resolve):
    assert SEVERITIES.due(severity, moment, HOURS) == Due(at(first), at(proposal), at(resolve))


@pytest.mark.parametrize(
    ("severity", "moment", "told"),
    [
        (1, FRIDAY_NIGHT, "2026-11-28 00:00"),
        (2, TUESDAY, "2026-11-25 16:00"),
        (3, TUESDAY, "2026-11-25 18:00"),
    ],
)
def test_when_the_customer_is_told_next(severity, moment, told):
    assert SEVERITIES.next_progress(severity, moment, HOURS) == at(told)


def test_a_small_matter_is_told_about_at_the_end():
    assert SEVERITIES.next_progress(Severity.LOW, TUESDAY, HOURS) is None


@given(st.timedeltas(timedelta(0), timedelta(days=30)), st.sampled_from([2, 3, 4]))
def test_the_steps_come_in_order_and_the_graver_the_sooner(passed, severity):
    moment = TUESDAY + passed
    due = SEVERITIES.due(severity, moment, HOURS)
    assert moment < due.first_reply <= due.proposal <= due.resolve
    graver = SEVERITIES.due(severity - 1, moment, HOURS)
    assert graver.first_reply <= due.first_reply
    assert graver.resolve <= due.resolve
    assert is_open(HOURS, due.first_reply - timedelta(microseconds=1))


def change(path: str, value: Any) -> dict[str, Any]:
    data = deepcopy(RAW)
    *folders, last = path.split(".")
    part = data
    for name in folders:
        part = part[name]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("times.high", None, "'times.high' is missing"),
        ("times.hgih", {}, "'times.hgih' is unknown here"),
        ("times.high.clock", "sometimes", "'times.high.clock' is 'sometimes'; it must be always or working"),
        ("times.high.resolve", "2 weeks", "'times.high.resolve' is '2 weeks'; write a time like 30m, 4h or 2wd"),
        ("times.high.resolve", 48, "'times.high.resolve' must be a text, not '48'"),
        ("times.high.resolve", "0h", "'times.high.resolve' is '0h'"),
        ("times.high.proposal", "at_the_end", "'times.high.proposal' is 'at_the_end'"),
        ("times.high.progress", None, "'times.high.progress' is missing"),
        ("usual", "medium", "'usual' is 'medium'; known are: critical, high, normal, low"),
        ("kinds.prodcut", "high", "'kinds.prodcut' is unknown here"),
        ("groups.fire", "critical", "'groups.fire' is unknown here"),
        ("groups.safety", "very", "'groups.safety' is 'very'"),
        ("tiers.key", 2, "'tiers.key' must be a text, not '2'"),
        ("large_cents", 0, "'large_cents' must be a number from 1"),
        ("larg_cents", 5, "'larg_cents' is unknown here"),
    ],
)
def test_a_broken_policy_is_named_with_its_key(path, value, message):
    with pytest.raises(BadContent) as error:
        Severities.load(change(path, value))
    assert str(error.value).startswith("data/policy/severity.yml: ")
    assert message in str(error.value)


def test_the_tiers_of_the_policy_are_tiers_of_the_shop():
    assert set(RAW["tiers"]) <= set(datafile.read(POLICY / "shop.yml")["tiers"])
