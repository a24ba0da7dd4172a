"""Somebody of whom a lot is known, in every table that can hold a word of a customer."""

from datetime import timedelta

from bot.channels.tables import WebSession
from bot.complaints import approvals, corrections, granting, ledger, steps
from bot.complaints.complaint import Event, Stage
from bot.complaints.granting import Pick
from bot.complaints.tables import Case
from bot.conversations.tables import Conversation
from bot.customers.service import Purpose, create_link_code, record_consent
from bot.customers.tables import Customer
from bot.handoff.alerts import AlertKind, raise_alert
from bot.handoff.queue import Reason
from bot.handoff.tables import QueueEntry
from bot.inbox.tables import Inbound, TurnRow
from bot.learning.lesson import Why
from bot.learning.tables import Lesson
from bot.messages import Author, Kind, Words
from bot.outbox.delivery import Lane, State
from bot.outbox.tables import Delivery
from bot.shop import store as shop
from bot.shop.benefit import Benefit, BenefitKind
from bot.shop.customer import Birthday, CustomerRecord
from bot.shop.order import Item, Order, OrderState
from tests.complaints.desk import Desk

ACCOUNT, NUMBER, FILE = "K-weiwei", "LJ20261118-0042", "weiwei-photo.jpg"
WORDS = (
    *("Zhuang", "Weiwei", "K-weiwei", "13912345678", "weiwei@", "Willow Road", "TRACK777", "weiwei-invoice"),
    *("weiwei-photo", "weiwei-chat", "flooded my kitchen", "irony of hers", "seen at her door", "her mother is ill"),
    *("she cried", "call her sister", "her neighbour signed", "she said stop", "weiwei-vip", "weiwei-web"),
)
"""No row may hold any of these behind an erasure, in whatever case."""


DECISION = {
    "text": "it flooded my kitchen",
    "language": "en",
    "intent": {"name": "complaint_service", "confidence": 0.8},
    "intent_ranking": [{"name": "complaint_service", "confidence": 0.8}],
    "entities": [],
    "emotion": {"name": "angry", "confidence": 0.7},
    "action": "action_continue_complaint",
}


async def known(desk: Desk) -> tuple[int, int]:
    """Makes her. Gives the customer and her open case."""
    async with desk.db.write() as session:
        record = CustomerRecord(
            ACCOUNT, "Zhuang Weiwei", "13912345678", "weiwei@example.com", "en", "Europe/London", "key", Birthday(5, 6)
        )
        await shop.upsert_customers(session, [record], desk.at)
        item = Item("washer-10", Words("洗衣机", "Washing machine"), 1, 9000_00)
        order = Order(
            NUMBER,
            ACCOUNT,
            OrderState.DELIVERED,
            desk.at - timedelta(days=6),
            (item,),
            9000_00,
            address="1 Willow Road",
            phone="13912345678",
            tracking_number="TRACK777",
            invoice_url="https://shop.example/weiwei-invoice",
        )
        await shop.upsert_orders(session, [order], desk.at)
        await shop.change_order(session, order, "address", desk.at)
        points = Benefit("weiwei-points", ACCOUNT, BenefitKind.POINTS, Words("积分", "Weiwei's points"), 500)
        await shop.upsert_benefits(session, [points], desk.at)
        await create_link_code(session, ACCOUNT, desk.at)
        customer = await session.scalar(Customer.__table__.select().where(Customer.shop_id == ACCOUNT))
        her = await session.get_one(Customer, customer)
        her.edits = {"tags": ["weiwei-vip"]}
        her.tags = ["weiwei-vip"]
        chat = Conversation(channel="web", chat="weiwei-chat", name="Weiwei", language="en", created_at=desk.at)
        chat.customer_id, chat.pending = her.id, {"action": "x", "args": {"text": "call her sister"}}
        session.add(chat)
        await session.flush()
        session.add(WebSession(public_id="weiwei-web", token_hash="h", conversation_id=chat.id, created_at=desk.at))
        ids = her.id, chat.id
    case = await desk.case(Stage.RESOLVE, chat=ids[1], paid=9000_00, told=("it flooded my kitchen",))
    await _works_on(desk, case)
    await _wrote(desk, ids[1], case)
    return ids[0], case


async def _works_on(desk: Desk, case: int) -> None:
    seen = await desk.seen(case)
    await desk.does(approvals.ask, case, desk.anna, Pick("refund"), "her mother is ill", seen, desk.present)
    request = (await desk.approvals(case))[0].id
    await desk.does(approvals.decide, request, desk.su, False, "she cried before", desk.present)
    await desk.does(corrections.set_level, case, desk.anna, 2, "irony of hers", desk.present)
    await desk.does(granting.promise, case, desk.anna, Pick("exchange"), None, await desk.seen(case), desk.present)
    await desk.does(granting.promise, case, desk.anna, Pick("repair"), None, await desk.seen(case), desk.present)
    first, second = (await desk.promises(case))[-2:]
    await desk.does(ledger.keep, first.id, desk.anna, "seen at her door", desk.present)
    due = second.due_at + timedelta(days=1)
    await desk.does(ledger.move, second.id, desk.anna, due, "her neighbour signed", desk.present)
    await desk.does(
        steps.step, case, desk.anna, Event.HURT, await desk.seen(case), desk.present, note="she cried on the phone"
    )
    async with desk.db.write() as session:
        found = await session.get_one(Case, case)
        found.facts = {**found.facts, "photos": [FILE], "product_words": "Weiwei's washer"}
        found.memory, found.lesson, found.root_cause = {"x": "call her sister"}, "call her sister", "Zhuang"


async def _wrote(desk: Desk, chat: int, case: int) -> None:
    at = desk.at
    async with desk.db.write() as session:
        turn = TurnRow(
            conversation_id=chat, fence=1, text="it flooded my kitchen", action="x", started_at=at, done_at=at
        )
        turn.decision = DECISION
        session.add(turn)
        await session.flush()
        session.add(
            Inbound(
                conversation_id=chat,
                seq=1,
                channel="web",
                external_id="weiwei-chat:1",
                kind=Kind.MESSAGE,
                text="it flooded my kitchen",
                attachments=[{"kind": "photo", "ref": FILE, "name": "weiwei.jpg"}],
                raw={"from": "Weiwei"},
                at=at,
                turn_id=turn.id,
            )
        )
        session.add(
            Delivery(
                key="turn:weiwei:1",
                conversation_id=chat,
                channel="web",
                seq=2,
                lane=Lane.REPLY,
                author=Author.BOT,
                text_key="",
                text="Dear Weiwei",
                buttons=[{"label": "Weiwei", "action": "x", "args": {}}],
                state=State.SENT,
                due_at=at,
                created_at=at,
            )
        )
        entry = QueueEntry(
            conversation_id=chat, reason=Reason.ASKED, detail="call her sister", priority=1, opened_at=at
        )
        entry.outcome = "she said stop"
        session.add(entry)
        session.add(
            Lesson(
                key="k1",
                text="my name is Zhuang",
                conversation_id=chat,
                language="en",
                why=Why.NOT_UNDERSTOOD,
                first_at=at,
                last_at=at,
            )
        )
        await raise_alert(session, chat, AlertKind.PROMISE_HALF, f"weiwei:{case}", "Weiwei", at)
        chat_row = await session.get_one(Conversation, chat)
        await record_consent(session, chat_row, Purpose.MARKETING, False, "", "en", "she said stop", at)
