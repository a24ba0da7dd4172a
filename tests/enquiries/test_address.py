"""Another delivery address: asked for, said back, written only after a yes."""

from dataclasses import replace

from bot.shop.order import OrderState
from tests.enquiries.chat import Chat
from tests.enquiries.people import DELIVERED, LATE, PACKED, PAID, UNPAID

NEW = "杭州市 西湖区 文三路 12 号 3 栋"


async def test_the_address_is_said_back_and_written_after_a_yes(lin: Chat) -> None:
    assert await lin.says(f"new address for {PAID}", "change_shipping_address") == ["delivery.address_ask"]
    assert "张江路" not in lin.text, "the old address is shown shortened"
    assert await lin.says(NEW, "inform") == ["delivery.address_restate"]
    assert NEW in lin.text
    assert (await lin.order(PAID)).address != NEW
    assert await lin.says("right", "affirm") == ["delivery.address_changed"]
    assert (await lin.order(PAID)).address == NEW


async def test_an_address_that_sounds_like_the_enquiry_itself_is_the_answer(lin: Chat) -> None:
    await lin.says(f"new address for {PAID}", "change_shipping_address")
    assert await lin.says(NEW, "change_shipping_address") == ["delivery.address_restate"]
    await lin.says(f"new address for {PAID}", "change_shipping_address")
    assert await lin.says(NEW, "nlu_fallback") == ["delivery.address_restate"]


async def test_naming_another_order_begins_anew(lin: Chat) -> None:
    await lin.says(f"new address for {PAID}", "change_shipping_address")
    assert await lin.says(f"sorry, I mean {UNPAID}", "change_shipping_address") == ["delivery.address_ask"]
    assert UNPAID in lin.text


async def test_a_wrong_one_is_asked_for_again_and_a_scrap_is_no_address(lin: Chat) -> None:
    await lin.says(f"new address for {PAID}", "change_shipping_address")
    assert await lin.says("3 栋", "inform") == ["delivery.address_unclear"]
    await lin.says(NEW, "inform")
    assert await lin.taps("delivery.address_again") == ["delivery.address_ask_again"]
    other = NEW.replace("12", "21")
    await lin.says(other, "inform")
    await lin.taps("delivery.address_yes")
    assert (await lin.order(PAID)).address == other


async def test_it_may_be_left_as_it_is_by_words_or_button(lin: Chat) -> None:
    before = (await lin.order(PAID)).address
    await lin.says(f"new address for {PAID}", "change_shipping_address")
    assert await lin.says("no, leave it", "deny") == ["delivery.address_left"]
    await lin.says(f"new address for {PAID}", "change_shipping_address")
    assert await lin.taps("delivery.address_no") == ["delivery.address_left"]
    assert (await lin.order(PAID)).address == before


async def test_packed_or_on_its_way_a_person_asks_the_carrier(lin: Chat) -> None:
    for number in (PACKED, LATE):
        assert await lin.says(number, "change_shipping_address") == ["delivery.address_person"]
    assert await lin.taps("delivery.address_no") == ["delivery.address_left"]
    await lin.says(PACKED, "change_shipping_address")
    assert (await lin.taps("delivery.address_person_yes"))[0] == "delivery.address_passed_on"
    assert lin.conversation.owner == "queue"


async def test_packed_between_question_and_yes_goes_to_a_person_with_the_address(lin: Chat) -> None:
    await lin.says(PAID, "change_shipping_address")
    await lin.says(NEW, "inform")
    await lin.shop_says(replace(await lin.order(PAID), state=OrderState.PACKED))
    assert (await lin.says("yes", "affirm"))[0] == "delivery.address_passed_on"
    assert (await lin.order(PAID)).address != NEW


async def test_what_is_delivered_cannot_be_redirected(lin: Chat) -> None:
    assert await lin.says(DELIVERED, "change_shipping_address") == ["delivery.address_too_late_because_delivered"]
    assert lin.conversation.pending is None


async def test_a_yes_out_of_order_does_not_write(lin: Chat) -> None:
    await lin.says(PAID, "change_shipping_address")
    await lin.says(NEW, "inform")
    yes = lin.buttons[0]
    await lin.taps("delivery.address_again")
    assert await lin.taps_old(yes) == ["talk.stale_button"]
    assert (await lin.order(PAID)).address != NEW
