"""What the staff's deeds in a case have in common: they lock, look again, leave a line, and tell the customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import store
from bot.complaints.casework import Seen, What
from bot.complaints.dialogue import Facts, Memory, View
from bot.complaints.promise import State
from bot.complaints.rules import Rules
from bot.complaints.tables import Case, CaseEntry, Promise
from bot.conversations import store as conversations
from bot.conversations.tables import Conversation
from bot.errors import Moved, NotAllowed, NotFound
from bot.messages import Say
from bot.outbox import service as outbox
from bot.outbox.delivery import Lane
from bot.outbox.service import Signed, Voice
from bot.outbox.tables import Delivery
from bot.staff import audit
from bot.staff.account import Me


@dataclass(frozen=True, slots=True)
class Present:
    """The moment (aware UTC), and what is in force at it."""

    at: datetime
    rules: Rules
    voice: Voice


async def opened(session: AsyncSession, case_id: int, seen: Seen | None = None) -> tuple[Conversation, Case]:
    """The case and its chat, held until the transaction ends: the chat first, as everywhere.

    Raises NotFound; Moved when the case is not as it was `seen`; NotAllowed when it goes on in another.
    """
    conversation_id = await session.scalar(select(Case.conversation_id).where(Case.id == case_id))
    if conversation_id is None:
        raise NotFound(f"there is no case {case_id}")
    conversation = await conversations.locked(session, conversation_id)
    case = await store.locked(session, case_id)
    if case is None:
        raise NotFound(f"there is no case {case_id}")
    if seen is not None and (case.stage, case.stage_since) != (seen.stage, seen.since):
        raise Moved(f"case {case_id} is at {case.stage} now: somebody was faster")
    if case.merged_into is not None:
        raise NotAllowed(f"case {case_id} goes on as case {case.merged_into}")
    return conversation, case


async def promised(session: AsyncSession, promise_id: int) -> tuple[Conversation, Case, Promise]:
    """An open promise with its case and the chat it is told of in, all held. Raises NotFound, and Moved when it is
    not open (any more)."""
    found = await session.get(Promise, promise_id)
    if found is None:
        raise NotFound(f"there is no promise {promise_id}")
    _, case = await opened(session, found.case_id)
    conversation = await conversations.locked(session, found.conversation_id)
    query = select(Promise).where(Promise.id == promise_id).with_for_update()
    given = (await session.scalars(query.execution_options(populate_existing=True))).one()
    if given.state is not State.OPEN:
        raise Moved(f"promise {promise_id} is {given.state}: somebody was faster")
    return conversation, case, given


async def leave(
    session: AsyncSession, case: Case, me: Me, what: What, at: datetime, words: str = "", **detail: Any
) -> CaseEntry:
    """A line in the case's history and one in the audit. `words` somebody wrote stay in the case alone."""
    entry = CaseEntry(case_id=case.id, what=what, by=me.name, detail={**detail, "words": words} if words else detail)
    entry.at = at
    session.add(entry)
    await session.flush()
    await audit.note(session, me, f"case.{what}", f"case {case.id}", at, detail)
    return entry


async def tell(
    session: AsyncSession, conversation: Conversation, says: Sequence[Say], key: str, me: Me, present: Present
) -> list[Delivery]:
    """The words go out as this person's: the bot's would be dropped where a colleague has the conversation.

    Gives them as the customer will read them, so that a person can see them before the deed is done.
    """
    by = Signed(me.id, me.name)
    await outbox.put(session, conversation, says, key, present.voice, present.at, lane=Lane.SERVICE, by=by)
    return await outbox.written(session, key, len(says))


def view_of(case: Case, rules: Rules, number: str) -> View:
    """The case as the stages see it, without anything heard."""
    return View(
        stage=case.stage,
        kind=case.kind,
        level=case.level,
        facts=Facts.of(case.facts),
        memory=Memory.of(case.memory),
        policy=rules.complaints,
        number=number,
        failure_count=case.failure_count,
    )
