"""A turn as something to learn from, for staff who see that it was misunderstood (`learning.correct_intent`)."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFound
from bot.inbox.tables import TurnRow
from bot.learning.lesson import Met, Why, met
from bot.rasa import Decision


async def of_turn(session: AsyncSession, turn_id: int, why: Why = Why.INTENT_CORRECTED) -> Met:
    """What was written and what the model made of it. Raises NotFound for a turn without words, or none."""
    turn = await session.get(TurnRow, turn_id)
    if turn is None or not turn.text.strip() or turn.decision is None:
        raise NotFound(f"turn {turn_id} has no words that were understood")
    return met(why, turn.text, Decision.read(turn.decision), {})
