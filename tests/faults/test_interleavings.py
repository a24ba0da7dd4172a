"""Two processes on one database, their steps mixed by dice and cut off anywhere: nobody is answered twice.

No time passes but what the test lets pass. CAREBOT_TEST_SEED repeats the dice, though not what the database decides.
"""

import asyncio
import os
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from actions.executor import execute
from bot import app as program
from bot.app import App
from bot.conversations import store as conversations
from bot.data import DataInForce
from bot.db import Database
from bot.handoff import service as handoff
from bot.inbox import store as inbox
from bot.inbox.tables import Handling
from bot.messages import Author, Incoming
from bot.outbox import service as outbox
from bot.outbox.delivery import State
from bot.outbox.tables import Delivery
from bot.settings import ROOT, Settings
from tests.clock import FakeClock
from tests.faults import evidence
from tests.faults.lives import Died, Life, World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.usefixtures("log")]

ROUNDS = int(os.environ.get("CAREBOT_TEST_ROUNDS", "12"))
STEPS = 120
CHATS = 3
LINES = {
    "action_greet": 12,
    "action_thank": 12,
    "action_goodbye": 12,
    "action_praise": 12,
    "action_that_raises": 1,
    "action_contact_human_agent": 1,
}
"""What customers write, which here is also what is understood, and how often."""
AT_ONCE = 6
"""Things begun and not ended at the same time."""
DOOM = 0.02
STAFF = 1
MOST_DEAD = 3
"""Lives whose connections may still be open before everybody waits for their end."""


class Stage:
    """One round: two lives, a few chats, and everything that can happen to them."""

    def __init__(self, near: Database, folder: Path, seed: int, number: int, clock: FakeClock) -> None:
        self.near = near
        self.chance = random.Random(seed)
        self.world = World(self.chance)
        self.clock = clock
        self.number = number
        self.settings = Settings(
            database_url=near.url.render_as_string(hide_password=False),
            var_dir=folder,
            data_dir=ROOT / "data",
            demo=False,
            turn_pause_ms=0,
            listen_pause_ms=0,
            lane_lease_s=15,
            send_lease_s=60,
            _env_file=None,
        )
        self.lives = [self._born(), self._born()]
        self.past: list[Life] = []
        self.accepted: set[tuple[str, str]] = set()
        self.suppressed: set[int] = set()
        """Outgoing rows that waited when a person took over."""
        self.silences: list[list[int]] = []
        """[conversation, fence when a person took it, fence when it was handed back]."""
        self._written = 0
        self._begun: list[asyncio.Task[None]] = []

    def _born(self) -> Life:
        return Life(self.world, App(self.settings, execute, self.clock), self.clock, DOOM)

    async def plays(self) -> None:
        """Everything at random, then all comes to rest."""
        things = [self.customer_writes] * 4 + [self.sweeps] * 3 + [self.sends] * 4 + [self.reaps, self.person_takes]
        things += [self.person_hands_back] * 2
        for _ in range(STEPS):
            self._begin(self.chance.choice(things))
            while len(under_way := [task for task in self._begun if not task.done()]) > AT_ONCE:
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            if self.chance.random() < 0.3:
                self.clock.passes(seconds=self.chance.uniform(0, 8))
            self._bury()
            if len(self.past) >= MOST_DEAD:
                await self._ended()
        await self.rests()

    async def rests(self) -> None:
        self.world.dangerous = False
        for _ in range(60):
            await self._ended()
            if not await evidence.waiting(self.near):
                return
            self.clock.passes(seconds=5)
            for what in (self.sweeps, self.reaps, self.sends):
                self._begin(what)
        raise AssertionError(f"no rest: {await evidence.waiting(self.near)}")

    def _begin(self, what: Callable[[Life], Awaitable[None]]) -> None:
        life = self.chance.choice(self.lives)

        async def do() -> None:
            with suppress(Died):  # its life is buried by `_bury`
                await what(life)

        self._begun.append(asyncio.create_task(do()))

    def _bury(self) -> None:
        for place, life in enumerate(self.lives):
            if life.dead:
                self.past.append(life)
                self.lives[place] = self._born()

    async def _ended(self) -> None:
        """Wait for all that has begun, by the living and the dead."""
        await asyncio.gather(*self._begun)
        self._begun.clear()
        self._bury()
        for life in [*self.past, *self.lives]:
            await life.ends()
        self.past.clear()

    # what happens

    async def customer_writes(self, life: Life) -> None:
        """A channel gives it again until somebody has stored it; some give it twice anyway."""
        self._written += 1
        chat, number = f"{self.number}-{self.chance.randrange(CHATS)}", f"{self.number}:{self._written}"
        text = self.chance.choices(list(LINES), list(LINES.values()))[0]
        incoming = Incoming("telegram", chat, number, self.clock.now(), text=text, message_id=number)
        while not await self._taken(life, incoming) or self.world.strikes(0.1):
            self._bury()
            life = self.chance.choice(self.lives)
            await asyncio.sleep(0)
        self.accepted.add(("telegram", number))

    async def _taken(self, life: Life, incoming: Incoming) -> bool:
        try:
            await life.app.take(incoming)
        except Died:
            return False
        return True

    async def sweeps(self, life: Life) -> None:
        await life.app.lanes.sweep()

    async def sends(self, life: Life) -> None:
        await life.app.sender.start_due()

    async def reaps(self, life: Life) -> None:
        await life.app.sender.reap()

    async def person_takes(self, _: Life) -> None:
        """From a process of their own, as `carebot queue` does."""
        chat = f"{self.number}-{self.chance.randrange(CHATS)}"
        async with self.near.write() as session:
            found = await conversations.of_chat(session, "telegram", chat)
            if found is None:
                return
            conversation = await conversations.locked(session, found.id)
            if conversation.owner == str(STAFF):
                return
            waiting = await waiting_words(session, conversation.id)
            await handoff.take(session, conversation, STAFF, self.clock.now())
            await inbox.give_to_staff(session, await inbox.waiting(session, conversation.id))
            self.suppressed |= waiting
            self.silences.append([conversation.id, conversation.fence, 0])

    async def person_hands_back(self, _: Life) -> None:
        if not (taken := [silence for silence in self.silences if not silence[2]]):
            return
        silence = self.chance.choice(taken)
        async with self.near.write() as session:
            conversation = await conversations.locked(session, silence[0])
            if silence[2]:
                return
            at = self.clock.now()
            says = await handoff.hand_back(session, conversation, STAFF, at)
            key = f"back:{conversation.id}:{conversation.fence}"
            await outbox.put(session, conversation, says, key, self.lives[0].app.data.now.voice, at)
            silence[2] = conversation.fence


async def waiting_words(session: AsyncSession, conversation_id: int) -> set[int]:
    """The bot's words that have not left yet."""
    query = select(Delivery.id).where(
        Delivery.conversation_id == conversation_id,
        Delivery.author == Author.BOT,
        Delivery.state.in_([State.DUE, State.CLAIMED]),
    )
    return set(await session.scalars(query))


@pytest.fixture
def one_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """All lives read the same data: it is not what this is about, and reading it takes a second."""
    data = DataInForce(ROOT / "data")
    monkeypatch.setattr(program, "DataInForce", lambda folder: data)


@pytest.fixture
async def quiet_deaths() -> AsyncIterator[None]:
    """A task that died has nobody to tell."""
    loop = asyncio.get_running_loop()

    def handle(_: object, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), Died):
            loop.default_exception_handler(context)

    loop.set_exception_handler(handle)
    yield
    loop.set_exception_handler(None)


@pytest.mark.usefixtures("one_data", "quiet_deaths")
async def test_nobody_is_answered_twice_however_the_steps_are_mixed(
    db: Database, tmp_path: Path, clock: FakeClock
) -> None:
    first = int(os.environ.get("CAREBOT_TEST_SEED") or secrets.randbelow(10**6))
    deaths: Counter[str] = Counter()
    again = 0
    for number in range(ROUNDS):
        stage = Stage(db, tmp_path, first + number, number, clock)
        try:
            await stage.plays()
            again += await proved(stage)
        except BaseException:
            print(f"seed {first + number}")  # noqa: T201
            raise
        finally:
            for life in stage.lives:
                await life.app.db.close()
        deaths += stage.world.deaths
    found = await evidence.collect(db)
    print(  # noqa: T201
        f"\nseeds {first}..{first + ROUNDS - 1}: {len(found.inbound)} messages, {len(found.turns)} turns, "
        f"{sum(row.handling is Handling.FOR_STAFF for row in found.inbound)} messages for staff, "
        f"{len(found.deliveries)} words out, {again} sent again; {deaths.total()} deaths: {dict(deaths)}"
    )
    assert deaths.total() >= ROUNDS, "hardly anything has died: these dice prove nothing"
    assert again, "no message was of unknown fate: these dice prove nothing"


async def proved(stage: Stage) -> int:
    """Every promise, for the chats of this round. Gives how many messages went out twice."""
    found = await evidence.collect(stage.near)
    chats = {c.id: c.chat for c in found.conversations if c.chat.startswith(f"{stage.number}-")}
    mine = evidence.Evidence(
        [c for c in found.conversations if c.id in chats],
        [i for i in found.inbound if i.conversation_id in chats],
        [t for t in found.turns if t.conversation_id in chats],
        [d for d in found.deliveries if d.conversation_id in chats],
        [], [], [],
    )  # fmt: skip
    evidence.nothing_lost_nothing_invented(mine, stage.accepted)
    evidence.every_message_in_one_turn(mine)
    evidence.every_turn_has_its_words_once(mine)
    evidence.one_thread(mine)
    for conversation_id, chat in chats.items():
        rows = [row for row in mine.deliveries if row.conversation_id == conversation_id]
        evidence.heard_in_order(rows, stage.world.heard.get(chat, []), chat)
    for row in mine.deliveries:
        assert stage.world.left[row.key] <= 2, f"{row.key} left {stage.world.left[row.key]} times"
        if row.id in stage.suppressed:
            assert row.state is State.SUPPRESSED, f"{row.key} waited when a person took over and is {row.state}"
    for conversation_id, taken, back in stage.silences:
        spoke = [t.fence for t in mine.turns if t.conversation_id == conversation_id and t.fence > taken]
        assert all(back and fence > back for fence in spoke), f"the bot answered in {conversation_id} for a person"
    return sum(stage.world.left[row.key] > 1 for row in mine.deliveries)
