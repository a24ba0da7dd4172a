"""data/policy/desk.yml is read strictly: who changes it is told what is wrong, by name."""

import copy
from typing import Any

import pytest

from bot.errors import BadContent
from bot.handoff.policy import read_desk
from bot.handoff.queue import Reason
from tests.handoff.policies import desk, raw_desk, shop_hours


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"assignment": "magic"}, "'assignment' must be one of automatic, manual, not 'magic'"),
        ({"late_again_minutes": []}, "'late_again_minutes' must be a list of whole minutes"),
        ({"late_again_minutes": [1]}, "'late_again_minutes' must be a list of whole minutes"),
        ({"around_the_clock": ["safty"]}, "'around_the_clock' names an unknown reason: 'safty'"),
        ({"teams": {"law": ["legal"], "fire": ["legal"]}}, "'teams.fire' names 'legal', which 'law' has already"),
        (
            {"call_back": {"slot_minutes": 7, "customers_per_slot": 1, "offered": 4, "remind_minutes": 5}},
            "divide a day",
        ),
        ({"targets": {1: {}}}, "'targets.2' is missing"),
        ({"colour": "blue"}, "'colour' is unknown here"),
        ({"warn_percent": 100}, "'warn_percent' must be a number from 10 to 99"),
    ],
)
def test_a_mistake_is_told_with_its_name(change: dict[str, Any], told: str) -> None:
    with pytest.raises(BadContent) as error:
        read_desk({**copy.deepcopy(raw_desk()), **change}, shop_hours())
    assert told in str(error.value)


def test_a_misspelt_reason_of_a_priority_is_told() -> None:
    raw = copy.deepcopy(raw_desk())
    raw["priority"]["reasons"]["leagl"] = 1
    with pytest.raises(BadContent, match=r"priority.reasons.leagl' is unknown"):
        read_desk(raw, shop_hours())


def test_teams_are_read_by_reason() -> None:
    raw = {**raw_desk(), "teams": {"law": ["legal", "privacy"]}}
    assert read_desk(raw, shop_hours()).teams == {Reason.LEGAL: "law", Reason.PRIVACY: "law"}


def test_priorities_of_grave_reasons_are_in_the_file() -> None:
    reasons = desk().urgency.reasons
    assert {reason for reason, priority in reasons.items() if priority == 1} == {
        *(Reason.SAFETY, Reason.LIFE_EVENT, Reason.LEGAL, Reason.PRIVACY, Reason.FRAUD)
    }
