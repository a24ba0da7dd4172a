"""`carebot run` as people start and stop it: nlu beside it, signals, ports, and data files with mistakes."""

import asyncio
import os
import re
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import psutil
import pytest
from sqlalchemy import select

from bot.db import Database
from bot.outbox.tables import Delivery
from bot.settings import ROOT
from tests.conftest import free_port
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_faults import late
from tests.faults.people import WebChat
from tests.faults.program import Program, gone, on_failure_show
from tests.faults.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

STOPS_WITHIN = 20.0
"""Seconds for a clean end; the machine may be busy."""
ORPHANS_END_WITHIN = 15.0
QUICK = {"CAREBOT_TURN_PAUSE_MS": "50"}


@pytest.fixture
async def whole(run_folder: Path) -> AsyncIterator[Program]:
    """Started without anything beside it: it has to bring its own nlu."""
    made = Program(run_folder, QUICK | {"CAREBOT_RASA_URL": f"http://127.0.0.1:{free_port()}"}, free_port())
    with on_failure_show(made):
        yield made
    await made.kill()


@pytest.fixture
async def app(rasa_url: str, tmp_path: Path) -> AsyncIterator[Program]:
    """Beside an nlu that runs already."""
    made = Program(tmp_path, QUICK | {"CAREBOT_RASA_URL": rasa_url}, free_port())
    with on_failure_show(made):
        yield made
    await made.kill()


async def answer_to(program: Program, text: str, within: float = 30.0) -> list[str]:
    """What a new customer of the web chat hears."""
    async with aiohttp.ClientSession() as http:
        return (await conversation(http, program, text, within))[1]


async def conversation(
    http: aiohttp.ClientSession, program: Program, text: str, within: float = 30.0
) -> tuple[WebChat, list[str]]:
    chat = WebChat(http, lambda: program.url)
    await chat.opens("en")
    await chat.says(text)
    assert await chat.hears(within), f"no answer within {within:g} s"
    return chat, [row["text"] for row in chat.thread if row["author"] == "bot"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_it_brings_nlu_and_takes_it_along(whole: Program, how: signal.Signals):
    await whole.start()
    await whole.ready("/health/ready")
    children = whole.children()
    assert any("server.py" in " ".join(p.cmdline()) for p in children)
    assert await answer_to(whole, "hello")
    assert await whole.asked_to_stop(how, STOPS_WITHIN) == 0
    assert await gone(children, 0.5) == [], "it has left something behind"
    assert "carebot has stopped" in whole.said()
    assert "Traceback" not in whole.said()


async def test_nlu_does_not_outlive_a_killed_program(whole: Program):
    await whole.start()
    children = whole.children()
    assert children
    await whole.kill()
    assert await gone(children, ORPHANS_END_WITHIN) == []


async def test_killed_and_started_at_once_it_has_a_working_nlu(whole: Program):
    """The old nlu may still answer for a moment; it must not be taken for one that stays."""
    await whole.start()
    await whole.kill()
    await whole.start()
    await gone_and_back(whole)
    assert await answer_to(whole, "hello")


async def gone_and_back(program: Program) -> None:
    """Wait until nlu runs as a child of this program."""
    await eventually(program.children, 60, "nlu as a child")
    await program.ready("/health/ready")


async def test_a_killed_nlu_is_started_again_and_the_customer_answered(whole: Program):
    await whole.start()
    (nlu,) = nlu_of(whole)
    async with aiohttp.ClientSession() as http:
        chat, _ = await conversation(http, whole, "hello")
        nlu.kill()
        await chat.says("what is your refund policy?")
        assert await chat.hears(30)
        await whole.ready("/health/ready")
        (reborn,) = nlu_of(whole)
        assert reborn.pid != nlu.pid
    keys = await eventually(lambda: said_last(whole, "products.answer"), 60, "the answer")
    assert keys[-2:] == ["talk.holding", "products.answer"]
    assert keys.count("products.answer") == 1
    assert re.search(r"nlu has died and is started again.*code=-9.*pause=0.5", whole.said())


def nlu_of(program: Program) -> list[psutil.Process]:
    return [p for p in program.children() if "server.py" in " ".join(p.cmdline())]


async def said_last(program: Program, key: str) -> list[str]:
    """The keys of all that was said (data/texts), once the last one is `key`; empty before."""
    db = Database(f"sqlite+aiosqlite:///{program.folder / 'carebot.sqlite3'}")
    async with db.read() as session:
        keys = list(await session.scalars(select(Delivery.text_key).order_by(Delivery.id)))
    await db.close()
    return keys if keys[-1] == key else []


async def test_an_nlu_that_dies_at_once_is_told_and_not_waited_for(whole: Program):
    """Here another program has its port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        whole.settings["CAREBOT_RASA_URL"] = f"http://127.0.0.1:{taken.getsockname()[1]}"
        await whole.launch()
        assert await whole.ends(within=100) == 1
    assert "nlu cannot be started; see" in whole.said()
    assert "Traceback" not in whole.said()


async def test_asked_to_stop_while_it_starts(whole: Program):
    await whole.launch()
    await whole.says("starting nlu", within=60)
    children = whole.children()
    assert await whole.asked_to_stop(signal.SIGTERM, STOPS_WITHIN) == 0
    assert await gone(children, 1) == []
    assert "Traceback" not in whole.said()


async def test_what_is_on_its_way_when_it_is_asked_to_stop_is_sent_once(app: Program):
    """Telegram answers late; the program waits for it, or the message would be sent again after the next start."""
    async with FakeTelegram() as fake:
        fake.faults.always("sendMessage", late(2.0))
        app.settings |= {"CAREBOT_TELEGRAM_TOKEN": fake.token, "CAREBOT_TELEGRAM_API_URL": fake.url}
        await app.start()
        lin = fake.customer()
        lin.writes("hello")
        await lin.hears(within=30)
        assert await app.asked_to_stop(signal.SIGTERM, STOPS_WITHIN) == 0
        fake.faults.heal()
        lin.writes("thanks")
        await app.start()
        await lin.hears(within=30)
        assert await app.asked_to_stop(signal.SIGTERM, STOPS_WITHIN) == 0
        texts = [heard.text for heard in lin.heard]
        assert len(texts) == len(set(texts)), texts
        assert not fake.pending


async def test_asked_to_stop_with_open_chats_and_streams(app: Program):
    """Browsers hold a stream or a long poll open all the time; neither keeps the program from ending."""
    await app.start()
    async with aiohttp.ClientSession() as http:
        chat, _ = await conversation(http, app, "hello")
        headers, after = {"Authorization": f"Bearer {chat.token}"}, chat.thread[-1]["seq"]
        waiting = f"{app.url}/api/v1/chat/messages?after={after}&wait=60"
        poll = asyncio.create_task(http.request("GET", waiting, headers=headers))
        async with http.get(f"{app.url}/api/v1/chat/stream?after={after}", headers=headers) as stream:
            assert await stream.content.readline() == b": hello\n"
            assert await app.asked_to_stop(signal.SIGTERM, STOPS_WITHIN) == 0
        await asyncio.gather(poll, return_exceptions=True)
    assert "Traceback" not in app.said()


async def test_a_port_in_use_is_told_before_anything_is_begun(app: Program):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", app.port))
        taken.listen()
        await app.launch()
        assert await app.ends(within=60) == 1
    assert f"port {app.port} on 127.0.0.1 cannot be used" in app.said()
    assert "CAREBOT_PORT" in app.said()
    assert "has started" not in app.said()
    assert "Traceback" not in app.said()


async def test_a_setting_that_makes_no_sense_is_named(app: Program):
    app.settings["CAREBOT_TURN_PAUSE_MS"] = "soon"
    await app.launch()
    assert await app.ends(within=60) == 1
    assert "CAREBOT_TURN_PAUSE_MS: " in app.said()
    assert "Traceback" not in app.said()


async def test_a_database_that_does_not_answer_is_told(app: Program):
    app.settings["CAREBOT_DATABASE_URL"] = f"postgresql://root@127.0.0.1:{free_port()}/nothing"
    await app.launch()
    assert await app.ends(within=60) == 1
    assert "the database cannot be used" in app.said()
    assert "Traceback" not in app.said()


@pytest.fixture
def data_copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "data", tmp_path / "data"))


def edit(data: Path, old: str, new: str) -> None:
    """Change words of data/texts/talk.yml as an editor does: a new file in the place of the old one."""
    file = data / "texts" / "talk.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    (data / "draft").write_text(text.replace(old, new), encoding="utf-8")
    os.replace(data / "draft", file)


async def test_a_broken_data_file_is_named_and_nothing_starts(app: Program, data_copy: Path):
    edit(data_copy, "\nthank:\n", "\nthank:\n  fr: [Merci]\n")
    (data_copy / "policy" / "desk.yml").write_text("minutes_each: soon\n")
    app.settings["CAREBOT_DATA_DIR"] = str(data_copy)
    await app.launch()
    assert await app.ends(within=60) == 1
    said = app.said()
    assert "texts/talk.yml" in said
    assert "thank" in said
    assert re.search(r"policy/desk\.yml: 'minutes_each' must be a number", said)
    assert "Traceback" not in said


async def test_data_edited_while_it_runs(app: Program, data_copy: Path):
    """Broken: the old words stay in force and the log says why. Good: the new words are said."""
    app.settings["CAREBOT_DATA_DIR"] = str(data_copy)
    await app.start()
    edit(data_copy, "out_of_scope:", "out_of_scope: [")
    said = await app.says("data/ has a mistake; what was in force stays in force")
    assert "texts/talk.yml" in said
    old = await answer_to(app, "hello")
    assert any("automated assistant" in text for text in old)
    edit(data_copy, "out_of_scope: [", "out_of_scope:")
    edit(data_copy, "I'm the automated assistant of {brand}", "I'm the newest machine of {brand}")
    await app.says("data/ was edited and is in force")
    new = await answer_to(app, "hello")
    assert any("newest machine" in text for text in new)
