"""The conversation in a browser: races, stale words, lost lines, notes, files, what did not arrive."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import AsyncMock, patch

import pytest
from nicegui import Client
from playwright.async_api import expect
from sqlalchemy import update

from bot.desk.news import Watch
from bot.handoff import desk
from bot.outbox.delivery import State
from bot.outbox.tables import Delivery
from bot.staff.account import Role
from bot.staff.tables import StaffSession
from tests.console.desk import Clerk, Office
from tests.console.world import bot_says, fails, fill, me
from tests.fakes.browser import picture
from tests.openshop import Guest

pytestmark = pytest.mark.slow


async def with_anna(office: Office, text: str = "Is anybody there?") -> tuple[Clerk, Guest]:
    """Anna has claimed a customer who waited, and looks at them."""
    emma = await office.shop.customer("en")
    await office.queued(emma, text)
    anna = await office.clerk("Anna")
    await anna.opens(emma)
    await anna.page.get_by_role("button", name="Claim").click()
    await expect(anna.page.locator(".head .owner")).to_have_text("Me")
    return anna, emma


@contextmanager
def unseen() -> Iterator[None]:
    """While this lasts no page is told of anything: news are slower than hands."""
    with patch.object(Watch, "_look", AsyncMock()):
        yield


async def words_of(guest: Guest) -> list[str]:
    return [row.text for row in await guest.heard() if not row.text_key]


async def test_of_two_who_claim_at_once_one_has_it_and_the_other_is_told(office: Office):
    emma = await office.shop.customer("en")
    await office.queued(emma)
    anna, ben = await office.clerk("Anna"), await office.clerk("Ben")
    await anna.opens(emma)
    await ben.opens(emma)
    await ben.is_offline(True)  # what Anna does does not reach Ben's page in time
    await anna.page.get_by_role("button", name="Claim").click()
    await expect(anna.page.locator(".head .owner")).to_have_text("Me")
    await ben.is_offline(False)
    await expect(ben.page.locator(".head .owner")).to_have_text("Anna")
    await expect(ben.page.get_by_role("button", name="Claim")).to_have_count(0)
    await ben.writes("I am Ben")
    await expect(ben.page.locator(".trouble")).to_contain_text("A colleague has this conversation")
    await expect(ben.box).to_have_value("I am Ben")
    assert await words_of(emma) == []
    assert await emma.owner() == str(anna.id)
    await anna.leaves()
    await ben.leaves()


async def test_a_claim_that_comes_second_is_refused_by_the_server(office: Office):
    emma = await office.shop.customer("en")
    await office.queued(emma)
    ben = await office.clerk("Ben")
    cleo = await office.clerk("Cleo")
    await ben.opens(emma)
    with unseen():
        async with office.shop.app.at_desk((await emma.conversation()).id) as (session, row):
            await desk.claim(session, row, me(cleo.id, "Cleo"), office.clock.now())
        await ben.page.get_by_role("button", name="Claim").click()
        await expect(ben.page.locator(".banner")).to_have_text("A colleague was faster.")
    await expect(ben.page.locator(".head .owner")).to_have_text("Cleo")
    assert await emma.owner() == str(cleo.id)
    await ben.leaves()
    await cleo.leaves()


async def test_a_message_appears_without_reload_and_an_answer_reaches_the_customer(office: Office):
    anna, emma = await with_anna(office)
    await emma.sends("My fridge is warm")
    await expect(anna.said("customer").last).to_have_text("My fridge is warm")
    await anna.writes("I am looking into it")
    await expect(anna.said("staff").last).to_have_text("I am looking into it")
    await expect(anna.box).to_have_value("")
    await expect(anna.page.locator(".said.staff .tick").last).to_have_attribute("aria-label", "Sent")
    assert await words_of(emma) == ["I am looking into it"]
    assert not anna.troubles
    await anna.leaves()


async def test_who_writes_without_claiming_has_the_conversation(office: Office):
    emma = await office.shop.customer("en")
    await emma.sends("hello")
    anna = await office.clerk("Anna")
    await anna.opens(emma)
    await expect(anna.page.locator(".hint")).to_have_text("Sending takes the conversation")
    await anna.writes("Hello Emma")
    await expect(anna.page.locator(".head .owner")).to_have_text("Me")
    assert await emma.owner() == str(anna.id)
    await anna.leaves()


async def test_a_stale_send_is_refused_with_the_new_words_shown_and_the_draft_kept(office: Office):
    anna, emma = await with_anna(office)
    with unseen():
        await emma.sends("No, wait. I want a refund.")
        await anna.writes("So a repair on Monday?")
        await expect(anna.page.locator(".trouble")).to_contain_text("Read it first")
        await expect(anna.said("customer").last).to_have_text("No, wait. I want a refund.")
    await expect(anna.box).to_have_value("So a repair on Monday?")
    assert await words_of(emma) == []
    await anna.box.press("Enter")  # it was read
    await expect(anna.said("staff").last).to_have_text("So a repair on Monday?")
    assert await words_of(emma) == ["So a repair on Monday?"]
    await anna.leaves()


async def test_an_open_placeholder_cannot_be_sent(office: Office):
    anna, emma = await with_anna(office)
    await anna.box.press("/")
    await anna.page.get_by_label("Find a canned answer").fill("before")
    await anna.page.keyboard.press("Enter")
    await expect(anna.box).to_have_value(
        "It will be done before {due}; the number is {case}. I will tell you before anything changes."
    )
    picked = await anna.box.evaluate("(it) => it.value.slice(it.selectionStart, it.selectionEnd)")
    assert picked == "{due}"
    await anna.box.press("Enter")
    await expect(anna.page.locator(".trouble")).to_contain_text("{due}, {case}")
    assert await words_of(emma) == []
    await anna.writes("It will be done before Monday.")
    await expect(anna.said("staff").last).to_have_text("It will be done before Monday.")
    await anna.leaves()


async def test_a_canned_answer_knows_the_customer_and_who_writes(office: Office):
    anna = await office.clerk("Anna")
    emma = await fill(office, anna.id)
    await anna.opens(emma)
    await anna.box.press("/")
    await anna.page.keyboard.press("Enter")
    await expect(anna.box).to_have_value("Hello Emma Clarke, this is Anna. I will take care of this for you.")
    await anna.leaves()


async def test_a_page_that_was_offline_shows_what_it_missed_and_keeps_the_draft(office: Office):
    anna, emma = await with_anna(office)
    await anna.box.fill("half a sen")
    await anna.is_offline(True)
    await expect(anna.page.locator(".banner.down")).to_contain_text("The line is down")
    for n in range(5):
        await emma.sends(f"message {n}")
    await anna.is_offline(False)
    await expect(anna.said("customer")).to_have_text(["Is anybody there?", *(f"message {n}" for n in range(5))])
    await expect(anna.box).to_have_value("half a sen")
    await expect(anna.page.locator(".banner.down")).to_have_count(0)
    await anna.writes("half a sentence")
    await expect(anna.said("staff").last).to_have_text("half a sentence")
    await anna.leaves()


async def test_after_five_minutes_offline_the_page_is_new_and_nothing_is_missing(office: Office):
    anna, emma = await with_anna(office)
    await anna.box.fill("half a sen")
    await anna.is_offline(True)
    for client in list(Client.instances.values()):
        client.delete()  # what NiceGUI does with a page whose line was down for longer than RECONNECT_SECONDS
    for n in range(60):
        await emma.sends(f"message {n}")
    await anna.is_offline(False)
    await expect(anna.said("customer").last).to_have_text("message 59")
    await expect(anna.box).to_have_value("half a sen")
    await anna.page.locator(".thread").evaluate("(it) => { it.scrollTop = 0; }")
    await expect(anna.said("customer")).to_have_count(61)
    await expect(anna.said("customer").first).to_have_text("Is anybody there?")
    await anna.leaves()


async def test_the_keyboard_alone_is_enough(office: Office):
    first, second = await office.shop.customer("en"), await office.shop.customer("en")
    await office.queued(first, "first")
    office.clock.passes(minutes=1)
    await office.queued(second, "second")
    anna = await office.clerk("Anna")
    await anna.goes_to()
    await anna.page.focus("#tab-queue")
    await anna.page.keyboard.press("Enter")
    await expect(anna.rows()).to_have_count(2)
    for key in ("j", "j", "k", "j", "Enter"):
        await anna.page.keyboard.press(key)
    await expect(anna.said("customer")).to_have_text(["second"])
    await anna.page.keyboard.press("c")
    await expect(anna.page.locator(".head .owner")).to_have_text("Me")
    await anna.page.keyboard.press("r")
    await expect(anna.box).to_be_focused()
    await anna.page.keyboard.type("hello j k")
    await anna.page.keyboard.press("Enter")
    await expect(anna.said("staff").last).to_have_text("hello j k")
    await anna.page.keyboard.press("Escape")
    await anna.page.keyboard.press("n")
    await anna.page.keyboard.type("for us only")
    await anna.page.keyboard.press("Enter")
    await expect(anna.page.locator(".thread .note .text")).to_have_text("for us only")
    await anna.page.keyboard.press("Escape")
    await anna.page.keyboard.press("e")
    await anna.page.keyboard.press("Enter")
    await expect(anna.page.locator(".head .owner")).to_have_text("Bot")
    await anna.page.keyboard.press("?")
    await expect(anna.page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    await anna.page.keyboard.press("Escape")
    await anna.page.keyboard.press("Escape")
    await expect(anna.page.locator(".talk")).to_have_count(0)
    assert (await words_of(second)) == ["hello j k"]
    assert not anna.troubles
    await anna.leaves()


async def test_a_private_note_looks_different_and_never_reaches_the_customer(office: Office):
    anna, _ = await with_anna(office)
    await anna.page.get_by_role("button", name="Private note").click()
    await anna.writes("the secret word is amethyst")
    await expect(anna.page.locator(".thread .note")).to_contain_text("the customer never sees it")
    assert await anna.page.locator(".said .text", has_text="amethyst").count() == 0
    assert not [row for row in await office.shop.rows(Delivery) if "amethyst" in row.text]
    await anna.leaves()


async def test_a_picture_of_the_customer_is_shown_and_one_of_ours_is_sent(office: Office):
    anna, emma = await with_anna(office)
    kept = office.shop.app.files.keep("dent.png", picture(40))
    await emma.sends("look", attachments=(kept,))
    shown = anna.page.locator(".said.customer .picture img")
    await expect(shown).to_be_visible()
    await anna.page.wait_for_function("() => document.querySelector('.said.customer img').naturalWidth === 40")
    await anna.page.set_input_files(
        ".composer input[type=file]", {"name": "new.png", "mimeType": "image/png", "buffer": picture(30)}
    )
    await expect(anna.page.locator(".kept li")).to_contain_text("new.png")
    await anna.writes("here is the new one")
    await expect(anna.page.locator(".said.staff .picture img")).to_be_visible()
    sent = [row for row in await emma.heard() if row.attachments]
    assert [row.text for row in sent] == ["here is the new one"]
    assert sent[0].attachments[0]["name"] == "new.png"
    await anna.leaves()


async def test_a_file_is_given_only_to_staff_and_only_of_its_own_conversation(office: Office):
    anna, emma = await with_anna(office)
    await emma.sends("look", attachments=(office.shop.app.files.keep("dent.png", picture(40)),))
    await expect(anna.page.locator(".said.customer .picture")).to_be_visible()
    path = await anna.page.locator(".said.customer .picture").get_attribute("href") or ""
    answer = await anna.page.request.get(office.address + path)
    assert answer.status == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["cache-control"] == "no-store"
    other = path.replace(f"/file/{(await emma.conversation()).id}/", "/file/999999/")
    assert (await anna.page.request.get(office.address + other)).status == 404
    stranger = await office.browser.new_context()
    assert (await stranger.request.get(office.address + path)).status == 401
    await stranger.close()
    marketer = await office.clerk("Mara", role=Role.MARKETER)
    assert (await marketer.page.request.get(office.address + path)).status == 403
    await marketer.leaves()
    await anna.leaves()


async def test_what_is_no_picture_is_not_taken_and_said_so(office: Office):
    anna, _ = await with_anna(office)
    await anna.page.set_input_files(
        ".composer input[type=file]", {"name": "x.png", "mimeType": "image/png", "buffer": b"<svg onload=alert(1)>"}
    )
    await expect(anna.page.locator(".trouble")).to_contain_text("Only pictures")
    await anna.leaves()


async def test_a_message_that_may_not_have_arrived_is_marked_and_can_be_sent_again(office: Office):
    anna, emma = await with_anna(office)
    await fails(office, emma, "see you at three", State.UNKNOWN)
    await expect(anna.page.locator(".said.unknown")).to_contain_text("May not have arrived")
    await anna.page.get_by_role("button", name="Send again").click()
    await expect(anna.page.locator(".said.unknown")).to_have_count(0)
    states = {row.text: row.state for row in await office.shop.rows(Delivery)}
    assert states["see you at three"] in (State.DUE, State.CLAIMED, State.SENT)
    await anna.leaves()


async def test_buttons_are_shown_as_the_customer_saw_them_with_the_one_that_was_tapped(office: Office):
    anna, emma = await with_anna(office)
    await bot_says(office, emma, "complaints.beyond_my_authority", "remedies.button_refund", "remedies.button_exchange")
    await expect(anna.page.locator(".choices li")).to_have_text(["Refund", "Replacement"])
    async with office.shop.app.db.write() as session:
        row = (await emma.heard())[-1]
        (await session.get_one(Delivery, row.id)).tapped = 1
    await anna.opens(emma)
    await expect(anna.page.locator(".choices li.tapped")).to_contain_text("Replacement")
    await anna.leaves()


async def test_colleagues_see_who_looks_and_who_types(office: Office):
    anna, emma = await with_anna(office)
    ben = await office.clerk("Ben")
    await ben.opens(emma)
    await expect(anna.page.locator(".present")).to_contain_text("Ben also looking")
    await ben.box.press_sequentially("hm")
    await expect(anna.page.locator(".present")).to_contain_text("Ben typing")
    await anna.leaves()
    await ben.leaves()


async def test_handing_back_and_passing_on_are_told_in_the_thread(office: Office):
    anna, emma = await with_anna(office)
    ben = await office.clerk("Ben")
    await ben.goes_to()
    await anna.page.get_by_role("button", name="Transfer").click()
    await anna.page.get_by_label("To", exact=True).select_option(f"person:{ben.id}")
    await anna.page.get_by_label("Summary").fill("knows fridges")
    await anna.page.get_by_role("dialog").get_by_role("button", name="Transfer").click()
    await expect(anna.page.locator(".head .owner")).to_have_text("Ben")
    await expect(anna.page.locator(".deed").last).to_contain_text("Anna passed it on to Ben")
    await expect(ben.rows()).to_have_count(1)
    await ben.rows().first.click()
    await ben.page.get_by_role("button", name="Hand back").click()
    await ben.page.get_by_role("dialog").get_by_role("button", name="Hand back").click()
    await expect(ben.page.locator(".head .owner")).to_have_text("Bot")
    assert await emma.owner() == "bot"
    await anna.leaves()
    await ben.leaves()


async def test_a_session_that_was_ended_ends_what_its_page_may_do(office: Office):
    anna, emma = await with_anna(office)
    async with office.shop.app.db.write() as session:
        await session.execute(update(StaffSession).values(ended_at=office.clock.now(), ended_why="test"))
    await anna.writes("am I still here?")
    await expect(anna.page.locator(".banner.down")).to_contain_text("You are signed out")
    await expect(anna.box).to_have_value("am I still here?")
    assert await words_of(emma) == []
    await anna.page.get_by_role("link", name="Sign in").click()
    await expect(anna.page).to_have_url(re.compile("/console/login"))
    await anna.leaves()
