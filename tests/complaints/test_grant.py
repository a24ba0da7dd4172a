"""What a role may grant: the policy's numbers as sentences. Amounts in cents."""

import pytest

from bot.complaints import grant
from bot.complaints.complaint import Kind
from bot.complaints.grant import Purse, Ruling
from bot.complaints.promise import State
from bot.complaints.remedy import read_policy
from bot.errors import BadContent
from tests.complaints.desk import data

POLICY = data().rules.remedies
REFUND, COMPENSATION, EXCHANGE = (POLICY.remedies[name] for name in ("refund", "compensation", "exchange"))


@pytest.mark.parametrize(
    ("remedy", "cents", "paid", "given", "role", "ruling"),
    [
        (EXCHANGE, None, None, 0, "agent", Ruling.MINE),
        (EXCHANGE, None, None, 0, "marketer", Ruling.NO_ROLE),
        (REFUND, 100, None, 0, "administrator", Ruling.NO_ORDER),
        (REFUND, 6000_00, 6000_00, 0, "agent", Ruling.MINE),
        (REFUND, 6000_01, 6000_01, 0, "agent", Ruling.ABOVE_LEVEL),
        (REFUND, 6000_01, 6000_01, 0, "supervisor", Ruling.MINE),
        (COMPENSATION, 200_00, 6000_00, 0, "agent", Ruling.MINE),
        (COMPENSATION, 200_01, 6000_00, 0, "agent", Ruling.ABOVE_USUAL),
        (COMPENSATION, 200_01, 6000_00, 0, "supervisor", Ruling.MINE),
        (COMPENSATION, 200_00, 6000_00, 7900_00, "agent", Ruling.ABOVE_CASE),
        (COMPENSATION, 200_00, 6000_00, 7800_00, "agent", Ruling.MINE),
        (COMPENSATION, 3000_01, 6000_00, 6000_00, "administrator", Ruling.ABOVE_CAP),
        (COMPENSATION, 3000_00, 6000_00, 6000_00, "administrator", Ruling.MINE),
        (REFUND, 30001_00, 40000_00, 0, "supervisor", Ruling.ABOVE_CASE),
        (REFUND, 0, 6000_00, 0, "administrator", Ruling.ABOVE_CAP),
    ],
)
def test_what_a_role_may_grant(remedy, cents, paid, given, role, ruling):
    assert grant.judge(POLICY, remedy, cents, Purse(paid, given), role) is ruling


def test_everything_the_policy_has_for_the_kind_is_shown_with_what_it_would_cost():
    found = grant.choices(POLICY, Kind.DELIVERY, 3, "", Purse(1000_00, 0), "agent")
    assert [(c.remedy.id, c.usual_cents, c.most_cents) for c in found] == [
        ("deliver", None, None),
        ("refund", 1000_00, 1500_00),
        ("compensation", 100_00, 1500_00),
        ("exchange", None, None),
        ("repair", None, None),
        ("apology", None, None),
        ("explanation", None, None),
    ]


def test_broken_and_withdrawn_promises_cost_nothing():
    assert (
        grant.given([(State.OPEN, 5), (State.KEPT, 7), (State.LATE, 11), (State.BROKEN, 13), (State.OPEN, None)]) == 23
    )


def test_an_unknown_role_or_level_is_named():
    raw = {
        "hard_cap_percent": 150,
        "remedies": {},
        "rules": [],
        "goodwill": {"points": {}, "valid_days": 1, "name": {"zh": "a", "en": "a"}},
        "authority": {"boss": {"level": "agent"}, "agent": {"level": "owner"}},
    }
    with pytest.raises(BadContent) as found:
        read_policy(raw)
    assert "'authority.boss' is unknown here" in str(found.value)
    assert "'authority.agent.level' is 'owner'; known are: bot, agent, supervisor" in str(found.value)
