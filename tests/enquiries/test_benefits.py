"""Points and offers, warranty and repairs, and deleting an account."""

from dataclasses import replace
from datetime import date

from bot.handoff.store import open_entry
from tests.enquiries.chat import Chat, values_of
from tests.enquiries.people import DELIVERED, LATE, OLD, PAID, UNPAID


async def test_points_and_offers_with_the_first_to_expire_first(lin: Chat) -> None:
    assert await lin.says("my points", "membership_points") == ["benefits.all"]
    values = values_of(lin, "benefits.all")
    assert values["points"] == 300
    assert values["tier"] == lin.data.shop.tiers["silver"].name
    told = [(line.key, line.values.get("date")) for line in values["benefits"]]
    assert told == [
        ("benefits.line_soon", date(2026, 12, 10)),
        ("benefits.line_until", date(2027, 3, 1)),
        ("benefits.line", None),
        ("benefits.line_from", date(2026, 12, 1)),
    ]
    assert "用掉的券" not in lin.text
    assert "Used coupon" not in lin.text
    assert await lin.taps("benefits.how_button") == ["products.answer"]


async def test_an_account_without_any(chat: Chat) -> None:
    await chat.is_linked_to("K3")
    assert await chat.says("my points", "membership_points") == ["benefits.none"]


async def test_a_stranger_hears_how_points_work_and_how_to_see_their_own(chat: Chat) -> None:
    assert await chat.says("my points", "membership_points") == ["products.answer", "link.ask"]
    assert await chat.says(f"{PAID} 13900000001", "inform") == ["link.done", "benefits.all"]


async def test_the_warranty_of_an_order_with_parts_and_extension(lin: Chat) -> None:
    assert await lin.says(f"warranty {DELIVERED}", "warranty_repair") == ["products.warranty"]
    (line,) = values_of(lin, "products.warranty")["covers"]
    assert line.key == "products.cover_covered_with_parts"
    assert line.values["until"] == date(2028, 11, 20), "a year, and the year that was bought"


async def test_goods_the_catalogue_does_not_know_are_not_guessed_at(lin: Chat) -> None:
    await lin.says(OLD, "warranty_repair")
    assert values_of(lin, "products.warranty")["covers"][0].key == "products.cover_unknown"


async def test_goods_not_delivered_yet_have_no_date(lin: Chat) -> None:
    await lin.says(LATE, "warranty_repair")
    assert values_of(lin, "products.warranty")["covers"][0].key == "products.cover_unknown"


async def test_a_repair_is_arranged_by_a_person_who_knows_the_order(lin: Chat) -> None:
    await lin.says(DELIVERED, "warranty_repair")
    keys = await lin.taps("products.repair_button")
    assert keys[0] == "products.repair_passed_on"
    assert keys[1].startswith("handoff.")
    assert lin.conversation.owner == "queue"


async def test_a_stranger_hears_the_general_terms_and_may_see_their_own(chat: Chat) -> None:
    answer = await chat.says("how long is the warranty", "warranty_repair")
    assert answer == ["products.answer", "products.repair_general"]
    assert await chat.taps("products.own_cover_button") == ["link.ask"]
    assert (await chat.says(f"{DELIVERED} 13900000001", "inform")) == ["link.done", "products.warranty"]


async def test_deleting_an_account_names_the_cost_asks_and_fetches_a_person(lin: Chat) -> None:
    assert await lin.says("delete my account", "delete_account") == [
        "benefits.would_lose",
        "account.delete_open_orders",
        "account.delete_sure",
    ]
    assert set(values_of(lin, "account.delete_open_orders")["orders"]) >= {UNPAID, PAID, LATE}
    keys = await lin.taps("account.delete_yes")
    assert keys[0] == "account.delete_passed_on"
    assert keys[1].startswith("handoff.")
    assert lin.conversation.owner == "queue"
    assert lin.conversation.customer_id is not None, "the bot itself deletes nothing"


async def test_a_yes_for_another_account_deletes_nothing(lin: Chat) -> None:
    await lin.says("delete my account", "delete_account")
    await lin.is_linked_to("K2")
    assert await lin.taps("account.delete_yes") == ["talk.stale_button"]
    assert lin.conversation.owner == "bot"


async def test_a_repair_names_no_order_of_somebody_else(lin: Chat) -> None:
    await lin.says(DELIVERED, "warranty_repair")
    await lin.is_linked_to("K2")
    await lin.taps("products.repair_button")
    entry = await open_entry(lin.session, lin.conversation.id)
    assert entry is not None
    assert entry.detail == "repair"


async def test_a_no_keeps_the_account(lin: Chat) -> None:
    await lin.says("delete my account", "delete_account")
    assert await lin.says("no", "deny") == ["account.delete_left"]
    assert lin.conversation.owner == "bot"


async def test_many_items_are_shortened(lin: Chat) -> None:
    order = await lin.order(PAID)
    await lin.shop_says(replace(order, items=order.items * 6))
    await lin.says(PAID, "track_order")
    items = values_of(lin, "orders.status_paid")["items"]
    assert len(items) == 4
    assert items[-1].values == {"count": 3}
