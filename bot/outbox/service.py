"""Every word out: rendered once, written in the same transaction as what it tells about."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content import Texts, render
from bot.conversations.tables import BOT, QUEUE, Conversation
from bot.messages import Attachment, Author, Button, Say, Words
from bot.outbox import store
from bot.outbox.button import ANYTIME, button_of
from bot.outbox.delivery import Lane, State
from bot.outbox.tables import Delivery

IMMEDIATE = frozenset({"web", "terminal"})
"""Channels for which our database is the messaging service: written is sent, in one transaction, exactly once."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What words are made of: the texts in force, and the zone for customers who have none of their own."""

    texts: Texts
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Signed:
    """A person in whose name something is said."""

    id: int | None
    """Of the row in `staff`; None: the shop itself speaks."""
    name: str


@dataclass(frozen=True, slots=True)
class Tap:
    """A button that was used: what it means, and on which message it stood."""

    delivery: Delivery
    action: str
    args: dict[str, Any]
    label: str


async def put(
    session: AsyncSession,
    conversation: Conversation,
    says: Sequence[Say],
    key: str,
    voice: Voice,
    at: datetime,
    *,
    lane: Lane = Lane.REPLY,
    by: Signed | None = None,
) -> None:
    """Write messages to a conversation; `key` is unique for what caused them, the ordinal is added.

    Words are chosen in the conversation's language now: what is in the outbox is what will be read. `by`: the person
    in whose name they are said; None: the bot.
    """
    for ordinal, say in enumerate(says):
        zone = ZoneInfo(conversation.time_zone) if conversation.time_zone else voice.zone
        seed = conversation.fence + ordinal  # one more every turn: not the same variant twice running
        rendered = render(
            voice.texts, say, language_of(conversation), zone, seed=seed, today=at.astimezone(zone).date()
        )
        buttons = [_button(b, label) for b, label in zip(say.buttons, rendered.labels, strict=True)]
        words = {"text_key": say.key, "text": rendered.text, "buttons": buttons}
        await _add(session, conversation, words, f"{key}:{ordinal}", at, lane, by)


async def put_words(
    session: AsyncSession,
    conversation: Conversation,
    text: str,
    key: str,
    at: datetime,
    by: Signed,
    attachments: Sequence[Attachment] = (),
) -> Delivery:
    """Write what a person typed, as it is, with the files they chose."""
    files = [asdict(attachment) for attachment in attachments]
    words = {"text_key": "", "text": text, "buttons": [], "attachments": files}
    await _add(session, conversation, words, key, at, Lane.REPLY, by)
    return (await session.scalars(select(Delivery).where(Delivery.key == key))).one()


async def by_key(session: AsyncSession, key: str) -> Delivery | None:
    """What was written under this key, if it was."""
    return await session.scalar(select(Delivery).where(Delivery.key == key))


async def written(session: AsyncSession, key: str, count: int) -> list[Delivery]:
    """The messages that `put` has just written under this key."""
    keys = [f"{key}:{ordinal}" for ordinal in range(count)]
    return list((await session.scalars(select(Delivery).where(Delivery.key.in_(keys)).order_by(Delivery.id))).all())


def speaker(conversation: Conversation, shop: Words) -> Signed | None:
    """Who tells what the customer must hear in any case (a promise kept, or missed); None: the bot.

    Where a person has the chat the bot's words would be dropped, so the shop says it: nobody's, under its name.
    """
    if conversation.owner in (BOT, QUEUE):
        return None
    return Signed(None, shop.zh if language_of(conversation).startswith("zh") else shop.en)


def language_of(conversation: Conversation) -> str:
    return conversation.language or "en"


def _button(button: Button, label: str) -> dict[str, Any]:
    drawn = {"label": label, "action": button.action, "args": dict(button.args)}
    return drawn | {"anytime": True} if button.anytime else drawn


async def _add(
    session: AsyncSession,
    conversation: Conversation,
    words: Mapping[str, Any],
    key: str,
    at: datetime,
    lane: Lane,
    by: Signed | None,
) -> None:
    row = {
        "attachments": [],
        **words,
        "key": key,
        "conversation_id": conversation.id,
        "channel": conversation.channel,
        "lane": lane,
        "author": Author.STAFF if by else Author.BOT,
        "staff_name": by.name if by else "",
        "staff_id": by.id if by else None,
        "due_at": at,
        "created_at": at,
        "state": State.DUE,
        "reason": "",
        "seq": None,
        "sent_at": None,
    }
    if conversation.unreachable_at is not None:
        row |= {"state": State.CANCELLED, "reason": "the customer cannot be reached"}
    elif conversation.channel in IMMEDIATE:
        row |= _at_the_end(conversation, at)
    await store.insert_row(session, row)


def _at_the_end(conversation: Conversation, at: datetime) -> dict[str, Any]:
    """The message was sent: from now on it is part of the thread, at its end."""
    conversation.seq += 1
    conversation.last_outbound_at = at
    return {"state": State.SENT, "seq": conversation.seq, "sent_at": at}


async def tapped(session: AsyncSession, conversation: Conversation, payload: str, at: datetime) -> Tap | None:
    """What a button meant; None for one that is not ours, or not this conversation's.

    A tap proves that the message arrived: an unknown sending becomes a sent one.
    """
    if (found := button_of(payload)) is None:
        return None
    kind, delivery_id, index = found
    query = select(Delivery).where(Delivery.id == delivery_id, Delivery.conversation_id == conversation.id)
    row = await session.scalar(query.with_for_update())
    if row is None or index >= len(row.buttons):
        return None
    button = row.buttons[index]
    if (kind == ANYTIME) != bool(button.get("anytime")):
        return None  # made up: it would let the bot speak where a person does
    if row.state is State.UNKNOWN:
        for name, value in _at_the_end(conversation, at).items():
            setattr(row, name, value)
    row.tapped = index
    return Tap(row, button["action"], button["args"], button["label"])


async def cancel_waiting(session: AsyncSession, conversation_id: int, reason: str) -> int:
    """Nobody can be reached there: what waits is not sent."""
    return await store.drop_waiting(session, conversation_id, State.CANCELLED, reason)


async def silence_bot(session: AsyncSession, conversation_id: int) -> int:
    """A person speaks from now on: the bot's waiting words are dropped."""
    reason = "a person has taken over"
    return await store.drop_waiting(session, conversation_id, State.SUPPRESSED, reason, [Author.BOT])


async def send_again(session: AsyncSession, delivery_id: int, at: datetime) -> bool:
    """A person wants it sent once more: it goes through the channel again. False for what did not fail."""
    query = (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state.in_([State.FAILED, State.UNKNOWN]))
        .values(state=State.DUE, due_at=at, attempt=0, error="")
    )
    result = await session.execute(query.execution_options(synchronize_session=False))
    return bool(result.rowcount)  # type: ignore[attr-defined]


async def resolve_unknown(session: AsyncSession, delivery_id: int, arrived: bool, at: datetime) -> bool:
    """A person has looked: it arrived, or it is to be sent again. False when it was not unknown any more."""
    values: dict[str, Any] = {"state": State.SENT, "sent_at": at} if arrived else {"state": State.DUE, "due_at": at}
    query = update(Delivery).where(Delivery.id == delivery_id, Delivery.state == State.UNKNOWN).values(**values)
    result = await session.execute(query.execution_options(synchronize_session=False))
    return bool(result.rowcount)  # type: ignore[attr-defined]
