"""What the shop's staff may put right in a customer. The rest (name, phone, tier) is the shop's own to change.

The phone number above all: whoever knows it and an order number is taken for the customer.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy.ext.asyncio import AsyncSession

from bot.customers import service
from bot.customers.service import Purpose
from bot.customers.tables import Customer
from bot.errors import NotAllowed, NotFound
from bot.shop import record
from bot.shop.customer import Birthday, Calendar
from bot.staff import audit
from bot.staff.account import May, Me, needs

EDITABLE = ("language", "time_zone", "birthday", "tags")
LANGUAGES = ("", "zh", "en")
MOST_TAGS, LONGEST_TAG = 30, 40


@needs(May.ANSWER)
async def edit(session: AsyncSession, customer_id: int, me: Me, changes: Mapping[str, Any], at: datetime) -> Customer:
    """Change some of EDITABLE; the shop's next delivery does not replace it.

    `birthday`: {"month", "day", "calendar", "leap"} or None. Raises NotFound, NotAllowed for what cannot be so.
    """
    customer = await session.get(Customer, customer_id, with_for_update=True, populate_existing=True)
    if customer is None:
        raise NotFound(f"there is no customer {customer_id}")
    if customer.erased_at is not None:
        raise NotAllowed("nothing is known of this customer any more")
    values = {name: _checked(name, value) for name, value in changes.items()}
    changed = {name: value for name, value in values.items() if getattr(customer, name) != value}
    for name, value in changed.items():
        setattr(customer, name, value)
    if changed:
        customer.edits, customer.updated_at = {**(customer.edits or {}), **changed}, at
        await audit.note(session, me, "customer.edited", f"customer {customer_id}", at, {"what": sorted(changed)})
    return customer


def _checked(name: str, value: Any) -> Any:
    match name:
        case "language" if value in LANGUAGES:
            return value
        case "time_zone" if value == "" or value in available_timezones():
            return value
        case "birthday":
            return _birthday(value)
        case "tags":
            return _tags(value)
        case "language" | "time_zone":
            raise NotAllowed(f"there is no {name} '{value}'")
    raise NotAllowed(f"'{name}' is the shop's own to change")


def _birthday(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not value:
        return None
    try:
        calendar = Calendar(value.get("calendar", Calendar.SOLAR))
        return record.write_birthday(
            Birthday(int(value["month"]), int(value["day"]), calendar, bool(value.get("leap", False)))
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotAllowed("no calendar has such a birthday") from error


def _tags(value: Any) -> list[str]:
    tags = list(dict.fromkeys(str(tag).strip() for tag in value if str(tag).strip()))
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        raise NotAllowed(f"a customer has {MOST_TAGS} tags of {LONGEST_TAG} characters at the most")
    return tags


@needs(May.ANSWER)
async def refuse(
    session: AsyncSession, conversation_id: int, me: Me, purpose: Purpose, words: str, language: str, at: datetime
) -> None:
    """The customer has told a person that they do not want this any more; `words` says how. Only a no is taken so.

    Raises NotAllowed without the words, and for answers to what the customer asks.
    """
    if purpose is Purpose.SERVICE or not words.strip():
        raise NotAllowed("a refusal needs how it was said; answers to what a customer asks cannot be refused")
    chat = _Chat(conversation_id)
    await service.record_consent(session, chat, purpose, False, "", language, f"{me.name}: {words.strip()}", at)
    await audit.note(session, me, "customer.refused", f"conversation {conversation_id}", at, {"purpose": purpose.value})


class _Chat:
    def __init__(self, id: int) -> None:
        self.id = id
