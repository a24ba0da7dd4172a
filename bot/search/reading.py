"""From ids of the index to what people read: one statement a source. What is gone from its source is not shown."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.handoff.tables import Note
from bot.inbox.tables import Inbound
from bot.messages import Author
from bot.outbox.tables import Delivery
from bot.search.found import Line, Name
from bot.search.query import Query
from bot.search.snippet import pieces
from bot.search.tables import Source
from bot.shop.tables import OrderRow

_CHAT = Conversation.name.label("chat"), Conversation.channel, Conversation.id.label("conversation_id")
_TOLD: Mapping[Source, Select[*tuple[Any, ...]]] = {
    Source.HEARD: select(Inbound.id, Inbound.seq, Inbound.text, Inbound.at, *_CHAT).join(
        Conversation, Conversation.id == Inbound.conversation_id
    ),
    Source.SAID: select(
        Delivery.id,
        Delivery.seq,
        Delivery.text,
        Delivery.sent_at.label("at"),
        Delivery.author,
        Delivery.staff_name,
        *_CHAT,
    )
    .join(Conversation, Conversation.id == Delivery.conversation_id)
    .where(Delivery.seq.is_not(None)),
    Source.NOTE: select(Note.id, Note.seq, Note.text, Note.at, Note.name.label("staff_name"), *_CHAT).join(
        Conversation, Conversation.id == Note.conversation_id
    ),
}
_ID = {Source.HEARD: Inbound.id, Source.SAID: Delivery.id, Source.NOTE: Note.id}


async def lines(
    session: AsyncSession, documents: Sequence[Row[*tuple[Any, ...]]], query: Query
) -> list[tuple[int, Line]]:
    """The lines of these documents with the documents' ids, in their order; what was never sent is left out."""
    rows: dict[tuple[Source, int], Row[*tuple[Any, ...]]] = {}
    for source in _TOLD:
        if refs := [one.ref_id for one in documents if one.source is source]:
            found = await session.execute(_TOLD[source].where(_ID[source].in_(refs)))
            rows |= {(source, row.id): row for row in found}
    return [
        (one.id, _line(one.source, row, query))
        for one in documents
        if (row := rows.get((one.source, one.ref_id))) is not None and row.text
    ]


def _line(source: Source, row: Row[*tuple[Any, ...]], query: Query) -> Line:
    author = {Source.HEARD: Author.CUSTOMER, Source.NOTE: None}.get(source, getattr(row, "author", None))
    by = getattr(row, "staff_name", "")
    return Line(
        source, row.conversation_id, row.chat, row.channel, row.seq, author, by, row.at, pieces(row.text, query)
    )


async def names(
    session: AsyncSession, refs: Mapping[Source, Collection[int]], query: Query, exact: bool = False
) -> list[Name]:
    """Customers, orders and chats by their ids."""
    found = [*await _customers(session, refs.get(Source.CUSTOMER, ()), query, exact)]
    found += await _orders(session, refs.get(Source.ORDER, ()), query, exact)
    return found + await _chats(session, refs.get(Source.CHAT, ()), query)


async def _customers(session: AsyncSession, ids: Collection[int], query: Query, exact: bool) -> list[Name]:
    if not ids:
        return []
    rows = await session.scalars(select(Customer).where(Customer.id.in_(ids)).order_by(Customer.id.desc()))
    chats = await _newest_chats(session, ids)
    return [
        Name(
            Source.CUSTOMER,
            pieces(" · ".join(filter(None, (one.name, one.phone, one.email))) or one.shop_id, query),
            one.shop_id,
            one.id,
            chats.get(one.id),
            exact,
        )
        for one in rows
    ]


async def _orders(session: AsyncSession, ids: Collection[int], query: Query, exact: bool) -> list[Name]:
    if not ids:
        return []
    statement = select(OrderRow.shop_id, OrderRow.customer_id, Customer.name).join(
        Customer, Customer.id == OrderRow.customer_id
    )
    rows = (await session.execute(statement.where(OrderRow.id.in_(ids)).order_by(OrderRow.id.desc()))).all()
    chats = await _newest_chats(session, [row.customer_id for row in rows])
    return [
        Name(Source.ORDER, pieces(row.shop_id, query), row.name, row.customer_id, chats.get(row.customer_id), exact)
        for row in rows
    ]


async def _chats(session: AsyncSession, ids: Collection[int], query: Query) -> list[Name]:
    if not ids:
        return []
    rows = await session.execute(select(*_CHAT, Conversation.customer_id).where(Conversation.id.in_(ids)))
    return [
        Name(Source.CHAT, pieces(row.chat, query), row.channel, row.customer_id, row.conversation_id, False)
        for row in sorted(rows, key=lambda row: -row.conversation_id)
    ]


async def _newest_chats(session: AsyncSession, customers: Collection[int]) -> dict[int, int]:
    statement = select(Conversation.customer_id, Conversation.id).where(Conversation.customer_id.in_(customers))
    return {row[0]: row[1] for row in await session.execute(statement.order_by(Conversation.id)) if row[0] is not None}
