"""Everything that is known of a customer, as JSON: what they may ask for. That it was read is in the audit."""

import base64
import json
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.privacy import person
from bot.privacy.holdings import Fate, of_table
from bot.privacy.person import Person
from bot.staff import audit
from bot.staff.account import May, Me, needs

SECRET = ("_hash",)
"""Ends of columns that are no data of the customer's but keys to them."""


@needs(May.EXPORT_CUSTOMER)
async def export(session: AsyncSession, who: Person, me: Me, at: datetime) -> str:
    """All rows that are this person's, by table, as indented JSON in UTF-8. Times are UTC in ISO 8601."""
    found: dict[str, Any] = {"exported_at": at.isoformat(), "by": me.name}
    counts = {}
    for table, mine in reversed(list(person.tables(who))):
        holding = of_table(table.name)
        if holding is None or holding.fate is Fate.NOBODYS:
            continue
        if rows := await _rows(session, table, mine):
            found[table.name], counts[table.name] = rows, len(rows)
    target = f"customer {who.customers[0]}" if who.customers else f"conversation {who.chats[0]}"
    await audit.note(session, me, "customer.exported", target, at, counts)
    return json.dumps(found, ensure_ascii=False, indent=2, default=_plain)


async def _rows(session: AsyncSession, table: sa.Table, mine: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    columns = [column for column in table.c if not column.name.endswith(SECRET)]
    query = select(*columns).where(mine).order_by(*table.primary_key.columns)
    return [dict(row) for row in (await session.execute(query)).mappings()]


def _plain(value: object) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Enum():
            return value.value
        case bytes():
            return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no form in an export")
