"""What the crowd of the demo shop has coming. Source: `benefits` in data/demo/people.yml."""

from collections.abc import Iterator, Sequence
from random import Random

from bot.shop.benefit import Benefit, BenefitKind, Request
from bot.shop.customer import CustomerRecord
from bot.shop.demo_cast import Stage
from bot.shop.order import AWAITED, Order, OrderState
from bot.shop.reading import Section

UNTIL_GOODBYE = frozenset({Request.DELETE_ACCOUNT})


def benefits_of(
    customer: CustomerRecord, orders: Sequence[Order], presents: Section, stage: Stage, random: Random
) -> Iterator[Benefit]:
    """Points for most; coupons, a longer warranty, a membership, a contract bonus, gifts for some."""
    id, on = f"B-{customer.id}", stage.days.on
    delivered = [order for order in orders if order.state is OrderState.DELIVERED]
    if random.randrange(10) < 7:
        yield _points(f"{id}-1", customer, presents, stage, random)
    if random.randrange(10) < 4:
        yield _coupon(f"{id}-2", customer, orders, presents, stage, random)
    if delivered and random.randrange(10) < 2:
        more = presents.section("warranty")
        yield Benefit(
            f"{id}-3",
            customer.id,
            BenefitKind.WARRANTY,
            more.as_words(),
            more.whole("months"),
            order_id=delivered[0].id,
            lost_if=frozenset({Request.RETURN}),
        )
    if customer.tier != next(iter(stage.policy.tiers)):
        yield Benefit(
            f"{id}-4",
            customer.id,
            BenefitKind.MEMBERSHIP,
            presents.words("membership"),
            expires_on=on(random.randint(5, 350)),
            lost_if=UNTIL_GOODBYE,
        )
    if random.randrange(20) == 0:
        bonus = presents.section("contract")
        yield Benefit(
            f"{id}-5",
            customer.id,
            BenefitKind.CONTRACT,
            bonus.as_words(),
            value_cents=bonus.whole("worth"),
            due_on=on(random.randint(1, 60)),
            lost_if=UNTIL_GOODBYE | {Request.WITHDRAW},
        )
    if delivered and random.randrange(15) == 0:
        gift = presents.section("gift")
        yield Benefit(
            f"{id}-6",
            customer.id,
            BenefitKind.GIFT,
            gift.as_words(),
            value_cents=gift.whole("worth"),
            expires_on=on(random.randint(3, 60)),
            order_id=delivered[-1].id,
        )


def _points(id: str, customer: CustomerRecord, presents: Section, stage: Stage, random: Random) -> Benefit:
    """A quarter of them end within a month."""
    amount = random.randint(100, 6000)
    worth = Section.of("data/policy/shop.yml", stage.policy.raw).section("points").whole("worth_cents")
    ends = random.randint(1, 29) if random.randrange(4) == 0 else random.randint(30, 364)
    return Benefit(
        id,
        customer.id,
        BenefitKind.POINTS,
        presents.words("points"),
        amount,
        amount * worth,
        expires_on=stage.days.on(ends),
        lost_if=UNTIL_GOODBYE,
    )


def _coupon(
    id: str, customer: CustomerRecord, orders: Sequence[Order], presents: Section, stage: Stage, random: Random
) -> Benefit:
    """Bound to an order on its way where there is one; else free, now and then used or already over."""
    kind = random.choice(presents.sections("coupons"))
    bound = next((order for order in orders if order.state in AWAITED), None)
    return Benefit(
        id,
        customer.id,
        BenefitKind.COUPON,
        kind.as_words(),
        value_cents=kind.whole("worth"),
        expires_on=stage.days.on(random.randint(-5, 60)),
        order_id=bound.id if bound else None,
        lost_if=frozenset({Request.CANCEL, Request.RETURN}) if bound else UNTIL_GOODBYE,
        used=bound is None and random.randrange(6) == 0,
    )
