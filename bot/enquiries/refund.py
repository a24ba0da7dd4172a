"""When money will be back. Pure. Source: data/policy/shop.yml, `refund` and `returns`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot import worktime
from bot.hours import Hours
from bot.shop.policy import FILE
from bot.shop.reading import Section


@dataclass(frozen=True, slots=True)
class RefundTimes:
    not_shipped_hours: int
    """From the cancellation of an order that has not left to our yes."""
    check_working_days: int
    """From the goods' arrival at our warehouse to our yes or no."""
    money_working_days: int
    """From our yes to the money, by the slowest way of payment: the bot does not know which it was."""
    fee_small_cents: int
    fee_large_cents: int
    """What the way back costs after a change of mind; large: only where it has been unpacked."""


def read_refund_times(raw: Mapping[str, Any], file: str = FILE) -> RefundTimes:
    """From the whole parsed file. Raises BadContent naming file and key."""
    top = Section.of(file, raw)
    refund, returns = top.section("refund"), top.section("returns")
    ways = ("wallet_working_days", "card_working_days", "transfer_working_days")
    return RefundTimes(
        not_shipped_hours=refund.whole("not_shipped_hours"),
        check_working_days=refund.whole("check_working_days"),
        money_working_days=max(refund.whole(way) for way in ways),
        fee_small_cents=returns.whole("return_fee_small_cents"),
        fee_large_cents=returns.whole("return_fee_large_cents"),
    )


def due_after_cancelling(times: RefundTimes, hours: Hours, at: datetime) -> date:
    """The last day on which the money is back, in the shop's zone."""
    agreed = at + timedelta(hours=times.not_shipped_hours)
    return _working_day(hours, agreed, times.money_working_days)


def due_after_arrival(times: RefundTimes, hours: Hours, arrived: datetime) -> date:
    """The last day on which the money is back when the goods reach the warehouse at `arrived`, in the shop's zone."""
    return _working_day(hours, arrived, times.check_working_days + times.money_working_days)


def _working_day(hours: Hours, at: datetime, days: int) -> date:
    return worktime.end_of_working_day(hours, at, days).astimezone(hours.zone).date()
