"""Every step of the table is one that a conversation, the clock or a person really causes."""

from itertools import cycle

import pytest

from bot.complaints import service as complaints
from bot.complaints.complaint import TRANSITIONS, Event, Stage
from tests.openshop import Guest, Shop
from tests.ways.complaining import LINES, complaining, keeps, steps, told

NOT_BY_CUSTOMERS = {(Stage.CLOSED, Event.REOPENED)}
"""A customer who comes back gets a new case that knows of the old one; only staff open an old one again."""
CAUSED = [step for step in TRANSITIONS if step not in NOT_BY_CUSTOMERS]


async def cause(guest: Guest, stage: Stage, event: Event) -> None:
    """Do what brings this event about in a complaint that is at this stage."""
    lines = LINES[guest.language]
    match event:
        case Event.HEARD:
            await guest.says(lines.what_now)
        case Event.FELT_UNDERSTOOD:
            await guest.says(lines.ok)
        case Event.FACTS_AGREED:
            await guest.says(lines.no_photo)
            await guest.says(lines.exchange)
            await guest.says(lines.yes)
        case Event.REJECTED:
            await guest.says(lines.neither)
        case Event.ACCEPTED:
            await guest.says(lines.second)
        case Event.DONE:
            await keeps(guest)
        case Event.SOLVED:
            await guest.taps("solved")
        case Event.NOT_SOLVED:
            await guest.says(lines.not_solved)
        case Event.MISSED:
            await guest.shop.passes(days=7)
        case Event.NEW_GRIEVANCE:
            await guest.says(lines.other_grievance)
        case Event.HURT:
            await guest.says(lines.outburst)
        case Event.WITHDRAWN:
            await guest.says(lines.never_mind)
            await guest.taps("close")
        case Event.SETTLED:
            async with guest.shop.app.db.write() as session:
                conversation = await session.merge(await guest.conversation())
                case = await guest.case()
                await complaints.settle(
                    session,
                    conversation,
                    case.id,
                    "Anna",
                    "a bad batch",
                    guest.shop.clock.now(),
                    guest.shop.app.data.now.rules,
                )
        case _:
            pytest.fail(f"nobody has written down how {event} comes about")


@pytest.mark.parametrize(
    ("stage", "event", "language", "kind"),
    [(*step, *speaks) for step, speaks in zip(CAUSED, cycle((("zh", "other"), ("en", "sqlite"))), strict=False)],
    ids=[f"{stage}-{event}" for stage, event in CAUSED],
)
async def test_the_step_is_taken_with_all_facts_kept(shop: Shop, language: str, stage: Stage, event: Event) -> None:
    guest = await complaining(shop, language, stage)
    before = (await guest.case()).facts
    await cause(guest, stage, event)
    assert (stage, event) in await steps(guest), await told(guest)
    after = (await guest.case()).facts
    assert [told for told in after["told"] if told in before["told"]] == before["told"]
    assert {k: v for k, v in after.items() if before[k] and k not in ("told", "wish")} == {
        k: v for k, v in before.items() if v and k not in ("told", "wish")
    }
