"""Linking a chat to an account, at the level of the service."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.customers import link, service, store
from bot.customers.tables import LinkCode
from bot.db import Database
from bot.errors import NotFound
from bot.inbox.route import link_code
from bot.shop import store as shop
from bot.shop.customer import CustomerRecord
from bot.shop.order import OrderState
from tests.enquiries.people import EMMA_PHONE, EMMAS, LIN_PHONE, NOW, PAID, order, the_shop


@dataclass
class Chat:
    customer_id: int | None = None
    linked_at: datetime | None = None
    link_failures: int = 0
    link_blocked_until: datetime | None = None
    language: str = ""
    language_fixed: bool = False
    time_zone: str = ""


async def test_a_code_is_shown_once_kept_as_a_hash_and_works_once(db: Database) -> None:
    async with db.write() as session:
        await the_shop(session)
        shown, expires_at = await service.create_link_code(session, "K1", NOW)
        plain = link_code(f"here it is: {shown.lower()}")
        assert plain is not None
        assert expires_at == NOW + timedelta(minutes=15)
        kept = (await session.scalars(select(LinkCode.code_hash))).one()
        assert plain not in kept
        chat, other = Chat(), Chat()
        assert await service.link_by_code(session, chat, plain, NOW + timedelta(minutes=14))
        assert not await service.link_by_code(session, other, plain, NOW + timedelta(minutes=14))
        lin = await store.by_shop_id(session, "K1")
        assert lin is not None
        assert (chat.customer_id, chat.language, chat.time_zone) == (lin.id, "zh", "Asia/Shanghai")
        assert (other.customer_id, other.link_failures) == (None, 1)


async def test_a_code_is_too_old_after_a_quarter_of_an_hour(db: Database) -> None:
    async with db.write() as session:
        await the_shop(session)
        shown, _ = await service.create_link_code(session, "K1", NOW)
        assert not await service.link_by_code(session, Chat(), shown.removeprefix("CB-"), NOW + timedelta(minutes=15))


async def test_codes_differ_and_use_no_letters_that_are_mistaken(db: Database) -> None:
    async with db.write() as session:
        await the_shop(session)
        codes = {(await service.create_link_code(session, "K1", NOW))[0] for _ in range(50)}
        assert len(codes) == 50
        assert all(link_code(code) == code.removeprefix("CB-") for code in codes)


async def test_a_code_for_nobody(db: Database) -> None:
    async with db.write() as session:
        with pytest.raises(NotFound, match="K99"):
            await service.create_link_code(session, "K99", NOW)


@pytest.mark.parametrize(
    ("number", "phone", "fits"),
    [
        (PAID, LIN_PHONE, True),
        (PAID, "+86 139-0000-0001", True),
        (PAID, EMMA_PHONE, False),
        (PAID, "", False),
        ("LJ20200101-0000", LIN_PHONE, False),
        (EMMAS, LIN_PHONE, False),
        (PAID, "1390000000", False),
    ],
)
async def test_order_and_phone_must_belong_together(db: Database, number: str, phone: str, fits: bool) -> None:
    async with db.write() as session:
        await the_shop(session)
        chat = Chat()
        assert await service.link_by_order(session, chat, number, phone, NOW) is fits
        assert (chat.customer_id is not None) is fits
        assert chat.link_failures == (0 if fits else 1)


async def test_the_phone_of_an_order_counts_only_where_the_account_has_none(db: Database) -> None:
    present, nameless = "LJ20261120-0101", "LJ20261120-0102"
    async with db.write() as session:
        await the_shop(session)
        await shop.upsert_orders(
            session,
            [
                order(present, OrderState.PAID, phone="13988888888"),
                order(nameless, OrderState.PAID, customer="K3", phone="13988888888"),
            ],
            NOW,
        )
        assert not await service.link_by_order(session, Chat(), present, "13988888888", NOW), "she was given a present"
        assert await service.link_by_order(session, Chat(), nameless, "13988888888", NOW)


async def test_five_failures_in_a_row_block_and_a_success_begins_the_count_anew(db: Database) -> None:
    async with db.write() as session:
        await the_shop(session)
        chat = Chat()
        for _ in range(4):
            await service.link_by_order(session, chat, PAID, EMMA_PHONE, NOW)
        assert await service.link_by_order(session, chat, PAID, LIN_PHONE, NOW)
        for _ in range(4):
            await service.link_by_order(session, chat, PAID, EMMA_PHONE, NOW)
        assert not link.is_blocked(chat, NOW)
        await service.link_by_order(session, chat, PAID, EMMA_PHONE, NOW)
        assert chat.link_blocked_until == NOW + timedelta(minutes=30)
        assert not await service.link_by_order(session, chat, PAID, LIN_PHONE, NOW + timedelta(minutes=29))
        assert await service.link_by_order(session, chat, PAID, LIN_PHONE, NOW + timedelta(minutes=30))


@pytest.mark.parametrize(
    ("before", "fixed", "wrote", "after"),
    [
        ("", False, True, "zh"),
        ("en", False, False, "zh"),
        ("en", False, True, "en"),
        ("en", True, False, "en"),
    ],
)
async def test_the_accounts_language_counts_until_the_customer_has_written(
    db: Database, before: str, fixed: bool, wrote: bool, after: str
) -> None:
    async with db.write() as session:
        await the_shop(session)
        chat = Chat(language=before, language_fixed=fixed)
        await service.link_by_order(session, chat, PAID, LIN_PHONE, NOW, wrote=wrote)
        assert chat.language == after


async def test_linking_to_another_account_replaces_and_unlinking_forgets(db: Database) -> None:
    async with db.write() as session:
        await the_shop(session)
        await shop.upsert_customers(session, [CustomerRecord("K2", phone=EMMA_PHONE, time_zone="Europe/London")], NOW)
        chat = Chat()
        await service.link_by_order(session, chat, PAID, LIN_PHONE, NOW)
        first = chat.customer_id
        await service.link_by_order(session, chat, EMMAS, EMMA_PHONE, NOW + timedelta(hours=1))
        assert chat.customer_id not in (first, None)
        assert (chat.linked_at, chat.time_zone) == (NOW + timedelta(hours=1), "Europe/London")
        service.unlink(chat)
        assert (chat.customer_id, chat.linked_at, chat.time_zone) == (None, None, "")


def test_comparing_never_finds_two_empty_texts_equal() -> None:
    assert link.same("a", "a")
    assert not link.same("", "")
    assert not link.same("a", "b")
