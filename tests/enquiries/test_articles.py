"""Answers from the knowledge base: with their source, never invented."""

import pytest

from bot.messages import Button
from tests.enquiries.chat import Chat, values_of
from tests.enquiries.people import DELIVERED

POLICY = (
    "place_order",
    "delivery_options",
    "delivery_period",
    "check_refund_policy",
    "check_payment_methods",
    "registration_problems",
    "recover_password",
    "edit_account",
    "contact_customer_service",
)


@pytest.mark.parametrize("intent", POLICY)
async def test_every_question_of_policy_has_an_article_and_names_its_source(chat: Chat, intent: str) -> None:
    assert await chat.says("?", intent) == ["products.answer"]
    article = chat.data.knowledge.answering(intent)[0]
    assert values_of(chat, "products.answer") == {"body": article.body, "source": article.source}
    assert (article.source.zh if chat.language == "zh" else article.source.en) in chat.text


async def test_words_that_surely_fit_another_article_get_that_one(chat: Chat) -> None:
    words = "退货时赠品怎么办" if chat.language == "zh" else "what about gifts when I return"
    await chat.says(words, "check_refund_policy")
    assert values_of(chat, "products.answer")["body"] == chat.data.knowledge.articles["return-gift"].body


async def test_asking_whether_an_order_can_go_back_leads_to_returning_it(lin: Chat) -> None:
    assert await lin.says(f"can {DELIVERED} go back", "check_refund_policy") == ["products.answer"]
    assert (await lin.taps("refunds.return_button"))[-1] == "refunds.return_sure"
    assert DELIVERED in lin.text


async def test_customer_service_comes_with_a_person(chat: Chat) -> None:
    await chat.says("?", "contact_customer_service")
    assert "400-000-0100" in chat.text
    assert chat.labels == ["enquiries.fetch_person"]


async def test_nothing_found_is_said_and_a_person_offered(chat: Chat) -> None:
    assert await chat.says("xyzzy plugh", "product_question") == ["products.not_found"]
    assert chat.labels == ["enquiries.fetch_person"]


async def test_nothing_found_about_a_product_gives_only_what_is_known(chat: Chat) -> None:
    assert await chat.says("xyzzy plugh", "product_question", product="fridge-500") == ["products.not_found_but"]
    assert "12" in chat.text
    assert "4,599" in chat.text


async def test_an_unsure_question_offers_the_nearest_by_title(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.enquiries import articles
    from bot.enquiries.knowledge import Unsure

    two = tuple(chat.data.knowledge.articles.values())[:2]
    monkeypatch.setattr(articles, "verdict", lambda _: Unsure(two))
    assert await chat.says("something near", "product_question") == ["products.unsure"]
    assert chat.labels == ["products.article_button", "products.article_button", "talk.something_else_button"]
    assert await chat.taps_old(chat.buttons[1]) == ["products.answer"]
    assert values_of(chat, "products.answer")["body"] == two[1].body


async def test_an_article_that_was_removed_since(chat: Chat) -> None:
    gone = Button("products.article_button", "action_show_article", {"article": "no-such"})
    assert await chat.taps_old(gone) == ["talk.stale_button"]
