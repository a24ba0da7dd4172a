"""`carebot queue`: the desk in the terminal, until there is a console."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import App
from bot.commands import setup
from bot.complaints import service as complaints
from bot.complaints import store as cases
from bot.complaints.tables import Case
from bot.conversations import store as conversations
from bot.conversations.tables import Conversation
from bot.db import insert_once
from bot.errors import NotFound
from bot.handoff import alerts, store
from bot.handoff import service as handoff
from bot.inbox import store as inbox
from bot.inbox import thread
from bot.outbox import service as outbox
from bot.outbox import store as outgoing
from bot.staff.tables import Staff

console = Console(highlight=False)


async def overview() -> None:
    async with setup.app() as app, app.db.read() as session:
        table = Table(
            "conversation", "channel", "name", "reason", "priority", "waits since", "told", title="Waiting for a person"
        )
        for entry in await store.waiting(session):
            of = await session.get_one(Conversation, entry.conversation_id)
            table.add_row(
                str(of.id),
                of.channel,
                of.name,
                f"{entry.reason} {entry.detail}",
                str(entry.priority),
                _when(entry.opened_at),
                _when(entry.expected_at),
            )
        console.print(table if table.row_count else "Nobody is waiting.")
        for alert in await alerts.unseen(session):
            console.print(
                f"! {alert.kind}: {alert.about} (conversation {alert.conversation_id}, {_when(alert.raised_at)})"
            )
        for row in await outgoing.unknown(session):
            console.print(
                f"? message {row.id} to conversation {row.conversation_id} may or may not have arrived: {row.error}"
            )


async def show(conversation_id: int) -> None:
    async with setup.app() as app, app.db.read() as session:
        conversation = await session.get(Conversation, conversation_id)
        if conversation is None:
            raise NotFound(f"there is no conversation {conversation_id}")
        console.print(
            f"[bold]{conversation.channel} {conversation.name}[/bold]  owner: {conversation.owner}  "
            f"language: {conversation.language}"
        )
        for line in await thread.after(session, conversation_id, 0, limit=10_000):
            who = line.name or line.author.value
            files = " ".join(f"[{a['kind']}]" for a in line.attachments)
            console.print(f"{_when(line.at)} {who:>9}: {line.text} {files}", markup=False)
        found = await session.scalars(select(Case).where(Case.conversation_id == conversation_id).order_by(Case.id))
        for case in found:
            console.print(
                f"case {case.id} ({complaints.number_of(case)}): {case.kind}, {case.stage}, severity {case.severity}, "
                f"emotion {case.level} {case.level_reasons}",
                markup=False,
            )
            for given in await cases.promises(session, case.id):
                console.print(
                    f"  promise {given.id}: {given.remedy} by {given.owner} until {_when(given.due_at)}: {given.state}"
                )


def _when(at: datetime | None) -> str:
    return at.astimezone().strftime("%m-%d %H:%M") if at else "-"


@asynccontextmanager
async def _conversation(
    app: App, conversation_id: int, name: str
) -> AsyncIterator[tuple[AsyncSession, Conversation, Staff]]:
    """One transaction about one conversation, by a person of this name."""
    async with app.db.write() as session:
        await insert_once(session, Staff, {"name": name, "created_at": app.clock.now()})
        staff = (await session.scalars(select(Staff).where(Staff.name == name))).one()
        yield session, await conversations.locked(session, conversation_id), staff


async def take(conversation_id: int, name: str) -> None:
    async with setup.app() as app, _conversation(app, conversation_id, name) as (session, conversation, staff):
        await _take(session, conversation, staff, app.clock.now())
    console.print(f"Conversation {conversation_id} is yours; the bot is silent.")


async def _take(session: AsyncSession, conversation: Conversation, staff: Staff, at: datetime) -> None:
    await handoff.take(session, conversation, staff.id, at)
    await inbox.give_to_staff(session, await inbox.waiting(session, conversation.id))


async def say(conversation_id: int, text: str, name: str) -> None:
    """Write as this person. The running app sends it."""
    async with setup.app() as app, _conversation(app, conversation_id, name) as (session, conversation, staff):
        at = app.clock.now()
        await _take(session, conversation, staff, at)
        key = f"staff:{staff.id}:{conversation.id}:{at.timestamp()}"
        await outbox.put_words(session, conversation, text, key, at, staff.name)
    console.print("Written.")


async def back(conversation_id: int, name: str) -> None:
    async with setup.app() as app, _conversation(app, conversation_id, name) as (session, conversation, staff):
        at = app.clock.now()
        says = await handoff.hand_back(session, conversation, staff.id, at)
        says += await complaints.way_back(session, conversation, app.data.now.rules)
        key = f"back:{conversation.id}:{conversation.fence}"
        await outbox.put(session, conversation, says, key, app.data.now.voice, at)
    console.print(f"Conversation {conversation_id} is with the bot again.")


async def kept(promise_id: int, name: str, evidence: str) -> None:
    async with setup.app() as app:
        if not await app.promise_done(promise_id, name, evidence):
            raise NotFound(f"there is no open promise {promise_id}")
    console.print("Noted; the customer is told.")


async def settle(case_id: int, name: str, cause: str) -> None:
    """End a case that a person has settled; its open promises stay in the ledger as withdrawn."""
    async with setup.app() as app, app.db.read() as look:
        case = await look.get(Case, case_id)
        if case is None:
            raise NotFound(f"there is no case {case_id}")
        async with _conversation(app, case.conversation_id, name) as (session, conversation, staff):
            await complaints.settle(
                session, conversation, case_id, staff.name, cause, app.clock.now(), app.data.now.rules
            )
    console.print(f"Case {case_id} is settled.")


async def sent(delivery_id: int, arrived: bool) -> None:
    async with setup.app() as app, app.db.write() as session:
        if not await outbox.resolve_unknown(session, delivery_id, arrived, app.clock.now()):
            raise NotFound(f"message {delivery_id} is not of unknown fate (any more)")
    console.print("Noted.")
