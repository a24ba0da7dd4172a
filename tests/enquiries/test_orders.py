"""Where an order is, and what may be changed in it."""

from dataclasses import replace
from datetime import date

from bot.messages import Text
from bot.shop.order import InvoiceState
from tests.enquiries.chat import Chat, values_of
from tests.enquiries.people import DELIVERED, EMMAS, LATE, OLD, PACKED, PAID, REFUNDED, UNPAID


async def test_an_order_is_told_by_its_number_with_goods_and_promise(lin: Chat) -> None:
    assert await lin.says(f"where is {PAID}", "track_order") == ["orders.status_paid"]
    assert PAID in lin.text
    assert "F500" in lin.text
    assert values_of(lin, "orders.status_paid")["promised"] == Text("orders.promised", {"date": date(2026, 11, 27)})


async def test_the_number_may_be_typed_in_any_way_or_by_its_last_digits(lin: Chat) -> None:
    assert await lin.says("ＬＪ２０２６１１２２ 0002", "track_order") == ["orders.status_paid"]
    assert await lin.says("the one that ends in 0002", "track_order") == ["orders.status_paid"]


async def test_a_late_order_is_called_late_and_ways_on_are_offered(lin: Chat) -> None:
    assert await lin.says(LATE, "track_order") == ["orders.status_shipped", "orders.late"]
    assert values_of(lin, "orders.status_shipped")["promised"] == Text(
        "orders.promised_late", {"date": date(2026, 11, 21), "days": 3}
    )
    assert "SF100200300" in lin.text
    complain, person = lin.buttons
    assert complain.action == "action_open_complaint"
    assert complain.args == {"intent": "complaint_delivery", "order": LATE}
    assert person.action == "action_contact_human_agent"


async def test_of_several_open_orders_the_newest_are_offered(lin: Chat) -> None:
    assert await lin.says("where is my parcel", "track_order") == ["orders.which"]
    assert [button.args["order"] for button in lin.buttons] == [UNPAID, PAID, PACKED, LATE]
    old = lin.buttons[1]
    assert await lin.taps_old(old) == ["orders.status_paid"]
    assert await lin.taps_old(old) == ["orders.status_paid"], "looking again is never out of date"


async def test_the_choice_may_be_typed(lin: Chat) -> None:
    packed, paid = "orders.status_packed", "orders.status_paid"
    for typed, key in (("0003", packed), ("2", paid), ("the second", paid), ("第三个", packed)):
        await lin.says("my parcel", "track_order")
        assert await lin.says(typed, "inform") == [key]


async def test_a_product_narrows_the_choice(lin: Chat) -> None:
    assert await lin.says("where is my fridge", "track_order", product="fridge-500") == ["orders.status_paid"]


async def test_a_bare_number_shows_that_order(lin: Chat) -> None:
    assert await lin.says(PACKED, "inform") == ["orders.status_packed"]
    assert await lin.says("499", "inform") == ["talk.what_about_it"]


async def test_returned_and_delivered_orders_are_told_with_what_became_of_them(lin: Chat) -> None:
    assert await lin.says(REFUNDED, "track_order") == ["orders.status_returned"]
    assert values_of(lin, "orders.status_returned")["refund"].key == "refunds.line_due"
    assert await lin.says(DELIVERED, "track_order") == ["orders.status_delivered"]


async def test_what_may_be_changed_follows_the_state(lin: Chat) -> None:
    assert await lin.says(PAID, "change_order") == ["orders.change_what"]
    assert lin.labels == [
        "orders.change_address_button",
        "orders.change_items_button",
        "orders.cancel_button",
        "enquiries.fetch_person",
    ]
    assert await lin.says(DELIVERED, "change_order") == ["orders.change_too_late"]


async def test_other_goods_are_a_persons_work(lin: Chat) -> None:
    await lin.says(PAID, "change_order")
    keys = await lin.taps("orders.change_items_button")
    assert keys[0] == "orders.change_items_passed_on"
    assert keys[1].startswith("handoff.")
    assert lin.conversation.owner == "queue"


async def test_goods_of_a_foreign_order_are_nobodys_work(lin: Chat) -> None:
    await lin.says(PAID, "change_order")
    button = next(b for b in lin.buttons if b.key == "orders.change_items_button")
    assert await lin.taps_old(replace(button, args={"order": EMMAS})) == ["talk.stale_button"]
    assert lin.conversation.owner == "bot"


async def test_an_issued_invoice_is_given_and_a_new_one_requested(lin: Chat) -> None:
    assert await lin.says(f"invoice {OLD}", "get_invoice") == ["orders.invoice_issued"]
    assert "https://langju.example/i/6" in lin.text
    assert await lin.says(f"invoice {DELIVERED}", "get_invoice") == ["orders.invoice_ask"]
    assert await lin.taps("orders.invoice_yes") == ["orders.invoice_requested"]
    assert (await lin.order(DELIVERED)).invoice_state is InvoiceState.REQUESTED
    assert await lin.says(DELIVERED, "get_invoice") == ["orders.invoice_requested"]


async def test_an_invoice_for_a_company_needs_a_person_and_a_no_leaves_it(lin: Chat) -> None:
    await lin.says(DELIVERED, "get_invoice")
    assert await lin.says("no", "deny") == ["orders.invoice_left"]
    await lin.says(DELIVERED, "get_invoice")
    await lin.taps("orders.invoice_company")
    assert lin.conversation.owner == "queue"
    assert (await lin.order(DELIVERED)).invoice_state is InvoiceState.NONE


async def test_an_unpaid_order_has_no_invoice_yet(lin: Chat) -> None:
    assert await lin.says(UNPAID, "get_invoice") == ["orders.invoice_after_payment"]
