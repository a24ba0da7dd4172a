"""A desk that has heard and said something, and looks it up again."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.db import Database
from bot.inbox.tables import Inbound
from bot.messages import Author, Kind
from bot.outbox.delivery import Lane, State
from bot.outbox.tables import Delivery
from bot.search import service
from bot.search.found import Found, Line, Name
from bot.search.indexer import Indexer
from bot.shop.order_number import NumberForm
from bot.shop.tables import OrderRow
from bot.staff.account import Me, Role

FORM = NumberForm.of("LJ{date}-{4}")
ANNA = Me(1, "Anna", "anna", Role.AGENT)
BEGAN = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@dataclass
class Desk:
    """Writes rows as the program does, and searches them."""

    db: Database
    indexer: Indexer
    written: int = 0
    at: datetime = field(default=BEGAN)

    async def chat(self, name: str = "", customer_id: int | None = None) -> int:
        self.written += 1
        row = Conversation(
            channel="web", chat=f"chat-{self.written}", name=name, customer_id=customer_id, created_at=self.at
        )
        return await self.add(row)

    async def add(self, row: Any) -> int:
        async with self.db.write() as session:
            session.add(row)
            await session.flush()
            return int(row.id)

    def heard_row(self, chat: int, text: str, kind: Kind = Kind.MESSAGE) -> Inbound:
        self.written += 1
        self.at += timedelta(seconds=1)
        return Inbound(
            conversation_id=chat,
            seq=self.written,
            channel="web",
            external_id=f"e{self.written}",
            kind=kind,
            text=text,
            at=self.at,
        )

    async def hears(self, chat: int, *texts: str) -> None:
        for text in texts:
            await self.add(self.heard_row(chat, text))

    async def says(self, chat: int, text: str, *, by: str = "", sent: bool = True) -> int:
        self.written += 1
        self.at += timedelta(seconds=1)
        row = Delivery(
            key=f"k{self.written}",
            conversation_id=chat,
            channel="web",
            seq=self.written if sent else None,
            lane=Lane.REPLY,
            author=Author.STAFF if by else Author.BOT,
            staff_name=by,
            text_key="",
            text=text,
            state=State.SENT if sent else State.DUE,
            due_at=self.at,
            created_at=self.at,
            sent_at=self.at if sent else None,
        )
        return await self.add(row)

    async def customer(self, shop_id: str, name: str, phone: str = "", email: str = "") -> int:
        return await self.add(Customer(shop_id=shop_id, name=name, phone=phone, email=email, updated_at=self.at))

    async def order(self, customer_id: int, number: str) -> int:
        return await self.add(
            OrderRow(
                shop_id=number,
                customer_id=customer_id,
                state="paid",
                placed_at=self.at,
                total_cents=100,
                record={},
                updated_at=self.at,
            )
        )

    async def indexes(self) -> int:
        """Everything that is there and committed."""
        sum_ = 0
        while done := await self.indexer.tick(60):
            sum_ += done
        return sum_

    async def finds(self, text: str, **how: Any) -> Found:
        async with self.db.read() as session:
            return await service.find(session, ANNA, text, FORM, **how)

    async def lines(self, text: str) -> list[str]:
        """The lines that are found, the newest first, as they stand."""
        return [shown(line) for line in (await self.finds(text)).lines]

    async def names(self, text: str) -> list[str]:
        return [shown(name) for name in (await self.finds(text)).names]


def shown(found: Line | Name) -> str:
    return "".join(piece.text for piece in found.pieces)


def marked(found: Line | Name) -> list[str]:
    return [piece.text for piece in found.pieces if piece.hit]


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db, Indexer(db))
