"""The talk around enquiries: not understood, greetings, commands, files."""

from dataclasses import replace

import numpy as np
import pytest

from bot.customers import service as customers
from bot.enquiries.meaning import Meaning
from bot.messages import Button
from bot.vector import Vector
from tests.enquiries.chat import Chat
from tests.enquiries.people import PACKED, PAID


async def test_two_guesses_then_a_person(chat: Chat) -> None:
    ranking = ("track_refund", "get_refund", "greet")
    assert await chat.says("the money thing", "nlu_fallback", ranking=ranking) == ["talk.not_understood"]
    assert chat.labels == ["talk.guess_track_refund", "talk.guess_get_refund", "talk.something_else_button"]
    assert await chat.taps("talk.something_else_button") == ["talk.something_else"]
    assert await chat.says("the money thing!", "nlu_fallback", ranking=ranking) == ["talk.not_understood_again"]
    assert chat.labels[0] == "enquiries.fetch_person"


async def test_being_understood_begins_the_count_anew(chat: Chat) -> None:
    for intent in ("greet", "thank", "delivery_period"):
        await chat.says("mumble", "nlu_fallback")
        assert chat.conversation.misunderstood == 1
        await chat.says("clear words", intent)
        assert chat.conversation.misunderstood == 0


async def test_a_guess_keeps_the_number_that_was_written(lin: Chat) -> None:
    await lin.says(f"{PACKED} ???", "nlu_fallback", ranking=("track_order",))
    assert await lin.taps("talk.guess_track_order") == ["orders.status_packed"]


async def test_a_guess_asks_the_knowledge_base_with_the_words_that_were_written(chat: Chat) -> None:
    words = "七天无理由" if chat.language == "zh" else "return period"
    await chat.says(words, "nlu_fallback", ranking=("check_refund_policy",))
    assert await chat.taps("talk.guess_check_refund_policy") == ["products.answer"]


@pytest.mark.parametrize(
    ("intent", "key"),
    [
        ("greet", "talk.greet"),
        ("goodbye", "talk.goodbye"),
        ("thank", "talk.thank"),
        ("praise", "talk.praise"),
        ("out_of_scope", "talk.out_of_scope"),
        ("affirm", "talk.nothing_pending"),
        ("deny", "talk.nothing_pending"),
    ],
)
async def test_small_talk(chat: Chat, intent: str, key: str) -> None:
    assert await chat.says("some words", intent) == [key]


async def test_again_out_of_scope_tells_what_can_be_done_and_offers_a_person(chat: Chat) -> None:
    assert await chat.says("the weather?", "out_of_scope") == ["talk.out_of_scope"]
    for _ in range(2):
        assert await chat.says("a poem!", "out_of_scope") == ["talk.out_of_scope_again"]
        assert len(chat.labels) >= 5
        assert chat.labels[-1] == "enquiries.fetch_person"
    await chat.says("thanks", "thank")
    assert await chat.says("the weather?", "out_of_scope") == ["talk.out_of_scope"], (
        "being helped begins the count anew"
    )


async def test_the_first_answer_ever_says_that_an_assistant_writes(chat: Chat) -> None:
    chat.conversation.introduced_at = None
    assert await chat.says("hello", "greet") == ["talk.introduction"]
    assert await chat.says("hello", "greet") == ["talk.greet"]
    chat.conversation.introduced_at = None
    assert (await chat.says("delivery?", "delivery_period"))[0] == "talk.introduction"
    assert ("人工" if chat.language == "zh" else "human") in chat.text


async def test_start_introduces_and_may_bring_a_code(chat: Chat) -> None:
    code, _ = await customers.create_link_code(chat.session, "K1", chat.clock.now())
    chat.conversation.introduced_at = None
    assert await chat.commands("start", f"/start {code}") == ["talk.introduction", "link.done"]
    assert await chat.commands("start", "/start") == ["talk.greet"]


@pytest.mark.parametrize(
    ("command", "key"),
    [
        ("help", "talk.help"),
        ("privacy", "talk.privacy"),
        ("settings", "consent.settings"),
        ("nonsense", "talk.unknown_command"),
    ],
)
async def test_commands(chat: Chat, command: str, key: str) -> None:
    assert await chat.commands(command) == [key]


async def test_a_command_leaves_an_open_question_open(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    await lin.commands("help")
    assert await lin.says("yes", "affirm") == ["orders.cancelled_refund"]


async def test_the_language_is_fixed_by_button_or_word_and_may_follow_again(chat: Chat) -> None:
    assert await chat.commands("language") == ["talk.language"]
    hant = next(button for button in chat.buttons if button.args["language"] == "zh-Hant")
    await chat.taps_old(hant)
    assert (chat.conversation.language, chat.conversation.language_fixed) == ("zh-Hant", True)
    assert await chat.commands("language", "/language EN") == ["talk.language_fixed"]
    assert chat.conversation.language == "en"
    assert await chat.commands("language", "auto") == ["talk.language_follows"]
    assert chat.conversation.language_fixed is False
    assert await chat.commands("language", "/language klingon") == ["talk.language"]


@pytest.mark.parametrize(
    ("kinds", "key"),
    [
        (("photo",), "talk.attachment"),
        (("photo", "photo"), "talk.attachment"),
        (("voice",), "talk.cannot_listen"),
        (("sticker",), "talk.sticker"),
        (("sticker", "document"), "talk.attachment"),
        (("location",), "talk.attachment"),
    ],
)
async def test_files_without_words(chat: Chat, kinds: tuple[str, ...], key: str) -> None:
    assert await chat.shows(*kinds) == [key]


async def test_a_photo_of_something_broken_leads_to_a_complaint(chat: Chat) -> None:
    await chat.shows("photo")
    assert chat.buttons[0].action == "action_open_complaint"
    assert chat.buttons[0].args["intent"] == "complaint_product"


async def test_a_button_nobody_knows_any_more(chat: Chat) -> None:
    assert await chat.taps_old(Button("talk.menu_track", "action_stale_button")) == ["talk.stale_button"]


async def test_an_unclear_fact_is_asked_for_again(chat: Chat) -> None:
    await chat.says("my parcel", "track_order")
    assert await chat.says("the blue one", "nlu_fallback") == ["talk.number_or_phone"]
    assert "link.not_now_button" in chat.labels
    assert await chat.says(f"{PACKED} 13900000001", "inform") == ["link.done", "orders.status_packed"]


async def test_an_unclear_choice_is_asked_for_again(lin: Chat) -> None:
    await lin.says("my parcel", "track_order")
    assert await lin.says("the blue one", "nlu_fallback") == ["talk.which_order"]
    assert await lin.says("0003", "inform") == ["orders.status_packed"]


async def test_a_number_in_the_middle_of_another_question_is_a_new_enquiry(lin: Chat) -> None:
    await lin.says(f"cancel {PAID}", "cancel_order")
    assert await lin.says(PACKED, "inform") == ["orders.status_packed"]
    assert lin.conversation.pending is None


async def test_a_guess_brings_what_was_found_by_the_meaning_of_the_words(chat: Chat) -> None:
    """The words alone find nothing, their meaning does; at the tap nlu is not asked."""
    knowledge = chat.data.knowledge
    learned = knowledge.understood(ByHeart(tuple(knowledge.articles), "tiers"))
    chat.data = replace(chat.data, knowledge=learned)
    words = "珠穆朗玛" if chat.language == "zh" else "climbing everest quickly"
    await chat.says(words, "nlu_fallback", ranking=("product_question", "track_order"), meaning=np.ones(3, np.float32))
    assert chat.labels[0] == "talk.guess_product_question"
    assert await chat.taps("talk.guess_product_question") == ["products.answer"] or chat.keys == ["products.unsure"]
    assert learned.articles["tiers"].title in [b.values.get("title") for b in chat.buttons] or _tells(chat, "tiers")


def _tells(chat: Chat, article: str) -> bool:
    return any(say.values.get("body") == chat.data.knowledge.articles[article].body for say in chat.answer)


class ByHeart(Meaning):
    """A meaning that knows one article only."""

    def __init__(self, places: tuple[str, ...], right: str) -> None:
        self._found = np.array([float(place == right) for place in places], dtype=np.float32)

    def near(self, question: Vector) -> Vector:
        return self._found
