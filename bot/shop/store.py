"""What the shop tells, kept by its own ids. The session comes first, the caller owns the transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.customers.tables import Customer
from bot.db import Base
from bot.errors import NotFound
from bot.shop import record
from bot.shop.benefit import Benefit
from bot.shop.customer import CustomerRecord
from bot.shop.order import Order
from bot.shop.tables import BenefitRow, OrderRow
from bot.statement import Statement

AT_ONCE = 500
"""Rows in one statement: far below the number of parameters that either database takes."""

CHANGES = "changes"
"""The key of a stored order under which stands what was changed here, not by the shop; an upsert keeps it."""


@dataclass(frozen=True, slots=True)
class Owned:
    """An order and whose it is, by our own id of the customer."""

    order: Order
    customer_id: int


async def upsert_customers(session: AsyncSession, records: Iterable[CustomerRecord], at: datetime) -> None:
    """Write customers by the shop's ids; of an id that comes twice the last one holds. `at` is aware UTC.

    What the staff have put right stays as they have put it.
    """
    rows = {r.id: _customer_values(r, at) for r in records}
    for id, edits in (await _edited(session, rows)).items():
        rows[id] |= {name: value for name, value in edits.items() if name in rows[id]}
    await _upsert(session, Customer, list(rows.values()))


async def upsert_orders(session: AsyncSession, records: Iterable[Order], at: datetime) -> None:
    """Write orders by their numbers; what the shop says replaces what we had, except the note of our own changes.

    Raises NotFound naming the orders whose customer is not known, one a line; then nothing is written.
    """
    orders = {order.id: order for order in records}
    owners = await _owners(session, {order.id: order.customer_id for order in orders.values()}, "order")
    noted = await _noted(session, orders)
    rows = [_order_values(order, owners[order.customer_id], noted.get(order.id, []), at) for order in orders.values()]
    await _upsert(session, OrderRow, rows)


async def upsert_benefits(session: AsyncSession, records: Iterable[Benefit], at: datetime) -> None:
    """Write benefits by their ids. Raises NotFound naming those of an unknown customer; then nothing is written."""
    benefits = {benefit.id: benefit for benefit in records}
    owners = await _owners(session, {b.id: b.customer_id for b in benefits.values()}, "benefit")
    await _upsert(session, BenefitRow, [_benefit_values(b, owners[b.customer_id], at) for b in benefits.values()])


ORDERS_OF = Statement(
    select(OrderRow.record)
    .where(OrderRow.customer_id == bindparam("customer"))
    .order_by(OrderRow.placed_at.desc(), OrderRow.id.desc())
)


async def orders_of(session: AsyncSession, customer_id: int) -> tuple[Order, ...]:
    """All orders of a customer (our own id), the newest first."""
    return tuple(record.read_order(row[0]) for row in await ORDERS_OF.rows(session, {"customer": customer_id}))


async def order_by_number(session: AsyncSession, number: str) -> Owned | None:
    """The order of this number in canonical form, whoever it belongs to: never to be shown before that is checked."""
    query = select(OrderRow.record, OrderRow.customer_id).where(OrderRow.shop_id == number)
    row = (await session.execute(query)).one_or_none()
    return Owned(record.read_order(row[0]), row[1]) if row else None


async def locked_order(session: AsyncSession, customer_id: int, number: str) -> Order | None:
    """This customer's order, held until the transaction ends, so that the shop cannot move it meanwhile."""
    query = select(OrderRow.record).where(OrderRow.shop_id == number, OrderRow.customer_id == customer_id)
    found = await session.scalar(query.with_for_update())
    return record.read_order(found) if found is not None else None


async def change_order(session: AsyncSession, order: Order, what: str, at: datetime) -> None:
    """Write an order that was changed here at the customer's wish, and note `what` it was and when.

    Lock it first (locked_order). Raises NotFound for an order that is not stored.
    """
    row = await session.scalar(select(OrderRow.record).where(OrderRow.shop_id == order.id))
    if row is None:
        raise NotFound(f"there is no order {order.id}")
    changes = [*row.get(CHANGES, []), {"what": what, "by": "customer", "at": at.isoformat()}]
    values = _order_values(order, 0, changes, at)
    del values["customer_id"], values["shop_id"]
    await session.execute(update(OrderRow).where(OrderRow.shop_id == order.id).values(**values))


@dataclass(frozen=True, slots=True)
class Changed:
    """An order that was changed here, and what was changed in it: [{"what", "by", "at"}]."""

    order: Order
    changes: tuple[Mapping[str, Any], ...]
    updated_at: datetime


async def changed_orders(session: AsyncSession, since: datetime, limit: int = 500) -> list[Changed]:
    """Orders that customers have changed in the chat, the oldest change first: the shop has to learn of them."""
    query = select(OrderRow).where(OrderRow.updated_at >= since).order_by(OrderRow.updated_at, OrderRow.id)
    found: list[Changed] = []
    async for row in await session.stream_scalars(query):
        if changes := row.record.get(CHANGES):
            found.append(Changed(record.read_order(row.record), tuple(changes), row.updated_at))
        if len(found) >= limit:
            break
    return found


async def benefits_of(session: AsyncSession, customer_id: int) -> tuple[Benefit, ...]:
    """All benefits of a customer (our own id), used and expired ones too, the first to expire first."""
    query = select(BenefitRow.record).where(BenefitRow.customer_id == customer_id)
    found = await session.scalars(query.order_by(BenefitRow.expires_on.asc().nulls_last(), BenefitRow.id))
    return tuple(record.read_benefit(row) for row in found)


def _customer_values(r: CustomerRecord, at: datetime) -> dict[str, Any]:
    return {
        "shop_id": r.id,
        "name": r.name,
        "phone": r.phone,
        "email": r.email,
        "language": r.language,
        "time_zone": r.time_zone,
        "tier": r.tier,
        "birthday": record.write_birthday(r.birthday),
        "created_on": r.created_on,
        "tags": list(r.tags),
        "updated_at": at,
    }


def _order_values(order: Order, owner: int, changes: Sequence[Any], at: datetime) -> dict[str, Any]:
    written = record.write_order(order)
    if changes:
        written[CHANGES] = list(changes)
    return {
        "shop_id": order.id,
        "customer_id": owner,
        "state": order.state.value,
        "placed_at": order.placed_at,
        "promised_on": order.promised_on,
        "delivered_at": order.delivered_at,
        "total_cents": order.total_cents,
        "record": written,
        "updated_at": at,
    }


def _benefit_values(benefit: Benefit, owner: int, at: datetime) -> dict[str, Any]:
    return {
        "shop_id": benefit.id,
        "customer_id": owner,
        "kind": benefit.kind.value,
        "expires_on": benefit.expires_on,
        "record": record.write_benefit(benefit),
        "updated_at": at,
    }


async def _owners(session: AsyncSession, wanted: Mapping[str, str], what: str) -> dict[str, int]:
    """Our ids by the shop's customer ids; of an account that was joined to another, that one's.

    `wanted` is the customer of each order or benefit, by its id.
    """
    known: dict[str, int] = {}
    for ids in _portions(sorted(set(wanted.values()))):
        mine = func.coalesce(Customer.merged_into, Customer.id)
        query = select(Customer.shop_id, mine).where(Customer.shop_id.in_(ids))
        known |= {row[0]: row[1] for row in await session.execute(query)}
    if missing := [f"{what} {id}: there is no customer {owner}" for id, owner in wanted.items() if owner not in known]:
        raise NotFound("\n".join(missing))
    return known


async def _edited(session: AsyncSession, ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """What the staff have put right in customers that are stored already, by the shop's ids."""
    edited: dict[str, Mapping[str, Any]] = {}
    for portion in _portions(sorted(ids)):
        query = select(Customer.shop_id, Customer.edits).where(Customer.shop_id.in_(portion))
        edited |= {id: edits for id, edits in await session.execute(query) if edits}
    return edited


async def _noted(session: AsyncSession, numbers: Iterable[str]) -> dict[str, Sequence[Any]]:
    """What was changed here in orders that are stored already, by their numbers."""
    noted: dict[str, Sequence[Any]] = {}
    for portion in _portions(sorted(numbers)):
        query = select(OrderRow.shop_id, OrderRow.record).where(OrderRow.shop_id.in_(portion))
        noted |= {number: stored.get(CHANGES, []) for number, stored in await session.execute(query)}
    return noted


async def _upsert(session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    # always in the same order, so that two writers wait for each other instead of locking crosswise
    for portion in _portions(sorted(rows, key=lambda row: str(row["shop_id"]))):
        statement = dialect.insert(table).values(portion)
        changed = {name: statement.excluded[name] for name in portion[0] if name != "shop_id"}
        await session.execute(
            statement.on_conflict_do_update(index_elements=["shop_id"], set_=changed),
            execution_options={"synchronize_session": False},
        )


Row = TypeVar("Row")


def _portions(rows: Sequence[Row]) -> Iterable[list[Row]]:
    for start in range(0, len(rows), AT_ONCE):
        yield list(rows[start : start + AT_ONCE])
