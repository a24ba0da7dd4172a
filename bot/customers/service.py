"""Who writes to us: linking a chat to an account, and what the customer consented to."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.customers import link, store
from bot.customers.link import Chat
from bot.customers.tables import Customer
from bot.errors import NotFound
from bot.shop import store as shop
from bot.shop.customer import canonical_phone


class Purpose(StrEnum):
    """What a customer may be written to, or looked at, for."""

    SERVICE = "service"
    """Answers, orders and complaints: what a customer asks us for by writing."""
    GREETINGS = "greetings"
    MARKETING = "marketing"
    SURVEY = "survey"
    PROFILING = "profiling"


DEFAULT = frozenset({Purpose.SERVICE})
"""What holds while nothing was said; everything else needs a yes."""
UNASKED = (Purpose.GREETINGS, Purpose.MARKETING, Purpose.SURVEY)
"""The messages that come without the customer having asked: what "stop" ends."""


class Writer(Protocol):
    """A conversation, as far as the consent log needs it."""

    id: int


async def create_link_code(session: AsyncSession, customer_shop_id: str, at: datetime) -> tuple[str, datetime]:
    """A new one-time code for a customer the shop has signed in, as it is shown, and until when it works.

    Only the hash is kept: the code cannot be read out again. Raises NotFound for an unknown customer.
    """
    if (customer := await store.by_shop_id(session, customer_shop_id)) is None:
        raise NotFound(f"there is no customer {customer_shop_id}")
    code = "".join(secrets.choice(link.ALPHABET) for _ in range(link.CODE_LENGTH))
    expires_at = at + link.CODE_LASTS
    await store.add_code(session, customer.id, link.hashed(code), expires_at)
    return link.SHOWN.format(code=code), expires_at


async def link_by_code(session: AsyncSession, chat: Chat, code: str, at: datetime, *, wrote: bool = False) -> bool:
    """Link a chat by a one-time code in its plain form (without CB-). Gives whether it was a good one.

    While the chat is blocked (link.is_blocked) even a good code is refused, and is not used up. `wrote`: see link_to.
    """
    if link.is_blocked(chat, at):
        return False
    wanted = link.hashed(code)
    found = await store.code(session, wanted, at)
    if found is None or not link.same(wanted, found.code_hash) or not await store.use_code(session, found.id, at):
        link.failed(chat, at)
        return False
    await link_to(session, chat, found.customer_id, at, wrote=wrote)
    return True


async def link_by_order(
    session: AsyncSession, chat: Chat, number: str, phone: str, at: datetime, *, wrote: bool = True
) -> bool:
    """Link a chat by an order number in canonical form and the phone number of the account it belongs to.

    Gives whether the two belong together, and nothing about which was wrong or whether there is such an order. The
    phone of the order itself counts only where the account has none: it may be that of somebody who was given a
    present. While the chat is blocked everything is refused.
    """
    if link.is_blocked(chat, at):
        return False
    owned = await shop.order_by_number(session, number)
    customer = await store.by_id(session, owned.customer_id) if owned is not None else None
    phones = await store.phones(session, customer.id) if customer is not None else ()
    known = phones or ((owned.order.phone,) if owned is not None else ())
    given = canonical_phone(phone)
    fits = [link.same(given, canonical_phone(one)) for one in known]
    if not any(fits) or customer is None:
        link.failed(chat, at)
        return False
    await link_to(session, chat, customer.id, at, wrote=wrote)
    return True


async def link_to(session: AsyncSession, chat: Chat, customer_id: int, at: datetime, *, wrote: bool) -> None:
    """Link a chat to an account whose owner has shown to be it; an account it had before is replaced.

    `wrote`: the customer has written words already, so the language is known better than by the account. Raises
    NotFound.
    """
    if (customer := await store.by_id(session, customer_id)) is None:
        raise NotFound(f"there is no customer {customer_id}")
    if customer.merged_into is not None:
        customer_id, customer = customer.merged_into, await session.get_one(Customer, customer.merged_into)
    chat.link_failures, chat.link_blocked_until = 0, None
    if chat.customer_id == customer_id:
        return
    chat.customer_id, chat.linked_at = customer_id, at
    if customer.language and not chat.language_fixed and not (wrote and chat.language):
        chat.language = customer.language
    chat.time_zone = customer.time_zone or chat.time_zone


def unlink(chat: Chat) -> None:
    """The customer says that the account is not theirs: from now on nothing personal is shown."""
    chat.customer_id, chat.linked_at = None, None
    chat.time_zone = ""


async def account(session: AsyncSession, chat: Chat) -> Customer | None:
    """The account of a linked chat."""
    return await store.by_id(session, chat.customer_id) if chat.customer_id is not None else None


async def record_consent(
    session: AsyncSession,
    conversation: Writer,
    purpose: Purpose,
    granted: bool,
    wording: str,
    language: str,
    evidence: str,
    at: datetime,
) -> None:
    """Add a line to the consent log. `wording`: the words agreed to; `evidence`: what the customer did."""
    await store.add_consent(
        session,
        {
            "conversation_id": conversation.id,
            "purpose": purpose.value,
            "granted": granted,
            "wording": wording,
            "language": language,
            "evidence": evidence,
            "at": at,
        },
    )


async def may(session: AsyncSession, conversation_id: int, purpose: Purpose) -> bool:
    """Whether the customer of this chat agrees to `purpose` now: the newest line of the log, else the default."""
    newest = await store.newest_consent(session, conversation_id, purpose.value)
    return newest.granted if newest is not None else purpose in DEFAULT


async def has_refused(session: AsyncSession, conversation_id: int, purpose: Purpose) -> bool:
    """Whether the customer of this chat has said no to `purpose`, and not yes since."""
    newest = await store.newest_consent(session, conversation_id, purpose.value)
    return newest is not None and not newest.granted
