"""A full desk: complaints at several stages, promises, notes, buttons, pictures, a message that did not arrive."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.complaints.complaint import Event, Kind, Stage
from bot.complaints.store import new_case
from bot.complaints.tables import Case, Promise, Step
from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.handoff import desk
from bot.handoff.queue import Reason
from bot.messages import Author, Button, Say, Words
from bot.outbox import service as outbox
from bot.outbox.delivery import Lane, State
from bot.outbox.tables import Delivery
from bot.shop import store as shop_store
from bot.shop.benefit import Benefit, BenefitKind
from bot.staff.account import Me, Role
from tests.console.desk import Office
from tests.fakes.browser import picture
from tests.openshop import Guest


async def linked(office: Office, guest: Guest) -> Conversation:
    """The chat belongs to the shop's customer from now on."""
    async with office.shop.app.db.write() as session:
        customer = (await session.scalars(select(Customer).where(Customer.shop_id == guest.account))).one()
        row = (await session.scalars(select(Conversation).where(Conversation.chat == guest.chat))).one()
        row.customer_id, row.linked_at = customer.id, office.clock.now()
        return row


async def complains(office: Office, guest: Guest, stage: Stage = Stage.RESOLVE, level: int = 2) -> Case:
    """A complaint about a broken fridge, told, with two offers of which one was rejected and a promise given."""
    at = office.clock.now()
    async with office.shop.app.db.write() as session:
        row = (await session.scalars(select(Conversation).where(Conversation.chat == guest.chat))).one()
        case = new_case(row.id, row.customer_id, Kind.PRODUCT, stage, 2, at - timedelta(hours=3))
        case.level, case.peak, case.failure_count = level, 3, 1
        case.level_reasons = [
            {"group": "strong_words", "phrase": "ridiculous"},
            {"group": "model", "phrase": "angry 93%"},
        ]
        case.facts = {
            "told": ["The fridge arrived with a dent", "and nobody answers the phone"],
            "order": "LJ20261110-0001",
            "product_words": "fridge",
            "wish": "exchange",
        }
        due = (at + timedelta(hours=26)).isoformat()
        case.offers = [
            {
                "round": 1,
                "at": at.isoformat(),
                "answer": "rejected",
                "options": [{"id": "repair", "cents": None, "due": due, "team": "service"}],
            },
            {
                "round": 2,
                "at": at.isoformat(),
                "answer": None,
                "options": [
                    {"id": "exchange", "cents": None, "due": due, "team": "warehouse"},
                    {"id": "refund", "cents": 59900, "due": due, "team": "finance"},
                ],
            },
        ]
        session.add(case)
        await session.flush()
        path = [
            (Event.OPENED, Stage.VENT, Stage.VENT, 2),
            (Event.HEARD, Stage.VENT, Stage.ACKNOWLEDGE, 3),
            (Event.FELT_UNDERSTOOD, Stage.ACKNOWLEDGE, Stage.CLARIFY, 1),
            (Event.FACTS_AGREED, Stage.CLARIFY, Stage.RESOLVE, 2),
        ]
        for i, (event, before, after, felt) in enumerate(path):
            session.add(
                Step(
                    case_id=case.id,
                    event=event,
                    before=before,
                    after=after,
                    by="customer",
                    level=felt,
                    at=at - timedelta(minutes=170 - 20 * i),
                )
            )
        session.add(
            Promise(
                case_id=case.id,
                conversation_id=row.id,
                remedy="compensation",
                what={"cents": 5000},
                owner="care",
                given_by="bot",
                given_at=at - timedelta(hours=2),
                due_at=at + timedelta(hours=5),
            )
        )
        row.case_id = case.id
    return case


async def bot_says(office: Office, guest: Guest, key: str, *buttons: str, **values: Any) -> list[Delivery]:
    app = office.shop.app
    async with app.at_desk((await guest.conversation()).id) as (session, row):
        say = Say(key, values, tuple(Button(button, "choose") for button in buttons))
        return await outbox.put(
            session, row, [say], f"test:{row.id}:{row.seq}:{key}", app.data.now.voice, office.clock.now()
        )


async def fails(office: Office, guest: Guest, text: str, state: State = State.FAILED) -> None:
    """A word of ours that did not arrive, as Telegram's might."""
    async with office.shop.app.db.write() as session:
        row = (await session.scalars(select(Conversation).where(Conversation.chat == guest.chat))).one()
        session.add(
            Delivery(
                key=f"failed:{row.id}:{text}",
                conversation_id=row.id,
                channel=row.channel,
                lane=Lane.REPLY,
                author=Author.STAFF,
                staff_name="Anna",
                text_key="",
                text=text,
                buttons=[],
                state=state,
                due_at=office.clock.now(),
                created_at=office.clock.now(),
                error="Stopped: blocked",
            )
        )


def me(id: int, name: str, role: Role = Role.AGENT) -> Me:
    return Me(id, name, name.lower(), role)


async def fill(office: Office, anna_id: int) -> Guest:
    """Conversations in every tab; the returned one is the richest, and Anna's."""
    shop, clock, app = office.shop, office.clock, office.shop.app
    emma = await shop.customer("en", tier="gold")
    await emma.buys("", number="LJ20261110-0001", paid=599900)
    await emma.sends("Hello, the fridge you sent is broken")
    await linked(office, emma)
    async with app.db.write() as session:
        await shop_store.upsert_benefits(
            session,
            [
                Benefit(
                    "b1",
                    emma.account,
                    BenefitKind.COUPON,
                    Words("满减券", "Coupon ¥50"),
                    expires_on=(clock.now() + timedelta(days=9)).date(),
                ),
                Benefit(
                    "b2",
                    emma.account,
                    BenefitKind.POINTS,
                    Words("积分", "Points"),
                    amount=1200,
                    expires_on=(clock.now() + timedelta(days=30)).date(),
                ),
            ],
            clock.now(),
        )
    clock.passes(minutes=1)
    attachment = app.files.keep("dent.png", picture(120))
    await emma.sends("Look at this dent. It is ridiculous that nobody answers the phone!", attachments=(attachment,))
    clock.passes(minutes=1)
    await bot_says(office, emma, "complaints.beyond_my_authority", "remedies.button_exchange", "remedies.button_refund")
    await complains(office, emma)
    clock.passes(minutes=2)
    await emma.sends("A replacement please. When does somebody come?")
    async with app.at_desk((await emma.conversation()).id) as (session, row):
        from bot.handoff import service as handoff

        row.language = "en"
        await handoff.request(session, row, Reason.AUTHORITY, clock.now(), app.data.now.desk, severity=2, level=2)
    clock.passes(minutes=4)
    anna = me(anna_id, "Anna")
    async with app.at_desk((await emma.conversation()).id) as (session, row):
        await desk.claim(session, row, anna, clock.now())
        await desk.note(
            session,
            row.id,
            anna,
            "Warehouse says a new one can leave tomorrow. @Ben please check the stock.",
            clock.now(),
        )
        await desk.send(
            session,
            row,
            anna,
            "I have read everything, Emma. A new fridge can be with you on Thursday.",
            clock.now(),
            data=app.data.now,
            key="k1",
        )
    clock.passes(minutes=3)
    await fails(office, emma, "I will call you at three o'clock.", State.UNKNOWN)
    await emma.sends("Thursday is fine, after four in the afternoon.")
    lin = await shop.customer("zh", tier="key", channel="telegram")
    await lin.sends("你们到底什么时候退款？我已经等了两个星期了！！！")
    await linked(office, lin)
    await complains(office, lin, Stage.ACKNOWLEDGE, 3)
    await office.queued(lin, "我要投诉到消费者协会", Reason.LEGAL)
    clock.passes(minutes=6)
    for n, (language, text) in enumerate(
        [
            ("zh", "请问洗衣机怎么安装？"),
            ("en", "Where is my parcel?"),
            ("zh", "谢谢，已经收到了"),
            (
                "en",
                "A very long name must not break the line, nor must averylongwordwithoutanyspacesinit",
            ),
        ]
    ):
        guest = await shop.customer(language)
        await guest.sends(text)
        if n == 3:
            async with app.db.write() as session:
                row = (await session.scalars(select(Conversation).where(Conversation.chat == guest.chat))).one()
                row.name = (
                    "Bartholomew Maximilian Featherstonehaugh-Cholmondeley the Third of Somewhere 王小明王小明王小明"
                )
                row.language = "en"
        if n == 1:
            await office.queued(guest, "Can I talk to somebody?")
    clock.passes(minutes=2)
    return emma
