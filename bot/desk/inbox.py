"""The lists of the inbox, a page at a time. Statements are built once; each walks one index as far as it must.

First the ids of a page, then the lines of these ids: what is live asks for the lines of what has changed, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, case, cast, func, literal, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints.promise import State as PromiseState
from bot.complaints.tables import Case, Promise
from bot.conversations.tables import BOT, QUEUE, Conversation
from bot.customers.tables import Customer
from bot.db import UTCDateTime, table
from bot.desk.listing import Complaint, Entry, Filter, Row, Tab, languages, waiting_since
from bot.handoff.tables import QueueEntry
from bot.inbox.tables import Inbound
from bot.messages import Author
from bot.outbox.tables import Delivery
from bot.shop.tables import OrderRow
from bot.staff.account import May, Me, needs
from bot.staff.tables import Staff

PAGE = 50
PREVIEW = 140
"""Characters of the newest message that a list shows."""

_c, _k, _q = table(Conversation).c, table(Case).c, table(QueueEntry).c
_cu, _p, _s = table(Customer).c, table(Promise).c, table(Staff).c
_n = table(Conversation).alias("named").c
_in, _out, _o = table(Inbound).c, table(Delivery).c, table(OrderRow).c


@dataclass(frozen=True, slots=True)
class Listed:
    rows: tuple[Row, ...]
    cursor: tuple[str, int, int] | None
    """Where the next page begins: the last row's moment (ISO), priority (0 outside of the queue) and id."""


@needs(May.ANSWER)
async def listed(session: AsyncSession, me: Me, wanted: Filter, cursor: tuple[str, int, int] | None = None) -> Listed:
    """A page of conversations: the queue by urgency and time, everything else by who wrote last."""
    values: dict[str, Any] = {"me": wanted.me, "most": PAGE, "channel": wanted.channel, "stage": wanted.stage}
    values |= {"level": wanted.level, "tier": wanted.tier, "team": wanted.team, "languages": languages(wanted.language)}
    values |= {"part": f"%{_plain(wanted.text.strip())}%", "number": wanted.text.strip().upper()}
    if cursor is not None:
        values |= {"moment": datetime.fromisoformat(cursor[0]), "urgency": cursor[1], "id": cursor[2]}
    dialect = session.get_bind().dialect.name
    statement = _ids(wanted.tab, wanted.asked, cursor is not None, "LIKE" if dialect == "sqlite" else "ILIKE")
    places = (await session.execute(statement, values)).all()
    found = {row.id: row for row in await rows(session, [place.id for place in places])}
    last = places[-1] if len(places) == PAGE else None
    return Listed(
        tuple(found[place.id] for place in places if place.id in found),
        (last.moment.isoformat(), last.urgency, last.id) if last is not None else None,
    )


@needs(May.ANSWER)
async def counts(session: AsyncSession, me: Me) -> dict[str, int]:
    """How many are mine, and how many wait in the queue."""
    found = (await session.execute(COUNTS, {"me": str(me.id)})).one()
    return {Tab.MINE.value: found.mine or 0, Tab.QUEUE.value: found.queue or 0}


async def rows(session: AsyncSession, ids: Sequence[int]) -> list[Row]:
    """The lines of these conversations, in no order."""
    return [_row(found) for found in await session.execute(ROWS, {"ids": list(ids)})] if ids else []


# Written out, as the partial indexes say it: a parameter would hide from the planner that they fit.
_IS_STAFFED = _c.owner != literal_column(f"'{BOT}'")
_IS_OPEN = _p.state == literal_column(f"'{PromiseState.OPEN}'")
COUNTS = select(
    func.sum(case((_c.owner == bindparam("me"), 1), else_=0)).label("mine"),
    func.sum(case((_c.owner == QUEUE, 1), else_=0)).label("queue"),
).where(_IS_STAFFED)
ROWS = (
    select(
        *(_c.id, _c.name, _c.channel, _c.language, _c.owner, _c.owner_fence, _c.seq, _c.waiting_since),
        *(_c.last_inbound_at, _c.last_outbound_at, _c.unreachable_at),
        *(_cu.name.label("customer_name"), _cu.tier, _s.name.label("owner_name")),
        *(_q.reason, _q.priority, _q.opened_at, _q.expected_at, _q.team, _q.given),
        *(_k.id.label("case_id"), _k.kind, _k.stage, _k.severity, _k.level, _k.level_reasons),
        func.substr(_in.text, 1, PREVIEW).label("heard"),
        *(_in.id.label("heard_id"), _in.attachments),
        func.substr(_out.text, 1, PREVIEW).label("said"),
        _out.author,
        select(func.min(_p.due_at)).where(_p.conversation_id == _c.id, _IS_OPEN).scalar_subquery().label("promise_due"),
    )
    .select_from(table(Conversation))
    .outerjoin(table(Customer), _cu.id == _c.customer_id)
    .outerjoin(table(QueueEntry), and_(_q.conversation_id == _c.id, _q.closed_at.is_(None)))
    .outerjoin(table(Case), and_(_k.id == _c.case_id, _k.closed_at.is_(None)))
    .outerjoin(table(Staff), cast(_s.id, String) == _c.owner)
    .outerjoin(table(Inbound), and_(_in.conversation_id == _c.id, _in.seq == _c.seq))
    .outerjoin(table(Delivery), and_(_out.conversation_id == _c.id, _out.seq == _c.seq))
    .where(_c.id.in_(bindparam("ids", expanding=True)))
)


@cache
def _ids(tab: Tab, asked: frozenset[str], goes_on: bool, like: str) -> Select[Any]:
    """Ids of a page with what its order is made of. `like`: how this database compares without regard to case."""
    of_case = bool(asked & {"stage", "level"})
    moment: Any
    urgency: Any
    if tab is Tab.QUEUE:
        moment, urgency = _q.opened_at, _q.priority
    else:
        # Few conversations have a complaint: they are found by it and sorted. The order's own index would be
        # walked from end to end instead, so it is kept out of sight.
        moment = (
            func.coalesce(_c.last_inbound_at, _c.created_at, type_=UTCDateTime()) if of_case else _c.last_inbound_at
        )
        urgency = literal(0)
    source: Any = table(Conversation)
    if tab is Tab.QUEUE:
        source = table(QueueEntry).join(source, _c.id == _q.conversation_id)
    elif "team" in asked:
        source = table(QueueEntry).join(source, and_(_c.id == _q.conversation_id, _q.closed_at.is_(None)))
    if of_case:
        source = source.join(table(Case), and_(_c.id == _k.conversation_id, _k.id == _c.case_id))
    if "tier" in asked:
        source = source.outerjoin(table(Customer), _cu.id == _c.customer_id)
    query = select(_c.id, moment.label("moment"), urgency.label("urgency")).select_from(source)
    query = query.where(*_of_tab(tab), *(_ASKED[name] for name in sorted(asked - {"text"})))
    if "text" in asked:
        query = query.where(_c.id.in_(_named(like)))
    if of_case:
        query = query.where(_k.closed_at.is_(None))
    if tab is Tab.QUEUE:
        query = query.order_by(_q.priority, _q.opened_at, _c.id)
        behind = tuple_(_q.priority, _q.opened_at, _c.id) > tuple_(
            bindparam("urgency"), bindparam("moment", type_=UTCDateTime()), bindparam("id")
        )
    else:
        query = query.order_by(moment.desc(), _c.id.desc())
        behind = tuple_(moment, _c.id) < tuple_(bindparam("moment", type_=UTCDateTime()), bindparam("id"))
    return (query.where(behind) if goes_on else query).limit(bindparam("most"))


def _of_tab(tab: Tab) -> list[Any]:
    match tab:
        case Tab.MINE:
            return [_c.owner == bindparam("me"), _IS_STAFFED]
        case Tab.QUEUE:
            return [_c.owner == QUEUE, _IS_STAFFED, _q.closed_at.is_(None)]
        case Tab.BOT:
            return [_c.owner == BOT, _c.last_inbound_at.is_not(None)]
    return [_c.last_inbound_at.is_not(None)]


_ASKED: dict[str, Any] = {
    # not `channel = …`: its index would be taken, and every row of the channel sorted
    "channel": _c.channel.concat(literal_column("''")) == bindparam("channel"),
    "language": _c.language.in_(bindparam("languages", expanding=True)),
    "stage": _k.stage == bindparam("stage"),
    "level": _k.level >= bindparam("level"),
    "tier": _cu.tier == bindparam("tier"),
    "team": _q.team == bindparam("team"),
}


def _named(like: str) -> Any:
    """Conversations by a part of their name, of their customer's, or by an order's number.

    Each part reads an index of names alone, not the rows.
    """
    part: Any = bindparam("part")
    of_number = select(_o.customer_id).where(_o.shop_id == bindparam("number"))
    customers = select(_cu.id).where(_cu.name.op(like)(part)).union_all(of_number)
    return select(_n.id).where(_n.name.op(like)(part)).union_all(select(_n.id).where(_n.customer_id.in_(customers)))


def _plain(text: str) -> str:
    """Signs that mean something in a pattern stand for any one sign: nobody is called 50%."""
    return text.replace("\\", "_").replace("%", "_")


def _row(found: Any) -> Row:
    entry = (
        Entry(found.reason, found.priority, found.opened_at, found.expected_at, found.team, found.given)
        if found.reason is not None
        else None
    )
    complaint = (
        Complaint(found.case_id, found.kind, found.stage, found.severity, found.level, tuple(found.level_reasons or ()))
        if found.case_id is not None
        else None
    )
    heard = found.heard_id is not None
    files = found.attachments if heard and found.attachments else []
    return Row(
        id=found.id,
        name=found.customer_name or found.name,
        channel=found.channel,
        language=found.language,
        owner=found.owner,
        owner_name=found.owner_name or "",
        fence=found.owner_fence,
        seq=found.seq,
        last_inbound_at=found.last_inbound_at,
        last_outbound_at=found.last_outbound_at,
        waiting_since=waiting_since(
            found.owner, entry, found.waiting_since, found.last_inbound_at, found.last_outbound_at
        ),
        is_unreachable=found.unreachable_at is not None,
        entry=entry,
        complaint=complaint,
        promise_due=found.promise_due,
        tier=found.tier or "",
        preview=(found.heard if heard else found.said) or "",
        preview_by=Author.CUSTOMER if heard else found.author,
        preview_kind=str(files[0].get("kind", "")) if files else "",
    )
