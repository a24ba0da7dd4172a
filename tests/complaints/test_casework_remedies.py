"""Remedies by people: what the policy allows and their authority covers; above it, an approval; promises with dates."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.complaints import approvals, granting, ledger, steps, timetable
from bot.complaints.casework import ApprovalState, What
from bot.complaints.complaint import Event, Kind, Stage
from bot.complaints.granting import NotMine, Pick
from bot.complaints.promise import State
from bot.complaints.tables import Promise
from bot.conversations.tables import Conversation
from bot.errors import Moved, NotAllowed
from bot.messages import Author
from bot.outbox.tables import Delivery
from tests.complaints.desk import Desk, data

DEAR = 9000_00
"""More than an agent may refund (6000.00)."""


async def test_two_options_are_put_before_the_customer_with_dates_and_the_choice(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE)
    picks = [Pick("refund"), Pick("exchange")]
    await desk.does(granting.offer, case, desk.anna, picks, await desk.seen(case), desk.present)
    found = await desk.look(case)
    assert [(o["id"], o["cents"], o["by"]) for o in found.offers[-1]["options"]] == [
        ("refund", 5990_00, "Anna"),
        ("exchange", None, "Anna"),
    ]
    assert found.memory["asking"] == "choice"
    assert await desk.told() == ["complaints.offer_two"]


async def test_the_bot_takes_the_answer_to_a_person_s_offer(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE)
    await desk.does(granting.offer, case, desk.anna, [Pick("refund", 100_00)], await desk.seen(case), desk.present)
    await desk.hears(case, "", args={"choice": "refund", "asking": "choice"})
    (given,) = await desk.promises(case)
    assert (given.remedy, given.what["cents"], given.given_by) == ("refund", 100_00, "Anna")
    assert (await desk.look(case)).stage is Stage.COMMIT


async def test_a_person_accepts_on_the_customer_s_behalf_only_what_is_on_the_table(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE)
    with pytest.raises(NotAllowed, match="on the table"):
        await desk.does(granting.accept, case, desk.anna, "refund", await desk.seen(case), desk.present)
    await desk.does(granting.offer, case, desk.anna, [Pick("refund")], await desk.seen(case), desk.present)
    await desk.does(granting.accept, case, desk.bao, "refund", await desk.seen(case), desk.present)
    step = (await desk.steps(case))[-1]
    assert (step.event, step.by, step.note) == (Event.ACCEPTED, "Bao", "refund")
    assert (await desk.told())[-1] == "complaints.commit"


async def test_remedies_are_offered_when_the_facts_are_clear_and_only_those_of_the_policy(desk: Desk) -> None:
    early = await desk.case(Stage.CLARIFY)
    with pytest.raises(NotAllowed, match="facts are clear"):
        await desk.does(granting.offer, early, desk.anna, [Pick("refund")], await desk.seen(early), desk.present)
    case = await desk.case(Stage.RESOLVE, kind=Kind.BILLING)
    with pytest.raises(NotAllowed, match="no 'exchange'"):
        await desk.does(granting.offer, case, desk.root, [Pick("exchange")], await desk.seen(case), desk.present)


async def test_what_is_above_one_s_authority_cannot_be_offered_nor_promised(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE, paid=DEAR)
    seen = await desk.seen(case)
    with pytest.raises(NotMine):
        await desk.does(granting.offer, case, desk.anna, [Pick("refund")], seen, desk.present)
    with pytest.raises(NotMine):
        await desk.does(granting.promise, case, desk.anna, Pick("refund"), None, seen, desk.present)
    await desk.does(granting.promise, case, desk.su, Pick("refund"), None, seen, desk.present)


async def test_money_is_not_given_without_an_order_by_anybody(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE, paid=None)
    with pytest.raises(NotMine, match="no_order"):
        await desk.does(granting.offer, case, desk.root, [Pick("refund", 100)], await desk.seen(case), desk.present)


async def test_all_money_of_a_case_counts_together(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE)
    await desk.does(granting.promise, case, desk.anna, Pick("refund"), None, await desk.seen(case), desk.present)
    too_much = Pick("compensation", 2995_01)  # 150 % of 5990.00 less 5990.00 is 2995.00
    with pytest.raises(NotMine, match="above_cap"):
        await desk.does(granting.promise, case, desk.root, too_much, None, await desk.seen(case), desk.present)


# --- approvals ---------------------------------------------------------------------------------------------------


async def asked(desk: Desk, stage: Stage = Stage.RESOLVE) -> tuple[int, int]:
    """A case in which Anna has asked for a refund that is above her; the case and the request."""
    case = await desk.case(stage, paid=DEAR)
    seen = await desk.seen(case)
    await desk.does(approvals.ask, case, desk.anna, Pick("refund"), "twice broken", seen, desk.present)
    return case, (await desk.approvals(case))[0].id


async def test_who_asks_says_why_and_the_customer_hears_until_when_the_answer_comes(desk: Desk) -> None:
    case, _ = await asked(desk)
    (request,) = await desk.approvals(case)
    assert (request.remedy, request.cents, request.asker, request.why, request.state) == (
        "refund",
        DEAR,
        "Anna",
        "twice broken",
        ApprovalState.OPEN,
    )
    (answer,) = await desk.promises(case)
    assert (answer.remedy, answer.state) == ("review", State.OPEN)
    assert await desk.told() == ["casework.approval_asked"]
    assert "¥9,000" in (await desk.words())[0]


async def test_what_one_may_grant_oneself_is_not_asked_for_nor_what_nobody_may(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE)
    seen = await desk.seen(case)
    with pytest.raises(NotAllowed, match="own authority"):
        await desk.does(approvals.ask, case, desk.anna, Pick("refund"), "why not", seen, desk.present)
    with pytest.raises(NotMine, match="above_cap"):
        await desk.does(approvals.ask, case, desk.anna, Pick("refund", 9000_00), "so", seen, desk.present)


async def test_the_same_is_asked_for_once_at_a_time(desk: Desk) -> None:
    case, _ = await asked(desk)
    with pytest.raises(Moved):
        await desk.does(approvals.ask, case, desk.bao, Pick("refund"), "me too", await desk.seen(case), desk.present)


async def test_a_yes_puts_it_before_the_customer_and_lets_the_asker_promise_it_once(desk: Desk) -> None:
    case, request = await asked(desk)
    desk.passes(minutes=20)
    await desk.does(approvals.decide, request, desk.su, True, "fine", desk.present)
    assert (await desk.told())[-1] == "casework.approval_granted"
    (approval,) = await desk.approvals(case)
    assert (approval.state, approval.decider, approval.note) == (ApprovalState.APPROVED, "Su", "fine")
    assert [(p.remedy, p.state) for p in await desk.promises(case)] == [("review", State.KEPT)]
    await desk.does(granting.accept, case, desk.anna, "refund", await desk.seen(case), desk.present)
    assert (await desk.approvals(case))[0].used_at == desk.at
    with pytest.raises(NotMine):
        await desk.does(granting.promise, case, desk.anna, Pick("refund"), None, await desk.seen(case), desk.present)


async def test_a_no_needs_a_reason_and_the_customer_hears_it_as_a_no(desk: Desk) -> None:
    case, request = await asked(desk)
    with pytest.raises(NotAllowed, match="why not"):
        await desk.does(approvals.decide, request, desk.su, False, "", desk.present)
    await desk.does(approvals.decide, request, desk.su, False, "repair comes first", desk.present)
    assert (await desk.told())[-1] == "casework.approval_refused"
    assert "repair comes first" not in " ".join(await desk.words())
    with pytest.raises(NotMine):
        await desk.does(granting.promise, case, desk.anna, Pick("refund"), None, await desk.seen(case), desk.present)


async def test_a_request_is_decided_once(desk: Desk) -> None:
    case, request = await asked(desk)
    done = await asyncio.gather(
        desk.does(approvals.decide, request, desk.su, True, "", desk.present),
        desk.does(approvals.decide, request, desk.root, False, "no", desk.present),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Moved", "list"]
    assert len([e for e in await desk.entries(case) if e.what in (What.APPROVED, What.REFUSED)]) == 1


async def test_nobody_decides_their_own_request_or_without_the_permission(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE, paid=40000_00)
    await desk.does(approvals.ask, case, desk.su, Pick("refund"), "very dear", await desk.seen(case), desk.present)
    request = (await desk.approvals(case))[0].id
    with pytest.raises(NotAllowed, match="somebody else"):
        await desk.does(approvals.decide, request, desk.su, True, "", desk.present)
    with pytest.raises(NotAllowed, match="agent"):
        await desk.does(approvals.decide, request, desk.anna, True, "", desk.present)
    await desk.does(approvals.decide, request, desk.root, True, "", desk.present)


async def test_who_decides_needs_the_authority_as_well(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE, paid=40000_00)
    await desk.does(approvals.ask, case, desk.anna, Pick("refund"), "very dear", await desk.seen(case), desk.present)
    with pytest.raises(NotMine):
        await desk.does(approvals.decide, (await desk.approvals(case))[0].id, desk.su, True, "", desk.present)


async def test_the_answer_to_a_request_is_not_kept_by_hand_and_can_be_taken_back_by_who_asked(desk: Desk) -> None:
    case, request = await asked(desk)
    (answer,) = await desk.promises(case)
    with pytest.raises(NotAllowed, match="deciding"):
        await desk.does(ledger.keep, answer.id, desk.anna, "said so", desk.present)
    with pytest.raises(NotAllowed, match="who has asked"):
        await desk.does(approvals.take_back, request, desk.bao, desk.present)
    await desk.does(approvals.take_back, request, desk.anna, desk.present)
    assert (await desk.approvals(case))[0].state is ApprovalState.TAKEN_BACK
    assert (await desk.told())[-1] == "casework.approval_taken_back"


# --- the ledger --------------------------------------------------------------------------------------------------


async def given(desk: Desk, **chat: str) -> tuple[int, Promise]:
    """An exchange was promised to the customer by Anna."""
    case = await desk.case(Stage.RESOLVE, chat=await desk.chat(**chat))
    await desk.does(granting.promise, case, desk.anna, Pick("exchange"), None, await desk.seen(case), desk.present)
    return case, (await desk.promises(case))[0]


async def test_a_promise_has_a_date_on_the_working_calendar(desk: Desk) -> None:
    case = await desk.case(Stage.RESOLVE)
    seen = await desk.seen(case)
    sunday = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
    with pytest.raises(NotAllowed, match=r"nobody works then.*2026-11-30 09:00"):
        await desk.does(granting.promise, case, desk.anna, Pick("exchange"), sunday, seen, desk.present)
    with pytest.raises(NotAllowed, match="from now on"):
        await desk.does(granting.promise, case, desk.anna, Pick("exchange"), desk.at, seen, desk.present)
    friday = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)  # 18:00 in Shanghai: the end of the day counts
    await desk.does(granting.promise, case, desk.anna, Pick("exchange"), friday, seen, desk.present)
    (promise,) = await desk.promises(case)
    assert (promise.due_at, promise.given_by, promise.owner) == (friday, "Anna", "warehouse")
    assert (await desk.look(case)).stage is Stage.COMMIT
    assert await desk.told() == ["complaints.commit"]


async def test_the_customer_always_sees_a_kept_promise_whoever_has_the_chat(desk: Desk) -> None:
    case, promise = await given(desk, channel="telegram")
    async with desk.db.write() as session:
        chat = await session.get_one(Conversation, promise.conversation_id)
        chat.owner = str(desk.bao.id)
    with pytest.raises(NotAllowed, match="evidence"):
        await desk.does(ledger.keep, promise.id, desk.anna, " ", desk.present)
    await desk.does(ledger.keep, promise.id, desk.anna, "SF 1002003", desk.present)
    (kept,) = await desk.promises(case)
    assert (kept.state, kept.evidence, kept.done_at) == (State.KEPT, "SF 1002003", desk.at)
    assert (await desk.told())[-2:] == ["complaints.done", "complaints.is_it_solved"]
    assert (await desk.look(case)).stage is Stage.RESTORE
    with pytest.raises(Moved):
        await desk.does(ledger.keep, promise.id, desk.bao, "again", desk.present)


async def test_a_promise_moves_only_with_a_word_to_the_customer_before_it_is_late(desk: Desk) -> None:
    case, promise = await given(desk)
    later = datetime(2026, 12, 4, 8, 0, tzinfo=UTC)
    with pytest.raises(NotAllowed, match="reason"):
        await desk.does(ledger.move, promise.id, desk.anna, later, "", desk.present)
    with pytest.raises(NotAllowed, match="later"):
        await desk.does(ledger.move, promise.id, desk.anna, promise.due_at - timedelta(hours=1), "parts", desk.present)
    await desk.does(ledger.move, promise.id, desk.anna, later, "parts", desk.present)
    (moved,) = await desk.promises(case)
    assert (moved.due_at, moved.state, [m["why"] for m in moved.moves]) == (later, State.OPEN, ["parts"])
    assert (await desk.told())[-1] == "casework.promise_moved"
    assert "a part has not arrived" in (await desk.words())[-1]
    desk.at = later + timedelta(minutes=1)
    with pytest.raises(ledger.TooLate):
        await desk.does(ledger.move, promise.id, desk.anna, later + timedelta(days=3), "parts", desk.present)


async def test_where_the_chat_does_not_reach_the_customer_it_must_be_said_how_they_were_told(desk: Desk) -> None:
    case, promise = await given(desk, channel="telegram")
    async with desk.db.write() as session:
        (await session.get_one(Conversation, promise.conversation_id)).unreachable_at = desk.at
    later = datetime(2026, 12, 4, 8, 0, tzinfo=UTC)
    with pytest.raises(NotAllowed, match="otherwise"):
        await desk.does(ledger.move, promise.id, desk.anna, later, "parts", desk.present)
    await desk.does(ledger.move, promise.id, desk.anna, later, "parts", desk.present, told="called at 10:10")
    assert (await desk.promises(case))[0].moves[0]["told"] == "called at 10:10"


async def test_a_withdrawn_promise_and_a_new_owner_are_told(desk: Desk) -> None:
    case, promise = await given(desk)
    await desk.does(ledger.hand_over, promise.id, desk.anna, "logistics", desk.present)
    await desk.does(ledger.hand_over, promise.id, desk.anna, str(desk.bao.id), desk.present)
    assert "in the hands of Bao" in (await desk.words())[-1]
    with pytest.raises(NotAllowed, match="team"):
        await desk.does(ledger.hand_over, promise.id, desk.anna, "nobody", desk.present)
    await desk.does(ledger.withdraw, promise.id, desk.anna, "we agreed on a refund", desk.present)
    assert (await desk.promises(case))[0].state is State.WITHDRAWN
    assert "we agreed on a refund" in (await desk.words())[-1]
    assert [entry.what for entry in await desk.entries(case)][1:] == [
        What.HANDED_OVER,
        What.HANDED_OVER,
        What.WITHDRAWN,
    ]


async def test_every_reason_and_every_team_has_its_words(desk: Desk) -> None:
    for reason in ledger.REASONS:
        assert f"casework.reason_{reason}" in data().voice.texts.entries
    for team in ledger.teams(desk.present):
        assert f"remedies.team_{team}" in data().voice.texts.entries


async def test_a_promise_broken_by_the_clock_keeps_its_owner(desk: Desk) -> None:
    case, promise = await given(desk)
    await desk.does(ledger.hand_over, promise.id, desk.anna, str(desk.bao.id), desk.present)
    desk.passes(days=9)
    await desk.does(steps.step, case, desk.anna, Event.MISSED, await desk.seen(case), desk.present)
    old, new = await desk.promises(case)
    assert (old.state, new.owner, new.what["owner_name"]) == (State.BROKEN, str(desk.bao.id), "Bao")
    assert "by Bao" not in (await desk.words())[-1]


async def test_the_clock_s_truth_about_a_promise_is_heard_where_a_person_has_the_chat(desk: Desk) -> None:
    _, promise = await given(desk, channel="telegram")
    async with desk.db.write() as session:
        (await session.get_one(Conversation, promise.conversation_id)).owner = str(desk.bao.id)
    desk.passes(days=9)
    await timetable.watch_promises(desk.db, data().voice, desk.at, data().rules)
    async with desk.db.read() as session:
        rows = (await session.scalars(select(Delivery).order_by(Delivery.id))).all()
    assert [row.text_key for row in rows][1:3] == ["complaints.acknowledge_missed", "complaints.promise_missed"]
    assert {(row.author, row.staff_name) for row in rows[1:]} == {(Author.STAFF, data().shop.brand.en)}
