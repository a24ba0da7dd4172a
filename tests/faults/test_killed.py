"""Whoever kills the program at any moment: nothing is lost, nobody is answered twice, and what is unknown is told.

The processes are real and die by SIGKILL; Telegram is a fake that survives them. CAREBOT_TEST_SEED repeats a run.
"""

import asyncio
import os
import random
import secrets
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from bot.db import Database
from bot.engine import Engine
from bot.outbox.delivery import State
from tests.conftest import free_port
from tests.fakes.telegram_faults import late
from tests.faults import evidence
from tests.faults.load import Load
from tests.faults.people import API_TOKEN, RecordingTelegram, for_good
from tests.faults.program import Program, on_failure_show
from tests.faults.proxy import Proxy
from tests.faults.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]

TURNS = 300
"""At least so many before the load ends."""
KILLS = 5
LIFE = (1.0, 4.0)
"""Seconds a process lives after it was ready, at random."""
LOAD_WITHIN = 200.0
REST_WITHIN = 90.0
"""Seconds until the load has to be done, and until all has come to rest after it, on a machine that is busy."""
LEASES = {"CAREBOT_LANE_LEASE_S": "3", "CAREBOT_SEND_LEASE_S": "5"}
PAUSES = {"CAREBOT_TURN_PAUSE_MS": "60", "CAREBOT_LISTEN_PAUSE_MS": "150"}
SECRET = "the-webhooks-secret"


@dataclass
class Scene:
    """A fake Telegram, customers, a database to look into, and how often something was killed."""

    db: Database
    fake: RecordingTelegram
    load: Load
    nlu: Engine
    settings: dict[str, str]
    folder: Path
    chance: random.Random
    programs: list[Program] = field(default_factory=list)
    kills: int = 0
    nlu_kills: int = 0
    _began: float = field(default_factory=time.monotonic)

    def notes(self, what: str) -> None:
        """A line for whoever reads a run."""
        print(f"{time.monotonic() - self._began:6.1f} s  {what}")  # noqa: T201

    def program(self, name: str, **more: str) -> Program:
        made = Program(self.folder, self.settings | more, free_port(), name=name)
        self.programs.append(made)
        return made

    async def kills_app(self, program: Program) -> None:
        await program.kill()
        self.kills += 1
        self.notes(f"{program.name} killed")

    async def kills_nlu(self, times: int) -> None:
        for _ in range(times):
            await asyncio.sleep(self.chance.uniform(*LIFE))
            if self.nlu.pid is not None:
                os.kill(self.nlu.pid, signal.SIGKILL)
                self.nlu_kills += 1
                self.notes("nlu killed")

    async def turns(self, least: int) -> None:
        """Wait until there were so many turns."""

        async def enough() -> bool:
            return await evidence.turns(self.db) >= least

        await eventually(enough, LOAD_WITHIN, f"{least} turns")

    async def rests(self) -> None:
        """Wait until nothing waits; AssertionError with what does."""
        waits: dict[str, int] = {}

        async def at_rest() -> bool:
            nonlocal waits
            waits = await evidence.waiting(self.db) | {"updates at Telegram": len(self.fake.pending)}
            return not any(waits.values())

        await eventually(at_rest, REST_WITHIN, lambda: f"an end of {waits}")
        self.notes("all has come to rest")


@pytest.fixture
async def scene(database_url: str, own_nlu: Engine, tmp_path: Path) -> AsyncIterator[Scene]:
    chance = random.Random(seed := int(os.environ.get("CAREBOT_TEST_SEED") or secrets.randbelow(10**6)))
    print(f"\nseed {seed} (CAREBOT_TEST_SEED), {database_url.split('+')[0].split(':')[0]}")  # noqa: T201
    settings = (
        LEASES
        | PAUSES
        | {
            "CAREBOT_DATABASE_URL": database_url,
            "CAREBOT_RASA_URL": own_nlu.url,
            "CAREBOT_RASA_MANAGE": "false",
            "CAREBOT_API_TOKEN": API_TOKEN,
        }
    )
    db = Database(database_url)
    async with RecordingTelegram() as fake, aiohttp.ClientSession() as http:
        fake.faults.always("sendMessage", late(0.05))  # as a real one; so that some die with a message on its way
        settings |= {"CAREBOT_TELEGRAM_TOKEN": fake.token, "CAREBOT_TELEGRAM_API_URL": fake.url}
        load = Load(fake, http, lambda: "", chance)
        made = Scene(db, fake, load, own_nlu, settings, tmp_path, chance)
        yield made
        for program in made.programs:
            await program.kill()
    await db.close()


async def test_killed_again_and_again(scene: Scene):
    """One process, polling, killed at random moments, also while it starts; so is nlu."""
    program = scene.program("carebot")
    scene.load.base = lambda: program.url
    with on_failure_show(program):
        await program.start()
        async with until_done(scene):
            for number in range(KILLS):
                await asyncio.sleep(scene.chance.uniform(*LIFE))
                await scene.kills_app(program)
                if number == KILLS // 2:
                    await program.launch()
                    await asyncio.sleep(scene.chance.uniform(0.0, 3.0))
                    await scene.kills_app(program)
                await program.start()
        await scene.rests()
        await proved(scene)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_one_of_two_is_killed_and_does_not_come_back(scene: Scene):
    """Two processes on one database behind a balancer, updates by webhook; the one that is left does it all."""
    hook = {"CAREBOT_TELEGRAM_MODE": "webhook", "CAREBOT_TELEGRAM_WEBHOOK_SECRET": SECRET}
    doomed, heir = scene.program("doomed", **hook), scene.program("heir", **hook)
    async with Proxy(("127.0.0.1", doomed.port), ("127.0.0.1", heir.port)) as balancer:
        scene.load.base = lambda: balancer.url
        with on_failure_show(doomed, heir):
            await doomed.start()
            await heir.start()
            scene.fake.webhook.point(f"{balancer.url}/telegram/webhook", SECRET)
            async with until_done(scene):
                await scene.turns(scene.chance.randrange(TURNS // 6, TURNS // 2))
                await scene.kills_app(doomed)
            await scene.rests()
            found = await proved(scene)
            assert len({row.claimed_by for row in found.deliveries if row.claimed_by}) == 2, "both should have sent"


@asynccontextmanager
async def until_done(scene: Scene) -> AsyncIterator[None]:
    """The load goes on while the block kills, and until there were enough turns."""
    async with asyncio.timeout(LOAD_WITHIN), scene.load.going_on():
        nlu = asyncio.create_task(scene.kills_nlu(2))
        yield
        await nlu
        await scene.turns(TURNS)
    scene.notes("the load is over")


async def proved(scene: Scene) -> evidence.Evidence:
    """Every promise, from the database and from what the customers heard."""
    found = await evidence.collect(scene.db)
    scene.notes(told(scene, found))
    assert len(found.turns) >= TURNS
    evidence.nothing_lost_nothing_invented(found, scene.load.accepted())
    evidence.every_message_in_one_turn(found)
    evidence.every_turn_has_its_words_once(found)
    evidence.one_thread(found)
    evidence.complaints_hold_together(found)
    for conversation in found.conversations:
        mine = [row for row in found.deliveries if row.conversation_id == conversation.id]
        if conversation.channel == "telegram":
            heard = [message.text for message in scene.fake.customers[int(conversation.chat)].heard]
            evidence.heard_in_order(mine, heard, f"chat {conversation.chat}")
        else:
            assert all(row.state is State.SENT and row.attempt == 0 for row in mine)
    for chat in scene.load.web:
        whole = await chat.whole_thread()
        assert for_good(chat.thread) == for_good(whole), "what was read piece by piece is not the thread"
    return found


def told(scene: Scene, found: evidence.Evidence) -> str:
    again = found.heard_again()
    return (
        f"{len(found.inbound)} messages in {len(found.conversations)} chats, {len(found.turns)} turns, "
        f"{len(found.deliveries)} words out, {len(found.cases)} complaints, {len(found.promises)} promises; "
        f"{scene.kills} kills of the app, {scene.nlu_kills} of nlu; {scene.load.unheard} lines unheard in time; "
        f"{len(again)} sends of unknown fate: {[(row.key, row.state.value, row.attempt) for row in again]}"
    )
