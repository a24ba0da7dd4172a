"""A complaint goes back as far as the need goes, with every fact kept; and what comes in between does not end it."""

import pytest

from bot.complaints.complaint import Event, Stage
from bot.complaints.promise import State
from bot.conversations.tables import BOT, QUEUE
from tests.openshop import Guest, Shop
from tests.ways.complaining import (
    EACH_LANGUAGE,
    LINES,
    ONE_DATABASE,
    complaining,
    keeps,
    newest,
    steps,
    told,
)

ANNOYED = {"zh": "什么情况啊", "en": "seriously?"}
ANGRY = {"zh": "我真的气死了", "en": "I am furious"}


# --- feelings lead back


@EACH_LANGUAGE
async def test_anger_over_the_questions_leads_back_to_words_of_understanding(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    await guest.says(ANGRY[language])
    assert (await steps(guest))[-1] == (Stage.CLARIFY, Event.HURT), await told(guest)
    assert await newest(guest, 2) == ["complaints.acknowledge_more_1", "complaints.go_on_when_ready"]
    await guest.says(LINES[language].ok)
    assert await newest(guest) == ["complaints.ask_wish"], "what was asked once (a photo) is not asked again"


@EACH_LANGUAGE
async def test_while_facts_are_asked_for_one_degree_up_is_enough(shop: Shop, language: str) -> None:
    guest = await at_level_one(shop, language, Stage.CLARIFY)
    await guest.says(ANGRY[language])
    assert (await steps(guest))[-1] == (Stage.CLARIFY, Event.HURT), await told(guest)


@EACH_LANGUAGE
@pytest.mark.parametrize("stage", [Stage.RESOLVE, Stage.COMMIT])
async def test_later_one_degree_up_is_not_enough(shop: Shop, language: str, stage: Stage) -> None:
    guest = await at_level_one(shop, language, stage)
    await guest.says(ANGRY[language])
    assert (await guest.case()).stage is stage, await told(guest)
    assert Event.HURT not in [event for _, event in await steps(guest)]


async def at_level_one(shop: Shop, language: str, stage: Stage) -> Guest:
    """Somebody who came to the stage annoyed."""
    guest = await complaining(shop, language, stage)
    async with shop.app.db.write() as session:
        case = await session.merge(await guest.case())
        case.memory = {**case.memory, "level_at_stage": 1}
    return guest


@EACH_LANGUAGE
@pytest.mark.parametrize("stage", [Stage.RESOLVE, Stage.COMMIT, Stage.RESTORE])
async def test_two_degrees_up_lead_back_from_every_later_stage(shop: Shop, language: str, stage: Stage) -> None:
    guest = await complaining(shop, language, stage)
    facts = (await guest.case()).facts
    await guest.says(ANGRY[language])
    assert (await steps(guest))[-1] == (stage, Event.HURT), await told(guest)
    assert (await guest.case()).facts["order"] == facts["order"]
    assert (await guest.case()).facts["wish"] == facts["wish"]


@EACH_LANGUAGE
async def test_a_tap_is_an_answer_and_never_an_outburst(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    async with shop.app.db.write() as session:
        case = await session.merge(await guest.case())
        case.level = 2
    await guest.taps("none")
    assert await newest(guest) == ["complaints.ask_wish"]


@EACH_LANGUAGE
@pytest.mark.parametrize("stage", [Stage.ACKNOWLEDGE, Stage.CLARIFY, Stage.RESOLVE, Stage.COMMIT, Stage.RESTORE])
async def test_one_more_grievance_is_listened_to_first(shop: Shop, language: str, stage: Stage) -> None:
    guest = await complaining(shop, language, stage)
    facts = (await guest.case()).facts
    await guest.says(LINES[language].other_grievance)
    case = await guest.case()
    assert case.stage is Stage.VENT, await told(guest)
    assert await newest(guest) == ["complaints.listen_again"]
    assert case.facts["told"] == [*facts["told"], LINES[language].other_grievance]
    assert case.facts["order"] == facts["order"]


# --- what customers say to a machine that does not listen


@EACH_LANGUAGE
async def test_you_only_apologise_ends_the_apologies(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.ACKNOWLEDGE)
    await guest.says({"zh": "你们只会道歉，别光说", "en": "You only apologise, stop apologising"}[language])
    assert await newest(guest, 2) == ["complaints.no_more_apologies", "complaints.ask_photo"], await told(guest)
    await guest.says(LINES[language].no_photo)
    said = (await guest.keys())[-2:]
    assert not [key for key in said if "acknowledge" in key]


@EACH_LANGUAGE
async def test_i_already_told_you_is_owned_and_not_asked_again(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    await guest.says({"zh": "我刚才说过了", "en": "I already told you that"}[language])
    assert (await guest.keys())[-2] == "complaints.sorry_already_told", await told(guest)
    assert (await guest.keys())[-1] != "complaints.ask_photo", "the same question is not put a second time"


@EACH_LANGUAGE
@pytest.mark.parametrize("answer", ["no", "partly", "words"])
async def test_not_solved_goes_back_with_an_apology_and_all_facts(shop: Shop, language: str, answer: str) -> None:
    guest = await complaining(shop, language, Stage.RESTORE)
    before = (await guest.case()).facts
    if answer == "words":
        await guest.says(LINES[language].not_solved)
    else:
        await guest.taps(answer)
    case = await guest.case()
    assert (Stage.RESTORE, Event.NOT_SOLVED) in await steps(guest), await told(guest)
    assert case.failure_count == 1
    assert "complaints.acknowledge_not_solved" in await guest.keys()
    assert {k: case.facts[k] for k in ("order", "product", "wish", "verified")} == {
        k: before[k] for k in ("order", "product", "wish", "verified")
    }
    assert await guest.owner() == BOT, "the first time the bot may put it right"


@EACH_LANGUAGE
async def test_after_not_solved_other_ways_are_offered_than_the_one_that_failed(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.RESTORE)
    await guest.taps("no")
    await guest.says(LINES[language].yes)
    (offer,) = (await guest.heard())[-1:]
    assert offer.text_key.startswith("complaints.offer"), await told(guest)


# --- a promise that was not kept


@EACH_LANGUAGE
async def test_a_missed_promise_is_confessed_before_the_customer_asks(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.COMMIT)
    severity = (await guest.case()).severity
    (given,) = await guest.promises()
    shop.clock.at = given.due_at
    await shop.passes(minutes=1)
    await shop.passes(minutes=1)
    keys = await guest.keys()
    for line in ("acknowledge_missed", "promise_missed"):
        assert keys.count(f"complaints.{line}") == 1, await told(guest)
    broken, again = await guest.promises()
    assert (broken.state, again.state) == (State.BROKEN, State.OPEN)
    assert again.due_at > shop.clock.now()
    case = await guest.case()
    assert (case.stage, case.severity) == (Stage.ACKNOWLEDGE, severity - 1)
    assert await guest.owner() == QUEUE


@ONE_DATABASE
async def test_what_is_done_late_is_never_called_kept(shop: Shop) -> None:
    guest = await complaining(shop, "en", Stage.COMMIT)
    (given,) = await guest.promises()
    shop.clock.at = given.due_at
    await shop.passes(minutes=1)
    await keeps(guest)
    assert [p.state for p in await guest.promises()] == [State.BROKEN, State.LATE]


# --- time and other things come in between


@EACH_LANGUAGE
@pytest.mark.parametrize("stage", [Stage.CLARIFY, Stage.RESOLVE])
async def test_after_a_week_of_silence_the_case_goes_on_with_everything_known(
    shop: Shop, language: str, stage: Stage
) -> None:
    guest = await complaining(shop, language, stage)
    before = await guest.case()
    await shop.passes(days=7, steps=14)
    after = await guest.case()
    assert (after.stage, after.facts) == (stage, before.facts)
    assert await guest.owner() == BOT
    lines = LINES[language]
    await guest.says({Stage.CLARIFY: lines.no_photo, Stage.RESOLVE: lines.first}[stage])
    assert await newest(guest) == [{Stage.CLARIFY: "complaints.ask_wish", Stage.RESOLVE: "complaints.commit"}[stage]]


@EACH_LANGUAGE
@pytest.mark.parametrize(
    ("stage", "back"),
    [
        (Stage.VENT, "complaints.back_to_listening"),
        (Stage.CLARIFY, "complaints.back_to_photo"),
        (Stage.RESOLVE, "complaints.back_to_choice"),
        (Stage.RESTORE, "complaints.back_to_solved"),
    ],
)
async def test_an_enquiry_in_the_middle_is_answered_and_the_case_goes_on(
    shop: Shop, language: str, stage: Stage, back: str
) -> None:
    guest = await complaining(shop, language, stage)
    case = await guest.case()
    await guest.says({"zh": "我有多少积分", "en": "How many points do I have?"}[language])
    answer, way_back = await newest(guest, 2)
    assert answer.startswith("benefits."), await told(guest)
    assert way_back == back
    after = await guest.case()
    assert (after.id, after.stage, after.facts, after.memory) == (case.id, case.stage, case.facts, case.memory)


@EACH_LANGUAGE
async def test_an_enquiry_that_asks_back_is_finished_before_the_case_goes_on(shop: Shop, language: str) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    await guest.says({"zh": "我想订阅优惠信息", "en": "I want to subscribe to your newsletter"}[language])
    assert await newest(guest) == ["consent.marketing_ask"], await told(guest)
    await guest.says(LINES[language].no)
    assert await newest(guest, 2) == ["consent.marketing_off", "complaints.back_to_photo"]


# --- never mind


@EACH_LANGUAGE
@pytest.mark.parametrize("stage", [Stage.VENT, Stage.CLARIFY, Stage.RESOLVE, Stage.COMMIT])
async def test_never_mind_is_asked_about_and_not_assumed(shop: Shop, language: str, stage: Stage) -> None:
    guest = await complaining(shop, language, stage)
    await guest.says(LINES[language].never_mind)
    assert await newest(guest) == ["complaints.sure_to_withdraw"], await told(guest)
    assert (await guest.case()).stage is stage
    await guest.taps("keep")
    assert (await guest.case()).stage is stage
    assert "complaints.going_on" in await newest(guest, 2)


@EACH_LANGUAGE
@pytest.mark.parametrize(
    "words", [{"zh": "关掉吧", "en": "close it"}, {"zh": "算了算了", "en": "forget it"}], ids=["close", "again"]
)
async def test_a_withdrawn_case_is_closed_and_nobody_asks_about_it_later(
    shop: Shop, language: str, words: dict[str, str]
) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    await guest.says(LINES[language].never_mind)
    await guest.says(words[language])
    assert (await guest.case()).stage is Stage.CLOSED, await told(guest)
    assert await newest(guest) == ["complaints.withdrawn"]
    await shop.passes(days=8)
    assert "complaints.check_after" not in await guest.keys()


@EACH_LANGUAGE
@pytest.mark.parametrize(
    "words", [{"zh": "好的", "en": "yes"}, {"zh": "接着办吧", "en": "please keep going"}], ids=["yes", "on"]
)
async def test_yes_to_shall_i_go_on_never_closes_a_case(shop: Shop, language: str, words: dict[str, str]) -> None:
    guest = await complaining(shop, language, Stage.CLARIFY)
    await guest.says(LINES[language].never_mind)
    await guest.says(words[language])
    assert (await guest.case()).stage is Stage.CLARIFY, await told(guest)
    assert await newest(guest, 2) == ["complaints.going_on", "complaints.back_to_photo"]


@ONE_DATABASE
async def test_a_bare_no_to_either_or_is_asked_again(shop: Shop) -> None:
    guest = await complaining(shop, "en", Stage.CLARIFY)
    await guest.says(LINES["en"].never_mind)
    await guest.says("no")
    assert (await guest.keys()).count("complaints.sure_to_withdraw") == 2
    assert (await guest.case()).stage is Stage.CLARIFY


@ONE_DATABASE
async def test_a_withdrawn_case_owes_nothing_any_more(shop: Shop) -> None:
    guest = await complaining(shop, "en", Stage.COMMIT)
    await guest.says(LINES["en"].never_mind)
    await guest.taps("close")
    assert [p.state for p in await guest.promises()] == [State.WITHDRAWN]
    heard = await guest.keys()
    await shop.passes(days=5, steps=5)
    assert await guest.keys() == heard


@ONE_DATABASE
async def test_neither_yes_nor_no_to_never_mind_lets_the_talk_go_on(shop: Shop) -> None:
    guest = await complaining(shop, "zh", Stage.CLARIFY)
    await guest.says(LINES["zh"].never_mind)
    await guest.says(LINES["zh"].no_photo)
    assert await newest(guest) == ["complaints.ask_wish"]


@ONE_DATABASE
async def test_a_case_withdrawn_and_begun_again_knows_of_the_first(shop: Shop) -> None:
    guest = await complaining(shop, "zh", Stage.VENT)
    first = await guest.case()
    await guest.says(LINES["zh"].never_mind)
    await guest.taps("close")
    await shop.passes(days=1)
    await goes_on_again(guest)
    assert (await guest.case()).repeat_of == first.id


async def goes_on_again(guest: Guest) -> None:
    await guest.says(LINES[guest.language].other_grievance)


@ONE_DATABASE
async def test_every_stage_can_be_walked_twice(shop: Shop) -> None:
    """Not solved the first time, solved the second: one case, both rounds in its history."""
    guest = await complaining(shop, "en", Stage.RESTORE)
    await guest.taps("no")
    lines = LINES["en"]
    await guest.says(lines.yes)
    await guest.says(lines.first)
    await keeps(guest)
    await guest.taps("solved")
    case = await guest.case()
    assert (case.stage, case.failure_count) == (Stage.CLOSED, 1), await told(guest)
    assert [e for _, e in await steps(guest)].count(Event.ACCEPTED) == 2
