"""The staff move cases: the buttons are the table, one of two wins, and what is shown is what is told."""

import asyncio

import pytest
from sqlalchemy import select

from bot.complaints import corrections, granting, ledger, rehearsal, steps
from bot.complaints.casework import Seen, What
from bot.complaints.complaint import TRANSITIONS, Event, Kind, Stage, possible, replay
from bot.complaints.emotion import Group, Reading, Reason
from bot.complaints.granting import Pick
from bot.complaints.promise import State
from bot.errors import Moved, NotAllowed
from bot.messages import Author
from bot.outbox.tables import Delivery
from bot.staff.account import Me, Role
from bot.staff.tables import Audit
from tests.complaints.desk import Desk

BY_BUTTON = [(stage, event) for stage, event in TRANSITIONS if event is not Event.ACCEPTED]


@pytest.mark.parametrize(("stage", "event"), BY_BUTTON, ids=[f"{s}-{e}" for s, e in BY_BUTTON])
async def test_every_button_leads_where_the_table_says_and_the_history_says_who(
    desk: Desk, stage: Stage, event: Event
) -> None:
    case = await desk.case(stage)
    await desk.does(steps.step, case, desk.anna, event, await desk.seen(case), desk.present, cause="batch")
    assert (await desk.look(case)).stage is TRANSITIONS[stage, event]
    history = await desk.steps(case)
    assert (history[-1].event, history[-1].by) == (event, "Anna")
    assert replay((s.before, s.event, s.after) for s in history) is TRANSITIONS[stage, event]


async def test_the_buttons_are_the_steps_of_the_stage(desk: Desk) -> None:
    for stage in Stage:
        case = await desk.look(await desk.case(stage))
        assert steps.buttons(case, has_open_promises=False) == possible(stage)


async def test_done_is_no_button_while_something_is_owed(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE)
    await desk.does(granting.promise, case, desk.anna, Pick("exchange"), None, await desk.seen(case), desk.present)
    assert Event.DONE not in steps.buttons(await desk.look(case), has_open_promises=True)
    with pytest.raises(NotAllowed, match="owed"):
        await desk.does(steps.step, case, desk.anna, Event.DONE, await desk.seen(case), desk.present)


async def test_of_two_people_who_press_at_once_one_wins(desk: Desk) -> None:
    case = await desk.case(Stage.VENT)
    seen = await desk.seen(case)
    done = await asyncio.gather(
        *(desk.does(steps.step, case, me, Event.HEARD, seen, desk.present) for me in (desk.anna, desk.bao)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Moved", "list"]
    assert len(await desk.steps(case)) == 2


async def test_who_sees_an_older_case_is_told_so_even_when_the_stage_is_the_same_again(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE)
    seen = await desk.seen(case)
    desk.passes(minutes=1)
    await desk.does(steps.step, case, desk.bao, Event.REJECTED, seen, desk.present)
    with pytest.raises(Moved):
        await desk.does(steps.step, case, desk.anna, Event.REJECTED, seen, desk.present)


async def test_what_the_customer_is_told_is_shown_before_and_nothing_is_kept_of_the_showing(desk: Desk) -> None:
    case = await desk.case(Stage.CLARIFY)
    seen = await desk.seen(case)

    async def agreed(session):
        return await steps.step(session, case, desk.anna, Event.FACTS_AGREED, seen, desk.present)

    shown = await rehearsal.rehearse(desk.db, agreed)
    assert len(shown) == 1
    assert f"C{case:05d}" in shown[0]
    assert (await desk.look(case)).stage is Stage.CLARIFY
    assert await desk.words() == []
    await rehearsal.perform(desk.db, agreed, shown)
    assert await desk.words() == list(shown)


async def test_words_that_have_changed_since_they_were_shown_are_not_sent(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE)
    seen = await desk.seen(case)

    async def promised(session):
        return await granting.promise(session, case, desk.anna, Pick("exchange"), None, seen, desk.present)

    shown = await rehearsal.rehearse(desk.db, promised)
    desk.passes(hours=3)
    with pytest.raises(rehearsal.WordsChanged) as changed:
        await rehearsal.perform(desk.db, promised, shown)
    assert changed.value.words != shown
    assert await desk.promises(case) == []


async def test_words_of_a_step_are_the_person_s_so_no_takeover_drops_them(desk: Desk) -> None:
    chat = await desk.chat(channel="telegram")
    case = await desk.case(Stage.CLARIFY, chat=chat)
    await desk.does(steps.step, case, desk.anna, Event.FACTS_AGREED, await desk.seen(case), desk.present)
    async with desk.db.read() as session:
        (row,) = (await session.scalars(select(Delivery))).all()
    assert (row.author, row.staff_name, row.state) == (Author.STAFF, "Anna", "due")


async def test_a_case_is_closed_with_what_it_came_from(desk: Desk) -> None:
    case = await desk.case(Stage.RESTORE)
    with pytest.raises(NotAllowed, match="came from"):
        await desk.does(steps.step, case, desk.anna, Event.SOLVED, await desk.seen(case), desk.present)
    await desk.does(
        steps.step,
        case,
        desk.anna,
        Event.SOLVED,
        await desk.seen(case),
        desk.present,
        cause="batch",
        lesson="check the drums of March",
    )
    closed = await desk.look(case)
    assert (closed.root_cause, closed.lesson) == ("batch", "check the drums of March")
    assert closed.check_at is not None
    assert (await desk.chat_of(case)).case_id is None
    assert await desk.told() == ["complaints.closed_product"]


async def test_settling_tells_the_customer_what_will_not_be_done_any_more(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE)
    await desk.does(granting.promise, case, desk.anna, Pick("exchange"), None, await desk.seen(case), desk.present)
    await desk.does(steps.step, case, desk.anna, Event.SETTLED, await desk.seen(case), desk.present, cause="batch")
    assert (await desk.told())[-1] == "casework.settled_with_promises"
    assert "brand-new replacement" in (await desk.words())[-1]
    assert [p.state for p in await desk.promises(case)] == [State.WITHDRAWN]


async def test_missed_breaks_what_was_promised_for_good_and_gives_a_new_date(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE)
    await desk.does(granting.promise, case, desk.anna, Pick("exchange"), None, await desk.seen(case), desk.present)
    desk.passes(days=1)
    await desk.does(steps.step, case, desk.anna, Event.MISSED, await desk.seen(case), desk.present)
    old, new = await desk.promises(case)
    assert (old.state, new.state) == (State.BROKEN, State.OPEN)
    assert new.due_at > old.due_at
    assert (await desk.told())[-2:] == ["complaints.acknowledge_missed", "complaints.promise_missed"]
    assert (await desk.look(case)).severity == 2


async def test_a_closed_case_is_opened_again_where_the_chat_has_no_other(desk: Desk) -> None:
    chat = await desk.chat()
    closed = await desk.case(Stage.CLOSED, chat=chat)
    other = await desk.case(Stage.VENT, chat=chat)
    with pytest.raises(NotAllowed, match="merge"):
        await desk.does(steps.step, closed, desk.anna, Event.REOPENED, await desk.seen(closed), desk.present)
    await desk.does(steps.step, other, desk.anna, Event.WITHDRAWN, await desk.seen(other), desk.present)
    await desk.does(steps.step, closed, desk.anna, Event.REOPENED, await desk.seen(closed), desk.present)
    assert (await desk.chat_of(closed)).case_id == closed
    assert (await desk.look(closed)).closed_at is None
    assert (await desk.told())[-1] == "casework.reopened"


async def test_the_bot_goes_on_where_the_person_has_led(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE)
    await desk.does(granting.promise, case, desk.anna, Pick("exchange"), None, await desk.seen(case), desk.present)
    (given,) = await desk.promises(case)
    await desk.does(ledger.keep, given.id, desk.anna, "SF 1002003", desk.present)
    await desk.hears(case, "", args={"choice": "solved", "asking": "solved"})
    assert (await desk.look(case)).stage is Stage.CLOSED


async def test_every_deed_has_a_row_in_the_audit_without_words(desk: Desk) -> None:
    case = await desk.case(Stage.VENT)
    await desk.does(steps.step, case, desk.anna, Event.HEARD, await desk.seen(case), desk.present, note="Lin is upset")
    await desk.does(corrections.set_severity, case, desk.anna, 1, "Lin was hurt", desk.present)
    async with desk.db.read() as session:
        rows = (await session.scalars(select(Audit).order_by(Audit.id))).all()
    assert [(row.who, row.deed, row.target) for row in rows] == [
        ("anna", "case.step", f"case {case}"),
        ("anna", "case.severity_corrected", f"case {case}"),
    ]
    assert "Lin" not in str([row.detail for row in rows])


async def test_a_severity_set_by_a_person_stays_until_graver_words_come(desk: Desk) -> None:
    case = await desk.case(Stage.CLARIFY, kind=Kind.BILLING, severity=2)
    with pytest.raises(NotAllowed, match="reason"):
        await desk.does(corrections.set_severity, case, desk.anna, 4, " ", desk.present)
    await desk.does(corrections.set_severity, case, desk.anna, 4, "a matter of cents", desk.present)
    await desk.hears(case, "the amount is still wrong", intent="complaint_billing", confidence=0.9)
    assert (await desk.look(case)).severity == 4
    danger = Reading(3, (Reason(Group.SAFETY, "smoke"),))
    await desk.hears(case, "and there is smoke coming out", reading=danger)
    assert (await desk.look(case)).severity == 1


async def test_emotion_and_kind_are_put_right_and_the_history_says_what_they_were(desk: Desk) -> None:
    case = await desk.case(Stage.CLARIFY)
    await desk.does(corrections.set_level, case, desk.anna, 2, "irony", desk.present)
    await desk.does(corrections.set_kind, case, desk.bao, Kind.SERVICE, desk.present)
    found = await desk.look(case)
    assert (found.level, found.peak, found.kind) == (2, 2, Kind.SERVICE)
    assert found.level_reasons == ["staff: Anna: irony"]
    first, second = await desk.entries(case)
    assert (first.what, first.by, first.detail) == (What.EMOTION, "Anna", {"from": 0, "to": 2, "words": "irony"})
    assert (second.what, second.by, second.detail) == (What.KIND, "Bao", {"from": "product", "to": "service"})


async def test_who_may_not_answer_customers_may_not_touch_a_case(desk: Desk) -> None:
    case = await desk.case(Stage.VENT)
    marketer = Me(desk.anna.id, "Mo", "mo", Role.MARKETER)
    with pytest.raises(NotAllowed, match="marketer"):
        await desk.does(steps.step, case, marketer, Event.HEARD, Seen(Stage.VENT, desk.at), desk.present)


async def test_a_case_is_given_to_somebody_and_closed_ones_learn_later(desk: Desk) -> None:
    case = await desk.case(Stage.CLOSED)
    await desk.does(steps.assign, case, desk.anna, desk.bao.id, desk.at)
    await desk.does(steps.learn, case, desk.bao, "carrier", "call before", desk.at)
    found = await desk.look(case)
    assert (found.owner_id, found.root_cause, found.lesson) == (desk.bao.id, "carrier", "call before")
    assert [entry.what for entry in await desk.entries(case)] == [What.ASSIGNED, What.LEARNED]
