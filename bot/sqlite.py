"""SQLite under SQLAlchemy's asyncio, without a thread for every step.

aiosqlite hands each cursor, statement, fetch and close to a thread: four hops a statement, half of what a turn
cost (bench/turns.py). A statement of ours takes some 20 µs, so it runs where it is; only what may wait (for another
writer, for the disk) goes to a thread: beginning to write while another process does, and committing.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")
BUSY_SECONDS = 30.0
"""How long a statement waits for another process that writes."""
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # what was acknowledged to a customer's app survives a power cut, not only a killed process
    "foreign_keys=ON",
    "cache_size=-32000",
)
BEGIN, COMMIT = "BEGIN IMMEDIATE", "COMMIT"
Error = sqlite3.Error


async def connect(database: str) -> "Connection":
    """A connection as SQLAlchemy's aiosqlite dialect expects one; transactions are begun by saying so."""

    def opened() -> sqlite3.Connection:
        raw = sqlite3.connect(database, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            for pragma in PRAGMAS:
                raw.execute(f"PRAGMA {pragma}").close()
        except BaseException:
            raw.close()
            raise
        return raw

    return Connection(await asyncio.to_thread(opened))


class Connection:
    """One connection; used by one task at a time, as the pool sees to it."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._connection: sqlite3.Connection | None = raw
        """None when it is closed; SQLAlchemy looks at it by this name."""

    @property
    def _conn(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ValueError("no active connection")  # the words by which SQLAlchemy knows that it is gone
        return self._connection

    def cursor(self) -> "Cursor":
        return Cursor(self._conn.cursor())

    def rows(self, text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows of one statement of our own (bot/statement.py)."""
        return self._conn.execute(text, parameters).fetchall()

    def changed(self, text: str, parameters: Sequence[Any]) -> int:
        """How many rows a statement of our own has changed."""
        return self._conn.execute(text, parameters).rowcount

    async def begin(self) -> None:
        """Begin to write: at once when no other process does, as is the rule; else in a thread, which waits."""
        raw = self._conn
        raw.execute("PRAGMA busy_timeout = 0")
        try:
            raw.execute(BEGIN)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        else:
            return
        finally:
            raw.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        await in_thread(lambda: raw.execute(BEGIN))

    async def create_function(self, *args: Any, **options: Any) -> None:
        self._conn.create_function(*args, **options)

    async def commit(self) -> None:
        if self._conn.in_transaction:
            await in_thread(self._conn.commit)

    async def rollback(self) -> None:
        if self._conn.in_transaction:
            self._conn.rollback()

    async def close(self) -> None:
        """Whoever closes the file last moves what was written last into its place: that may take a while."""
        raw, self._connection = self._connection, None
        if raw is not None:
            await in_thread(raw.close)

    def stop(self) -> None:
        """Close without waiting; what is not committed is undone."""
        raw, self._connection = self._connection, None
        if raw is not None:
            raw.close()


class Cursor:
    """A cursor whose steps are awaitable and, but for committing, already done."""

    def __init__(self, raw: sqlite3.Cursor) -> None:
        self._raw = raw

    async def __aenter__(self) -> "Cursor":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

    @property
    def description(self) -> Any:
        return self._raw.description

    @property
    def rowcount(self) -> int:
        return self._raw.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._raw.lastrowid

    @property
    def arraysize(self) -> int:
        return self._raw.arraysize

    async def execute(self, operation: str, parameters: Any = ()) -> "Cursor":
        if operation == COMMIT:
            await in_thread(lambda: self._raw.execute(COMMIT))
        else:
            self._raw.execute(operation, parameters or ())
        return self

    async def executemany(self, operation: str, parameters: Sequence[Any]) -> "Cursor":
        self._raw.executemany(operation, parameters)
        return self

    async def fetchone(self) -> Any:
        return self._raw.fetchone()

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        return self._raw.fetchmany(self.arraysize if size is None else size)

    async def fetchall(self) -> list[Any]:
        return self._raw.fetchall()

    async def close(self) -> None:
        self._raw.close()


async def in_thread(work: Callable[[], T]) -> T:
    """Done in a thread, and done when this returns: also when the caller is cancelled meanwhile.

    Else the connection would go back to the pool while a thread still works with it.
    """
    task = asyncio.get_running_loop().run_in_executor(None, work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError as error:  # only the waiting ends
            cancelled = error
    if cancelled is not None:
        task.exception()  # looked at: whoever is cancelled is told of nothing else
        raise cancelled
    return task.result()
