"""The crowd of the demo shop: customers by the hundred, orders in every state, late ones, benefits near their end.

Seeded: the same people and order numbers on every day. Source: data/demo/people.yml.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from random import Random

from bot.shop.benefit import Benefit
from bot.shop.customer import Birthday, Calendar, CustomerRecord
from bot.shop.demo_benefits import benefits_of
from bot.shop.demo_cast import Demo, Stage, invoice_url, tracking_number
from bot.shop.order import AWAITED, InvoiceState, Item, Order
from bot.shop.order import OrderState as State
from bot.shop.order import RefundState as Refund
from bot.shop.reading import Section

PEOPLE_FILE = "data/demo/people.yml"
SEED = 2026
ANCHOR = date(2026, 11, 1)
"""Order numbers are written as if the demo were always made for this day: so they never change."""
FIRST_SERIAL = 1000
"""Above those of the cast."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What an order of the crowd shows."""

    state: State
    refund: Refund = Refund.NONE
    late: bool = False
    weight: int = 1


SCENES = (
    Scene(State.PLACED, weight=2),
    Scene(State.PAID, weight=4),
    Scene(State.PACKED, weight=3),
    Scene(State.PAID, late=True),
    Scene(State.PACKED, late=True),
    Scene(State.SHIPPED, weight=5),
    Scene(State.SHIPPED, late=True, weight=2),
    Scene(State.OUT_FOR_DELIVERY, weight=3),
    Scene(State.OUT_FOR_DELIVERY, late=True),
    Scene(State.DELIVERED, weight=60),
    Scene(State.DELIVERED, late=True, weight=4),
    Scene(State.CANCELLED, weight=2),
    Scene(State.CANCELLED, Refund.REQUESTED),
    Scene(State.CANCELLED, Refund.APPROVED),
    Scene(State.CANCELLED, Refund.PAID, weight=2),
    Scene(State.RETURN_REQUESTED, Refund.REQUESTED, weight=2),
    Scene(State.RETURN_REQUESTED, Refund.APPROVED),
    Scene(State.RETURNED, Refund.REQUESTED),
    Scene(State.RETURNED, Refund.APPROVED),
    Scene(State.RETURNED, Refund.APPROVED, late=True),
    Scene(State.RETURNED, Refund.PAID, weight=3),
    Scene(State.RETURNED, Refund.REFUSED),
)
BEFORE_SHIPPING = frozenset({State.PLACED, State.PAID, State.PACKED, State.CANCELLED})


class Crowd:
    def __init__(self, people: Section, stage: Stage) -> None:
        self.people, self.stage, self.random = people, stage, Random(SEED)
        self.serials = count(FIRST_SERIAL)
        self.places = people.sections("places")
        self.streets = [street.as_words() for street in people.sections("streets")]
        self.products = list(stage.catalogue.products.values())

    def make(self, after: int) -> Demo:
        """Customers numbered from `after` + 1 on. Every scene is played at least once."""
        customers: list[CustomerRecord] = []
        orders: list[Order] = []
        benefits: list[Benefit] = []
        presents = self.people.section("benefits")
        for number in range(after + 1, self.people.whole("customers", least=after) + 1):
            customer, place = self.customer(number)
            own = [self.order(customer, place, scene) for scene in self.scenes(number - after - 1)]
            customers.append(replace(customer, created_on=self.joined(own)))
            orders += own
            benefits += benefits_of(customer, own, presents, self.stage, self.random)
        return Demo(tuple(customers), tuple(orders), tuple(benefits))

    def scenes(self, place: int) -> list[Scene]:
        first = [SCENES[place]] if place < len(SCENES) else []
        weights = [scene.weight for scene in SCENES]
        return first + self.random.choices(SCENES, weights, k=self.random.choice((0, 1, 1, 1, 2, 2, 3, 4)))

    def customer(self, number: int) -> tuple[CustomerRecord, Section]:
        random, zh = self.random, self.people.section("zh")
        language = "zh" if random.randrange(100) < zh.whole("share") else "en"
        names = zh if language == "zh" else self.people.section("en")
        surname, given = random.choice(names.texts("surnames")), random.choice(names.texts("given"))
        place, abroad = random.choice(self.places), language == "en" and number % 2
        tiers = list(self.stage.policy.tiers)
        record = CustomerRecord(
            id=f"C{number:04}",
            name=surname + given if language == "zh" else f"{given} {surname}",
            phone=f"+447700900{number % 1000:03}" if abroad else f"1390000{number + 1000:04}",
            email=f"customer{number}@example.com",
            language=language,
            time_zone=place.text("time_zone"),
            tier=random.choices(tiers, [80, 14, 5, 1][: len(tiers)] + [1] * (len(tiers) - 4))[0],
            birthday=self.birthday(),
            tags=tuple(random.sample(self.people.texts("tags"), k=random.choice((0, 0, 0, 1, 1, 2)))),
        )
        return record, place

    def joined(self, orders: list[Order]) -> date:
        first = min((order.placed_at.date() for order in orders), default=self.stage.days.today)
        return first - timedelta(days=self.random.randrange(1, 400))

    def birthday(self) -> Birthday | None:
        month, day, kind = self.random.randint(1, 12), self.random.randint(1, 28), self.random.randrange(10)
        if kind > 6:
            return None
        return Birthday(month, day, Calendar.LUNAR if kind == 6 else Calendar.SOLAR)

    def address(self, customer: CustomerRecord, place: Section) -> str:
        street, random = self.random.choice(self.streets), self.random
        numbers = {"number": random.randint(1, 199), "house": random.randint(1, 12), "flat": random.randint(101, 1809)}
        if customer.language == "zh":
            return place.text("zh").format(street=street.zh, **numbers)
        return place.text("en").format(street=street.en, **numbers)

    def basket(self) -> tuple[Item, ...]:
        chosen = self.random.sample(self.products, k=self.random.choice((1, 1, 1, 1, 2, 3)))
        return tuple(self.stage.item(product.id, self.random.choice((1, 1, 1, 1, 2))) for product in chosen)

    def order(self, customer: CustomerRecord, place: Section, scene: Scene) -> Order:
        items, days = self.basket(), self.stage.days
        large = self.stage.is_large(items)
        wait = self.wait(place.text("region"), large)
        placed = -self.age(scene, wait)
        id = self.number(placed)
        goods = sum(item.quantity * item.price_cents for item in items)
        order = Order(
            id=id,
            customer_id=customer.id,
            state=scene.state,
            placed_at=days.at(placed, self.random.randint(8, 12), self.random.randrange(60)),
            items=items,
            total_cents=goods + self.fee(goods, large),
            currency=self.stage.policy.currency,
            promised_on=None if scene.state is State.PLACED else days.on(placed + wait),
            address=self.address(customer, place),
            phone=customer.phone,
        )
        return self.refunded(self.invoiced(self.sent(order, scene, placed, wait, large)), scene, placed + wait)

    def wait(self, region: str, large: bool) -> int:
        """Days from payment to the door."""
        periods = Section.of("data/policy/shop.yml", self.stage.policy.raw).section("delivery").section("regions")
        return periods.section(region).whole("large_days" if large else "days", least=2)

    def fee(self, goods: int, large: bool) -> int:
        fees = Section.of("data/policy/shop.yml", self.stage.policy.raw).section("delivery")
        return 0 if large or goods >= fees.whole("free_above_cents") else fees.whole("fee_cents")

    def age(self, scene: Scene, wait: int) -> int:
        """How many days ago the order was placed, so that today it is in this state and late, or not."""
        random = self.random
        match scene.state:
            case State.PLACED:
                return 1
            case _ if scene.state in AWAITED and scene.late:
                return wait + random.randint(1, 6)
            case State.PAID | State.PACKED:
                return random.randint(1, min(2, wait))
            case State.SHIPPED:
                return random.randint(2, wait)
            case State.OUT_FOR_DELIVERY:
                return wait
            case State.CANCELLED:
                return random.randint(4, 200) if scene.refund is not Refund.REQUESTED else random.randint(2, 4)
            case State.RETURN_REQUESTED:
                return wait + random.randint(2, 8)
            case State.RETURNED:
                return wait + random.randint(14, 60)
            case _:
                return wait + random.choice((random.randint(4, 30), random.randint(31, 1100)))

    def number(self, placed: int) -> str:
        digits = f"{ANCHOR + timedelta(days=placed):%Y%m%d}"
        return f"{self.stage.policy.number.prefix}{digits}-{next(self.serials)}"

    def sent(self, order: Order, scene: Scene, placed: int, wait: int, large: bool) -> Order:
        if order.state in BEFORE_SHIPPING:
            return order
        carriers, days = self.people.section("carriers"), self.stage.days
        slower = 3 if scene.late and scene.state is State.DELIVERED else 0
        arrived = scene.state in (State.DELIVERED, State.RETURN_REQUESTED, State.RETURNED)
        return replace(
            order,
            shipped_at=days.at(placed + 1, 17, 30),
            delivered_at=days.at(placed + wait + slower, self.random.randint(18, 20), 15) if arrived else None,
            carrier=carriers.text("large" if large else "parcel"),
            tracking_number=tracking_number(order.id),
        )

    def invoiced(self, order: Order) -> Order:
        if order.state is not State.DELIVERED:
            return order
        state = self.random.choice((InvoiceState.NONE, InvoiceState.NONE, InvoiceState.ISSUED, InvoiceState.REQUESTED))
        return replace(order, invoice_state=state, invoice_url=invoice_url(order.id) if state == "issued" else "")

    def refunded(self, order: Order, scene: Scene, arrived: int) -> Order:
        """`arrived`: the day on which the goods came, or would have."""
        if scene.refund is Refund.NONE:
            return order
        if scene.refund in (Refund.PAID, Refund.REFUSED):
            due = min(-1, max(arrived, -400) + self.random.randint(1, 12))
        else:
            due = -self.random.randint(1, 5) if scene.late else self.random.randint(1, 6)
        due_on = self.stage.days.on(due)
        return replace(order, refund_state=scene.refund, refund_cents=order.total_cents, refund_due=due_on)
