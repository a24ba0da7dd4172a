"""Who speaks: claiming, sending, passing on, handing back, closing. Rules that others learned the hard way."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.conversations.tables import BOT, QUEUE, Conversation
from bot.errors import Moved, NotAllowed, NotFound, OurFault, Unreadable
from bot.handoff import alerts, desk, sla, store
from bot.handoff.alerts import Alert, AlertKind
from bot.handoff.desk import Outcome, Stale
from bot.handoff.queue import Reason
from bot.handoff.tables import Deed, DeskEvent, Note
from bot.inbox import thread
from bot.inbox.tables import Handling, Inbound
from bot.messages import Author, Say
from bot.outbox import service as outbox
from bot.outbox.delivery import State
from bot.staff.account import Role
from tests.fakes.channel import FakeChannel
from tests.handoff.people import Office, kept_picture

# --- claiming


async def test_two_race_for_one_conversation_one_wins_and_the_other_gets_moved(office: Office) -> None:
    anna, ben = await office.hires("Anna"), await office.hires("Ben")
    conversation = await office.calls()
    fence = (await office.conversation(conversation)).fence
    done = await asyncio.gather(
        anna.claims(conversation, fence), ben.claims(conversation, fence), return_exceptions=True
    )
    assert [type(d) for d in done if d is not None] == [Moved]
    winner = anna if done[0] is None else ben
    assert (await office.conversation(conversation)).owner == str(winner.id)
    await winner.claims(conversation, fence)  # again by the same person: nothing changes


async def test_a_claim_is_compared_with_what_the_console_saw(office: Office) -> None:
    anna, ben = await office.hires("Anna"), await office.hires("Ben")
    conversation = await office.calls()
    seen = (await office.conversation(conversation)).fence
    await anna.claims(conversation)
    await anna.hands_back(conversation)
    with pytest.raises(Moved):  # it is free, but what Ben saw is no more
        await ben.claims(conversation, seen)
    await ben.claims(conversation, (await office.conversation(conversation)).fence)


async def test_turns_of_the_bot_do_not_count_as_a_colleague(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.writes()
    seen = (await office.conversation(conversation)).fence
    async with office.shop.app.db.write() as session:
        (await session.get_one(Conversation, conversation)).fence += 3
    await anna.claims(conversation, seen)
    assert await anna.has() == [conversation]


async def test_what_waits_for_the_bot_is_the_persons_to_answer(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.writes("where is my order")
    await anna.claims(conversation)
    (message,) = await office.shop.rows(Inbound)
    assert message.handling is Handling.FOR_STAFF
    assert (await office.conversation(conversation)).ready_at is None


# --- sending


async def test_any_human_send_takes_ownership_at_once_and_drops_the_bots_waiting_words(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.calls(channel="telegram")
    async with office.shop.app.db.write() as session:
        row = await session.get_one(Conversation, conversation)
        voice = office.shop.app.data.now.voice
        await outbox.put(session, row, [Say("talk.thank")], "late:1", voice, office.now)
    office.shop.app.channels["telegram"] = channel = FakeChannel()
    await anna.sends(conversation, "I am here")
    assert (await office.conversation(conversation)).owner == str(anna.id)
    states = {row.text_key: row.state for row in await office.said(conversation) if row.author is Author.BOT}
    assert set(states.values()) == {State.SUPPRESSED}
    assert [out.text for out in channel.sent] == ["Anna from our team is now with you.", "I am here"]


async def test_the_customer_is_told_once_who_is_writing(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.calls()
    await anna.sends(conversation)
    await anna.sends(conversation)
    assert (await office.keys(conversation)).count("handoff.now_with_you") == 1
    assert [row.staff_name for row in await office.said(conversation)][-2:] == ["Anna", "Anna"]


async def test_the_server_refuses_a_send_by_a_non_owner_unless_a_supervisor_takes_over(office: Office) -> None:
    anna, ben = await office.hires("Anna"), await office.hires("Ben")
    boss = await office.hires("Clara", Role.SUPERVISOR)
    conversation = await office.calls()
    await anna.sends(conversation)
    before = len(await office.said(conversation))
    for who, more in ((ben, {}), (ben, {"take_over": True}), (boss, {})):
        with pytest.raises(NotAllowed):
            await who.sends(conversation, **more)
    assert len(await office.said(conversation)) == before
    await boss.sends(conversation, "I take this over", take_over=True)
    assert await boss.has() == [conversation]
    assert (await office.shop.rows(DeskEvent))[-1].what is Deed.TAKEN_OVER
    with pytest.raises(NotAllowed):
        await anna.sends(conversation)


async def test_a_marketer_neither_claims_nor_sends(office: Office) -> None:
    mara = await office.hires("Mara", Role.MARKETER)
    conversation = await office.calls()
    with pytest.raises(NotAllowed):
        await mara.claims(conversation)
    with pytest.raises(NotAllowed):
        await mara.sends(conversation)


async def test_a_send_is_refused_as_stale_when_the_customer_wrote_since_and_shows_what(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.calls()
    await anna.sends(conversation)
    seen = (await office.conversation(conversation)).seq
    await office.writes("never mind, it works now", conversation=conversation)
    with pytest.raises(Stale) as refused:
        await anna.sends(conversation, "I will send a technician", seen_seq=seen)
    assert [line.text for line in refused.value.lines] == ["never mind, it works now"]
    now = (await office.conversation(conversation)).seq
    sent = await anna.sends(conversation, "Good to hear!", seen_seq=now)
    assert sent.state is State.SENT


async def test_it_is_stale_when_a_colleague_wrote_but_not_when_oneself_or_the_bot_did(office: Office) -> None:
    anna, boss = await office.hires("Anna"), await office.hires("Clara", Role.SUPERVISOR)
    conversation = await office.calls()
    await anna.sends(conversation, "one", seen_seq=0)
    await anna.sends(conversation, "two", seen_seq=0)
    with pytest.raises(Stale):
        await boss.sends(conversation, "three", seen_seq=0, take_over=True)
    assert await anna.has() == [conversation]


async def test_the_same_key_again_sends_nothing_twice_even_when_it_is_stale_by_then(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.calls()
    seen = (await office.conversation(conversation)).seq
    first = await anna.sends(conversation, "once", key="k", seen_seq=seen)
    await office.writes("thanks", conversation=conversation)
    again = await anna.sends(conversation, "once", key="k", seen_seq=seen)
    assert again.id == first.id
    assert [row.text for row in await office.said(conversation)].count("once") == 1


async def test_sends_of_the_same_key_at_once_are_one(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.calls()
    await anna.claims(conversation)
    one, two = await asyncio.gather(
        anna.sends(conversation, "once", key="k"), anna.sends(conversation, "once", key="k")
    )
    assert one.id == two.id


async def test_nothing_to_send_is_refused(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.calls()
    with pytest.raises(Unreadable):
        await anna.sends(conversation, "  \n")
    assert (await office.conversation(conversation)).owner == QUEUE


async def test_files_of_staff_reach_the_web_page_and_the_channel(office: Office) -> None:
    anna = await office.hires("Anna")
    picture = kept_picture(office)
    web, telegram = await office.calls(), await office.calls(channel="telegram")
    office.shop.app.channels["telegram"] = channel = FakeChannel()
    await anna.sends(web, "", attachments=[picture])
    await anna.sends(telegram, "see the plan", attachments=[picture])
    assert channel.sent[-1].files == (picture,)
    async with office.shop.app.db.read() as session:
        line = (await thread.after(session, web, 0))[-1]
    assert [a["ref"] for a in line.attachments] == [picture.ref]
    path, mime = office.shop.app.web.file(picture.ref)
    assert (path.read_bytes()[:4], mime) == (b"\x89PNG", "image/png")


async def test_delivery_state_comes_from_the_channel_and_a_retry_really_sends(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.calls(channel="telegram")
    office.shop.app.channels["telegram"] = channel = FakeChannel()
    await anna.claims(conversation)
    await anna.sends(conversation, "first")
    channel.errors.append(OurFault("Bad Request"))
    sent = await anna.sends(conversation, "second")

    async def state() -> State:
        return next(row.state for row in await office.said(conversation) if row.id == sent.id)

    assert await state() is State.FAILED
    async with office.shop.app.db.write() as session:
        await desk.send_again(session, sent.id, anna.me, office.now)
    await office.shop.app.sender.drain()
    assert await state() is State.SENT
    assert [out.text for out in channel.sent][-2:] == ["first", "second"]
    with pytest.raises(NotFound):
        async with office.shop.app.db.write() as session:
            await desk.send_again(session, sent.id, anna.me, office.now)


# --- passing on


async def test_a_conversation_passed_to_a_colleague_is_theirs_and_the_customer_hears_of_it(office: Office) -> None:
    anna, ben = await office.hires("Anna"), await office.hires("Ben")
    conversation = await office.calls()
    await anna.sends(conversation)
    await anna.passes(conversation, ben, text="he wants a date, @Ben")
    assert (await anna.has(), await ben.has()) == ([], [conversation])
    assert (await office.keys(conversation))[-1] == "handoff.passed_to"
    assert {a.kind for a in await ben.rings()} == {AlertKind.HANDOFF, AlertKind.MENTION}
    with pytest.raises(NotAllowed):
        await anna.sends(conversation)
    await ben.sends(conversation)
    assert (await office.keys(conversation))[-2:] == ["handoff.now_with_you", ""]
    assert [n.text for n in await office.shop.rows(Note)] == ["he wants a date, @Ben"]


async def test_passed_to_a_team_it_waits_at_its_old_place_for_who_is_in_the_team(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.calls()
    opened = (await office.entry(conversation)).opened_at
    await anna.sends(conversation)
    office.shop.clock.passes(minutes=3)
    lea = await office.hires("Lea", teams=("law",), online=True)
    await anna.passes(conversation, team="law")
    assert await lea.has() == [conversation]
    entry = await office.entry(conversation)
    assert (entry.opened_at, entry.team) == (opened, "law")
    assert "handoff.passed_on" in await office.keys(conversation)


async def test_only_the_owner_or_a_supervisor_passes_on_and_only_to_who_answers(office: Office) -> None:
    anna, ben = await office.hires("Anna"), await office.hires("Ben")
    boss, mara = await office.hires("Clara", Role.SUPERVISOR), await office.hires("Mara", Role.MARKETER)
    conversation = await office.calls()
    with pytest.raises(NotAllowed):
        await ben.passes(conversation, anna)
    with pytest.raises(NotAllowed):
        await boss.passes(conversation, mara)
    await boss.passes(conversation, anna)
    await boss.passes(conversation, ben)
    assert await ben.has() == [conversation]


# --- handing back and closing


async def test_handed_back_the_handoff_ends_with_a_summary_and_stale_context_is_cleared(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.calls()
    await anna.sends(conversation)
    async with office.shop.app.db.write() as session:
        row = await session.get_one(Conversation, conversation)
        row.pending, row.misunderstood = {"action": "x", "asked_at": office.now.isoformat()}, 1
    await anna.hands_back(conversation, "sent the manual")
    row = await office.conversation(conversation)
    assert (row.owner, row.pending, row.misunderstood) == (BOT, None, 0)
    ended = (await office.shop.rows(DeskEvent))[-1]
    assert (ended.what, ended.note, ended.by) == (Deed.HANDOFF_ENDED, "sent the manual", str(anna.id))
    assert (await office.keys(conversation))[-1] == "handoff.back_with_the_bot"
    assert "Anna" in (await office.said(conversation))[-1].text
    assert "manual" not in (await office.said(conversation))[-1].text


async def test_nobody_hands_back_or_closes_what_a_colleague_has_or_the_bot(office: Office) -> None:
    anna, ben = await office.hires("Anna"), await office.hires("Ben")
    conversation, bots = await office.calls(), await office.writes()
    await anna.claims(conversation)
    for deed in (ben.hands_back, ben.closes):
        with pytest.raises(NotAllowed):
            await deed(conversation)
        with pytest.raises(NotAllowed):
            await deed(bots)
    boss = await office.hires("Clara", Role.SUPERVISOR)
    await boss.closes(conversation)
    assert (await office.conversation(conversation)).owner == BOT


async def test_closing_ends_the_episode_and_tells_that_the_person_has_left(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.calls()
    await anna.sends(conversation)
    await anna.closes(conversation, Outcome.SOLVED, "all fine")
    entry = await office.entry(conversation)
    assert (entry.outcome, entry.closed_at) == ("solved", office.now)
    assert (await office.keys(conversation))[-1] == "handoff.closed"
    closed = (await office.shop.rows(DeskEvent))[-1]
    assert (closed.what, closed.to) == (Deed.CLOSED, "solved")
    assert closed.seq < (await office.conversation(conversation)).seq, "the border of the episode in the thread"
    # a message after closing: the bot's, and a new handoff is a new entry
    await office.writes("hello again", conversation=conversation)
    assert (await office.shop.rows(Inbound))[-1].handling is Handling.NEW


async def test_advertising_is_closed_without_a_word(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.calls()
    await anna.claims(conversation)
    before = await office.keys(conversation)
    await anna.closes(conversation, Outcome.NO_CASE)
    assert await office.keys(conversation) == before


# --- seeing each other


async def test_viewers_and_typing_are_shown_and_end_by_themselves(office: Office) -> None:
    anna, ben = await office.hires("Anna"), await office.hires("Ben")
    conversation = await office.calls()
    await anna.beats(conversation, types=True)
    await anna.beats(conversation, client="a second window")
    await ben.beats(conversation)

    async def seen() -> list[tuple[str, bool]]:
        async with office.shop.app.db.read() as session:
            return [(v.name, v.types) for v in await desk.viewers(session, conversation, office.now)]

    assert await seen() == [("Anna", True), ("Ben", False)]
    office.shop.clock.passes(seconds=7)
    assert await seen() == [("Anna", False), ("Ben", False)]
    await ben.beats()
    assert await seen() == [("Anna", False)]
    office.shop.clock.passes(seconds=20)
    assert await seen() == []


async def test_a_limit_above_the_accounts_and_others_limits_are_for_supervisors(office: Office) -> None:
    anna, ben = await office.hires("Anna", capacity=3), await office.hires("Ben")
    await anna.limits(1)
    for limit, whose in ((4, None), (1, ben.id)):
        with pytest.raises(NotAllowed):
            await anna.limits(limit, whose)
    boss = await office.hires("Clara", Role.SUPERVISOR)
    await boss.limits(9, anna.id)
    async with office.shop.app.db.read() as session:
        people = await desk.colleagues(session, office.now, office.policy.attendance.grace)
    assert {p.name: p.limit for p in people}["Anna"] == 9


# --- alerts


async def test_a_handoff_raises_an_alert_that_repeats_and_escalates_until_it_is_claimed(office: Office) -> None:
    anna, ben = await office.hires("Anna", online=True), await office.hires("Ben")
    boss = await office.hires("Clara", Role.SUPERVISOR)
    conversation = await office.calls(drained=True)

    async def heard() -> list[int]:
        return [len([a for a in await p.rings() if a.kind is AlertKind.HANDOFF]) for p in (anna, ben, boss)]

    assert await anna.has() == [conversation]
    assert await heard() == [1, 0, 0], "first the person it was given to"
    await anna.sees((await anna.rings())[0])
    assert await heard() == [0, 0, 0]
    await anna.beats()
    await office.shop.passes(minutes=2)
    assert await heard() == [1, 0, 0], "seen is not claimed: it rings again"
    await anna.beats()
    await office.shop.passes(minutes=4)
    assert await heard() == [1, 1, 1], "then everybody who could take it"
    rung = [a.rings for a in await office.shop.rows(Alert) if a.ended_at is None and a.kind is AlertKind.HANDOFF]
    await office.shop.passes(seconds=0, steps=3)
    assert rung == [
        a.rings for a in await office.shop.rows(Alert) if a.ended_at is None and a.kind is AlertKind.HANDOFF
    ]
    await anna.sends(conversation)
    assert await heard() == [0, 0, 0]


async def test_what_nobody_claims_reaches_supervisors_of_other_teams_and_who_saw_it_is_kept(office: Office) -> None:
    office.changes(teams={Reason.LEGAL: "law"})
    lea, boss = await office.hires("Lea", teams=("law",)), await office.hires("Clara", Role.SUPERVISOR)
    conversation = await office.calls(Reason.LEGAL)
    (alert,) = await lea.rings()
    assert await boss.rings() == []
    await lea.sees(alert)
    await office.shop.passes(minutes=11)
    kinds = {a.kind for a in await boss.rings()}
    assert {AlertKind.HANDOFF, AlertKind.TARGET_MISSED} <= kinds, "5 minutes are the target of the gravest"
    async with office.shop.app.db.read() as session:
        assert [seen.name for seen in await alerts.seen_by(session, alert.id)] == ["Lea"]
    assert conversation in await office.waiting()


async def test_at_night_nobody_is_woken_but_for_danger_to_life(office: Office) -> None:
    office.shop.clock.at = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 02:00 in the shop
    boss = await office.hires("Clara", Role.SUPERVISOR)
    usual, danger = await office.calls(Reason.LEGAL), await office.calls(Reason.SAFETY)
    await office.shop.passes(minutes=20)
    rung = {a.conversation_id: a.rings for a in await boss.rings() if a.kind is AlertKind.HANDOFF}
    assert rung == {usual: 1, danger: 11}


async def test_a_target_is_alerted_before_it_is_missed_and_ends_with_the_answer(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.calls()
    await anna.claims(conversation)

    async def alerted() -> set[tuple[AlertKind, str]]:
        targets = (AlertKind.TARGET_NEAR, AlertKind.TARGET_MISSED)
        return {(a.kind, a.about) for a in await anna.rings() if a.kind in targets}

    await office.shop.passes(minutes=20)
    assert await alerted() == set()
    await office.shop.passes(minutes=4)
    assert await alerted() == {(AlertKind.TARGET_NEAR, "first_reply"), (AlertKind.TARGET_NEAR, "waiting")}
    count = await office.count(Alert)
    await office.shop.passes(seconds=0, steps=2)
    assert await office.count(Alert) == count, "a tick that runs twice raises nothing"
    await anna.sends(conversation)
    assert await alerted() == set()
    office.shop.clock.passes(seconds=1)
    await office.writes("and now?", conversation=conversation)
    await office.shop.passes(minutes=31)
    assert (AlertKind.TARGET_MISSED, "waiting") in await alerted()


async def test_clocks_are_read_from_stored_events(office: Office) -> None:
    anna = await office.hires("Anna")
    conversation = await office.calls()
    await office.shop.passes(minutes=3)
    await anna.sends(conversation)
    await office.shop.passes(minutes=10)
    await office.writes("one more thing", conversation=conversation)
    await office.shop.passes(minutes=2)
    await anna.sends(conversation)
    await anna.closes(conversation)
    async with office.shop.app.db.read() as session:
        entry = await office.entry(conversation)
        spans = sla.spans((await store.happenings(session, [entry]))[entry.id])
    took = [(s.clock.value, (s.until - s.since).seconds // 60) for s in spans if s.until]
    assert took == [("first_reply", 3), ("waiting", 3), ("resolution", 15), ("waiting", 2)]
