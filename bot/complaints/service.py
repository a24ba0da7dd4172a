"""Complaints: what was said goes to the stages (pure), what they answer goes into the database."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import answering, besides, clarifying, listening, person, solutions, store
from bot.complaints.complaint import Event, Kind, Stage
from bot.complaints.dialogue import ABOUT_THE_WISH, EXPECTING, Asking, Facts, Heard, Memory, Move, Then, View
from bot.complaints.emotion import Reading
from bot.complaints.policy import Hint
from bot.complaints.promise import State
from bot.complaints.rules import Rules
from bot.complaints.tables import Case
from bot.conversations.tables import BOT, Conversation
from bot.customers import service as customers
from bot.customers.tables import Customer
from bot.errors import NotFound
from bot.handoff import service as handoff
from bot.handoff.queue import Reason
from bot.messages import Say
from bot.shop import store as shop
from bot.shop.order import Order
from bot.wish import COMPLAINT, Wish

SURE = 0.6
"""Below this confidence a complaint of another kind is not taken for a new grievance."""
FEW_WORDS = 120
"""Bytes (40 Chinese characters, some twenty English words) of what can only be understood from what went before."""
PENDING_FOR = timedelta(hours=1)
"""How long a question outside a complaint is open."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the customer said, as the turn has it."""

    text: str
    intent: str = ""
    confidence: float = 0.0
    reading: Reading | None = None
    order: str | None = None
    phone: str | None = None
    products: tuple[str, ...] = ()
    product_words: str = ""
    photos: tuple[str, ...] = ()
    args: Mapping[str, Any] | None = None
    """What a button carried."""
    also: Wish | None = None


def number_of(case: Case) -> str:
    """The number a customer is given."""
    return f"C{case.id:05d}"


async def context(session: AsyncSession, conversation: Conversation, at: datetime) -> dict[str, Any]:
    """What nlu has to know of the talk so far: the slots of the Rasa domain (and what is asked, for `meant`)."""
    language = (conversation.language or "")[:2] or None
    pending = conversation.pending
    if pending and at - datetime.fromisoformat(pending["asked_at"]) <= PENDING_FOR:
        return {"language": language, "journey": "enquiry", "stage": "none", "expecting": pending["expecting"]}
    found = await store.standing(session, conversation.case_id) if conversation.case_id else None
    if found is None:
        return {"language": language, "journey": "none", "stage": "none", "expecting": "nothing"}
    stage, memory = found
    asking = memory.get("asking")
    expecting = EXPECTING[Asking(asking)] if asking else "text"
    inside = {"journey": "complaint", "stage": stage.value, "expecting": expecting, "asking": asking}
    return {"language": language, **inside}


async def hear(session: AsyncSession, conversation: Conversation, said: Said, at: datetime, rules: Rules) -> list[Say]:
    """The customer's word in a complaint; opens one when there is none."""
    case = await store.locked(session, conversation.case_id) if conversation.case_id else None
    is_new = case is None
    if case is None:
        case = await _open(session, conversation, said, at, rules)
    elif _is_stale(case, said):
        return [Say("complaints.choice_no_longer_open"), *await way_back(session, conversation, rules)]
    link_failed = await _try_to_link(session, conversation, case, said, at)
    customer = await session.get(Customer, conversation.customer_id) if conversation.customer_id else None
    case.customer_id = customer.id if customer else None
    orders = await shop.orders_of(session, customer.id) if customer else ()
    _note_level(case, said.reading)
    heard = _heard(said, rules, link_failed, case.memory.get("asking"), at)
    view = await _view(session, conversation, case, heard, orders, rules)
    case.severity = min(case.severity, _severity(case, said, customer, view.facts, rules))
    move = listening.opening(view, heard) if is_new else answering.answer(view, heard)
    if move.reason is None and is_new and await _same_again(session, case, view.facts):
        move = move.person(Reason.REPEAT)
    if move.reason is None and (reason := _key_account(customer, case, rules)) is not None:
        move = move.person(reason)
    return await _apply(session, conversation, case, besides.remember(move, said.also), at, rules, customer)


async def _open(session: AsyncSession, conversation: Conversation, said: Said, at: datetime, rules: Rules) -> Case:
    """A new case; one that comes soon after the last begins with an apology, not with listening."""
    kind = kind_of(said.intent)
    before = await store.last_closed(session, conversation.id, at - rules.complaints.limits.repeat)
    groups = said.reading.groups if said.reading else frozenset[str]()
    severity = rules.severities.of(kind, groups)
    stage = Stage.ACKNOWLEDGE if before else Stage.VENT
    case = store.new_case(conversation.id, conversation.customer_id, kind, stage, severity, at)
    case.repeat_of = before.id if before else None
    session.add(case)
    await session.flush()
    store.opened(session, case, "customer", "repeat" if before else "")
    conversation.case_id = case.id
    conversation.pending = None
    return case


def _severity(case: Case, said: Said, customer: Customer | None, facts: Facts, rules: Rules) -> int:
    """How grave it is by what is known now; it only ever gets graver."""
    groups = said.reading.groups if said.reading else frozenset[str]()
    return rules.severities.of(case.kind, groups, _tier(customer), cents=facts.paid_cents or 0)


def kind_of(intent: str) -> Kind:
    """The kind a complaint intent names; what is no complaint intent is about the service."""
    name = intent.removeprefix(COMPLAINT)
    return Kind(name) if name in set(Kind) else Kind.SERVICE


def _is_stale(case: Case, said: Said) -> bool:
    """A tap on a question that is not open any more."""
    asking = (said.args or {}).get("asking")
    return asking is not None and asking != case.memory.get("asking")


async def _try_to_link(session: AsyncSession, conversation: Conversation, case: Case, said: Said, at: datetime) -> bool:
    """Order number and phone together show whose order it is. Gives whether they were tried and did not fit."""
    number = said.order or case.facts.get("order")
    if conversation.customer_id is not None or not said.phone or not number:
        return False
    return not await customers.link_by_order(session, conversation, number, said.phone, at, wrote=True)


def _note_level(case: Case, reading: Reading | None) -> None:
    if reading is None:
        return
    case.level = int(reading.level)
    case.peak = max(case.peak, case.level)
    if reading.reasons:
        case.level_reasons = [f"{r.group}: {r.phrase}" for r in reading.reasons]


def _heard(said: Said, rules: Rules, link_failed: bool, asking: str | None, at: datetime) -> Heard:
    args = said.args or {}
    is_grievance = said.intent.startswith(COMPLAINT) and said.confidence >= SURE
    return Heard(
        text=said.text,
        intent=said.intent,
        choice=str(args.get("choice", "")),
        hints=rules.complaints.hints_in(said.text),
        wish=args.get("wish") or rules.complaints.wish_in(said.text, asked=asking in ABOUT_THE_WISH),
        order=said.order,
        products=said.products,
        product_words=said.product_words,
        photos=said.photos,
        grievance=kind_of(said.intent) if is_grievance else None,
        link_failed=link_failed,
        at=at,
    )


async def _view(
    session: AsyncSession, conversation: Conversation, case: Case, heard: Heard, orders: tuple[Order, ...], rules: Rules
) -> View:
    is_linked = conversation.customer_id is not None
    memory = Memory.of(case.memory)
    facts = clarifying.keep(Facts.of(case.facts), heard, memory, orders, is_linked)
    on_the_table = case.offers[-1]["options"] if case.offers else []
    open_promises = await store.open_promises(session, case.id) if case.stage is Stage.COMMIT and heard.at else []
    return View(
        stage=case.stage,
        kind=case.kind,
        level=case.level,
        facts=facts,
        memory=memory,
        policy=rules.complaints,
        number=number_of(case),
        language=conversation.language[:2],
        failure_count=case.failure_count,
        is_linked=is_linked,
        orders=orders,
        options=tuple(o["id"] for o in on_the_table),
        to_approve=tuple(o["id"] for o in on_the_table if o.get("to_approve")),
        is_late=any(p.due_at < heard.at for p in open_promises if heard.at),
    )


async def _same_again(session: AsyncSession, case: Case, facts: Facts) -> bool:
    """The same trouble with the same order as in the case before: what was done then did not help."""
    before = await session.get(Case, case.repeat_of) if case.repeat_of else None
    if before is None or before.kind is not case.kind:
        return False
    return facts.order is not None and facts.order == before.facts.get("order")


def _tier(customer: Customer | None) -> str:
    return customer.tier if customer else ""


def _key_account(customer: Customer | None, case: Case, rules: Rules) -> Reason | None:
    """A key account that is angry is not left with a machine."""
    tier = rules.shop.tiers.get(_tier(customer))
    return Reason.KEY_ACCOUNT if tier and tier.key_account and case.level >= person.ANGRY else None


async def _apply(
    session: AsyncSession,
    conversation: Conversation,
    case: Case,
    move: Move,
    at: datetime,
    rules: Rules,
    customer: Customer | None,
) -> list[Say]:
    """Write what the stages decided, work out what needs calendar or ledger, and fetch a person where they say so."""
    for event, note in move.events:
        await store.move(session, case, event, at, "customer", note)
        case.failure_count += event is Event.NOT_SOLVED
    case.facts, case.memory, case.heard_at = move.facts.stored(), move.memory.stored(), at
    if move.stage is Stage.VENT:
        case.prompted_at = None
    says, reason = list(move.says), move.reason
    match move.then:
        case Then.OFFER:
            offered, reason = await solutions.offer(session, case, _tier(customer), at, rules)
            says += offered
        case Then.COMMIT:
            says += await solutions.commit(session, case, move.option, at, rules)
        case Then.STATUS:
            says += await solutions.status(session, case, at)
        case Then.GOODWILL:
            says += await solutions.goodwill(session, case, customer.shop_id if customer else "", at, rules)
    if case.stage is Stage.CLOSED:
        close(conversation, case, at, rules)
        if Event.WITHDRAWN in [event for event, _ in move.events]:
            await _owes_nothing(session, case)
    conversation.listening = case.stage is Stage.VENT
    if reason is not None:
        says += await handoff.request(session, conversation, reason, at, rules.desk, number_of(case), case.severity)
    return besides.offer(case, says, is_over=reason is not None)


async def _owes_nothing(session: AsyncSession, case: Case) -> None:
    """The customer wants nothing done any more: nothing is owed, and nobody asks about it later."""
    case.check_at = None
    for given in await store.open_promises(session, case.id):
        given.state = State.WITHDRAWN


def close(conversation: Conversation, case: Case, at: datetime, rules: Rules) -> None:
    """The end of a case: the chat is free again; in a few days somebody asks whether it came back."""
    case.closed_at, case.progress_at = at, None
    case.check_at = at + rules.complaints.limits.check_after
    conversation.case_id = None
    conversation.listening = False


async def person_at_once(
    session: AsyncSession, conversation: Conversation, said: Said, at: datetime, rules: Rules
) -> list[Say]:
    """Something no machine may answer: the case is opened (or kept) with what is known, and a person is fetched.

    Asking for a person (or for no bot), or grief, is no complaint: no case is opened for it.
    """
    groups = said.reading.groups if said.reading else frozenset[str]()
    reason = person.at_once(groups) or Reason.ASKED
    if reason in (Reason.LIFE_EVENT, Reason.ASKED, Reason.BOT_REJECTED) and conversation.case_id is None:
        return await handoff.request(session, conversation, reason, at, rules.desk)
    case = await store.locked(session, conversation.case_id) if conversation.case_id else None
    case = case or await _open(session, conversation, said, at, rules)
    _note_level(case, said.reading)
    case.severity = min(case.severity, rules.severities.of(case.kind, groups))
    facts = Facts.of(case.facts)
    case.facts = replace(facts, told=(*facts.told, said.text.strip()[:500])).stored()
    case.heard_at = at
    conversation.listening = False
    return await handoff.request(session, conversation, reason, at, rules.desk, number_of(case), case.severity)


def meant(context: Mapping[str, Any], text: str, rules: Rules) -> str | None:
    """The action that a few words mean inside a complaint, whatever else the model makes of so few; None for no such.

    While a promise is open "any news?" is about it; before, "what will you do?" is the sign that enough was told.
    """
    if context["journey"] != "complaint" or len(text.encode()) > FEW_WORDS:
        return None
    hints = rules.complaints.hints_in(text)
    if context["asking"] == Asking.WITHDRAW and hints & {Hint.CLOSE_IT, Hint.KEEP_ON}:
        return "action_continue_complaint"
    if context["stage"] == Stage.COMMIT:
        return "action_case_status" if Hint.NOT_YET in hints else None
    return "action_continue_complaint" if Hint.WHAT_WILL_YOU_DO in hints else None


async def way_back(session: AsyncSession, conversation: Conversation, rules: Rules) -> list[Say]:
    """After an enquiry in the middle: the case goes on where it was."""
    case = await session.get(Case, conversation.case_id) if conversation.case_id else None
    if case is None or conversation.owner != BOT or conversation.pending:
        return []
    asking = case.memory.get("asking")
    if asking is None or asking == Asking.STORY:
        return [Say("complaints.back_to_listening")] if case.stage is Stage.VENT else []
    return [Say(f"complaints.back_to_{asking}")]


async def status(session: AsyncSession, conversation: Conversation, at: datetime, rules: Rules) -> list[Say]:
    """ "My case": stage, who, the next date, what has been done. The newest one when none is open."""
    case = await store.locked(session, conversation.case_id) if conversation.case_id else None
    if case is None:
        if (last := await store.newest(session, conversation.id)) is None:
            return [Say("complaints.no_case")]
        return [
            Say("complaints.last_case_closed", {"number": number_of(last), "when": last.closed_at or last.opened_at})
        ]
    says = await solutions.status(session, case, at)
    chased = Memory.of(case.memory).chased + 1
    if case.stage is Stage.COMMIT:
        case.memory = {**case.memory, "chased": chased}
        late = any(p.due_at < at for p in await store.open_promises(session, case.id))
        if late or chased >= rules.complaints.limits.chasing:
            return [
                *says,
                *await handoff.request(
                    session, conversation, Reason.CHASED, at, rules.desk, number_of(case), case.severity
                ),
            ]
    return [*says, *await way_back(session, conversation, rules)]


async def settle(
    session: AsyncSession, conversation: Conversation, case_id: int, by: str, cause: str, at: datetime, rules: Rules
) -> None:
    """A person has settled it: the case ends, what was still promised is withdrawn. Raises NotFound, Moved."""
    case = await store.locked(session, case_id)
    if case is None:
        raise NotFound(f"there is no case {case_id}")
    await store.move(session, case, Event.SETTLED, at, by, cause)
    case.root_cause = cause
    for given in await store.open_promises(session, case_id):
        given.state = State.WITHDRAWN
    close(conversation, case, at, rules)
