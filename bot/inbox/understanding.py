"""What a turn looks at before it begins, and what it makes of it: no transaction is open while nlu is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import emotion, person
from bot.complaints import service as complaints
from bot.conversations.tables import Conversation
from bot.data import Data
from bot.db import table
from bot.inbox import route, store
from bot.inbox.route import Taker
from bot.inbox.tables import Inbound
from bot.inbox.turn import Heard
from bot.outbox.button import payload
from bot.outbox.tables import Delivery
from bot.rasa import Decision, Rasa


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read before the turn: if the fence has moved since, everything is read anew."""

    fence: int
    seq: int
    """How far the thread was before the messages were read: while it has not grown, nothing more waits."""
    messages: list[Inbound]
    has_more: bool
    """There are messages behind this turn that wait, too."""
    context: Mapping[str, Any]
    """What nlu is told of the talk so far."""
    for_staff: bool = False
    """The messages came in while the bot still spoke, and since then a person was called."""
    choices: Mapping[str, str] | None = None
    """The buttons of the newest message, label to payload, where the words may be one of them."""


async def look(session: AsyncSession, conversation_id: int, at: datetime) -> Seen:
    """Read the next turn of a conversation; no messages when nothing waits."""
    conversation = await session.get_one(Conversation, conversation_id)
    waiting = await store.unanswered(session, conversation_id)
    messages = route.one_turn(waiting)
    if not messages:
        return Seen(conversation.fence, conversation.seq, messages, False, {})
    first = messages[0]
    choices = None
    if route.may_be_a_label(messages):
        choices = await _choices(session, conversation_id)
    return Seen(
        fence=conversation.fence,
        seq=conversation.seq,
        messages=messages,
        has_more=len(waiting) > len(messages) or len(waiting) == store.MOST_IN_A_TURN,
        context=await complaints.context(session, conversation, at),
        for_staff=route.is_for_staff(conversation.owner, first.kind, first.payload),
        choices=choices,
    )


_out = table(Delivery).c
NEWEST = (
    select(_out.id, _out.buttons)
    .where(_out.conversation_id == bindparam("conversation"), _out.seq.is_not(None))
    .order_by(_out.seq.desc())
    .limit(1)
)


async def _choices(session: AsyncSession, conversation_id: int) -> Mapping[str, str]:
    """What the buttons of the newest message say."""
    row = (await session.execute(NEWEST, {"conversation": conversation_id})).one_or_none()
    if row is None:
        return {}
    return {b["label"]: payload(row[0], i, b) for i, b in enumerate(row[1])}


async def understand(rasa: Rasa, data: Data, seen: Seen) -> tuple[str, Heard]:
    """Which action answers, and what was heard; no action for a button, whose meaning lies in the database.

    Raises RasaUnreachable.
    """
    text = route.together(seen.messages)
    attachments = tuple(a for m in seen.messages for a in m.attachments)
    match route.who_takes(seen.messages):
        case Taker.COMMAND:
            return f"command_{seen.messages[0].payload}", Heard(text, args={"words": text})
        case Taker.BUTTON:
            return "", Heard("", args={"payload": seen.messages[0].payload})
        case Taker.LINK:
            return "action_link", Heard(text, args={"code": route.link_code(text)})
    if not attachments and (named := route.named_choice(text, seen.choices or {})) is not None:
        return "", Heard("", args={"payload": named})
    if attachments and not text.strip():
        in_a_case = seen.context["journey"] == "complaint"
        return "action_continue_complaint" if in_a_case else "action_attachment", Heard("", attachments)
    decision = await rasa.decide(text, seen.context)
    reading = emotion.read(text, emotion.Mood(decision.mood), decision.mood_confidence, data.lexicon)
    heard = Heard(text, attachments, decision=decision, reading=reading)
    if person.at_once(reading.groups):
        return "action_person_at_once", heard
    return complaints.meant(seen.context, text, data.rules) or _in_answer(decision, text, seen), heard


def _in_answer(decision: Decision, text: str, seen: Seen) -> str:
    """A free text that was asked for (an address) may sound like any enquiry; with a number in it, it is the answer."""
    asked = seen.context["journey"] == "enquiry" and seen.context["expecting"] == "text"
    is_given = asked and any(c.isdigit() for c in text) and decision.action in route.ENQUIRIES
    return "action_continue_enquiry" if is_given else decision.action
