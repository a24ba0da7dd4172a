"""When no machine may answer: a person is called at once, the customer hears about when, and the bot is silent."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.complaints.complaint import Stage
from bot.conversations.tables import BOT, QUEUE
from bot.handoff.alerts import Alert, AlertKind
from bot.handoff.queue import Reason
from bot.handoff.tables import QueueEntry
from bot.inbox.tables import Handling, Inbound
from tests.clock import FakeClock
from tests.openshop import Guest, Shop
from tests.ways.complaining import EACH_LANGUAGE, LINES, ONE_DATABASE, complaining, customer, keeps, newest, told

NIGHT = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
"""Wednesday, 02:00 in the shop."""

WORDS = [
    (Reason.ASKED, "转人工", "I want to talk to a person"),
    (Reason.ASKED, "有活人吗？找个人来", "get me a human please"),
    (Reason.ASKED, "叫你们经理出来说", "let me speak to your manager"),
    (Reason.SAFETY, "热水器漏电，刚才电到我了", "I got an electric shock from the water heater"),
    (Reason.SAFETY, "插上电就冒烟了，差点着火", "it started to smoke and nearly caught fire"),
    (Reason.LEGAL, "再不解决我就打12315投诉你们", "I will report you to trading standards"),
    (Reason.LEGAL, "我已经找了律师，法庭见", "you will hear from my lawyer"),
    (Reason.LEGAL, "我要找记者曝光你们", "I am going to the press with this"),
    (Reason.PRIVACY, "你们泄露了我的电话，天天有骚扰电话", "you leaked my phone number, I keep getting spam calls"),
    (Reason.FRAUD, "我的账号被盗了，这不是我下的单", "my account was hacked, I never placed this order"),
    (Reason.PAYMENT_DISPUTE, "同一个订单重复扣款了", "I was charged twice for the same order"),
    (Reason.LIFE_EVENT, "我不想活了", "I want to kill myself"),
    (Reason.LIFE_EVENT, "我妈妈上个月去世了，她的订单怎么办", "my mother passed away, what happens to her order"),
    (Reason.LIFE_EVENT, "我今年12岁", "I'm 12 years old"),
    (Reason.ABUSE, "你们这群王八蛋", "you are a bunch of idiots"),
]
"""What was said, and why a person is called for it."""


async def waiting(guest: Guest) -> QueueEntry:
    """The open entry of this customer."""
    conversation = await guest.conversation()
    (entry,) = [
        e for e in await guest.shop.rows(QueueEntry) if e.conversation_id == conversation.id and not e.closed_at
    ]
    return entry


async def is_with_people(guest: Guest, reason: Reason) -> None:
    """In the queue for this reason, with a time told; and whatever is written from now on is for people."""
    assert await guest.owner() == QUEUE, await told(guest)
    entry = await waiting(guest)
    assert entry.reason is reason, await told(guest)
    assert entry.expected_at is not None
    keys = await guest.keys()
    assert keys[-1].startswith("handoff."), await told(guest)
    assert any(sign.isdigit() for sign in (await guest.heard())[-1].text), "about when"
    await guest.says({"zh": "喂，你好？", "en": "hello? where is my order"}[guest.language])
    await guest.shows_a_photo()
    assert await guest.keys() == keys, "the bot is silent"
    assert [m.handling for m in await guest.shop.rows(Inbound)][-2:] == [Handling.FOR_STAFF] * 2


@EACH_LANGUAGE
@pytest.mark.parametrize(("reason", "zh", "en"), WORDS, ids=[f"{reason}-{en}" for reason, _, en in WORDS])
async def test_these_words_call_a_person(shop: Shop, language: str, reason: Reason, zh: str, en: str) -> None:
    guest = await shop.customer(language)
    await guest.says({"zh": zh, "en": en}[language])
    await is_with_people(guest, reason)


@EACH_LANGUAGE
@pytest.mark.parametrize("stage", [Stage.VENT, Stage.CLARIFY, Stage.COMMIT])
async def test_they_call_a_person_in_the_middle_of_a_complaint_too(shop: Shop, language: str, stage: Stage) -> None:
    guest = await complaining(shop, language, stage)
    before = await guest.case()
    await guest.says({"zh": "我要打12315", "en": "I will sue you"}[language])
    await is_with_people(guest, Reason.LEGAL)
    after = await guest.case()
    assert (after.id, after.stage, after.severity, after.level) == (before.id, stage, 1, 3)
    assert (await waiting(guest)).priority == 1


@EACH_LANGUAGE
async def test_the_command_calls_a_person(shop: Shop, language: str) -> None:
    guest = await shop.customer(language)
    await guest.commands("human")
    await is_with_people(guest, Reason.ASKED)


@EACH_LANGUAGE
async def test_these_words_in_another_sense_call_nobody(shop: Shop, language: str) -> None:
    guest = await shop.customer(language)
    await guest.says({"zh": "这款有漏电保护吗", "en": "is there a smoke alarm function in it"}[language])
    assert await guest.owner() == BOT, await told(guest)


# --- about when


@EACH_LANGUAGE
async def test_in_working_hours_the_wait_is_told_in_minutes_that_grow_with_the_queue(shop: Shop, language: str) -> None:
    waits = []
    for _ in range(3):
        guest = await shop.customer(language)
        await guest.says({"zh": "转人工", "en": "I want a human"}[language])
        waits.append((await waiting(guest)).expected_at)
        assert await newest(guest) == ["handoff.a_person_will_write"]
    minutes = [round((at - shop.clock.now()) / timedelta(minutes=1)) for at in waits if at]
    assert minutes == sorted(set(minutes)), minutes
    assert str(minutes[-1]) in (await guest.heard())[-1].text


@EACH_LANGUAGE
@pytest.mark.parametrize(("reason", "zh", "en"), [WORDS[0], WORDS[5], WORDS[8]], ids=["asked", "legal", "privacy"])
async def test_at_night_a_time_to_call_back_is_told_and_no_presence_is_feigned(
    shop: Shop, clock: FakeClock, language: str, reason: Reason, zh: str, en: str
) -> None:
    clock.at = NIGHT
    guest = await shop.customer(language)
    await guest.says({"zh": zh, "en": en}[language])
    assert await newest(guest) == ["handoff.off_hours"]
    # the first hour of the shop's next day, and the wait
    assert {"zh": "11月25日（周三）09:15", "en": "Wed 25 Nov, 09:15"}[language] in (await guest.heard())[-1].text
    await is_with_people(guest, reason)


@EACH_LANGUAGE
@pytest.mark.parametrize(("reason", "zh", "en"), [WORDS[3], WORDS[11]], ids=["safety", "life"])
async def test_danger_to_life_is_answered_at_two_in_the_morning_within_minutes(
    shop: Shop, clock: FakeClock, language: str, reason: Reason, zh: str, en: str
) -> None:
    clock.at = NIGHT
    guest = await shop.customer(language)
    await guest.says({"zh": zh, "en": en}[language])
    assert await newest(guest) == [f"handoff.{reason}"]
    entry = await waiting(guest)
    assert entry.expected_at
    assert entry.expected_at - clock.now() <= timedelta(minutes=15)
    assert entry.priority == 1
    await is_with_people(guest, reason)


@EACH_LANGUAGE
async def test_a_wait_that_gets_longer_than_told_is_confessed_once_and_staff_are_alerted(
    shop: Shop, language: str
) -> None:
    guest = await shop.customer(language)
    await guest.says({"zh": "转人工", "en": "I want a human"}[language])
    await shop.passes(minutes=30, steps=6)
    assert (await guest.keys()).count("handoff.later_than_said") == 1
    assert [a.kind for a in await shop.rows(Alert)].count(AlertKind.WAITING_TOO_LONG) == 1


# --- inside a complaint


@EACH_LANGUAGE
async def test_a_refund_above_the_bots_authority_goes_to_who_may_grant_it(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY, paid=5999_00)
    await guest.taps("none")
    await guest.says({"zh": "我要退款", "en": "I want my money back"}[language])
    await guest.says(LINES[language].yes)
    assert "complaints.beyond_my_authority" in await newest(guest, 2), await told(guest)
    assert not [k for k in await guest.keys() if k.startswith("complaints.offer")], (
        "nothing is refused, nothing promised"
    )
    await is_with_people(guest, Reason.AUTHORITY)


@EACH_LANGUAGE
async def test_a_missed_promise_is_taken_up_by_a_person(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.COMMIT)
    shop.clock.at = (await guest.promises())[0].due_at
    await shop.passes(minutes=1)
    await is_with_people(guest, Reason.MISSED_PROMISE)


@EACH_LANGUAGE
async def test_what_failed_twice_is_taken_up_by_a_person(shop: Shop, language: str) -> None:
    lines = LINES[language]
    guest = await complaining(shop, language, Stage.RESTORE)
    await guest.taps("no")
    await guest.says(lines.yes)
    await guest.says(lines.first)
    await keeps(guest)
    await guest.says(lines.not_solved)
    assert "complaints.acknowledge_failed_again" in await guest.keys(), await told(guest)
    await is_with_people(guest, Reason.FAILED_TWICE)


@EACH_LANGUAGE
async def test_an_angry_key_account_is_not_left_with_a_machine(shop: Shop, language: str) -> None:
    guest = await customer(shop, language, tier="key")
    await guest.says(LINES[language].opening)
    await is_with_people(guest, Reason.KEY_ACCOUNT)
    assert (await guest.case()).severity == 2


@ONE_DATABASE
async def test_a_calm_key_account_is_served_like_anybody(shop: Shop) -> None:
    guest = await customer(shop, "en", tier="key")
    await guest.says(LINES["en"].calm_opening)
    assert await guest.owner() == BOT, await told(guest)


@EACH_LANGUAGE
async def test_two_rejected_offers_are_enough(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.RESOLVE)
    await guest.says(LINES[language].neither)
    await guest.says({"zh": "那就派人来修好", "en": "then send somebody to repair it"}[language])
    assert await newest(guest) == ["complaints.offer_one"], await told(guest)
    await guest.says(LINES[language].neither)
    await is_with_people(guest, Reason.OFFERS_REJECTED)


@EACH_LANGUAGE
async def test_when_the_policy_has_nothing_left_a_person_may_do_more(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.RESOLVE)
    await guest.taps("other")
    await guest.says({"zh": "我要你们老总亲自上门", "en": "I want your boss to visit me in my house"}[language])
    assert await guest.owner() == QUEUE, await told(guest)
    assert (await waiting(guest)).reason in (Reason.OFFERS_REJECTED, Reason.ASKED)


@EACH_LANGUAGE
async def test_a_summary_denied_twice_is_a_matter_of_facts_for_people(shop: Shop, language: str) -> None:
    lines = LINES[language]
    guest = await complaining(shop, language, Stage.CLARIFY)
    await guest.taps("none")
    await guest.taps("exchange")
    await guest.taps("no")
    await guest.says(
        {"zh": "漏水的是排水管，不是滚筒", "en": "it was the drain hose that leaked and not the drum"}[language]
    )
    assert await newest(guest) == ["complaints.summary"], await told(guest)
    await guest.says(lines.no)
    await is_with_people(guest, Reason.FACTS_DISPUTED)


@EACH_LANGUAGE
async def test_a_fact_that_does_not_come_is_not_asked_for_for_ever(shop: Shop, language: str) -> None:
    lines = LINES[language]
    guest = await shop.customer(language)
    await guest.says(lines.opening)
    await guest.says(lines.what_now)
    for _ in range(4):
        if await guest.owner() == QUEUE:
            break
        await guest.says({"zh": "我不记得了", "en": "I do not remember"}[language])
    assert 2 <= len([k for k in await guest.keys() if k.startswith("complaints.ask_order")]) <= 3, await told(guest)
    await is_with_people(guest, Reason.FACTS_MISSING)


@EACH_LANGUAGE
@pytest.mark.parametrize("line", ["not_yet", "my_case"])
async def test_who_has_to_ask_twice_gets_a_person(shop: Shop, language: str, line: str) -> None:
    guest = await complaining(shop, language, Stage.COMMIT)
    await guest.says(getattr(LINES[language], line))
    assert await newest(guest) == ["complaints.status_with_promises"], await told(guest)
    assert await guest.owner() == BOT
    await shop.passes(hours=3)
    await guest.says(getattr(LINES[language], line))
    assert (await guest.keys())[-2] == "complaints.status_with_promises", await told(guest)
    await is_with_people(guest, Reason.CHASED)


@EACH_LANGUAGE
@pytest.mark.parametrize("stage", [Stage.VENT, Stage.CLARIFY])
async def test_who_will_not_talk_to_a_bot_need_not(shop: Shop, language: str, stage: Stage) -> None:
    guest = await complaining(shop, language, stage)
    await guest.says({"zh": "我不跟机器人说话", "en": "I am not talking to a bot"}[language])
    await is_with_people(guest, Reason.BOT_REJECTED)


@EACH_LANGUAGE
async def test_who_will_not_talk_to_a_bot_need_not_open_a_complaint_for_it(shop: Shop, language: str) -> None:
    guest = await shop.customer(language)
    await guest.says({"zh": "又是机器人，听不懂人话", "en": "this stupid bot is useless"}[language])
    await is_with_people(guest, Reason.BOT_REJECTED)


@EACH_LANGUAGE
async def test_anger_that_three_turns_of_listening_do_not_calm_is_for_a_person(shop: Shop, language: str) -> None:
    guest = await customer(shop, language)
    angry = {
        "zh": [
            "洗衣机用了两天就坏了，太差了！",
            "而且客服态度恶劣，气死我了！",
            "送货也晚了三天，太过分了！",
            "维修的人也不来，受够了！",
        ],
        "en": [
            "The washing machine broke after two days, this is unacceptable!",
            "And your customer service was rude, I am furious!",
            "The delivery was three days late as well, this is outrageous!",
            "And the repair man never came, I am fed up!",
        ],
    }
    for line in angry[language][:-1]:
        await guest.says(line)
        assert await guest.owner() == BOT, await told(guest)
    await guest.says(angry[language][-1])
    await is_with_people(guest, Reason.NOT_CALMING)


@EACH_LANGUAGE
async def test_the_same_trouble_with_the_same_order_again_is_for_a_person(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLOSED)
    await shop.passes(days=10, hours=1)
    await guest.says(LINES[language].opening)
    assert "complaints.acknowledge_repeat" in await newest(guest, 4), await told(guest)
    await is_with_people(guest, Reason.REPEAT)


@EACH_LANGUAGE
async def test_two_answers_in_a_row_that_are_no_choice_are_for_a_person(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.RESOLVE)
    await guest.says({"zh": "嗯嗯哦哦", "en": "hmm hmm"}[language])
    assert await newest(guest, 2) == ["complaints.which_option", "complaints.offer_two"], await told(guest)
    await guest.says({"zh": "嗯嗯哦哦", "en": "hmm hmm"}[language])
    await is_with_people(guest, Reason.NOT_UNDERSTOOD)


# --- while a person is on the way


@ONE_DATABASE
async def test_asking_again_changes_nothing_but_the_urgency(shop: Shop) -> None:
    guest = await shop.customer("en")
    await guest.says("I want a human")
    first = await waiting(guest)
    await guest.says("my kettle is on fire and I got burned")
    again = await waiting(guest)
    assert (again.id, again.reason) == (first.id, Reason.ASKED)


@EACH_LANGUAGE
async def test_a_customers_own_rights_work_whoever_speaks(shop: Shop, language: str) -> None:
    guest = await shop.customer(language)
    await guest.says({"zh": "转人工", "en": "I want a human"}[language])
    await guest.commands("stop")
    assert await newest(guest) == ["consent.stopped"]
    assert await guest.owner() == QUEUE
