"""Messages to learn from, labelled by people; their words become examples. As `carebot nlu review | export` do."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.learning import files, service, store
from bot.learning.lesson import State
from bot.learning.personal import Personal
from bot.learning.service import Exported
from bot.learning.tables import Lesson
from bot.staff import audit
from bot.staff.account import May, Me, needs

PAGE = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    lessons: tuple[Lesson, ...]
    """The most frequent first, at most a page."""
    labelled: tuple[Lesson, ...]
    """Have their label and are not among the examples yet."""
    counts: dict[State, int]


@needs(May.TRAIN)
async def waiting(session: AsyncSession, me: Me, limit: int = PAGE) -> Waiting:
    found = tuple(await store.waiting(session, limit))
    return Waiting(found, tuple(await store.labelled(session)), await store.counts(session))


@needs(May.TRAIN)
async def intents(me: Me, nlu: Path = files.NLU) -> Sequence[str]:
    """Every meaning that a message can be given. Raises Unreadable."""
    return sorted(await asyncio.to_thread(files.intents, nlu))


@dataclass(frozen=True, slots=True)
class Label:
    intent: str
    emotion: str = ""
    """"" leaves the one that was corrected before."""
    language: str = ""
    """zh or en; "" leaves what was recognised."""
    text: str = ""
    """The words the model shall learn; "" leaves those of the customer."""


@needs(May.TRAIN)
async def label(
    session: AsyncSession, me: Me, lesson_id: int, given: Label, at: datetime, personal: Personal, known: Sequence[str]
) -> Lesson:
    """Give a message its meaning. Raises NotFound (no such message, intent, emotion), Moved (such a text is there)."""
    if given.text.strip() or given.language:
        await service.reword(session, lesson_id, given.text, given.language, personal)
    found = await service.label(session, lesson_id, given.intent, given.emotion, me.name, at, known)
    await audit.note(session, me, "training.labelled", f"message {found.id}", at, {"intent": found.label_intent})
    return found


@needs(May.TRAIN)
async def drop(session: AsyncSession, me: Me, lesson_id: int, at: datetime) -> None:
    """Nothing is to be learned from it. Raises NotFound."""
    await service.drop(session, lesson_id, me.name, at)
    await audit.note(session, me, "training.dropped", f"message {lesson_id}", at)


@needs(May.TRAIN)
async def export(db: Database, me: Me, at: datetime, personal: Personal, nlu: Path = files.NLU) -> Exported:
    """Add what is labelled to the examples. Raises Unreadable when a file of examples is broken."""
    found = await service.export(db, at, personal, nlu)
    async with db.write() as session:
        detail = {"new": len(found.sorted.new), "refused": len(found.sorted.refused)}
        await audit.note(session, me, "training.exported", "nlu/examples", at, detail)
    return found
