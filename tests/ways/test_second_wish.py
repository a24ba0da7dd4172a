"""Two wishes in one message: both are served, one after the other."""

from typing import Any

from bot.complaints.complaint import Stage
from bot.conversations.tables import BOT, QUEUE
from bot.inbox.tables import TurnRow
from bot.rasa import Decision, Second
from bot.shop.order import OrderState
from tests.openshop import Guest, Shop
from tests.ways.complaining import EACH_LANGUAGE, LINES, ONE_DATABASE, newest, told

PASSWORD = {"zh": "密码忘了怎么办？", "en": "Also how do I change my password?"}
BROKEN = {
    "zh": "冰箱送来就是坏的，太气人了！还有，密码忘了怎么办？",
    "en": "My fridge arrived broken and leaks everywhere, I am furious. Also how do I change my password?",
}
CALM = {
    "zh": "洗衣机送来滚筒就是瘪的，衣服都洗坏了。另外我密码忘了怎么找回",
    "en": "The drum of my washing machine came dented and it is making a mess of my clothes. Also I forgot my password",
}
PAY_AND_PASSWORD = {
    "zh": "密码忘了怎么办？还有你们支持哪些付款方式",
    "en": "Which ways of paying are there? And how do I reset my password?",
}


async def buttons(guest: Guest) -> list[dict[str, Any]]:
    """Those under the newest message."""
    return list((await guest.heard())[-1].buttons)


async def also(guest: Guest) -> list[str]:
    """What is offered as the second wish: the intents under the newest message."""
    return [b["args"]["intent"] for b in await buttons(guest) if b["label"].startswith(("您还提到", "You also"))]


async def last_action(shop: Shop) -> str:
    return str((await shop.rows(TurnRow))[-1].action)


@EACH_LANGUAGE
async def test_the_second_wish_is_offered_under_the_answer_and_answered_when_it_is_tapped(
    shop: Shop, language: str
) -> None:
    guest = await shop.customer(language)
    await guest.says(PAY_AND_PASSWORD[language])
    first = await last_action(shop)
    (second,) = await also(guest)
    assert {first, f"action_{second}"} == {"action_check_payment_methods", "action_recover_password"}
    label = (await buttons(guest))[-1]["label"]
    heard = await guest.taps(label)
    assert await last_action(shop) == f"action_{second}"
    assert len(heard) == 1, await told(guest)
    answers = [row.text for row in await guest.heard()][-2:]
    assert answers[0] != answers[1], "each wish has its own answer"
    assert await also(guest) == []


@EACH_LANGUAGE
async def test_each_wish_is_looked_up_by_its_own_words(shop: Shop, language: str) -> None:
    guest = await shop.customer(language)
    await guest.says(PAY_AND_PASSWORD[language])
    await guest.taps((await buttons(guest))[-1]["label"])
    together = "\n".join(row.text for row in (await guest.heard())[-2:])
    for word in {"zh": ("微信支付", "验证码"), "en": ("WeChat Pay", "code")}[language]:
        assert word in together, together


@EACH_LANGUAGE
async def test_while_the_bot_asks_back_the_second_wish_waits_for_the_answer(shop: Shop, language: str) -> None:
    guest = await shop.customer(language)
    order = await guest.buys(state=OrderState.SHIPPED)
    await guest.says(
        {"zh": "我的快递到哪了？另外，怎么付款？", "en": "Where is my order? And how can I get an invoice?"}[language]
    )
    pending = (await guest.conversation()).pending
    assert pending is not None, await told(guest)
    assert await also(guest) == []
    await guest.says({"zh": "蓝色的那个", "en": "the blue one"}[language])  # no answer: asked again, still waiting
    assert await also(guest) == []
    await guest.says(f"{order.id} {guest._phone}")
    if (await newest(guest)) == ["orders.invoice_ask"]:
        await guest.taps("no")
    assert len(await also(guest)) == 1, await told(guest)


@EACH_LANGUAGE
async def test_an_order_number_in_the_message_counts_for_both_wishes(shop: Shop, language: str) -> None:
    guest = await shop.customer(language, linked=True)
    order, _ = await guest.buys(), await guest.buys()
    said = {
        "zh": f"{order.id} 到哪了？另外发票怎么开",
        "en": f"Where is my order {order.id}? And how can I get an invoice?",
    }
    await guest.says(said[language])
    assert (await newest(guest)) == ["orders.invoice_ask"]
    assert await also(guest) == [], "one question at a time"
    await guest.taps("no")
    assert await also(guest) == ["track_order"], await told(guest)
    heard = await guest.taps((await buttons(guest))[-1]["label"])
    assert order.id in "".join(heard), await told(guest)


@EACH_LANGUAGE
async def test_one_wish_is_answered_without_another(shop: Shop, language: str) -> None:
    guest = await shop.customer(language)
    await guest.says(PASSWORD[language])
    assert await also(guest) == []


@EACH_LANGUAGE
async def test_the_complaint_of_somebody_angry_comes_first_and_the_rest_when_it_is_agreed(
    shop: Shop, language: str
) -> None:
    guest = await shop.customer(language, linked=True)
    await guest.buys("fridge-500")
    await guest.says(BROKEN[language])
    assert await last_action(shop) == "action_open_complaint"
    assert (await guest.case()).stage is Stage.VENT
    lines = LINES[language]
    for words in (lines.angry_what_now, lines.ok, lines.no_photo, lines.exchange, lines.yes):
        await guest.says(words)
        assert await also(guest) == [], "a complaint takes up everything"
    await guest.says(lines.first)
    assert (await guest.case()).stage is Stage.COMMIT, await told(guest)
    assert await also(guest) == ["recover_password"]
    await guest.taps((await buttons(guest))[-1]["label"])
    assert await last_action(shop) == "action_recover_password"
    await guest.says(lines.my_case)
    assert await also(guest) == [], "once is enough"


@EACH_LANGUAGE
async def test_a_calm_complaint_comes_before_what_has_nothing_to_do_with_it(shop: Shop, language: str) -> None:
    guest = await shop.customer(language, linked=True)
    await guest.says(CALM[language])
    assert await last_action(shop) == "action_open_complaint"
    assert await also(guest) == []


@EACH_LANGUAGE
async def test_what_was_answered_in_the_middle_of_the_complaint_is_not_offered_after_it(
    shop: Shop, language: str
) -> None:
    guest = await shop.customer(language, linked=True)
    await guest.buys("fridge-500")
    await guest.says(BROKEN[language])
    assert (await guest.case()).memory["also"]["intent"] == "recover_password"
    await guest.says({"zh": "我忘记密码了，怎么找回", "en": "I forgot my password, how do I reset it"}[language])
    assert await last_action(shop) == "action_recover_password"
    assert (await guest.case()).memory["also"] is None


@ONE_DATABASE
async def test_nothing_is_offered_when_a_person_takes_over(shop: Shop) -> None:
    guest = await shop.customer("en")
    await guest.says("hello! I want to talk to a person. also where is my order")
    assert await guest.owner() == QUEUE
    assert await also(guest) == []


@ONE_DATABASE
async def test_who_complains_and_wants_a_person_gets_one_with_the_case(shop: Shop, monkeypatch: Any) -> None:
    guest = await shop.customer("en", linked=True)

    async def decide(text: str, _: Any) -> Decision:
        return Decision(
            "en",
            None,
            "complaint_product",
            0.9,
            (("complaint_product", 0.9),),
            (),
            "calm",
            0.9,
            "action_open_complaint",
            Second("contact_human_agent", 0.9, "somebody of yours"),
        )

    monkeypatch.setattr(shop.app.rasa, "decide", decide)
    await guest.says("The washing machine leaks. somebody of yours")
    assert await guest.owner() == QUEUE
    assert (await guest.case()).closed_at is None


@ONE_DATABASE
async def test_a_part_that_is_clear_is_the_first_guess_at_an_unclear_message(shop: Shop) -> None:
    guest = await shop.customer("en")
    await guest.says("how long does delivery take? also, which ways of paying do you have?")
    assert (await guest.keys())[-1] == "talk.not_understood"
    assert (await buttons(guest))[0]["action"] == "action_delivery_period"
    assert await guest.owner() == BOT


@ONE_DATABASE
async def test_a_new_one_under_the_warranty_is_one_wish_and_gets_its_own_answer(shop: Shop) -> None:
    guest = await shop.customer("en", linked=True)
    await guest.buys("washer-10")
    await guest.says("Is my washing machine still under warranty? I want a replacement please")
    assert (await newest(guest, 2)) == ["products.warranty", "products.exchange_possible"]
    assert await also(guest) == []
