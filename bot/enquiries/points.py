"""What the customer has coming: points, coupons and the rest, the first to expire first."""

from datetime import date, timedelta

from bot.enquiries import articles, own
from bot.enquiries.enquiry import Enquiry
from bot.messages import Money, Say, Text, Value
from bot.shop.benefit import Benefit, BenefitKind, is_open, is_usable, points
from bot.shop.policy import Tier

POINTS = "action_membership_points"
SHOWN = 8
"""Lines that can be read at a glance."""
SOON = timedelta(days=30)
"""What expires within this is marked, and points are told with their value."""


async def membership(e: Enquiry) -> list[Say]:
    """Tier, points and benefits with their last day. Without an account: how it works, and how to see one's own."""
    says, account = await own.account(e, POINTS)
    if account is None:
        return [*articles.of_intent(e, "membership_points"), *says]
    benefits = tuple(b for b in await own.benefits(e) if is_open(b, e.today))
    total = points(benefits, e.today)
    lines = tuple(_line(benefit, e) for benefit in sorted(benefits, key=lambda b: _order(b, e.today))[:SHOWN])
    values: dict[str, Value] = {"points": total, "tier": _tier(e, account.tier).name, "benefits": lines}
    how = articles.button(e, "membership_points", "benefits.how_button")
    return [*says, Say("benefits.all" if lines else "benefits.none", values, how)]


def _tier(e: Enquiry, key: str) -> Tier:
    """The customer's tier; an unknown or empty one is the first."""
    tiers = e.shop.policy.tiers
    return tiers.get(key) or next(iter(tiers.values()))


def _order(benefit: Benefit, today: date) -> tuple[bool, date, str]:
    """What can be used now first, of these what expires first; what falls due later at the end."""
    return not is_usable(benefit, today), benefit.expires_on or date.max, benefit.id


def _line(benefit: Benefit, e: Enquiry) -> Text:
    values: dict[str, Value] = {"name": _named(benefit, e.shop.policy.currency)}
    if benefit.due_on is not None and benefit.due_on > e.today:
        return Text("benefits.line_from", {**values, "date": benefit.due_on})
    if benefit.expires_on is None:
        return Text("benefits.line", values)
    soon = benefit.expires_on <= e.today + SOON
    return Text("benefits.line_soon" if soon else "benefits.line_until", {**values, "date": benefit.expires_on})


def _named(benefit: Benefit, currency: str) -> Value:
    """The name with what it is worth, or how much of it there is."""
    values: dict[str, Value] = {"name": benefit.name, "amount": benefit.amount}
    if benefit.kind is BenefitKind.POINTS:
        return Text("benefits.named_points", values)
    if benefit.value_cents:
        return Text("benefits.named_worth", {**values, "value": Money(benefit.value_cents, currency)})
    many = benefit.amount > 1 and benefit.kind is not BenefitKind.WARRANTY
    return Text("benefits.named_many", values) if many else benefit.name
