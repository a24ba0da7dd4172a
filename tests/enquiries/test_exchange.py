"""Who asks for a new one under the warranty hears whether it can be had, until when, and the way to it."""

from dataclasses import replace

import pytest

from bot.complaints.tables import Case
from bot.shop.order import Order
from tests.enquiries.chat import Chat, values_of
from tests.enquiries.people import DELIVERED, LATE

WORDS = {"zh": "还在保修期内，给我换一台新的", "en": "it is under warranty, I want a replacement please"}


@pytest.fixture
async def order(lin: Chat) -> Order:
    return await lin.order(DELIVERED)


async def test_in_the_days_of_the_rule_a_faulty_item_is_exchanged(lin: Chat, order: Order) -> None:
    keys = await lin.says(f"{DELIVERED} {WORDS[lin.language]}", "warranty_repair")
    assert keys == ["products.warranty", "products.exchange_possible"]
    assert values_of(lin, "products.exchange_possible")["days"] == lin.data.shop.returns.faulty_days
    assert "products.repair_button" in lin.labels, "a repair is still offered"
    await lin.taps("products.exchange_button")
    case = await lin.session.get_one(Case, lin.conversation.case_id)
    assert (case.facts["order"], case.facts["wish"]) == (DELIVERED, "exchange")


async def test_after_them_the_rule_and_the_way_to_a_new_one_are_told(lin: Chat, order: Order) -> None:
    lin.clock.passes(days=lin.data.shop.returns.faulty_days + 5)
    keys = await lin.says(f"{DELIVERED} {WORDS[lin.language]}", "warranty_repair")
    assert keys == ["products.warranty", "products.exchange_over"]
    assert values_of(lin, "products.exchange_over")["repairs"] == lin.data.shop.exchange_after_repairs
    assert (await lin.taps("products.exchange_ask_button"))[-1].startswith("handoff.")


async def test_the_rule_has_its_last_day(lin: Chat, order: Order) -> None:
    assert order.delivered_at is not None
    lin.clock.at = order.delivered_at
    lin.clock.passes(days=lin.data.shop.returns.faulty_days)
    words = f"{DELIVERED} {WORDS[lin.language]}"
    assert (await lin.says(words, "warranty_repair"))[-1] == "products.exchange_possible"
    lin.clock.passes(days=1)
    assert (await lin.says(words, "warranty_repair"))[-1] == "products.exchange_over"


async def test_a_wish_for_a_new_one_that_sounds_like_a_return_is_no_return(lin: Chat) -> None:
    assert await lin.says(f"{DELIVERED} {WORDS[lin.language]}", "get_refund") == ["products.exchange_possible"]


async def test_what_has_not_arrived_is_not_exchanged(lin: Chat) -> None:
    assert await lin.says(f"{LATE} {WORDS[lin.language]}", "warranty_repair") == ["products.warranty"]


async def test_without_the_wish_nothing_is_said_of_it(lin: Chat) -> None:
    no = {"zh": "不要换新", "en": "I don't want a replacement"}[lin.language]
    for words in (DELIVERED, f"{DELIVERED} {no}"):
        assert await lin.says(words, "warranty_repair") == ["products.warranty"]


async def test_a_stranger_hears_the_rule(chat: Chat) -> None:
    keys = await chat.says(WORDS[chat.language], "warranty_repair")
    assert keys[-2:] == ["products.exchange_general", "products.repair_general"]
    assert "products.exchange_button" in chat.labels


async def test_the_wish_is_not_forgotten_while_the_order_is_chosen(lin: Chat) -> None:
    delivered = await lin.order(DELIVERED)
    await lin.shop_says(_another(delivered))
    keys = await lin.says(WORDS[lin.language], "warranty_repair")
    assert keys == ["products.warranty_which"]
    await lin.says("0005", "inform")
    assert lin.keys == ["products.warranty", "products.exchange_possible"]


def _another(order: Order) -> Order:
    return replace(order, id="LJ20261119-0077")
