"""A shop after some busy months: conversations, messages, customers, complaints, written into a database in bulk.

Rows are made for the columns that the program's tables have (with their defaults), so that a new column needs no change
here. SQLite takes them through its own driver, PostgreSQL by COPY: a million messages in a minute or two.
"""

import itertools
import random
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bench.measure import conversations
from bot.complaints.complaint import Kind as CaseKind
from bot.complaints.complaint import Stage
from bot.complaints.tables import Case, Promise
from bot.conversations.tables import BOT, QUEUE, Conversation
from bot.customers.tables import Customer
from bot.db import Database, table
from bot.handoff.queue import Reason
from bot.handoff.tables import Note, QueueEntry
from bot.inbox.tables import Handling, Inbound
from bot.messages import Author, Kind, Words
from bot.outbox.delivery import Lane, State
from bot.outbox.tables import Delivery
from bot.shop import record
from bot.shop.order import Item, Order, OrderState
from bot.shop.tables import OrderRow
from bot.staff.tables import Staff

DAYS = 90
AT_ONCE = 20_000
STAFFED, QUEUED, COMPLAINTS = 400, 300, 2_000
"""Of 100,000 conversations; fewer of fewer."""
STAFF = 50
THINGS = [
    "冰箱",
    "空调",
    "洗衣机",
    "电视",
    "扫地机器人",
    "电饭煲",
    "空气净化器",
    "微波炉",
    "热水器",
    "吸尘器",
    "fridge",
    "washer",
    "kettle",
    "vacuum",
    "oven",
]
SAID = (
    "您好，我是自动客服。订单 {order} 正在配送，预计明天送达。",
    "退款已经提交，{n} 个工作日内原路退回，请留意到账。",
    "很抱歉给您添麻烦了。{thing}的问题我记下了，同事会在今天内联系您。",
    "Your order {order} is on its way and should arrive tomorrow.",
    "I am sorry about the {thing}. The refund of {n} yuan goes back the way it came.",
    "请问还有什么可以帮您？",
)
HEARD = (
    "我的{thing}什么时候发货，订单 {order}",
    "退款怎么还没到账，都 {n} 天了",
    "{thing}坏了，要求换货",
    "where is my order {order}?",
    "the {thing} makes a noise, can I return it",
    "谢谢",
    "还要等多久啊，第 {n} 次问了",
)


@dataclass(frozen=True, slots=True)
class Size:
    conversations: int
    messages: int

    @property
    def share(self) -> float:
        return self.conversations / 100_000


def rows(size: Size, now: datetime) -> Iterator[tuple[sa.Table, Iterable[dict[str, Any]]]]:
    """Every table with its rows, those that others refer to first. The same for every run (seeded)."""
    began = now - timedelta(days=DAYS)
    step = timedelta(days=DAYS) / size.conversations
    lines = size.messages // size.conversations
    yield table(Staff), ({"id": n, "name": f"Colleague {n}", "created_at": began} for n in range(1, STAFF + 1))
    yield table(Customer), (_customer(n, began) for n in range(1, size.conversations // 2 + 1))
    yield table(OrderRow), (_order(n, began + n * step) for n in range(1, size.conversations // 2 + 1))
    yield table(Conversation), (_conversation(n, size, began + n * step, lines) for n in _all(size))
    yield table(Case), (_case(n, began + n * step) for n in _complaining(size))
    yield table(Promise), (_promise(n, now) for n in _complaining(size))
    yield table(QueueEntry), (_entry(n, size, began + n * step) for n in _all(size) if _owner(n, size) != BOT)
    yield table(Note), (_note(n, began + n * step) for n in range(1, size.conversations, 10))
    half = lines // 2
    yield table(Inbound), (_heard(n, k, half, began + n * step) for n in _all(size) for k in range(half))
    yield (
        table(Delivery),
        (_said(n, k, lines - half, began + n * step) for n in _all(size) for k in range(lines - half)),
    )


def _all(size: Size) -> range:
    return range(1, size.conversations + 1)


def _complaining(size: Size) -> range:
    """The newest conversations have the open complaints."""
    return range(size.conversations - int(COMPLAINTS * size.share) + 1, size.conversations + 1)


def _owner(n: int, size: Size) -> str:
    newest = size.conversations - n
    if newest < STAFFED * size.share:
        return str(newest % STAFF + 1)
    return QUEUE if newest < (STAFFED + QUEUED) * size.share else BOT


def _customer(n: int, at: datetime) -> dict[str, Any]:
    name = f"{'王李张刘陈杨赵黄'[n % 8]}{'小雨大明建国秀英'[n % 7 : n % 7 + 2]}{n}" if n % 3 else f"Emma Clarke {n}"
    phone = f"139{n:08d}"
    return {"id": n, "shop_id": f"c-{n}", "name": name, "phone": phone, "tier": f"tier{n % 3}", "updated_at": at}


def number(n: int) -> str:
    return f"LJ202610{n % 28 + 1:02d}-{n:06d}"


def _order(n: int, at: datetime) -> dict[str, Any]:
    item = Item("fridge", Words("冰箱", "Fridge"), 1, 599_00)
    order = Order(number(n), f"c-{n}", OrderState.DELIVERED, at, (item,), 599_00, delivered_at=at + timedelta(days=3))
    found = {"shop_id": order.id, "customer_id": n, "state": order.state.value, "placed_at": at, "total_cents": 599_00}
    return {"id": n, **found, "record": record.write_order(order), "updated_at": at}


def _conversation(n: int, size: Size, at: datetime, lines: int) -> dict[str, Any]:
    owner = _owner(n, size)
    return {
        "id": n,
        "channel": ("web", "telegram")[n % 3 == 0],
        "chat": f"chat-{n}",
        "name": f"Guest {n}" if n % 5 else "",
        "customer_id": None if n % 2 else n // 2,
        "language": ("zh", "en", "zh", "zh-Hant")[n % 4],
        "owner": owner,
        "owner_since": at if owner != BOT else None,
        "seq": lines,
        "case_id": n if n in _complaining(size) else None,
        "created_at": at,
        "last_inbound_at": at + timedelta(minutes=lines),
        "last_outbound_at": at + timedelta(minutes=lines - 1 + (n % 2) * 2),
    }


def _case(n: int, at: datetime) -> dict[str, Any]:
    stages = [stage for stage in Stage if stage is not Stage.CLOSED]
    case = {"kind": list(CaseKind)[n % len(CaseKind)], "stage": stages[n % len(stages)], "severity": n % 3 + 1}
    times = {"opened_at": at, "stage_since": at, "heard_at": at}
    return {"id": n, "conversation_id": n, **times, **case, "level": n % 4}


def _promise(n: int, now: datetime) -> dict[str, Any]:
    promise = {"case_id": n, "conversation_id": n, "remedy": "refund", "what": {"cents": 5000}, "owner": "desk"}
    return {"id": n, **promise, "given_by": "bot", "given_at": now, "due_at": now + timedelta(hours=n % 72)}


def _entry(n: int, size: Size, at: datetime) -> dict[str, Any]:
    taken = _owner(n, size) != QUEUE
    entry = {"conversation_id": n, "reason": Reason.ASKED, "priority": n % 4 + 1, "opened_at": at}
    return {"id": n, **entry, "taken_at": at if taken else None, "taken_by": _owner(n, size) if taken else ""}


def _note(n: int, at: datetime) -> dict[str, Any]:
    text = f"已和仓库确认 {number(n)}，check again tomorrow"
    return {"id": n, "conversation_id": n, "staff_id": 1, "name": "Anna", "text": text, "seq": 1, "at": at}


_chance = random.Random(7)
_written = [line for lines in conversations().values() for line in lines]


def _sentence(templates: Sequence[str], n: int) -> str:
    template = templates[int(_chance.random() * len(templates))]
    thing = THINGS[int(_chance.random() * len(THINGS))]
    return template.format(order=number(n), n=int(_chance.random() * 300) + 1, thing=thing)


def _heard(n: int, k: int, many: int, at: datetime) -> dict[str, Any]:
    id = (n - 1) * many + k + 1
    text = _sentence(HEARD if k % 3 else _written, n)
    heard = {"conversation_id": n, "seq": 2 * k + 1, "channel": "web", "external_id": f"e{id}", "kind": Kind.MESSAGE}
    return {"id": id, **heard, "text": text, "at": at + timedelta(minutes=2 * k), "handling": Handling.ANSWERED}


def _said(n: int, k: int, many: int, at: datetime) -> dict[str, Any]:
    id, at = (n - 1) * many + k + 1, at + timedelta(minutes=2 * k + 1)
    said = {"conversation_id": n, "channel": "web", "seq": 2 * k + 2, "lane": Lane.REPLY, "author": Author.BOT}
    sent = {"state": State.SENT, "due_at": at, "created_at": at, "sent_at": at}
    return {"id": id, "key": f"k{id}", **said, "text_key": "", "text": _sentence(SAID, n), **sent}


def _bound(target: sa.Table, dialect: sa.engine.Dialect) -> list[tuple[str, Any, Any]]:
    """Name, default and what makes a value fit for the driver, of each column."""
    found = []
    for column in target.columns:
        default = column.default.arg if column.default is not None else None
        default = default(None) if callable(default) else default
        found.append((column.name, default, column.type.dialect_impl(dialect).bind_processor(dialect)))
    return found


def _tuples(target: sa.Table, made: Iterable[dict[str, Any]], dialect: sa.engine.Dialect) -> Iterator[tuple[Any, ...]]:
    columns = _bound(target, dialect)
    for row in made:
        values = ((row.get(name, default), fit) for name, default, fit in columns)
        yield tuple(fit(value) if fit is not None else value for value, fit in values)


def _batched(rows: Iterator[tuple[Any, ...]], most: int) -> Iterator[list[tuple[Any, ...]]]:
    while some := list(itertools.islice(rows, most)):
        yield some


async def fill(db: Database, size: Size) -> float:
    """Write it all, into a database that has its schema and is empty. Gives the seconds it took."""
    began = time.perf_counter()
    for target, made in rows(size, datetime.now(UTC)):
        done = await (_into_sqlite if db.is_sqlite else _into_postgresql)(db, target, made)
        print(f"  {target.name}: {done:,} rows ({time.perf_counter() - began:.0f} s)", flush=True)
    return time.perf_counter() - began


async def _into_sqlite(db: Database, target: sa.Table, made: Iterable[dict[str, Any]]) -> int:
    raw = sqlite3.connect(str(db.url.database), isolation_level=None)
    places = ", ".join("?" * len(target.columns))
    names = ", ".join(f'"{column.name}"' for column in target.columns)
    done = 0
    try:
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("BEGIN")
        for some in _batched(_tuples(target, made, sqlite.dialect()), AT_ONCE):
            raw.executemany(f'INSERT INTO "{target.name}" ({names}) VALUES ({places})', some)
            done += len(some)
        raw.execute("COMMIT")
        raw.execute("ANALYZE")
    finally:
        raw.close()
    return done


async def _into_postgresql(db: Database, target: sa.Table, made: Iterable[dict[str, Any]]) -> int:
    raw = await asyncpg.connect(db.url.set(drivername="postgresql").render_as_string(hide_password=False))
    names = [column.name for column in target.columns]
    done = 0
    try:
        for some in _batched(_tuples(target, made, postgresql.asyncpg.dialect()), AT_ONCE):
            await raw.copy_records_to_table(target.name, records=some, columns=names)
            done += len(some)
        await raw.execute(f"SELECT setval(pg_get_serial_sequence('\"{target.name}\"', 'id'), {done + 1_000_000})")
        await raw.execute(f'VACUUM ANALYZE "{target.name}"')
    finally:
        await raw.close()
    return done
