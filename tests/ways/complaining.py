"""Complaints as these tests speak of them: what a customer says at each stage, and a short road to every stage."""

from dataclasses import dataclass
from typing import Any

import pytest

from bot.complaints.complaint import Event, Stage
from bot.complaints.tables import Step
from tests.openshop import Guest, Shop

EACH_LANGUAGE = pytest.mark.parametrize(("language", "kind"), [("zh", "other"), ("en", "sqlite")], ids=["zh", "en"])
"""For what only talks: both languages, each on another kind of database."""
ONE_DATABASE = pytest.mark.parametrize("kind", ["sqlite"])
"""For what does not depend on the kind of database at all."""

WASHER = "washer-10"


@dataclass(frozen=True)
class Lines:
    """What a customer who complains about a washing machine says. `angry_` lines are heard as E2 by their words."""

    calm_opening: str
    opening: str
    worse: str
    all_said: str
    angry_what_now: str
    what_now: str
    ok: str
    no_photo: str
    exchange: str
    yes: str
    no: str
    first: str
    second: str
    neither: str
    outburst: str
    other_grievance: str
    never_mind: str
    my_case: str
    not_yet: str
    thanks: str
    not_solved: str


LINES = {
    "zh": Lines(
        calm_opening="我买的洗衣机坏了，滚筒不转，水也排不出去",
        opening="洗衣机用了两天滚筒就坏了，漏了一地水，太差了！",
        worse="而且客服电话一直打不通，气死我了！",
        all_said="就这些",
        angry_what_now="我受够了，你们打算怎么处理！",
        what_now="你们打算怎么处理",
        ok="好",
        no_photo="没有照片",
        exchange="给我换一台新的",
        yes="对",
        no="不对",
        first="第一个",
        second="第二个",
        neither="都不行",
        outburst="我真的气死了",
        other_grievance="你们的客服刚才还骂我，态度恶劣",
        never_mind="算了",
        my_case="我的投诉",
        not_yet="怎么还没好",
        thanks="谢谢",
        not_solved="没有解决",
    ),
    "en": Lines(
        calm_opening="The washing machine I bought is broken, the drum does not turn any more",
        opening="The washing machine broke after two days and water ran out of it, this is unacceptable!",
        worse="And nobody answers your phone, I am furious!",
        all_said="that is all",
        angry_what_now="I am fed up, what are you going to do about it?",
        what_now="What are you going to do about it?",
        ok="ok",
        no_photo="no photo",
        exchange="I want a replacement",
        yes="yes",
        no="no",
        first="the first one",
        second="option 2",
        neither="neither of them",
        outburst="I am furious",
        other_grievance="and your agent on the phone was rude and insulted me",
        never_mind="never mind",
        my_case="my case",
        not_yet="not yet?",
        thanks="thanks",
        not_solved="no, it is not solved",
    ),
}


async def customer(shop: Shop, language: str, *, paid: int = 599_00, **who: Any) -> Guest:
    """Somebody known to the shop, with one delivered washing machine."""
    guest = await shop.customer(language, linked=True, **who)
    await guest.buys(WASHER, paid=paid)
    return guest


async def complaining(shop: Shop, language: str, stage: Stage, **who: Any) -> Guest:
    """A customer whose complaint has come to this stage, by words and taps only."""
    guest = await customer(shop, language, **who)
    await goes_on(guest, stage)
    return guest


async def goes_on(guest: Guest, stage: Stage) -> None:
    """Say what it takes, from the first word on, until the complaint is at `stage`."""
    lines = LINES[guest.language]
    steps = [
        (Stage.VENT, (lines.opening,)),
        (Stage.ACKNOWLEDGE, (lines.angry_what_now,)),
        (Stage.CLARIFY, (lines.ok,)),
        (Stage.RESOLVE, (lines.no_photo, lines.exchange, lines.yes)),
        (Stage.COMMIT, (lines.first,)),
    ]
    for reached, said in steps:
        for words in said:
            await guest.says(words)
        assert (await guest.case()).stage is reached, await told(guest)
        if reached is stage:
            return
    await keeps(guest)
    if stage is Stage.CLOSED:
        await guest.taps("solved")
    assert (await guest.case()).stage is stage, await told(guest)


async def keeps(guest: Guest) -> None:
    """The shop does what was promised."""
    for given in await guest.promises():
        await guest.shop.app.promise_done(given.id, "Anna", "seen in the shop's system")
    await guest.shop.settles()


async def told(guest: Guest) -> str:
    """The talk so far, for a test that fails."""
    return "\n".join(f"{row.text_key}: {row.text}" for row in await guest.heard())


async def steps(guest: Guest) -> list[tuple[Stage, Event]]:
    """The steps of the newest complaint, in order: stage before and event."""
    case = await guest.case()
    return [(s.before, s.event) for s in await guest.shop.rows(Step) if s.case_id == case.id]


async def newest(guest: Guest, count: int = 1) -> list[str]:
    """The keys of the newest messages."""
    return (await guest.keys())[-count:]
