"""Two cases of one customer become one; links to earlier cases; and whatever happens, the history replays."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.complaints import approvals, granting, ledger, merging, steps
from bot.complaints.casework import What
from bot.complaints.complaint import Event, Kind, Stage, replay
from bot.complaints.emotion import Group, Reading, Reason
from bot.complaints.granting import Pick
from bot.db import Database
from bot.errors import Moved, NotAllowed, NotFound
from tests.complaints.conftest import emptied
from tests.complaints.desk import Desk, opened_desk


async def two_cases(desk: Desk) -> tuple[int, int]:
    """The same matter in two chats of one customer: an exchange is promised in the first, the second has a photo."""
    lin = await desk.customer("K1")
    first = await desk.case(Stage.RESOLVE, chat=await desk.chat(lin), told=("the drum is broken",))
    await desk.does(granting.promise, first, desk.anna, Pick("exchange"), None, await desk.seen(first), desk.present)
    second = await desk.case(Stage.CLARIFY, chat=await desk.chat(lin, "telegram"), told=("still no drum",), paid=None)
    return first, second


async def test_facts_and_promises_are_kept_and_both_histories_stay_readable(desk: Desk) -> None:
    first, second = await two_cases(desk)
    before = await desk.steps(first)
    await desk.does(merging.merge, first, second, desk.anna, desk.present)
    into, old = await desk.look(second), await desk.look(first)
    assert into.facts["told"] == ["the drum is broken", "still no drum"]
    assert (into.facts["order"], into.facts["paid_cents"]) == ("LJ20261118-0005", 5990_00)
    (promise,) = await desk.promises(second)
    assert (promise.remedy, promise.conversation_id) == ("exchange", into.conversation_id)
    assert (old.merged_into, old.stage) == (second, Stage.CLOSED)
    assert [s.event for s in (await desk.steps(first))[: len(before)]] == [s.event for s in before]
    assert (await desk.entries(first))[-1].detail == {"into": second}
    assert (await desk.entries(second))[-1].detail == {"taken_in": first}
    assert (await desk.told(old.conversation_id))[-1] == "casework.merged"
    assert (await desk.chat_of(first)).case_id is None


async def test_cases_of_two_customers_are_never_merged(desk: Desk) -> None:
    one = await desk.case(Stage.CLARIFY, chat=await desk.chat(await desk.customer("K1")))
    other = await desk.case(Stage.CLARIFY, chat=await desk.chat(await desk.customer("K22")))
    nobody = await desk.case(Stage.CLARIFY)
    for pair in ((one, other), (one, nobody), (nobody, one)):
        with pytest.raises(NotAllowed, match="two customers"):
            await desk.does(merging.merge, *pair, desk.anna, desk.present)


async def test_a_merged_case_is_left_alone_and_two_who_merge_crosswise_do_not_lock_each_other(desk: Desk) -> None:
    first, second = await two_cases(desk)
    done = await asyncio.gather(
        desk.does(merging.merge, first, second, desk.anna, desk.present),
        desk.does(merging.merge, second, first, desk.bao, desk.present),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["NotAllowed", "list"]
    gone = first if (await desk.look(first)).merged_into else second
    with pytest.raises(NotAllowed, match="goes on as"):
        await desk.does(steps.step, gone, desk.anna, Event.REOPENED, await desk.seen(gone), desk.present)
    assert steps.buttons(await desk.look(gone), has_open_promises=False) == ()


async def test_a_case_is_linked_to_an_earlier_one_of_the_same_customer(desk: Desk) -> None:
    chat = await desk.chat()
    earlier, later = await desk.case(Stage.CLOSED, chat=chat), await desk.case(Stage.VENT, chat=chat)
    await desk.does(steps.link, later, desk.anna, earlier, desk.at)
    assert (await desk.look(later)).repeat_of == earlier
    for wrong in (await desk.case(Stage.VENT), later):
        with pytest.raises(NotAllowed, match="earlier"):
            await desk.does(steps.link, earlier, desk.anna, wrong, desk.at)
    with pytest.raises(NotFound):
        await desk.does(steps.link, later, desk.anna, 10**9, desk.at)
    await desk.does(steps.link, later, desk.anna, None, desk.at)
    assert [e.what for e in await desk.entries(later)] == [What.LINKED, What.LINKED]


# --- whatever happens, the history replays to the stage ------------------------------------------------------------

DEEDS = st.one_of(
    st.tuples(st.just("step"), st.sampled_from([e for e in Event if e is not Event.ACCEPTED])),
    st.tuples(st.just("offer"), st.sampled_from(["refund", "exchange", "compensation"])),
    st.tuples(st.just("accept"), st.sampled_from(["refund", "exchange", "compensation"])),
    st.tuples(st.just("promise"), st.sampled_from(["exchange", "repair", "refund"])),
    st.tuples(st.just("keep"), st.just("")),
    st.tuples(st.just("withdraw"), st.just("")),
    st.tuples(st.just("ask"), st.just("refund")),
    st.tuples(st.just("decide"), st.booleans()),
    st.tuples(st.just("hear"), st.sampled_from(["affirm", "deny", "thank", "complaint_service", "complaint_product"])),
    st.tuples(st.just("tap"), st.sampled_from(["solved", "no", "yes", "refund", "exchange", "other", "close"])),
    st.tuples(st.just("rage"), st.just("")),
)


async def happens(desk: Desk, case: int, what: str, value: Any) -> None:
    """One thing that staff or customer do; what is not possible now is refused and changes nothing."""
    desk.passes(minutes=7)
    seen, now, anna = await desk.seen(case), desk.present, desk.anna
    still_open = [p for p in await desk.promises(case) if p.state == "open"]
    requests = [a for a in await desk.approvals(case) if a.state == "open"]
    chat = await desk.chat_of(case)
    match what:
        case "step":
            await desk.does(steps.step, case, anna, value, seen, now, cause="batch")
        case "offer":
            await desk.does(granting.offer, case, anna, [Pick(value)], seen, now)
        case "accept":
            await desk.does(granting.accept, case, anna, value, seen, now)
        case "promise":
            await desk.does(granting.promise, case, anna, Pick(value), None, seen, now)
        case "keep" if still_open:
            await desk.does(ledger.keep, still_open[0].id, anna, "seen", now)
        case "withdraw" if still_open:
            await desk.does(ledger.withdraw, still_open[0].id, anna, "agreed", now)
        case "ask":
            await desk.does(approvals.ask, case, anna, Pick(value), "because", seen, now)
        case "decide" if requests:
            await desk.does(approvals.decide, requests[0].id, desk.su, value, "note", now)
        case "hear" if chat.case_id == case:
            await desk.hears(case, "well then", intent=value, confidence=0.9)
        case "tap" if chat.case_id == case:
            asking = (await desk.look(case)).memory.get("asking")
            await desk.hears(case, "", args={"choice": value, "asking": asking})
        case "rage" if chat.case_id == case:
            await desk.hears(case, "!!", reading=Reading(2, (Reason(Group.STRONG_WORDS, "!!"),)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    deeds=st.lists(DEEDS, min_size=3, max_size=12),
    stage=st.sampled_from(list(Stage)),
    kind=st.sampled_from(list(Kind)),
    paid=st.sampled_from([None, 100_00, 9000_00]),
)
async def test_after_any_steps_of_staff_and_customer_the_history_replays_to_the_stage(
    migrated_db: Database, deeds: Sequence[tuple[str, Any]], stage: Stage, kind: Kind, paid: int | None
) -> None:
    await emptied(migrated_db)
    desk = await opened_desk(migrated_db)
    case = await desk.case(stage, kind=kind, paid=paid)
    for what, value in deeds:
        try:
            await happens(desk, case, what, value)
        except (NotAllowed, Moved):
            continue
        history = await desk.steps(case)
        found = await desk.look(case)
        assert replay((s.before, s.event, s.after) for s in history) is found.stage
        assert (found.closed_at is not None) == (found.stage is Stage.CLOSED)
        chat = await desk.chat_of(case)
        assert chat.case_id == (None if found.stage is Stage.CLOSED else case)
