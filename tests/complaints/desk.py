"""A shop with cases at every stage and people who work on them, at the level of the services: no nlu, no console."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import select

from bot.complaints import approvals_store, store
from bot.complaints import service as complaints
from bot.complaints.casework import Seen
from bot.complaints.complaint import Event, Kind, Stage
from bot.complaints.deed import Present
from bot.complaints.dialogue import Facts
from bot.complaints.tables import Approval, Case, CaseEntry, Promise, Step
from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.data import Data, load
from bot.db import Database
from bot.messages import Words
from bot.outbox.tables import Delivery
from bot.settings import ROOT
from bot.shop import store as shop
from bot.shop.customer import CustomerRecord
from bot.shop.order import Item, Order, OrderState
from bot.staff.account import Me, Role
from bot.staff.tables import Staff

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""A Tuesday, 10:00 in Shanghai."""
ORDER = "LJ20261118-0005"
ROAD = {
    Stage.VENT: (),
    Stage.ACKNOWLEDGE: (Event.HEARD,),
    Stage.CLARIFY: (Event.HEARD, Event.FELT_UNDERSTOOD),
    Stage.RESOLVE: (Event.HEARD, Event.FELT_UNDERSTOOD, Event.FACTS_AGREED),
    Stage.COMMIT: (Event.HEARD, Event.FELT_UNDERSTOOD, Event.FACTS_AGREED, Event.ACCEPTED),
    Stage.RESTORE: (Event.HEARD, Event.FELT_UNDERSTOOD, Event.FACTS_AGREED, Event.ACCEPTED, Event.DONE),
    Stage.CLOSED: (Event.WITHDRAWN,),
}


@cache
def data() -> Data:
    return load(ROOT / "data")


@dataclass
class Desk:
    db: Database
    anna: Me
    """An agent."""
    bao: Me
    """An agent."""
    su: Me
    """A supervisor."""
    root: Me
    """An administrator."""
    at: datetime = NOW
    made: int = field(default=0)

    @property
    def present(self) -> Present:
        return Present(self.at, data().rules, data().voice)

    def passes(self, **length: float) -> None:
        self.at += timedelta(**length)

    async def customer(self, account: str, name: str = "Lin Mei", **values: Any) -> int:
        async with self.db.write() as session:
            record = CustomerRecord(account, name, f"1390000{len(account) + len(name):04d}", language="zh", **values)
            await shop.upsert_customers(session, [record], self.at)
            return (await session.scalars(select(Customer.id).where(Customer.shop_id == account))).one()

    async def buys(self, account: str, number: str, paid: int) -> None:
        item = Item("washer-10", Words("洗衣机", "Washing machine"), 1, paid)
        order = Order(number, account, OrderState.DELIVERED, self.at - timedelta(days=6), (item,), paid)
        async with self.db.write() as session:
            await shop.upsert_orders(session, [order], self.at)

    async def chat(self, customer_id: int | None = None, channel: str = "web", language: str = "en") -> int:
        self.made += 1
        async with self.db.write() as session:
            chat = Conversation(channel=channel, chat=f"chat-{self.made}", language=language, created_at=self.at)
            chat.customer_id = customer_id
            session.add(chat)
            await session.flush()
            return chat.id

    async def case(
        self,
        stage: Stage = Stage.RESOLVE,
        *,
        kind: Kind = Kind.PRODUCT,
        paid: int | None = 5990_00,
        chat: int | None = None,
        told: Sequence[str] = ("the drum is broken",),
        severity: int = 3,
    ) -> int:
        """A case that has come to this stage with its history; paid 5990.00 for the order."""
        chat = chat or await self.chat()
        async with self.db.write() as session:
            conversation = await session.get_one(Conversation, chat)
            case = store.new_case(chat, conversation.customer_id, kind, Stage.VENT, severity, self.at)
            facts = Facts(told=tuple(told), order=ORDER, verified=True, paid_cents=paid, delivered=True)
            case.facts = facts.stored() if paid is not None else Facts(told=tuple(told)).stored()
            session.add(case)
            await session.flush()
            store.opened(session, case, "customer", "")
            for event in ROAD[stage]:
                await store.move(session, case, event, self.at, "customer")
            if case.stage is Stage.CLOSED:
                case.closed_at = self.at
            else:
                conversation.case_id = case.id
            return case.id

    async def look(self, case_id: int) -> Case:
        async with self.db.read() as session:
            return await session.get_one(Case, case_id)

    async def seen(self, case_id: int) -> Seen:
        case = await self.look(case_id)
        return Seen(case.stage, case.stage_since)

    async def does(self, deed: Callable[..., Awaitable[Any]], *args: Any, **values: Any) -> Any:
        """A service in a transaction of its own."""
        async with self.db.write() as session:
            return await deed(session, *args, **values)

    async def promises(self, case_id: int) -> list[Promise]:
        async with self.db.read() as session:
            return list(await store.promises(session, case_id))

    async def approvals(self, case_id: int) -> list[Approval]:
        async with self.db.read() as session:
            return list(await approvals_store.of_case(session, case_id))

    async def steps(self, case_id: int) -> list[Step]:
        async with self.db.read() as session:
            return list(await store.history(session, case_id))

    async def entries(self, case_id: int) -> list[CaseEntry]:
        async with self.db.read() as session:
            query = select(CaseEntry).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id)
            return list((await session.scalars(query)).all())

    async def told(self, chat: int | None = None) -> list[str]:
        """The keys of everything that customers were told, in order."""
        async with self.db.read() as session:
            query = select(Delivery).order_by(Delivery.id)
            return [d.text_key for d in await session.scalars(query) if chat in (None, d.conversation_id)]

    async def words(self) -> list[str]:
        async with self.db.read() as session:
            return list(await session.scalars(select(Delivery.text).order_by(Delivery.id)))

    async def chat_of(self, case_id: int) -> Conversation:
        async with self.db.read() as session:
            return await session.get_one(Conversation, (await session.get_one(Case, case_id)).conversation_id)

    async def hears(self, case_id: int, text: str, **said: Any) -> None:
        """The customer writes into the case's chat."""
        async with self.db.write() as session:
            chat = await session.get_one(Conversation, (await session.get_one(Case, case_id)).conversation_id)
            await complaints.hear(session, chat, complaints.Said(text, **said), self.at, data().rules)


async def opened_desk(db: Database) -> Desk:
    people = {}
    async with db.write() as session:
        for login, role in (
            ("anna", Role.AGENT),
            ("bao", Role.AGENT),
            ("su", Role.SUPERVISOR),
            ("root", Role.ADMINISTRATOR),
        ):
            row = Staff(name=login.title(), login=login, role=role, created_at=NOW)
            session.add(row)
            await session.flush()
            people[login] = Me(row.id, row.name, login, role)
    return Desk(db, **people)
