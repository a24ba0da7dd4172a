"""The promises, proved afterwards from what lies in the database and what the customers heard."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select

from bot.complaints.tables import Case, Promise, Step
from bot.conversations.tables import Conversation
from bot.db import Database
from bot.inbox.tables import Handling, Inbound, TurnRow
from bot.outbox.delivery import WAITING, State
from bot.outbox.tables import Delivery

ENDED = frozenset({State.SENT, State.SUPPRESSED, State.FAILED, State.UNKNOWN, State.CANCELLED})


@dataclass(frozen=True)
class Evidence:
    """Everything that was written, each table in the order of its ids."""

    conversations: list[Conversation]
    inbound: list[Inbound]
    turns: list[TurnRow]
    deliveries: list[Delivery]
    cases: list[Case]
    steps: list[Step]
    promises: list[Promise]

    def heard_again(self) -> list[Delivery]:
        """Rows that were of unknown fate once: sent again, or waiting for a person's eyes."""
        return [row for row in self.deliveries if row.attempt > 1 or row.state is State.UNKNOWN]


async def collect(db: Database) -> Evidence:
    async with db.read() as session:

        async def every(table: type[Any]) -> list[Any]:
            return list((await session.scalars(select(table).order_by(table.id))).all())

        return Evidence(*[await every(t) for t in (Conversation, Inbound, TurnRow, Delivery, Case, Step, Promise)])


async def turns(db: Database) -> int:
    async with db.read() as session:
        return await session.scalar(select(func.count()).select_from(TurnRow)) or 0


async def waiting(db: Database) -> dict[str, int]:
    """What is not finished yet, by kind; empty when all has come to rest."""
    async with db.read() as session:
        new = await session.scalar(select(func.count()).select_from(Inbound).where(Inbound.handling == Handling.NEW))
        due = await session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state.in_(WAITING)))
        ready = await session.scalar(
            select(func.count()).select_from(Conversation).where(Conversation.ready_at.is_not(None))
        )
    found = {"unanswered messages": new or 0, "unsent words": due or 0, "conversations not left": ready or 0}
    return {name: count for name, count in found.items() if count}


def nothing_lost_nothing_invented(found: Evidence, accepted: Iterable[tuple[str, str]]) -> None:
    """Each accepted update, (channel, external id), is stored exactly once, and nothing else is."""
    stored = Counter((row.channel, row.external_id) for row in found.inbound)
    expected = Counter(dict.fromkeys(accepted, 1))
    assert stored == expected, f"lost: {expected - stored}; too many: {stored - expected}"


def every_message_in_one_turn(found: Evidence) -> None:
    """Each message was answered by one turn of its own conversation, in the order of the thread."""
    turns = {turn.id: turn for turn in found.turns}
    members = defaultdict(list)
    for row in found.inbound:
        assert row.handling in (Handling.ANSWERED, Handling.FOR_STAFF), f"message {row.id} is {row.handling}"
        assert (row.turn_id is not None) == (row.handling is Handling.ANSWERED)
        if row.turn_id is not None:
            assert turns[row.turn_id].conversation_id == row.conversation_id
            members[row.turn_id].append(row.seq)
    assert set(members) == set(turns), f"turns that answer nothing: {set(turns) - set(members)}"
    for conversation in found.conversations:
        mine = sorted((t.fence, t.id) for t in found.turns if t.conversation_id == conversation.id)
        order = [seq for _, turn in mine for seq in members[turn]]
        assert order == sorted(order), f"conversation {conversation.id} was answered out of order: {order}"


def every_turn_has_its_words_once(found: Evidence) -> None:
    """The words of a turn are numbered without gap or double, each row has reached an end, and none has failed."""
    keys = Counter(row.key for row in found.deliveries)
    assert max(keys.values()) == 1
    for turn in found.turns:
        mine = [key for key in keys if key.startswith(f"turn:{turn.id}:")]
        assert set(mine) == {f"turn:{turn.id}:{i}" for i in range(len(mine))}
        assert mine, f"turn {turn.id} ({turn.action}) said nothing"
    for row in found.deliveries:
        assert row.state in ENDED, f"{row.key} is {row.state}"
        assert row.state is not State.FAILED, f"{row.key} has failed: {row.error}"


def one_thread(found: Evidence) -> None:
    """In each conversation every line has a place of its own, without gaps."""
    places = defaultdict(list)
    for row in [*found.inbound, *(d for d in found.deliveries if d.seq is not None)]:
        places[row.conversation_id].append(row.seq)
    for conversation, seqs in places.items():
        assert sorted(seqs) == list(range(1, len(seqs) + 1)), f"conversation {conversation}: {sorted(seqs)}"


def complaints_hold_together(found: Evidence) -> None:
    """The history of a case is one chain that ends where it is; no remedy was promised twice; one open case a chat."""
    for case in found.cases:
        steps = [s for s in found.steps if s.case_id == case.id]
        for one, two in pairwise(steps):
            assert one.after == two.before, f"case {case.id}: {one.after}, then {two.before}"
        assert not steps or steps[-1].after == case.stage
        promised = Counter(p.remedy for p in found.promises if p.case_id == case.id)
        assert not promised or max(promised.values()) == 1, f"case {case.id} was promised {promised}"
    open_cases = Counter(case.conversation_id for case in found.cases if case.closed_at is None)
    assert not open_cases or max(open_cases.values()) == 1


def heard_in_order(rows: Sequence[Delivery], heard: Sequence[str], who: str = "") -> None:
    """`heard` is what the rows say, in their order: a sent row once, one of unknown fate up to once an attempt."""
    places = {0}
    for row in rows:
        text, low, high = row.text.strip(), int(row.state is State.SENT), row.attempt
        places = {
            place + times
            for place in places
            for times in range(low, high + 1)
            if list(heard[place : place + times]) == [text] * times
        }
        assert places, (
            f"{who}: {row.key} ({row.state}, attempt {row.attempt}) was not heard in its place:\n{text}\n{heard}"
        )
    assert len(heard) in places, f"{who} heard more than was said: {heard}"
