"""Reading, changing and adding articles, by people who may. Saved is in force, in every process within seconds."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot import datafile, trial
from bot.data import DataInForce
from bot.db import Database
from bot.enquiries.article import ID, WORDS_FILE
from bot.errors import Moved, NotFound, Unreadable
from bot.knowledge import draft as drafts
from bot.knowledge import writing
from bot.knowledge.draft import Draft
from bot.learning import service as learning
from bot.learning import store as lessons
from bot.learning.tables import Lesson
from bot.staff import audit
from bot.staff.account import May, Me, needs


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in the list of all."""

    file: str
    """Name of its file in data/knowledge, without .yml."""
    draft: Draft


@dataclass(frozen=True, slots=True)
class Opened:
    """An article to be edited."""

    file: str
    draft: Draft
    source: Any
    """Of the file, in both languages: it is told where an article has none of its own."""


def _files(folder: Path) -> dict[str, Path]:
    return {p.stem: p for p in sorted((folder / "knowledge").glob("*.yml")) if p.name != WORDS_FILE}


@needs(May.EDIT_KNOWLEDGE)
async def listed(in_force: DataInForce, me: Me) -> Sequence[Entry]:
    """Every article, by file and in its order. Raises BadContent when a file has been broken meanwhile."""
    return await asyncio.to_thread(_entries, in_force.folder)


def _entries(folder: Path) -> list[Entry]:
    return [
        Entry(name, drafts.read(str(id), raw))
        for name, path in _files(folder).items()
        for id, raw in (datafile.read(path).get("articles") or {}).items()
    ]


@needs(May.EDIT_KNOWLEDGE)
async def opened(in_force: DataInForce, me: Me, id: str) -> Opened:
    """Raises NotFound."""

    def find() -> Opened:
        for name, path in _files(in_force.folder).items():
            content = datafile.read(path)
            if (raw := (content.get("articles") or {}).get(id)) is not None:
                return Opened(name, drafts.read(id, raw), content.get("source"))
        raise NotFound(f"there is no article '{id}'")

    return await asyncio.to_thread(find)


@needs(May.EDIT_KNOWLEDGE)
async def empty(in_force: DataInForce, me: Me, file: str) -> Opened:
    """A new article for a file. Raises NotFound for a file that is not there."""
    return Opened(file, Draft(""), (await asyncio.to_thread(datafile.read, _path(in_force.folder, file))).get("source"))


@needs(May.EDIT_KNOWLEDGE)
def files(in_force: DataInForce, me: Me) -> list[str]:
    return list(_files(in_force.folder))


def _path(folder: Path, file: str) -> Path:
    if (path := _files(folder).get(file)) is None:
        raise NotFound(f"there is no data/knowledge/{file}.yml")
    return path


@needs(May.EDIT_KNOWLEDGE)
async def save(
    db: Database, in_force: DataInForce, me: Me, file: str, changed: Draft, version: str, at: datetime
) -> Draft:
    """Put an article in force. `version` is that of the draft that was opened, "" for a new article.

    Raises BadContent or Unreadable (what is wrong; nothing was changed), Moved when somebody saved it meanwhile.
    """
    path, new = _path(in_force.folder, file), drafts.tidied(changed)
    if not ID.fullmatch(new.id):
        raise Unreadable("an article needs an id of small letters, digits and hyphens, as in refund-duration")
    # tried before the database is asked: on SQLite nobody else could write meanwhile
    tried = await asyncio.to_thread(_tried, path, new, version)
    await asyncio.to_thread(trial.check, in_force.folder, Path("knowledge") / path.name, tried)
    async with db.write() as session:
        await audit.lock(session, f"knowledge {file}")
        text = await asyncio.to_thread(_tried, path, new, version)
        if text != tried:  # another article of the file was saved meanwhile
            await asyncio.to_thread(trial.check, in_force.folder, Path("knowledge") / path.name, text)
        deed = "knowledge.changed" if version else "knowledge.added"
        await audit.note(session, me, deed, f"article {new.id}", at, {"file": f"data/knowledge/{path.name}"})
        await session.flush()
        await asyncio.to_thread(trial.replace, path, text)
    await in_force.reload()
    return new


def _tried(path: Path, new: Draft, version: str) -> str:
    """The file with the draft. Raises Moved when the article is not the one that was opened."""
    text = path.read_text(encoding="utf-8")
    if not version:
        return writing.added(text, new)
    raw = (datafile.read(path).get("articles") or {}).get(new.id)
    if raw is None or drafts.read(new.id, raw).version != version:
        raise Moved("a colleague has saved this article meanwhile; open it again to see what is new")
    return writing.changed(text, new)


@needs(May.EDIT_KNOWLEDGE)
async def missed(session: AsyncSession, me: Me, limit: int = 100) -> Sequence[Lesson]:
    """What customers asked and nothing was found for, the most frequent first; personal data is replaced."""
    return await lessons.not_found(session, limit)


@needs(May.EDIT_KNOWLEDGE)
async def settled(session: AsyncSession, me: Me, lesson_id: int, at: datetime) -> None:
    """A question has its article now, or needs none. Raises NotFound."""
    found = await learning.drop(session, lesson_id, me.name, at)
    await audit.note(session, me, "knowledge.settled", f"question {found.id}", at)
