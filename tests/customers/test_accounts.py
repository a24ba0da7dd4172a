"""Two accounts of one person are joined and can be parted again; what staff may put right in a customer."""

import pytest
from sqlalchemy import select

from bot.complaints.complaint import Stage
from bot.conversations.tables import Conversation
from bot.customers import editing, service
from bot.customers.service import Purpose
from bot.customers.tables import Consent, Customer
from bot.errors import Moved, NotAllowed
from bot.privacy import accounts, erase, person
from bot.shop import store as shop
from bot.shop.customer import CustomerRecord
from tests.complaints.desk import Desk
from tests.customers.test_customers import Chat


async def two(desk: Desk) -> tuple[int, int]:
    """The same woman by phone number and by e-mail; each account has a chat with a case and an order."""
    found = []
    for account, number in (("K1", "LJ20261101-0001"), ("K22", "LJ20261102-0002")):
        customer = await desk.customer(account)
        await desk.buys(account, number, 100_00)
        await desk.case(Stage.CLARIFY, chat=await desk.chat(customer))
        found.append(customer)
    return found[0], found[1]


async def orders(desk: Desk, customer: int) -> list[str]:
    async with desk.db.read() as session:
        return sorted(order.id for order in await shop.orders_of(session, customer))


async def chats(desk: Desk, customer: int) -> int:
    async with desk.db.read() as session:
        return len((await session.scalars(select(Conversation).where(Conversation.customer_id == customer))).all())


async def test_everything_goes_on_with_the_account_that_is_kept_also_what_the_shop_sends_later(desk: Desk) -> None:
    kept, merged = await two(desk)
    with pytest.raises(NotAllowed, match="type K22"):
        await desk.does(accounts.merge, kept, merged, desk.root, "K1", desk.at)
    with pytest.raises(NotAllowed, match="supervisor"):
        await desk.does(accounts.merge, kept, merged, desk.su, "K22", desk.at)
    await desk.does(accounts.merge, kept, merged, desk.root, "K22", desk.at)
    await desk.buys("K22", "LJ20261103-0003", 50_00)
    assert await orders(desk, kept) == ["LJ20261101-0001", "LJ20261102-0002", "LJ20261103-0003"]
    assert (await chats(desk, kept), await chats(desk, merged)) == (2, 0)
    async with desk.db.read() as session:
        assert (await person.of_customer(session, merged)) == (await person.of_customer(session, kept))


async def test_it_can_be_undone_once(desk: Desk) -> None:
    kept, merged = await two(desk)
    row = await desk.does(accounts.merge, kept, merged, desk.root, "K22", desk.at)
    await desk.buys("K22", "LJ20261103-0003", 50_00)
    await desk.does(accounts.undo, row.id, desk.root, desk.at)
    assert await orders(desk, kept) == ["LJ20261101-0001"]
    assert await orders(desk, merged) == ["LJ20261102-0002", "LJ20261103-0003"]
    assert (await chats(desk, kept), await chats(desk, merged)) == (1, 1)
    with pytest.raises(Moved):
        await desk.does(accounts.undo, row.id, desk.root, desk.at)


async def test_no_chains_of_joined_accounts(desk: Desk) -> None:
    kept, merged = await two(desk)
    third = await desk.customer("K333")
    await desk.does(accounts.merge, kept, merged, desk.root, "K22", desk.at)
    for pair, typed in (((third, kept), "K1"), ((third, merged), "K22"), ((merged, third), "K333")):
        with pytest.raises(NotAllowed, match="undo that first"):
            await desk.does(accounts.merge, *pair, desk.root, typed, desk.at)


async def test_a_chat_that_shows_a_code_of_the_joined_account_gets_the_one_that_is_kept(desk: Desk) -> None:
    kept, merged = await two(desk)
    await desk.does(accounts.merge, kept, merged, desk.root, "K22", desk.at)
    async with desk.db.write() as session:
        chat, other = Chat(), Chat()
        await service.link_to(session, chat, merged, desk.at, wrote=True)
        phone = (await session.get_one(Customer, merged)).phone
        assert await service.link_by_order(session, other, "LJ20261102-0002", phone, desk.at)
        assert (chat.customer_id, other.customer_id) == (kept, kept)


async def test_erasing_takes_the_joined_account_with_it(desk: Desk) -> None:
    kept, merged = await two(desk)
    await desk.does(accounts.merge, kept, merged, desk.root, "K22", desk.at)
    async with desk.db.write() as session:
        await erase.erase(session, await person.of_customer(session, merged), desk.root, "K1", desk.at)
    async with desk.db.read() as session:
        rows = (await session.scalars(select(Customer))).all()
    assert {row.name for row in rows} == {""}


async def test_a_chat_is_linked_by_a_person_only_with_the_id_typed_and_unlinked_at_once(desk: Desk) -> None:
    kept, other = await two(desk)
    chat = await desk.chat()
    with pytest.raises(NotAllowed, match="type K1"):
        await desk.does(accounts.attach, chat, kept, desk.root, "", desk.at)
    await desk.does(accounts.attach, chat, kept, desk.root, "K1", desk.at)
    with pytest.raises(NotAllowed, match="another account"):
        await desk.does(accounts.attach, chat, other, desk.root, "K22", desk.at)
    await desk.does(accounts.detach, chat, desk.anna, desk.at)
    assert await chats(desk, kept) == 1


async def test_what_staff_put_right_stays_when_the_shop_sends_the_customer_again(desk: Desk) -> None:
    customer = await desk.customer("K1")
    changes = {"language": "en", "tags": ["likes tea", "likes tea", " "], "birthday": {"month": 8, "day": 15}}
    await desk.does(editing.edit, customer, desk.anna, {**changes, "time_zone": "Europe/London"}, desk.at)
    async with desk.db.write() as session:
        await shop.upsert_customers(session, [CustomerRecord("K1", "Lin Mei-Hua", "1", language="zh")], desk.at)
    async with desk.db.read() as session:
        found = await session.get_one(Customer, customer)
    assert (found.name, found.language, found.time_zone, found.tags) == (
        "Lin Mei-Hua",
        "en",
        "Europe/London",
        ["likes tea"],
    )
    assert found.birthday == {"month": 8, "day": 15, "calendar": "solar", "leap": False}


@pytest.mark.parametrize(
    "changes",
    [
        {"phone": "13900000000"},
        {"tier": "key"},
        {"language": "fr"},
        {"time_zone": "Moon/Base"},
        {"birthday": {"month": 2, "day": 30}},
        {"tags": ["x" * 41]},
    ],
)
async def test_the_rest_is_the_shop_s_own(desk: Desk, changes: dict[str, object]) -> None:
    customer = await desk.customer("K1")
    with pytest.raises(NotAllowed):
        await desk.does(editing.edit, customer, desk.root, changes, desk.at)


async def test_a_refusal_that_was_told_to_a_person_holds_at_once(desk: Desk) -> None:
    chat = await desk.chat()
    await desk.does(editing.refuse, chat, desk.anna, Purpose.MARKETING, "told me on the phone", "en", desk.at)
    async with desk.db.read() as session:
        assert await service.has_refused(session, chat, Purpose.MARKETING)
        assert (await session.scalars(select(Consent.evidence))).one() == "Anna: told me on the phone"
    with pytest.raises(NotAllowed):
        await desk.does(editing.refuse, chat, desk.anna, Purpose.SERVICE, "no", "en", desk.at)
