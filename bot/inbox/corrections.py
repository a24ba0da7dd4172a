"""The staff see that the bot misjudged a customer: the case is put right, and the message is kept for the review."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import corrections
from bot.complaints.complaint import Kind
from bot.complaints.deed import Present
from bot.complaints.emotion import Level, Mood
from bot.complaints.tables import Case
from bot.conversations.tables import Conversation
from bot.errors import NotFound
from bot.inbox import lessons
from bot.inbox.tables import TurnRow
from bot.learning import service as learning
from bot.learning.lesson import Why
from bot.learning.personal import Personal
from bot.staff import audit
from bot.staff.account import May, Me, needs

MOODS = {Level.E0: Mood.CALM, Level.E1: Mood.ANNOYED, Level.E2: Mood.ANGRY, Level.E3: Mood.ANGRY}
"""What the model is to learn of a level; it knows no third one."""


@needs(May.ANSWER)
async def correct_emotion(
    session: AsyncSession, case_id: int, me: Me, level: int, why: str, present: Present, personal: Personal
) -> Case:
    """The customer feels otherwise than the case says. The newest words are kept to learn from.

    Raises NotFound, NotAllowed.
    """
    case = await corrections.set_level(session, case_id, me, level, why, present)
    turn_id = await _turn(session, case, opening=False)
    if turn_id is not None:
        chat = await session.get_one(Conversation, case.conversation_id)
        met = await lessons.of_turn(session, turn_id, Why.EMOTION_CORRECTED)
        await learning.correct_emotion(session, chat, met, MOODS[Level(level)], me.name, present.at, personal)
    return case


@needs(May.ANSWER)
async def correct_kind(
    session: AsyncSession,
    case_id: int,
    me: Me,
    kind: Kind,
    present: Present,
    personal: Personal,
    known: Collection[str],
) -> Case:
    """The complaint is about something else. The words it began with are kept to learn from, where the model knows
    such an intent (`known`)."""
    case = await corrections.set_kind(session, case_id, me, kind, present)
    turn_id, intent = await _turn(session, case, opening=True), f"complaint_{kind}"
    if turn_id is not None and intent in known:
        chat = await session.get_one(Conversation, case.conversation_id)
        met = await lessons.of_turn(session, turn_id)
        await learning.correct_intent(session, chat, met, intent, me.name, present.at, personal, known)
    return case


@needs(May.ANSWER)
async def correct_intent(
    session: AsyncSession,
    turn_id: int,
    me: Me,
    intent: str,
    present: Present,
    personal: Personal,
    known: Collection[str],
) -> None:
    """A message meant something else than the model thought. Raises NotFound."""
    turn = await session.get(TurnRow, turn_id)
    if turn is None:
        raise NotFound(f"there is no turn {turn_id}")
    chat = await session.get_one(Conversation, turn.conversation_id)
    met = await lessons.of_turn(session, turn_id)
    await learning.correct_intent(session, chat, met, intent, me.name, present.at, personal, known)
    await audit.note(session, me, "turn.intent_corrected", f"turn {turn_id}", present.at, {"to": intent})


async def _turn(session: AsyncSession, case: Case, opening: bool) -> int | None:
    """The turn with understood words that opened the case, or the newest one in it."""
    query = select(TurnRow).where(TurnRow.conversation_id == case.conversation_id, TurnRow.text != "")
    if opening:
        query = query.where(TurnRow.done_at >= case.opened_at).order_by(TurnRow.id)
    else:
        query = query.order_by(TurnRow.id.desc())
    for turn in await session.scalars(query.limit(20)):
        if turn.decision is not None and turn.text.strip():
            return turn.id
    return None
