"""The staff move a case: one of the steps its stage has, what the customer is told with it, and what it ends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import deed, merging, service, settling, solutions, store
from bot.complaints.casework import CLOSES_WITH_A_LESSON, NEEDS_A_CHOICE, Seen, What
from bot.complaints.complaint import Event, Stage, possible
from bot.complaints.deed import Present
from bot.complaints.dialogue import Asking, Move
from bot.complaints.promise import State
from bot.complaints.service import number_of
from bot.complaints.tables import Case, Promise
from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.errors import NotAllowed, NotFound
from bot.messages import Say, Value
from bot.outbox.tables import Delivery
from bot.staff import audit
from bot.staff import store as staff
from bot.staff.account import May, Me, needs


def buttons(case: Case, has_open_promises: bool) -> tuple[Event, ...]:
    """The steps a person may take now: what the table has, without "done" while something is still owed."""
    if case.merged_into is not None:
        return ()
    return tuple(e for e in possible(case.stage) if not (e is Event.DONE and has_open_promises))


@needs(May.ANSWER)
async def step(
    session: AsyncSession,
    case_id: int,
    me: Me,
    event: Event,
    seen: Seen,
    present: Present,
    note: str = "",
    cause: str = "",
    lesson: str = "",
) -> list[Delivery]:
    """Take a step of the table; gives what the customer is told. Of two people who press at once one wins.

    `cause` and `lesson`: what it came from and what is learned, for the steps that close. Raises Moved, NotAllowed.
    """
    conversation, case = await deed.opened(session, case_id, seen)
    await _check(session, conversation, case, event, cause)
    before = case.stage
    move = _told(Move.none(deed.view_of(case, present.rules, number_of(case))).step(event, case.level), event, case, me)
    ledger: list[Say] = []
    if event is Event.MISSED:
        ledger = await _missed(session, case, me, present)
    elif event in (Event.WITHDRAWN, Event.SETTLED):
        withdrawn = await _withdraw_open(session, case)
        if event is Event.SETTLED:
            move = replace(move, says=(_settled(case, me, withdrawn, present),))
    await store.move(session, case, event, present.at, me.name, note or cause)
    case.failure_count += event is Event.NOT_SOLVED
    case.memory = move.memory.stored()
    says = [*move.says, *ledger]
    if case.stage is Stage.CLOSED:
        says += await _closed(session, conversation, case, event, cause, lesson, present)
    elif event is Event.REOPENED:
        conversation.case_id = case.id
        case.closed_at = case.check_at = None
    if conversation.case_id == case.id or case.stage is Stage.CLOSED:
        conversation.listening = case.stage is Stage.VENT
    await audit.note(
        session, me, "case.step", f"case {case.id}", present.at, {"event": event, "from": before, "to": case.stage}
    )
    return await deed.tell(session, conversation, says, await _key(session, case, event), me, present)


async def _key(session: AsyncSession, case: Case, event: Event) -> str:
    await session.flush()
    return f"case:{case.id}:{event}:{len(await store.history(session, case.id))}"


async def _check(session: AsyncSession, conversation: Conversation, case: Case, event: Event, cause: str) -> None:
    if event in NEEDS_A_CHOICE:
        raise NotAllowed("what the customer accepts has to be said: choose the option")
    if event is Event.DONE and await store.open_promises(session, case.id):
        raise NotAllowed("something is still owed: note what was kept, with its evidence")
    if event in CLOSES_WITH_A_LESSON and not cause.strip():
        raise NotAllowed("a case is closed with what it came from")
    if event is Event.REOPENED and conversation.case_id is not None:
        raise NotAllowed(f"this chat has an open case already ({conversation.case_id}): merge them, or close it first")


def _told(move: Move, event: Event, case: Case, me: Me) -> Move:
    """What the customer is told, and which question is open then. Without words the person speaks."""
    move = move.ask(None)
    match event:
        case Event.FACTS_AGREED:
            return move.say("facts_agreed", file="casework", number=number_of(case))
        case Event.REJECTED:
            options = tuple(o["id"] for o in case.offers[-1]["options"]) if case.offers else ()
            rejected = (*move.memory.rejected, *options)
            move = move.remember(rejections=move.memory.rejections + 1, rejected=rejected)
            return move.say("ask_wish_after_rejection").ask(Asking.WISH)
        case Event.DONE:
            return settling.ask_solved(move)
        case Event.NOT_SOLVED:
            return move.say("acknowledge_not_solved")
        case Event.MISSED:
            return move.say("acknowledge_missed")
        case Event.NEW_GRIEVANCE:
            return move.say("listen_again").ask(Asking.STORY).remember(listening_turns=1)
        case Event.WITHDRAWN:
            return move.say("withdrawn", number=number_of(case))
        case Event.REOPENED:
            return move.say("reopened", file="casework", number=number_of(case), name=me.name)
    return move


async def _missed(session: AsyncSession, case: Case, me: Me, present: Present) -> list[Say]:
    """What is still open was not kept: it is broken for good in the ledger, and has a new date."""
    case.severity = max(1, case.severity - 1)
    says = []
    for given in await store.open_promises(session, case.id):
        new = await solutions.break_promise(session, case, given, me.name, present.at, present.rules)
        says.append(solutions.missed_say(given, new.due_at, present.rules))
    return says


async def _withdraw_open(session: AsyncSession, case: Case) -> list[Promise]:
    withdrawn = list(await store.open_promises(session, case.id))
    for given in withdrawn:
        given.state = State.WITHDRAWN
    return withdrawn


def _settled(case: Case, me: Me, withdrawn: Sequence[Promise], present: Present) -> Say:
    values: dict[str, Value] = {"number": number_of(case), "name": me.name}
    if not withdrawn:
        return Say("casework.settled", values)
    lines = tuple(solutions.action_of(given, present.rules.shop.currency) for given in withdrawn)
    return Say("casework.settled_with_promises", {**values, "promises": lines})


async def _closed(
    session: AsyncSession,
    conversation: Conversation,
    case: Case,
    event: Event,
    cause: str,
    lesson: str,
    present: Present,
) -> list[Say]:
    """The end: the chat is free (unless it has another case), the cause is kept; who is content is thanked."""
    case.root_cause, case.lesson = cause.strip() or case.root_cause, lesson.strip() or case.lesson
    other = conversation.case_id if conversation.case_id != case.id else None
    service.close(conversation, case, present.at, present.rules)
    conversation.case_id = other
    if event is Event.WITHDRAWN:
        case.check_at = None
    if event is not Event.SOLVED:
        return []
    customer = await session.get(Customer, case.customer_id) if case.customer_id else None
    return await solutions.goodwill(session, case, customer.shop_id if customer else "", present.at, present.rules)


@needs(May.ANSWER)
async def learn(session: AsyncSession, case_id: int, me: Me, cause: str, lesson: str, at: datetime) -> None:
    """What a closed case came from and what is learned from it, added or put right later. Raises NotAllowed."""
    _, case = await deed.opened(session, case_id)
    if case.stage is not Stage.CLOSED or not cause.strip():
        raise NotAllowed("the cause and the lesson belong to a closed case")
    case.root_cause, case.lesson = cause.strip(), lesson.strip()
    await deed.leave(session, case, me, What.LEARNED, at, words=lesson.strip(), cause=cause.strip())


@needs(May.ANSWER)
async def assign(session: AsyncSession, case_id: int, me: Me, to: int | None, at: datetime) -> None:
    """Who looks after the case from now on; None: nobody. Raises NotFound for somebody who does not work here."""
    _, case = await deed.opened(session, case_id)
    name = (await staff.locked(session, to)).name if to is not None else ""
    case.owner_id = to
    await deed.leave(session, case, me, What.ASSIGNED, at, to=name)


@needs(May.ANSWER)
async def link(session: AsyncSession, case_id: int, me: Me, earlier_id: int | None, at: datetime) -> None:
    """The case goes back to an earlier one of the same customer; None: to none. Raises NotFound, NotAllowed."""
    _, case = await deed.opened(session, case_id)
    if earlier_id is not None:
        earlier = await session.get(Case, earlier_id)
        if earlier is None:
            raise NotFound(f"there is no case {earlier_id}")
        if earlier.id >= case.id or not await merging.is_of_one_customer(session, case, earlier):
            raise NotAllowed("only an earlier case of the same customer can be linked")
    case.repeat_of = earlier_id
    await deed.leave(session, case, me, What.LINKED, at, to=earlier_id or 0)
