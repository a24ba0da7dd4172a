"""The database: one schema on SQLite and PostgreSQL, two ways in (`read`, `write`), times always aware UTC."""

import asyncio
import errno
import functools
import math
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from bot import sqlite as sqlite_file
from bot.line import Lines, session_on
from bot.statement import Statement, dialect_of

CONNECT_WITHIN = 5.0
FRESH = 0.5
"""Seconds for which a connection that was just used is believed to live."""
TROUBLED = 10.0
"""Seconds after an error of a database that was gone in which no connection is believed without asking."""
ANSWER_WITHIN = 60.0
"""Seconds for PostgreSQL: a network that swallows packets must not hold intake for hours."""

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC moment. A naive datetime is refused: it is always a mistake."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value!r}")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


Json = sa.JSON().with_variant(JSONB(), "postgresql")
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def enum_column(kind: type[StrEnum]) -> sa.Enum:
    """A closed set, stored by its values in a plain text column (a bare `Mapped[kind]` would store the names)."""
    return sa.Enum(kind, native_enum=False, length=24, values_callable=lambda e: [m.value for m in e])


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        datetime: UTCDateTime(),
        dict[str, Any]: Json,
        list[Any]: Json,
        str: sa.Text(),
    }


def table(kind: type[Base]) -> sa.Table:
    """The table behind a class: for rows that are only looked at, the ORM's work for an object would be wasted."""
    found = kind.__table__
    assert isinstance(found, sa.Table)
    return found


class Database:
    """An engine with its rules.

    On SQLite writers queue in this process (a lock in order of arrival, instead of the file's busy loop) and begin
    with BEGIN IMMEDIATE, so that a transaction never fails half-way for a lock; other processes wait in the file.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = asyncio.Lock() if self.is_sqlite else nullcontext()
        self._troubled_at = -math.inf
        """When the database was last gone: for a while no connection is believed to live."""
        self.engine = _sqlite(url) if self.is_sqlite else _postgresql(url, lambda since: not self._is_fresh(since))
        joins = {"carebot_joins": True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._lines = Lines(self.engine.sync_engine.execution_options(**joins), self._is_fresh)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for looking: each statement sees the newest, and what is changed in it is not kept."""
        with self._noticing():
            async with self._lines.borrowed() as line, session_on(line, autoflush=False) as session:
                yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end of the block, rolled back when the block raises."""
        with self._noticing():
            async with (
                self._writing,
                self._lines.borrowed(begins=True) as line,
                session_on(line, autoflush=True) as session,
            ):
                try:
                    yield session
                    if session.in_transaction() or session.new:
                        await session.flush()
                    await line.commit()
                except BaseException as error:
                    await line.undo(error)
                    raise

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if is_gone(error):
                self._troubled_at = time.monotonic()
            raise

    def _is_fresh(self, rested_since: float) -> bool:
        """Whether a connection that was given back then may be used without asking (pool_pre_ping always asks)."""
        now = time.monotonic()
        return self.is_sqlite or (now - rested_since <= FRESH and now - self._troubled_at >= TROUBLED)

    async def close(self) -> None:
        await self._lines.close()
        await self.engine.dispose()


def _postgresql(url: str, may_be_dead: Callable[[float], bool]) -> AsyncEngine:
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=10,
        max_overflow=10,
        connect_args={"timeout": CONNECT_WITHIN, "command_timeout": ANSWER_WITHIN},
    )

    @event.listens_for(engine.sync_engine, "checkin")
    def _(_connection: Any, record: Any) -> None:
        record.info["rested_since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def _(connection: Any, record: Any, _proxy: Any) -> None:
        if (rested_since := record.info.get("rested_since")) is not None and may_be_dead(rested_since):
            try:
                engine.dialect.do_ping(connection)
            except (engine.dialect.loaded_dbapi.Error, OSError) as error:
                raise exc.DisconnectionError("the connection has ended while it rested") from error

    return engine


def _sqlite(url: str) -> AsyncEngine:
    address = make_url(url).set(drivername="sqlite+aiosqlite")
    database = address.database or ":memory:"
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        address, async_creator=lambda: sqlite_file.connect(database), pool_size=5, max_overflow=15
    )

    @event.listens_for(engine.sync_engine, "begin")
    def _(connection: Connection) -> None:
        if not connection.get_execution_options().get("carebot_joins"):  # a line begins for itself
            connection.exec_driver_sql("BEGIN")

    return engine


_PASSING_POSTGRESQL = ("08", "28", "3D", "40", "53", "55P03", "57P")
"""Classes of SQLSTATE: connection, login, no such database, rollback for others' sake, resources, lock not available,
operator intervention."""
_PASSING_SQLITE = frozenset({5, 6, 8, 10, 13, 14, 15})
"""Busy, locked, read-only, I/O error, disk full, cannot open, locking protocol. Source: sqlite.org/rescode.html."""


_NO_WAY = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN})


def is_gone(error: BaseException | None) -> bool:
    """Whether this means that the database cannot be used at present, and not that the work is wrong.

    True: nothing was decided, the same may be tried again later.
    """
    match error:
        case exc.DBAPIError():
            return error.connection_invalidated or is_gone(error.orig)
        case exc.TimeoutError() | ConnectionError() | TimeoutError() | socket.gaierror():
            return True
        case OSError():
            return error.errno in _NO_WAY
    if error is None:
        return False
    state = getattr(error, "sqlstate", None) or ""
    passing = state.startswith(_PASSING_POSTGRESQL) or getattr(error, "sqlite_errorcode", 0) & 0xFF in _PASSING_SQLITE
    return passing or is_gone(error.__cause__)


def told(error: BaseException) -> dict[str, Any]:
    """What a log line says of this error: its trace; only its name when the database is gone, for that comes often."""
    return {"error": type(error).__name__} if is_gone(error) else {"exc_info": error}


async def insert_once(session: AsyncSession, kind: type[Base], values: Mapping[str, Any]) -> Any | None:
    """Insert a row unless a unique key already has it. Gives the new id, or None when it was there.

    Not flushed before: what the row refers to has its id already.
    """
    found = await _insert_once(dialect_of(session), kind, tuple(values)).first(session, values)
    return None if found is None else found[0]


@functools.cache
def _insert_once(dialect: str, kind: type[Base], columns: tuple[str, ...]) -> Statement:
    """The statement; the other columns get their default."""
    insert: postgresql.Insert | sqlite.Insert = (postgresql if dialect == "postgresql" else sqlite).insert(table(kind))
    return Statement(insert.on_conflict_do_nothing().returning(table(kind).c.id), columns)
