"""Searching, for people at the desk; and forgetting somebody. Any text may be searched for; none is an error."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.search import reading, store
from bot.search.document import PLACES
from bot.search.found import Found, Line, Name
from bot.search.query import LONGEST, Query, parse
from bot.search.tables import NAMES, Source
from bot.shop.customer import canonical_phone
from bot.shop.order_number import NumberForm, find_numbers
from bot.shop.tables import OrderRow
from bot.staff.account import May, Me, needs

PAGE = 20
MOST_NAMES = 8
LOOKED_AT = 60
"""Documents that are read at a time: some may be words that were never sent."""
ROUNDS = 5
"""So often a page is filled up; then it is shown as it is."""
WINDOWS = (timedelta(days=2), timedelta(days=40), None)
"""How far back it is looked for the newest at first: of a word that is everywhere the last days are enough."""
NEWEST, OLDEST = 2**63 - 1, 0


@needs(May.ANSWER)
async def find(
    session: AsyncSession, me: Me, text: str, form: NumberForm, before: int | None = None, limit: int = PAGE
) -> Found:
    """What fits everything that was typed: names on the first page, and lines, the newest first.

    `before` is `more` of the page before; `form` is how the shop writes order numbers.
    """
    text = _storable(text[:LONGEST])
    query = parse(text)
    names = await _names(session, text, query, form) if before is None else []
    if not query.phrases:
        return Found(tuple(names))
    lines, more = await _lines(session, query, NEWEST if before is None else before, limit)
    return Found(tuple(names), tuple(lines), more)


def _storable(text: str) -> str:
    """Without what no database could hold: half characters and the sign of code 0."""
    return text.encode(errors="ignore").decode().replace("\0", " ")


async def _lines(session: AsyncSession, query: Query, before: int, limit: int) -> tuple[list[Line], int | None]:
    """A page of lines, and where the next one begins."""
    found: list[Line] = []
    for _ in range(ROUNDS):
        ids = await _newest_matching(session, query, before, LOOKED_AT)
        for id, line in await reading.lines(session, await store.documents(session, ids), query):
            if len(found) == limit:
                return found, before
            found.append(line)
            before = id
        if len(ids) < LOOKED_AT:
            return found, None
        before = ids[-1]
    return found, before


async def _newest_matching(session: AsyncSession, query: Query, before: int, most: int) -> Sequence[int]:
    """Ids of lines before this one. A word that is everywhere is looked for in the last days only."""
    newest = before if before != NEWEST else await store.newest(session)
    for window in WINDOWS:
        back = int(window / timedelta(milliseconds=1)) << PLACES if window else newest
        ids = await store.matching(session, query, max(OLDEST, newest - back), before, most)
        if len(ids) == most or newest <= back:
            break
    return ids


async def _names(session: AsyncSession, text: str, query: Query, form: NumberForm) -> list[Name]:
    exact = {
        Source.ORDER: await session.scalars(select(OrderRow.id).where(OrderRow.shop_id.in_(_numbers(text, form)))),
        Source.CUSTOMER: await session.scalars(select(Customer.id).where(_is_exactly(text.strip()))),
    }
    refs = {source: ids.all()[:MOST_NAMES] for source, ids in exact.items()}
    found = await reading.names(session, refs, query, exact=True)
    if query.phrases and len(found) < MOST_NAMES:
        ids = await store.matching(session, query, -NEWEST, OLDEST, MOST_NAMES + len(found))
        beside: dict[Source, list[int]] = {source: [] for source in NAMES}
        for one in await store.documents(session, ids):
            if one.ref_id not in refs.get(one.source, ()):
                beside[one.source].append(one.ref_id)
        found += await reading.names(session, beside, query)
    return found[:MOST_NAMES]


def _numbers(text: str, form: NumberForm) -> set[str]:
    return {*find_numbers(text, form), text.strip(), text.strip().upper()}


def _is_exactly(typed: str) -> ColumnElement[bool]:
    """The account, the phone number however it is written, or the e-mail address."""
    phones = {typed, canonical_phone(typed)} - {""}
    return or_(Customer.shop_id == typed, Customer.phone.in_(phones))


async def forget_customer(session: AsyncSession, customer_id: int) -> int:
    """Take everything of a customer out of the index, in the transaction that erases them: what their chats hold on

    both sides and in notes, their orders, their names. Gives how many texts. Call it while their chats are still
    linked to them; what is deleted or made empty in the same transaction does not come back.
    """
    chats = (await session.scalars(select(Conversation.id).where(Conversation.customer_id == customer_id))).all()
    return await forget_chats(session, chats, customer_id)


async def forget_chats(session: AsyncSession, conversations: Collection[int], customer_id: int | None = None) -> int:
    """The same for chats that no customer is known of."""
    return await store.forget(session, customer_id, conversations)
