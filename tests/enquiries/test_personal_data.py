"""Nothing personal is shown to somebody who has not shown whose account it is."""

import pytest

from bot.customers import service as customers
from tests.enquiries.chat import Chat, open_chat
from tests.enquiries.people import DELIVERED, EMMA_PHONE, EMMAS, LIN_PHONE, NOBODYS, PACKED, PAID

PERSONAL = (
    "track_order",
    "cancel_order",
    "change_order",
    "change_shipping_address",
    "get_refund",
    "track_refund",
    "get_invoice",
    "membership_points",
    "delete_account",
)


@pytest.mark.parametrize("intent", PERSONAL)
async def test_a_stranger_is_asked_who_it_is_and_sees_nothing(chat: Chat, intent: str) -> None:
    assert (await chat.says("please", intent))[-1] == "link.ask"
    assert (await chat.says(PAID, intent))[-1] == "link.ask_phone"
    assert "F500" not in chat.text
    assert "459" not in chat.text


@pytest.mark.parametrize("number", [PAID, NOBODYS])
async def test_a_wrong_phone_and_an_unknown_order_are_answered_alike(chat: Chat, number: str) -> None:
    await chat.says(f"where is {number}", "track_order")
    asked = (chat.keys, [button.key for button in chat.buttons], chat.text.replace(number, "?"))
    await chat.says("13911111111", "inform")
    refused = (chat.keys, chat.text)
    assert asked[0] == ["link.ask_phone"]
    assert refused[0] == ["link.wrong_order"]
    assert number not in chat.text
    assert chat.conversation.customer_id is None
    other = await open_chat(chat.session, chat.data, chat.clock, chat.language, "other")
    await other.says(f"where is {NOBODYS}", "track_order")
    assert (other.keys, other.labels, other.text.replace(NOBODYS, "?")) == asked
    await other.says("13911111111", "inform")
    assert (other.keys, other.text) == refused


async def test_number_and_phone_link_and_the_enquiry_goes_on(chat: Chat) -> None:
    await chat.says("when does my order come", "track_order")
    await chat.says(PACKED, "inform")
    assert await chat.says("139 0000-0001", "inform") == ["link.done", "orders.status_packed"]
    assert "Lin" not in chat.text, "the name is shown shortened"


async def test_number_and_phone_in_one_message_are_enough(chat: Chat) -> None:
    assert await chat.says(f"{PAID}\n{LIN_PHONE} where is it", "track_order") == ["link.done", "orders.status_paid"]


async def test_the_phone_may_come_first(chat: Chat) -> None:
    await chat.says("my parcel", "track_order")
    assert await chat.says(LIN_PHONE, "inform") == ["link.ask_order"]
    assert await chat.says(PACKED, "track_order") == ["link.done", "orders.status_packed"]


async def test_what_was_asked_for_is_kept_in_its_own_words(chat: Chat) -> None:
    await chat.says("is my fridge on its way", "track_order", product="fridge-500")
    assert await chat.says(f"{PACKED} {LIN_PHONE}", "inform") == ["link.done", "orders.status_paid"]


async def test_not_now_ends_the_asking(chat: Chat) -> None:
    await chat.says("my parcel", "track_order")
    assert await chat.taps("link.not_now_button") == ["link.not_now"]
    await chat.says("my parcel", "track_order")
    assert await chat.says("no", "deny") == ["link.not_now"]
    await chat.says("my parcel", "track_order")
    assert await chat.says("hm?", "out_of_scope") == ["talk.out_of_scope"]


async def test_five_failures_block_for_half_an_hour_even_the_right_answer(chat: Chat) -> None:
    await chat.says("my parcel", "track_order")
    for last_digit in range(2, 6):
        assert await chat.says(f"{PAID} 1391111111{last_digit}", "inform") == ["link.wrong_order"]
    assert await chat.says(f"{PAID} 13911111116", "inform") == ["link.blocked"]
    assert await chat.says(f"{PAID} {LIN_PHONE}", "track_order") == ["link.blocked"]
    code, _ = await customers.create_link_code(chat.session, "K1", chat.clock.now())
    assert await chat.sends_code(code) == ["link.blocked"]
    assert chat.conversation.customer_id is None
    chat.clock.passes(minutes=31)
    assert await chat.says(f"{PAID} {LIN_PHONE}", "track_order") == ["link.done", "orders.status_paid"]
    assert chat.conversation.link_failures == 0


async def test_a_code_links_and_goes_on_with_what_was_asked(chat: Chat) -> None:
    code, _ = await customers.create_link_code(chat.session, "K1", chat.clock.now())
    await chat.says(f"where is {PAID}", "track_order")
    assert await chat.sends_code(code) == ["link.done", "orders.status_paid"]
    assert await chat.sends_code(code) == ["link.wrong_code"], "a code works once"


async def test_a_foreign_order_in_a_linked_chat_is_answered_like_an_unknown_one(lin: Chat) -> None:
    answers = []
    for number in (EMMAS, NOBODYS):
        for intent in ("track_order", "cancel_order", "change_shipping_address", "get_refund", "get_invoice", "inform"):
            lin.conversation.pending = None
            keys = await lin.says(f"it is {number}", intent)
            answers.append((intent, keys, lin.labels, lin.text.replace(number, "?")))
    half = len(answers) // 2
    assert answers[:half] == answers[half:]
    assert all(keys == ["orders.unknown_number"] for _, keys, _, _ in answers)


async def test_a_foreign_order_with_its_phone_moves_the_chat_to_that_account(lin: Chat) -> None:
    before = lin.conversation.customer_id
    await lin.says(EMMAS, "track_order")
    assert await lin.says(EMMA_PHONE, "inform") == ["link.done", "orders.status_paid"]
    assert lin.conversation.customer_id not in (before, None)
    assert await lin.says(PAID, "track_order") == ["orders.unknown_number"], "the account before is out of reach"


async def test_a_foreign_order_with_a_wrong_phone_leaves_the_chat_where_it_is(lin: Chat) -> None:
    before = lin.conversation.customer_id
    assert await lin.says(f"{EMMAS} 13911111111", "track_order") == ["link.wrong_order"]
    assert lin.conversation.customer_id == before


async def test_not_me_unlinks_and_an_old_not_me_does_not(lin: Chat) -> None:
    code, _ = await customers.create_link_code(lin.session, "K2", lin.clock.now())
    await lin.sends_code(code)
    not_me = lin.buttons[0]
    assert await lin.taps_old(not_me) == ["link.unlinked"]
    assert lin.conversation.customer_id is None
    assert (await lin.says(DELIVERED, "track_order"))[-1] == "link.ask_phone"
    await lin.is_linked_to("K1")
    assert await lin.taps_old(not_me) == ["talk.stale_button"]
    assert lin.conversation.customer_id is not None


async def test_an_open_question_does_not_survive_another_account(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    yes = next(button for button in lin.buttons if button.key == "orders.cancel_yes")
    code, _ = await customers.create_link_code(lin.session, "K2", lin.clock.now())
    await lin.sends_code(code)
    assert await lin.taps_old(yes) == ["talk.stale_button"]


async def test_a_date_or_an_order_number_is_no_phone_number(chat: Chat) -> None:
    await chat.says("my parcel", "track_order")
    assert await chat.says(f"{PAID} ordered on 2026-11-22", "inform") == ["link.ask_phone"]
    assert chat.conversation.link_failures == 0
