"""What a customer is written to for: only after a yes, and never after a stop."""

from sqlalchemy import select

from bot.customers import service as customers
from bot.customers.service import Purpose
from bot.customers.tables import Consent
from tests.enquiries.chat import Chat


async def lines(chat: Chat) -> list[Consent]:
    query = select(Consent).where(Consent.conversation_id == chat.conversation.id).order_by(Consent.id)
    return list(await chat.session.scalars(query))


async def may(chat: Chat) -> set[Purpose]:
    return {p for p in Purpose if await customers.may(chat.session, chat.conversation.id, p)}


async def test_only_the_service_itself_needs_no_yes(chat: Chat) -> None:
    assert await may(chat) == {Purpose.SERVICE}


async def test_offers_come_after_a_yes_to_the_words_that_were_shown(chat: Chat) -> None:
    assert await chat.says("subscribe me", "newsletter_subscription") == ["consent.marketing_ask"]
    shown = chat.texts[0]
    assert Purpose.MARKETING not in await may(chat), "asked is not agreed"
    assert await chat.taps("consent.marketing_yes") == ["consent.marketing_on"]
    assert Purpose.MARKETING in await may(chat)
    (line,) = await lines(chat)
    assert (line.purpose, line.granted, line.wording, line.language) == ("marketing", True, shown, chat.language)
    assert line.evidence == "tapped: the label"
    assert await chat.says("subscribe me", "newsletter_subscription") == ["consent.marketing_is_on"]
    assert await chat.taps("consent.switch_off_marketing") == ["consent.now_off"]
    assert Purpose.MARKETING not in await may(chat)


async def test_a_typed_no_is_kept_as_it_was_typed(chat: Chat) -> None:
    await chat.says("newsletter", "newsletter_subscription")
    assert await chat.says("rather not", "deny") == ["consent.marketing_off"]
    (line,) = await lines(chat)
    assert (line.granted, line.evidence) == (False, "typed: rather not")


async def test_stop_ends_everything_unasked_once_and_says_what_still_comes(chat: Chat) -> None:
    await chat.says("newsletter", "newsletter_subscription")
    await chat.taps("consent.marketing_yes")
    assert await chat.says("stop", "stop_messages") == ["consent.stopped"]
    assert "enquiries.fetch_person" in chat.labels
    assert await may(chat) == {Purpose.SERVICE}
    assert [line.purpose for line in (await lines(chat))[1:]] == ["greetings", "marketing", "survey"]
    assert await chat.commands("stop", "/stop") == ["consent.stopped_before"]
    assert len(await lines(chat)) == 4, "saying it twice adds nothing"


async def test_after_stop_and_a_new_yes_stop_works_again(chat: Chat) -> None:
    await chat.commands("stop")
    await chat.says("newsletter", "newsletter_subscription")
    await chat.says("yes", "affirm")
    assert Purpose.MARKETING in await may(chat)
    assert await chat.commands("stop") == ["consent.stopped"]
    assert await may(chat) == {Purpose.SERVICE}


async def test_settings_switch_each_purpose_by_itself(chat: Chat) -> None:
    await chat.commands("settings")
    assert await chat.taps("consent.switch_on_greetings") == ["consent.now_on"]
    assert await may(chat) == {Purpose.SERVICE, Purpose.GREETINGS}
    await chat.commands("settings")
    assert "consent.switch_off_greetings" in chat.labels
    assert "link.unlink_button" not in chat.labels
    (line,) = await lines(chat)
    assert line.wording in chat.text, "what was agreed to is what the settings show"


async def test_a_linked_chat_can_be_unlinked_in_the_settings(lin: Chat) -> None:
    await lin.commands("settings")
    assert await lin.taps("link.unlink_button") == ["link.unlinked"]


async def test_consent_of_one_chat_is_not_that_of_another(chat: Chat) -> None:
    await customers.record_consent(
        chat.session, chat.conversation, Purpose.SURVEY, True, "words", "en", "typed: yes", chat.clock.now()
    )
    assert not await customers.may(chat.session, chat.conversation.id + 1, Purpose.SURVEY)
