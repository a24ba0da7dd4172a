"""Two cases of one customer that are about the same matter become one: facts, promises and both histories are kept."""

from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import deed, service, store
from bot.complaints.casework import ApprovalState, What
from bot.complaints.complaint import Event, Stage
from bot.complaints.deed import Present
from bot.complaints.dialogue import MOST_WORDS, Facts
from bot.complaints.promise import State
from bot.complaints.service import number_of
from bot.complaints.tables import Approval, Case, Promise
from bot.conversations import store as conversations
from bot.conversations.tables import Conversation
from bot.errors import NotAllowed, NotFound
from bot.messages import Say
from bot.outbox.tables import Delivery
from bot.staff.account import May, Me, needs


async def is_of_one_customer(session: AsyncSession, one: Case, other: Case) -> bool:
    """The same chat, or chats that are linked to the same account now."""
    if one.conversation_id == other.conversation_id:
        return True
    chats = [await session.get_one(Conversation, case.conversation_id) for case in (one, other)]
    return chats[0].customer_id is not None and chats[0].customer_id == chats[1].customer_id


def joined(into: Facts, told_first: Facts) -> Facts:
    """The facts of both; where they differ those of `into` count. Nothing that was told is dropped."""
    both = (*told_first.told, *(words for words in into.told if words not in told_first.told))
    photos = tuple(dict.fromkeys((*told_first.photos, *into.photos)))
    order = into if into.order else told_first
    return replace(
        into,
        told=both[:MOST_WORDS],
        photos=photos,
        order=order.order,
        verified=order.verified,
        paid_cents=order.paid_cents,
        delivered=order.delivered,
        product=into.product or told_first.product,
        products=into.products or told_first.products,
        product_words=into.product_words or told_first.product_words,
        wish=into.wish or told_first.wish,
    )


@needs(May.ANSWER)
async def merge(session: AsyncSession, case_id: int, into_id: int, me: Me, present: Present) -> list[Delivery]:
    """`case_id` goes on as `into_id`, which must be open. Its history stays where it is, and readable there.

    Open promises and approvals move with it; the customer is told. Raises NotFound, NotAllowed, Moved.
    """
    if case_id == into_id:
        raise NotAllowed("a case cannot be merged with itself")
    first, second = sorted((case_id, into_id))
    await _hold_chats(session, first, second)
    found = {id: (await deed.opened(session, id)) for id in (first, second)}
    (chat, case), (into_chat, into) = found[case_id], found[into_id]
    if into.stage is Stage.CLOSED:
        raise NotAllowed(f"case {into_id} is closed: open it again first")
    if not await is_of_one_customer(session, case, into):
        raise NotAllowed("these are cases of two customers")
    was_open = case.stage is not Stage.CLOSED
    if was_open:
        await store.move(session, case, Event.SETTLED, present.at, me.name, f"merged into {number_of(into)}")
    await _move_over(session, case, into)
    case.merged_into = into.id
    if was_open:
        other = chat.case_id if chat.case_id != case.id else None
        service.close(chat, case, present.at, present.rules)
        case.check_at, chat.case_id = None, other
        if chat.id == into_chat.id:
            chat.case_id, chat.listening = into.id, into.stage is Stage.VENT
    entry = await deed.leave(session, case, me, What.MERGED, present.at, into=into.id)
    await deed.leave(session, into, me, What.MERGED, present.at, taken_in=case.id)
    if not was_open:
        return []
    says = [Say("casework.merged", {"number": number_of(case), "into": number_of(into)})]
    return await deed.tell(session, chat, says, f"entry:{entry.id}", me, present)


async def _hold_chats(session: AsyncSession, *case_ids: int) -> None:
    """Both chats in the order of their numbers, so that two who merge crosswise wait for each other."""
    chats = set()
    for case_id in case_ids:
        if (case := await session.get(Case, case_id)) is None:
            raise NotFound(f"there is no case {case_id}")
        chats.add(case.conversation_id)
    for chat in sorted(chats):
        await conversations.locked(session, chat)


async def _move_over(session: AsyncSession, case: Case, into: Case) -> None:
    into.facts = joined(Facts.of(into.facts), Facts.of(case.facts)).stored()
    into.severity = min(into.severity, case.severity)
    into.level, into.peak = max(into.level, case.level), max(into.peak, case.peak)
    into.failure_count += case.failure_count
    into.owner_id = into.owner_id or case.owner_id
    kept = {"synchronize_session": False}
    asked_twice = select(Approval.remedy).where(Approval.case_id == into.id, Approval.state == ApprovalState.OPEN)
    superfluous = update(Approval).where(
        Approval.case_id == case.id, Approval.state == ApprovalState.OPEN, Approval.remedy.in_(asked_twice)
    )
    await session.execute(superfluous.values(state=ApprovalState.TAKEN_BACK).execution_options(**kept))
    still_open = update(Promise).where(Promise.case_id == case.id, Promise.state == State.OPEN)
    await session.execute(still_open.values(conversation_id=into.conversation_id).execution_options(**kept))
    for table in (Promise, Approval):
        await session.execute(
            update(table).where(table.case_id == case.id).values(case_id=into.id), execution_options=kept
        )
