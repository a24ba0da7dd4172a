"""Notes are for staff alone: they have no path to what is sent, whatever happens in whatever order on every channel."""

import ast
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import CarebotError, NotAllowed
from bot.handoff.alerts import AlertKind
from bot.handoff.desk import Outcome
from bot.handoff.notes import mentioned
from bot.handoff.queue import Reason
from bot.handoff.tables import DeskEvent, Note
from bot.inbox import thread
from bot.outbox.service import IMMEDIATE
from bot.outbox.tables import Delivery
from bot.settings import ROOT
from bot.staff.account import Role
from tests.fakes.channel import FakeChannel
from tests.handoff.people import Office, Person, kept_picture

CHANNELS = ("web", "terminal", "telegram")
SECRET = "zq-secret-word"
NAMES = {"Mei": 1, "Mei Lin": 2, "张伟": 3}

DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["note", "send", "file", "claim", "pass", "team", "back", "close", "write", "call", "clock"]),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    min_size=4,
    max_size=16,
)


@pytest.mark.parametrize("kind", ["sqlite"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(deeds=DEEDS)
async def test_no_words_of_a_note_are_ever_in_an_outgoing_call(
    office: Office, deeds: list[tuple[str, int, int]]
) -> None:
    people = [
        await office.hires("Anna", online=True),
        await office.hires("Ben"),
        await office.hires("Clara", Role.SUPERVISOR),
    ]
    office.shop.app.channels["telegram"] = channel = FakeChannel()
    chats = [await office.calls(channel=name) for name in CHANNELS]
    said = 0
    for deed, who, where in deeds:
        office.shop.clock.passes(seconds=5)
        try:
            await does(office, deed, people[who], people[(who + 1) % 3], chats[where])
        except CarebotError:
            continue  # refused: another has it
        said += 1
    await office.shop.app.sender.drain()
    assert said
    for out in channel.sent:
        assert SECRET not in repr(out)
    for row in await office.shop.rows(Delivery):
        assert SECRET not in f"{row.text}{row.buttons}{row.attachments}"
    async with office.shop.app.db.read() as session:
        for chat in chats:
            assert SECRET not in repr(await thread.after(session, chat, 0))


async def does(office: Office, deed: str, person: Person, colleague: Person, chat: int) -> None:
    match deed:
        case "note":
            await person.notes(chat, f"{SECRET} {{name}} @{colleague.me.name}")
        case "send":
            await person.sends(chat, "Hello", key=str(office.numbers))
        case "file":
            await person.sends(chat, "", attachments=[kept_picture(office)])
        case "claim":
            await person.claims(chat)
        case "pass":
            await person.passes(chat, colleague, text=SECRET)
        case "team":
            await person.passes(chat, team="law", text=SECRET)
        case "back":
            await person.hands_back(chat, SECRET)
        case "close":
            await person.closes(chat, Outcome.SOLVED, SECRET)
        case "write":
            await office.writes("hm", conversation=chat)
        case "call":
            row = await office.conversation(chat)
            await office.calls_again(row, Reason.ASKED)
        case "clock":
            await office.shop.passes(minutes=20)


async def test_the_property_would_notice_a_leak(office: Office) -> None:
    """The same look, on a word that was sent: a check that can fail."""
    anna = await office.hires("Anna")
    chat = await office.calls(channel="telegram")
    office.shop.app.channels["telegram"] = channel = FakeChannel()
    await anna.sends(chat, SECRET)
    assert any(SECRET in repr(out) for out in channel.sent)


def test_nothing_that_sends_or_shows_to_customers_knows_of_notes() -> None:
    for folder in ("bot/outbox", "bot/channels", "bot/inbox", "bot/complaints", "bot/enquiries", "actions"):
        for path in (ROOT / folder).rglob("*.py"):
            names = {
                *(n.module or "" for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ImportFrom)),
                *(
                    f"{n.module}.{a.name}"
                    for n in ast.walk(ast.parse(path.read_text()))
                    if isinstance(n, ast.ImportFrom)
                    for a in n.names
                ),
            }
            assert not names & {"bot.handoff.notes", "bot.handoff.tables.Note", "bot.handoff.tables.DeskEvent"}, path
    sends = (ROOT / "bot/handoff/notes.py").read_text()
    assert "outbox" not in sends
    assert "channels" not in sends
    assert {"web", "terminal"} == IMMEDIATE, "another channel: add it to CHANNELS above"


async def test_mentions_alert_exactly_those_who_are_named_and_are_over_when_seen(office: Office) -> None:
    anna, ben, mei = [await office.hires(name) for name in ("Anna", "Ben", "Mei")]
    chat = await office.calls()
    await anna.notes(chat, "please look, @Ben and @Mei, and @Ben again; @Nobody")
    (note,) = await office.shop.rows(Note)
    assert note.mentions == [ben.id, mei.id]
    assert (note.name, note.text.startswith("please look")) == ("Anna", True)

    async def mentions(person: Person) -> list[str]:
        return [a.about for a in await person.rings() if a.kind is AlertKind.MENTION]

    assert (await mentions(anna), await mentions(ben), await mentions(mei)) == ([], ["Anna"], ["Anna"])
    await ben.sees(next(a for a in await ben.rings() if a.kind is AlertKind.MENTION))
    office.shop.clock.passes(seconds=timedelta(minutes=5).seconds)
    assert (await mentions(ben), await mentions(mei)) == ([], ["Anna"])


async def test_a_marketer_neither_writes_nor_reads_notes(office: Office) -> None:
    mara = await office.hires("Mara", Role.MARKETER)
    chat = await office.calls()
    with pytest.raises(NotAllowed):
        await mara.notes(chat, "hello")
    assert await office.count(Note) == 0
    assert await office.count(DeskEvent) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Mei look", [1]),
        ("@Mei Lin look", [2]),
        ("问一下@张伟，再问@Mei", [3, 1]),
        ("mei@example.com", []),
        ("@Mei @Mei", [1]),
        ("nobody", []),
    ],
)
def test_who_is_mentioned(text: str, found: list[int]) -> None:
    assert mentioned(text, NAMES) == found
