"""The rows that are searched, as documents: one statement a source, each by growing id."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.db import table
from bot.handoff.tables import Note
from bot.inbox.tables import Inbound
from bot.inbox.thread import SPOKEN
from bot.outbox.tables import Delivery
from bot.search.document import Document
from bot.search.tables import LINES, SearchDocument, Source
from bot.shop.tables import OrderRow

_heard, _said, _note = table(Inbound).c, table(Delivery).c, table(Note).c
_customer, _order, _chat = table(Customer).c, table(OrderRow).c, table(Conversation).c
_known = table(SearchDocument).c

ROWS: Mapping[Source, Select[*tuple[Any, ...]]] = {
    Source.HEARD: select(_heard.id, _heard.text, _heard.at, _heard.conversation_id).where(
        _heard.kind.in_(SPOKEN), _heard.text != ""
    ),
    Source.SAID: select(_said.id, _said.text, _said.created_at, _said.conversation_id).where(_said.text != ""),
    Source.NOTE: select(_note.id, _note.text, _note.at, _note.conversation_id).where(_note.text != ""),
    Source.CUSTOMER: select(_customer.id, _customer.name, _customer.phone, _customer.email, _customer.shop_id),
    Source.ORDER: select(_order.id, _order.shop_id, _order.customer_id),
    Source.CHAT: select(_chat.id, _chat.name, _chat.customer_id),
}
ID = {
    Source.HEARD: _heard.id,
    Source.SAID: _said.id,
    Source.NOTE: _note.id,
    Source.CUSTOMER: _customer.id,
    Source.ORDER: _order.id,
    Source.CHAT: _chat.id,
}
CHANGING = Source.CUSTOMER, Source.CHAT
"""Sources whose texts change; all others are written once."""


def _line(source: Source) -> Callable[[Row[*tuple[Any, ...]]], Document]:
    return lambda row: Document(source, row[0], row[1], row[2], row[3])


def _read_customer(row: Row[*tuple[Any, ...]]) -> Document:
    text = "\n".join(filter(None, (row.name, row.phone, row.email, row.shop_id)))
    return Document(Source.CUSTOMER, row.id, text, customer_id=row.id)


READ: Mapping[Source, Callable[[Row[*tuple[Any, ...]]], Document]] = {
    **{source: _line(source) for source in LINES},
    Source.CUSTOMER: _read_customer,
    Source.ORDER: lambda row: Document(Source.ORDER, row.id, row.shop_id, customer_id=row.customer_id),
    Source.CHAT: lambda row: Document(Source.CHAT, row.id, row.name, conversation_id=row.id),
}


async def missing(
    session: AsyncSession, source: Source, behind: int, up_to: int | None, most: int
) -> Sequence[Document]:
    """The rows behind `behind` that are not in the index, in the order of their ids."""
    id = ID[source]
    known = select(1).where(_known.source == source, _known.ref_id == id, _known.ref_id > behind)
    query = ROWS[source].where(id > behind, ~known.exists()).order_by(id).limit(most)
    if up_to is not None:
        query = query.where(id <= up_to)
    return [READ[source](row) for row in await session.execute(query)]


async def of_ids(session: AsyncSession, source: Source, ids: Collection[int]) -> Sequence[Document]:
    return [READ[source](row) for row in await session.execute(ROWS[source].where(ID[source].in_(ids)))]


async def behind(session: AsyncSession, source: Source, id: int, most: int) -> Sequence[Document]:
    """The next rows of a source, in the index or not."""
    query = ROWS[source].where(ID[source] > id).order_by(ID[source]).limit(most)
    return [READ[source](row) for row in await session.execute(query)]


async def newest(session: AsyncSession, source: Source) -> int:
    return await session.scalar(select(func.max(ID[source]))) or 0
