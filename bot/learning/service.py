"""Keeps messages to learn from, and the labels people give them. The session comes first."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.tables import Conversation
from bot.customers import store as customers
from bot.db import Database
from bot.errors import NotAllowed, NotFound, Unreadable
from bot.learning import examples, files, lesson, store
from bot.learning.examples import Example, Sorted, written
from bot.learning.lesson import Met, State, Why
from bot.learning.personal import Personal, invented
from bot.learning.tables import Lesson

LANGUAGES = ("zh", "en")


async def collect(
    session: AsyncSession, conversation: Conversation, met: Met, at: datetime, personal: Personal
) -> str | None:
    """Keep the message, masked; the same text once. Gives its key, None when nothing is left of it to learn from."""
    text = invented(lesson.cut(met.text), personal, await _names(session, conversation))
    if not text:
        return None
    key = lesson.key(text)
    values = {
        "key": key,
        "text": text,
        "conversation_id": conversation.id,
        "language": met.language or conversation.language[:2] or "en",
        "script": met.script,
        "why": met.why,
        "intent": met.intent,
        "confidence": met.confidence,
        "emotion": met.emotion,
        "ranking": [list(guess) for guess in met.ranking],
        "journey": met.journey,
        "stage": met.stage,
        "suggested": met.suggested,
        "first_at": at,
        "last_at": at,
    }
    await store.keep(session, values, counts=met.is_a_message)
    return key


async def _names(session: AsyncSession, conversation: Conversation) -> tuple[str, ...]:
    """How the customer is called, in the channel and by the shop."""
    customer = await customers.by_id(session, conversation.customer_id) if conversation.customer_id else None
    return tuple(filter(None, (conversation.name, customer.name if customer else "")))


async def correct_intent(
    session: AsyncSession,
    conversation: Conversation,
    met: Met,
    intent: str,
    by: str,
    at: datetime,
    personal: Personal,
    known: Collection[str],
) -> Lesson | None:
    """Somebody of the staff says what the message meant: it is kept with that label.

    `met` is what bot.inbox.lessons gives for a turn. None when the message has no words. Raises NotFound for an
    intent that is not among `known`.
    """
    wanted = lesson.checked_intent(intent, known)
    found = await _corrected(session, conversation, met, Why.INTENT_CORRECTED, at, personal)
    if found is not None:
        _set(found, wanted, found.label_emotion, by, at)
    return found


async def correct_emotion(
    session: AsyncSession,
    conversation: Conversation,
    met: Met,
    emotion: str,
    by: str,
    at: datetime,
    personal: Personal,
) -> Lesson | None:
    """Somebody of the staff says how the customer felt. The intent is still to be confirmed in the review.

    Raises NotFound for an emotion there is not.
    """
    wanted = lesson.checked_emotion(emotion)
    found = await _corrected(session, conversation, met, Why.EMOTION_CORRECTED, at, personal)
    if found is not None:
        found.label_emotion, found.labelled_by, found.labelled_at = wanted, by, at
        # What was exported or dropped with another feeling is looked at anew.
        found.state = State.LABELLED if found.label_intent else State.NEW
    return found


async def _corrected(
    session: AsyncSession, conversation: Conversation, met: Met, why: Why, at: datetime, personal: Personal
) -> Lesson | None:
    key = await collect(session, conversation, replace(met, why=why), at, personal)
    return await store.by_key(session, key) if key else None


async def label(
    session: AsyncSession,
    lesson_id: int,
    intent: str,
    emotion: str,
    by: str,
    at: datetime,
    known: Collection[str],
) -> Lesson:
    """Give a message its meaning; an empty emotion leaves the one that was corrected before, if any.

    Raises NotFound for a message, an intent or an emotion that there is not.
    """
    wanted, feeling = lesson.checked_intent(intent, known), lesson.checked_emotion(emotion)
    found = await _one(session, lesson_id)
    _set(found, wanted, feeling or found.label_emotion, by, at)
    return found


def _set(found: Lesson, intent: str, emotion: str, by: str, at: datetime) -> None:
    found.label_intent, found.label_emotion = intent, emotion
    found.labelled_by, found.labelled_at, found.state = by, at, State.LABELLED


async def edit(session: AsyncSession, lesson_id: int, text: str, personal: Personal) -> Lesson:
    """Another wording for a message: what the masking has missed is taken out by hand, and masked once more.

    The key stays that of the message as it came, so that it is not shown again when somebody writes the same.
    Raises NotFound; NotAllowed for what is among the examples already; Unreadable when nothing of it can be written.
    """
    found = await _one(session, lesson_id)
    if found.state is State.EXPORTED:
        raise NotAllowed(
            f"message {lesson_id} is among the examples already: edit nlu/examples/{found.language}/learned.yml"
        )
    new = written(invented(lesson.cut(text), personal))
    if not new:
        raise Unreadable("nothing of that can be written as an example")
    found.text = new
    return found


async def reword(session: AsyncSession, lesson_id: int, text: str, language: str, personal: Personal) -> Lesson:
    """Change the words that are learned (as `edit`), or their language; "" leaves them. Raises as `edit`."""
    found = await _one(session, lesson_id)
    if language and language not in LANGUAGES:
        raise NotFound(f"there is no language '{language}'; there are: {', '.join(LANGUAGES)}")
    if text.strip() and text != found.text:
        found = await edit(session, lesson_id, text, personal)
    found.language = language or found.language
    return found


async def drop(session: AsyncSession, lesson_id: int, by: str, at: datetime) -> Lesson:
    """Nothing is to be learned from it; it is not shown again. Raises NotFound."""
    found = await _one(session, lesson_id)
    found.state, found.labelled_by, found.labelled_at = State.DROPPED, by, at
    return found


async def _one(session: AsyncSession, lesson_id: int) -> Lesson:
    if (found := await store.by_id(session, lesson_id)) is None:
        raise NotFound(f"there is no message {lesson_id} to learn from")
    return found


@dataclass(frozen=True, slots=True)
class Exported:
    sorted: Sorted
    files: tuple[Path, ...]
    """That were added to."""


async def export(db: Database, at: datetime, personal: Personal, nlu: Path = files.NLU) -> Exported:
    """Add what is labelled to the examples. Raises Unreadable.

    The files are written before the rows are marked: killed in between, the next export finds the texts among the
    examples and only marks the rows.
    """
    async with db.read() as session:
        rows = await store.labelled(session)
    found = await asyncio.to_thread(_sorted, rows, personal, nlu)
    languages = {row.id: row.language for row in rows}
    changed = []
    for language in LANGUAGES:
        if new := [one for one in found.new if languages[one.lesson] == language]:
            changed.append(await asyncio.to_thread(files.add, language, new, nlu))
    async with db.write() as session:
        await store.exported(session, [one.lesson for one in (*found.new, *found.already)], at)
    return Exported(found, tuple(changed))


def _sorted(rows: Sequence[Lesson], personal: Personal, nlu: Path) -> Sorted:
    wanted = [Example(row.text, row.label_intent, row.label_emotion, row.id) for row in rows]
    return examples.sort(wanted, files.known(personal, nlu), files.judged_by(personal))


async def forget_old(db: Database, at: datetime, days: int) -> int:
    """Delete what has not come again for so many days. Gives how many."""
    async with db.write() as session:
        return await store.forget(session, at - timedelta(days=days))
