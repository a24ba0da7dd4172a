"""A real queue: priority, then first come; drained by every event that frees capacity, whoever runs it."""

import asyncio

import pytest

from bot.conversations import store as conversations
from bot.db import Database
from bot.handoff import desk
from bot.handoff import service as handoff
from bot.handoff.desk import Outcome
from bot.handoff.drain import drain
from bot.handoff.policy import Assignment
from bot.handoff.presence import Presence
from bot.handoff.queue import Reason
from bot.handoff.tables import Deed, DeskEvent
from bot.staff.account import Role
from tests.handoff.people import Office

MANY = 500


async def test_500_queued_conversations_drain_in_order_as_capacity_appears(office: Office) -> None:
    expected = []
    reasons = (Reason.ASKED, Reason.ABUSE, Reason.ASKED, Reason.LEGAL)
    for number in range(MANY):
        office.shop.clock.passes(seconds=1)
        reason = reasons[number % 4]
        expected.append((office.policy.urgency.reasons.get(reason, 3), number, await office.calls(reason)))
    order = [conversation for _, _, conversation in sorted(expected)]
    people = [await office.hires(name, capacity=40, online=True) for name in ("Anna", "Ben", "Chen")]
    assert sum([len(await p.has()) for p in people]) == 120
    # who closes gets the next; who raises a limit, more; the rest comes with a colleague
    while waiting := await office.waiting():
        for person in people:
            for conversation in (await person.has())[:20]:
                await person.closes(conversation, Outcome.NO_CASE)
        for person in people:
            await person.beats()
        assert await office.waiting() != waiting
    given = [e.conversation_id for e in await office.shop.rows(DeskEvent) if e.what is Deed.GIVEN]
    assert given == order


@pytest.mark.parametrize(
    "frees", ["closes", "hands_back", "passes", "comes_online", "limit", "comes_back_from_away", "clock"]
)
async def test_every_event_that_frees_capacity_drains_the_queue(office: Office, frees: str) -> None:
    anna, ben = await office.hires("Anna", capacity=1, online=True), await office.hires("Ben", capacity=1)
    boss = await office.hires("Clara", Role.SUPERVISOR)
    first = await office.calls(drained=True)
    assert await anna.has() == [first]
    second = await office.calls(drained=True)
    assert await office.waiting() == [second]
    who = anna
    match frees:
        case "closes":
            await anna.closes(first)
        case "hands_back":
            await anna.hands_back(first)
        case "passes":
            await anna.passes(first, ben)
        case "comes_online":
            await ben.comes_online()
            who = ben
        case "limit":
            await boss.limits(2, anna.id)
        case "comes_back_from_away":
            await ben.beats()
            await ben.is_now(Presence.AWAY)
            assert await office.waiting() == [second]
            await ben.is_now(Presence.ONLINE)
            who = ben
        case "clock":
            await ben.beats()
            async with office.shop.app.db.write() as session:
                await desk.set_presence(session, ben.me, Presence.ONLINE, office.now)
            assert await office.waiting() == [second]
            await office.shop.passes(seconds=2)
            who = ben
    assert await office.waiting() == []
    assert second in await who.has()


async def test_nobody_gets_more_than_their_capacity_and_nothing_while_away_or_gone(office: Office) -> None:
    anna = await office.hires("Anna", capacity=2, online=True)
    ben = await office.hires("Ben", online=True)
    await ben.is_now(Presence.AWAY)
    for _ in range(4):
        await office.calls(drained=True)
    assert (len(await anna.has()), len(await ben.has())) == (2, 0)
    await ben.is_now(Presence.ONLINE)
    assert len(await ben.has()) == 2
    await anna.closes((await anna.has())[0])
    office.shop.clock.passes(seconds=61)  # both consoles are lost for longer than the grace time
    await office.calls(drained=True)
    assert len(await office.waiting()) == 1


async def test_a_socket_lost_for_less_than_the_grace_time_costs_nothing(office: Office) -> None:
    anna = await office.hires("Anna", online=True)
    office.shop.clock.passes(seconds=59)
    conversation = await office.calls(drained=True)
    assert await anna.has() == [conversation]


async def test_languages_and_teams_are_served_by_who_serves_them(office: Office) -> None:
    office.changes(teams={Reason.LEGAL: "law"})
    zhou = await office.hires("Zhou", languages=("zh",), online=True)
    lea = await office.hires("Lea", languages=("en",), teams=("law",), online=True)
    chinese = await office.calls(language="zh-Hant", drained=True)
    english = await office.calls(language="en", drained=True)
    legal = await office.calls(Reason.LEGAL, language="en", drained=True)
    assert await zhou.has() == [chinese]
    assert await lea.has() == [english, legal]


async def test_in_manual_mode_nothing_is_given_and_people_claim(office: Office) -> None:
    office.changes(assignment=Assignment.MANUAL)
    anna = await office.hires("Anna", online=True)
    conversation = await office.calls(drained=True)
    assert await office.waiting() == [conversation]
    await anna.claims(conversation)
    assert await anna.has() == [conversation]


async def test_several_processes_that_drain_at_once_keep_the_order_and_the_limits(
    office: Office, database_url: str
) -> None:
    waiting = [await office.calls() for _ in range(40)]
    people = [await office.hires(f"Agent {n}", capacity=7) for n in range(5)]
    for person in people:
        await person.beats()
    processes = [Database(database_url) for _ in range(4)]
    async with office.shop.app.db.write() as session:
        for person in people:
            await desk.set_presence(session, person.me, Presence.ONLINE, office.now)
    try:
        done = await asyncio.gather(*(drain(db, office.now, office.policy) for db in processes))
    finally:
        for db in processes:
            await db.close()
    events = [e for e in await office.shop.rows(DeskEvent) if e.what is Deed.GIVEN]
    assert [e.conversation_id for e in events] == waiting[:35]
    assert sum(map(len, done)) == 35
    assert [len(await p.has()) for p in people] == [7] * 5
    assert await office.waiting() == waiting[35:]


async def test_waiting_lifts_a_conversation_above_who_came_later_with_more_urgency(office: Office) -> None:
    old = await office.calls()
    await office.shop.passes(minutes=31)
    assert (await office.entry(old)).priority == 2
    new = await office.calls(Reason.ABUSE)
    assert await office.waiting() == [old, new]


async def test_tier_and_emotion_count_as_the_policy_says(office: Office) -> None:
    usual, furious = await office.calls(), await office.calls(level=3)
    grave = await office.calls(severity=1)
    assert await office.waiting() == [grave, furious, usual]
    entry = await office.entry(furious)
    assert (entry.priority, entry.level) == (2, 3)


async def test_who_was_given_to_somebody_who_is_gone_goes_back_to_the_old_place(office: Office) -> None:
    anna = await office.hires("Anna", online=True)
    first = await office.calls(drained=True)
    office.shop.clock.passes(minutes=5)
    second = await office.calls()
    assert await anna.has() == [first]
    await office.shop.passes(minutes=16)
    assert await office.waiting() == [first, second]
    ben = await office.hires("Ben", online=True)
    assert await ben.has() == [first, second]


async def test_who_was_answered_stays_with_the_person_who_is_gone(office: Office) -> None:
    anna = await office.hires("Anna", online=True)
    first = await office.calls(drained=True)
    await anna.sends(first, "I will look into it and write tomorrow")
    await office.shop.passes(minutes=60)
    assert await anna.has() == [first]


async def test_while_only_the_engine_is_down_nobody_is_given_the_conversation(office: Office) -> None:
    anna = await office.hires("Anna", online=True)
    conversation = await office.writes("hello")
    async with office.shop.app.db.write() as session:
        row = await conversations.locked(session, conversation)
        await handoff.note_engine_down(session, row, office.now)
    await office.shop.app.hand_out()
    assert await anna.has() == []
