"""The desk of data/policy/desk.yml, and with single numbers changed."""

from dataclasses import replace
from functools import cache
from typing import Any

from bot import datafile
from bot.handoff.policy import Desk, read_desk
from bot.hours import Hours
from bot.settings import ROOT

POLICY = ROOT / "data" / "policy"


@cache
def raw_desk() -> dict[str, Any]:
    return datafile.read(POLICY / "desk.yml")


@cache
def shop_hours() -> Hours:
    return Hours.load(datafile.read(POLICY / "hours.yml"))


def desk(**changed: Any) -> Desk:
    return replace(read_desk(raw_desk(), shop_hours()), **changed)
