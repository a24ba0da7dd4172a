"""Statements that every message needs: written with SQLAlchemy, compiled once, given to the driver as they are.

By way of AsyncSession a statement costs a quarter of a millisecond, of which SQLite needs ten µs and PostgreSQL
seventy; some twenty statements make a turn, so that was half of it. These run in the transaction of the session they
are given and see and change the same rows; what the ORM still holds back is not flushed before. For everything that
is not done with every message the session itself is good enough.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

LINE = "carebot_line"
"""Where a session of `Database` keeps its connection (AsyncSession.info)."""

Values = Mapping[str, Any]
Convert = Callable[[Any], Any]
_MISSING = object()


class Line(Protocol):
    """A connection of the driver, in the transaction of its session."""

    @property
    def dialect(self) -> Dialect: ...

    async def rows(self, text: str, parameters: Sequence[Any]) -> Sequence[Sequence[Any]]: ...

    async def changed(self, text: str, parameters: Sequence[Any]) -> int:
        """How many rows the statement has changed."""
        ...


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    takes: tuple[tuple[str, Convert | None, Any], ...]
    """In the driver's order: the name of a parameter, how its value is written, and the value if none is given."""
    gives: tuple[tuple[int, Convert], ...]
    """The columns that have to be converted: place and how."""

    def parameters(self, values: Values) -> list[Any]:
        found = []
        for name, write, fixed in self.takes:
            if (value := values.get(name, fixed)) is _MISSING:
                raise KeyError(f"the statement needs a value for {name}: {self.text}")
            found.append(value if write is None else write(value))
        return found

    def read(self, rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
        if not self.gives:
            return list(rows)
        found: list[Sequence[Any]] = []
        for row in rows:
            columns = list(row)
            for place, read in self.gives:
                columns[place] = read(columns[place])
            found.append(columns)
        return found


class Statement:
    """One statement; its values are bindparams, or the columns of an INSERT that are named in `columns`."""

    def __init__(self, core: Executable, columns: Sequence[str] = ()) -> None:
        self._core = core
        self._columns = list(columns) or None
        self._compiled: dict[str, _Compiled] = {}

    async def rows(self, session: AsyncSession, values: Values) -> Sequence[Sequence[Any]]:
        """What it finds, with the types of the columns."""
        line: Line | None = session.info.get(LINE)
        if line is None:  # not a session of `Database`
            return (await session.execute(self._core, values)).all()
        compiled = self._for(line.dialect)
        return compiled.read(await line.rows(compiled.text, compiled.parameters(values)))

    async def first(self, session: AsyncSession, values: Values) -> Sequence[Any] | None:
        """The first row, if there is one."""
        found = await self.rows(session, values)
        return found[0] if found else None

    async def changed(self, session: AsyncSession, values: Values) -> int:
        """How many rows it has changed."""
        line: Line | None = session.info.get(LINE)
        if line is None:
            return (await session.execute(self._core, values)).rowcount  # type: ignore[attr-defined, no-any-return]
        compiled = self._for(line.dialect)
        return await line.changed(compiled.text, compiled.parameters(values))

    def _for(self, dialect: Dialect) -> _Compiled:
        if (found := self._compiled.get(dialect.name)) is None:
            found = self._compiled[dialect.name] = _compile(self._core, self._columns, dialect)
        return found


def dialect_of(session: AsyncSession) -> str:
    """The name of the database: sqlite or postgresql."""
    line: Line | None = session.info.get(LINE)
    return line.dialect.name if line is not None else session.get_bind().dialect.name


def _compile(core: Executable, columns: list[str] | None, dialect: Dialect) -> _Compiled:
    assert isinstance(core, ClauseElement)
    compiled = core.compile(dialect=dialect, column_keys=columns)
    assert isinstance(compiled, SQLCompiler)
    if compiled.post_compile_params or compiled.literal_execute_params:
        raise ValueError(f"a list (IN) changes the text of a statement with every value: {compiled.string}")
    binds, defaults = {name: bind for bind, name in compiled.bind_names.items()}, _defaults(compiled)
    takes = []
    for name in compiled.positiontup or ():
        bind = binds[name]
        fixed = defaults.get(name, _MISSING if bind.required else bind.value)
        takes.append((name, bind.type.dialect_impl(dialect).bind_processor(dialect), fixed))
    gives = []
    for place, column in enumerate(getattr(core, "exported_columns", ())):
        if (read := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None:
            gives.append((place, read))
    return _Compiled(compiled.string, tuple(takes), tuple(gives))


def _defaults(compiled: SQLCompiler) -> dict[str, Any]:
    """The defaults of the columns that an INSERT is not given: plain values, or made of nothing (list, dict)."""
    found = {}
    for column in compiled.insert_prefetch:
        default: Any = column.default
        found[column.key] = default.arg(None) if default.is_callable else default.arg
    return found
