"""A connection of the pool while a transaction or a look lasts: for our own statements, and for a session that joins.

Beginning and committing are said to the driver. SQLAlchemy's own connection is made only where a session is used for
more than statements (bot/statement.py): making one, and its transaction, costs as much as a small turn.
"""

import re
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import Dialect, exc
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from bot import sqlite
from bot.statement import LINE

_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
_ENDS = ("08", "57P")
"""Classes of SQLSTATE: connection, operator intervention."""
_COUNT = re.compile(r" (\d+)$")
"""At the end of PostgreSQL's word for what was done: "UPDATE 1"."""


class Line(ABC):
    """One connection. `engine` is the one whose SQLAlchemy connections begin no transaction of their own."""

    def __init__(self, engine: Engine, pooled: PoolProxiedConnection) -> None:
        self._engine = engine
        self.pooled = pooled
        self._joined: Connection | None = None
        self.is_broken = False
        """It is not known what state it is in: nobody may use it again."""

    @property
    def is_whole(self) -> bool:
        return not self.is_broken and (self._joined is None or not self._joined.invalidated)

    @property
    def dialect(self) -> Dialect:
        return self._engine.dialect

    def joined(self) -> Connection:
        """SQLAlchemy's connection, in the same transaction."""
        if self._joined is None:
            self._joined = Connection(self._engine, self.pooled)
        return self._joined

    @property
    def has_ended(self) -> bool:
        """The other end has hung up."""
        return False

    @abstractmethod
    async def rows(self, text: str, parameters: Sequence[Any]) -> Sequence[Sequence[Any]]: ...

    @abstractmethod
    async def changed(self, text: str, parameters: Sequence[Any]) -> int: ...

    @abstractmethod
    async def begin(self) -> None: ...

    @abstractmethod
    async def commit(self) -> None: ...

    @abstractmethod
    async def undo(self, error: BaseException) -> None:
        """End the transaction after this error, with nothing of it kept."""
        ...

    def _seen(self, text: str, parameters: Sequence[Any]) -> None:
        """Whoever listens to the engine's statements sees these, too (measuring instruments, tests)."""
        for listener in self._engine.dispatch.before_cursor_execute:
            listener(None, None, text, parameters, None, False)

    def _failed(self, text: str, error: Exception, is_lost: bool = False) -> exc.DBAPIError:
        """The error as SQLAlchemy would raise it."""
        self.is_broken = self.is_broken or is_lost
        return _as_told(self._engine, text, error, is_lost)


class SqliteLine(Line):
    @property
    def _raw(self) -> sqlite.Connection:
        found = self.pooled.driver_connection
        assert isinstance(found, sqlite.Connection)
        return found

    async def rows(self, text: str, parameters: Sequence[Any]) -> Sequence[Sequence[Any]]:
        self._seen(text, parameters)
        try:
            return self._raw.rows(text, parameters)
        except sqlite.Error as error:
            raise self._failed(text, error) from error

    async def changed(self, text: str, parameters: Sequence[Any]) -> int:
        self._seen(text, parameters)
        try:
            return self._raw.changed(text, parameters)
        except sqlite.Error as error:
            raise self._failed(text, error) from error

    async def begin(self) -> None:
        try:
            await self._raw.begin()
        except sqlite.Error as error:
            raise self._failed(sqlite.BEGIN, error) from error

    async def commit(self) -> None:
        try:
            await self._raw.commit()
        except sqlite.Error as error:
            raise self._failed(sqlite.COMMIT, error) from error

    async def undo(self, error: BaseException) -> None:
        try:
            await self._raw.rollback()
        except BaseException:
            self.is_broken = True
            raise


class PostgresqlLine(Line):
    @property
    def has_ended(self) -> bool:
        return bool(self._raw.is_closed())

    @property
    def _raw(self) -> asyncpg.Connection:
        return self.pooled.driver_connection

    async def rows(self, text: str, parameters: Sequence[Any]) -> Sequence[Sequence[Any]]:
        self._seen(text, parameters)
        try:
            found: Sequence[Sequence[Any]] = await self._raw.fetch(text, *parameters)
        except _ERRORS as error:
            raise self._failed(text, error, self._is_lost(error)) from error
        return found

    async def changed(self, text: str, parameters: Sequence[Any]) -> int:
        self._seen(text, parameters)
        return self._count(await self._say(text, *parameters))

    async def begin(self) -> None:
        await self._say("BEGIN")

    async def commit(self) -> None:
        if await self._say("COMMIT") == "ROLLBACK":
            raise self._failed("COMMIT", asyncpg.InFailedSQLTransactionError("nothing of it could be kept"))

    async def undo(self, error: BaseException) -> None:
        """Whoever was cancelled may have left half a statement on the line: then the server undoes it."""
        self.is_broken = self.is_broken or self._raw.is_closed() or not isinstance(error, Exception)
        if not self.is_broken:
            try:
                await self._say("ROLLBACK")
            except exc.DBAPIError:  # without the connection the server undoes it; what is told is the first error
                self.is_broken = True
            except BaseException:
                self.is_broken = True
                raise

    async def _say(self, text: str, *parameters: Any) -> str:
        try:
            return str(await self._raw.execute(text, *parameters))
        except _ERRORS as error:
            raise self._failed(text, error, self._is_lost(error)) from error

    def _is_lost(self, error: Exception) -> bool:
        """Also when asyncpg has not noticed yet: it is confused, or the server says that it ends."""
        ends = getattr(error, "sqlstate", None) or ""
        return self._raw.is_closed() or isinstance(error, asyncpg.InternalClientError) or ends.startswith(_ENDS)

    def _count(self, done: str) -> int:
        found = _COUNT.search(done)
        return int(found[1]) if found else -1


class Lines:
    """The connections that are at hand. One that was just used is used again without asking the pool, whose ways out
    and in take longer than the statements of a look; the pool keeps the number and finds out which ones have ended."""

    def __init__(self, engine: Engine, is_fresh: Callable[[float], bool]) -> None:
        """`is_fresh` tells of a time (time.monotonic) whether a connection that rests since then surely lives."""
        self._engine = engine
        self._is_fresh = is_fresh
        self._resting: list[tuple[float, Line]] = []
        """The one that was used last is the last."""

    @asynccontextmanager
    async def borrowed(self, *, begins: bool = False) -> AsyncIterator[Line]:
        """A connection for this block, in a transaction if it `begins` one; thrown away afterwards when it is not known
        to be whole."""
        line = await self._begun() if begins else await self._taken()
        try:
            yield line
        finally:
            if line.is_whole:
                self._resting.append((time.monotonic(), line))
            else:
                line.pooled.invalidate()

    async def _begun(self) -> Line:
        """One that has ended unnoticed shows it here, where nothing is lost yet: then the next one."""
        while True:
            has_rested = bool(self._resting)
            line = await self._taken()
            try:
                await line.begin()
            except BaseException as error:
                may_be_another = has_rested and line.is_broken and isinstance(error, exc.DBAPIError)
                await line.undo(error)
                line.pooled.invalidate()
                if not may_be_another:
                    raise
            else:
                return line

    async def _taken(self) -> Line:
        while self._resting:
            since, line = self._resting.pop()
            if line.has_ended:
                line.pooled.invalidate()
            elif self._is_fresh(since):
                return line
            else:
                await greenlet_spawn(line.pooled.close)
        try:
            pooled = await greenlet_spawn(self._engine.raw_connection)
        except (self._engine.dialect.loaded_dbapi.Error, asyncpg.PostgresError, sqlite.Error) as error:
            raise _as_told(self._engine, "connecting", error) from error
        return (SqliteLine if self._engine.dialect.name == "sqlite" else PostgresqlLine)(self._engine, pooled)

    async def close(self) -> None:
        while self._resting:
            await greenlet_spawn(self._resting.pop()[1].pooled.close)


def _as_told(engine: Engine, text: str, error: Exception, is_lost: bool = False) -> exc.DBAPIError:
    """SQLAlchemy's class for an error of the driver."""
    known = engine.dialect.loaded_dbapi.Error
    if not isinstance(error, known):  # asyncpg's own; SQLAlchemy's adapter is not between us
        return exc.DBAPIError(text, None, error, connection_invalidated=is_lost)
    found = exc.DBAPIError.instance(text, None, error, known, connection_invalidated=is_lost, dialect=engine.dialect)
    assert isinstance(found, exc.DBAPIError)
    return found


@asynccontextmanager
async def session_on(line: Line, *, autoflush: bool) -> AsyncIterator[AsyncSession]:
    """A session in the transaction of this line."""
    session = AsyncSession(sync_session_class=_Joining, info={LINE: line}, expire_on_commit=False, autoflush=autoflush)
    try:
        yield session
    finally:
        if session.in_transaction():  # else it has done nothing
            await session.close()


class _Joining(Session):
    """A session on a line: it takes SQLAlchemy's connection when it first needs one."""

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        line: Line = self.info[LINE]
        return line.joined()
