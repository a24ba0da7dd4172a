"""The database or nlu is gone for a while: intake says so truthfully, nothing is lost, everything is answered later.

A proxy on loopback stands between the program and what disappears.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from actions.executor import execute
from bot import db as database
from bot import migrate
from bot.api import server
from bot.app import App
from bot.db import Database
from bot.handoff.queue import Reason
from bot.handoff.tables import QueueEntry
from bot.inbox.tables import Handling
from bot.line import PostgresqlLine
from bot.outbox.delivery import State
from bot.settings import ROOT, Settings
from tests.clock import FakeClock
from tests.fakes.telegram_customer import Customer
from tests.faults import evidence
from tests.faults.people import RecordingTelegram
from tests.faults.proxy import Proxy
from tests.faults.waiting import eventually
from tests.openshop import Shop, open_shop

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("log")]
WITHIN = 30.0
only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@dataclass
class Far:
    """The whole program in this process, its PostgreSQL behind a proxy; `near` looks past the proxy."""

    app: App
    near: Database
    proxy: Proxy
    fake: RecordingTelegram
    http: httpx.AsyncClient

    async def rests(self) -> None:
        waits: dict[str, int] = {}

        async def at_rest() -> bool:
            nonlocal waits
            waits = await evidence.waiting(self.near) | {"updates at Telegram": len(self.fake.pending)}
            return not any(waits.values())

        await eventually(at_rest, WITHIN, lambda: f"an end of {waits}")

    async def says(self, token: str, client_id: str, text: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return await self.http.post(
            "/api/v1/chat/messages", json={"client_id": client_id, "text": text}, headers=headers
        )

    async def heard(self, token: str) -> list[str]:
        headers = {"Authorization": f"Bearer {token}"}
        thread = (await self.http.get("/api/v1/chat/messages", headers=headers)).json()
        return [row["text"] for row in thread if row["author"] == "bot"]


@asynccontextmanager
async def opened(database_url: str, rasa_url: str, folder: Path, **more: Any) -> AsyncIterator[Far]:
    there = urlsplit(database_url)
    near = Database(database_url)
    async with Proxy((there.hostname or "", there.port or 5432)) as proxy, RecordingTelegram() as fake:
        settings = Settings(
            **{
                "database_url": database_url.replace(f":{there.port}", f":{proxy.port}"),
                "rasa_url": rasa_url,
                "var_dir": folder,
                "data_dir": ROOT / "data",
                "demo": False,
                "turn_pause_ms": 50,
                "listen_pause_ms": 50,
                "lane_lease_s": 2,
                "send_lease_s": 4,
                "telegram_token": fake.token,
                "telegram_api_url": fake.url,
                "_env_file": None,
                **more,
            }
        )
        app = App(settings, execute)
        await migrate.upgrade(app.db)
        await app.start()
        web = httpx.ASGITransport(server.build(app, manage=False), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=web, base_url="http://shop") as http:
            yield Far(app, near, proxy, fake, http)
        await app.stop()
    await near.close()


@pytest.fixture
async def far(database_url: str, rasa_url: str, tmp_path: Path) -> AsyncIterator[Far]:
    async with opened(database_url, rasa_url, tmp_path) as made:
        yield made


async def a_session(far: Far) -> str:
    return str((await far.http.post("/api/v1/chat/sessions", json={"language": "en"})).json()["token"])


@only_postgresql
async def test_the_web_chat_says_503_and_the_repeated_message_is_stored_once(far: Far):
    token = await a_session(far)
    assert (await far.says(token, "one", "hello")).status_code == 202
    await far.rests()
    before = len(await far.heard(token))
    await far.proxy.cuts()
    refused = await far.says(token, "two", "what is your refund policy?")
    assert refused.status_code == 503
    assert refused.json()["error"]["message"]
    assert int(refused.headers["Retry-After"]) > 0
    assert (await far.http.get("/health/ready")).status_code == 503
    assert (await far.http.get("/health/live")).status_code == 200
    await far.proxy.mends()
    first = await far.says(token, "two", "what is your refund policy?")
    again = await far.says(token, "two", "what is your refund policy?")
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    await far.rests()
    assert len(await far.heard(token)) == before + 1
    found = await evidence.collect(far.near)
    assert [row.message_id for row in found.inbound] == ["one", "two"]
    evidence.every_message_in_one_turn(found)


@only_postgresql
async def test_it_was_stored_but_the_answer_was_lost_and_the_repetition_changes_nothing(
    far: Far, monkeypatch: pytest.MonkeyPatch
):
    """The worst moment: the commit arrives and its confirmation does not. The client is told 503 and asks again."""
    token = await a_session(far)
    commit = PostgresqlLine.commit
    cut: list[asyncio.Task[None]] = []

    async def commits_and_is_cut(line: PostgresqlLine) -> None:
        await commit(line)
        monkeypatch.undo()
        cut.append(asyncio.ensure_future(far.proxy.cuts()))
        raise ConnectionResetError("the confirmation was lost")

    monkeypatch.setattr(PostgresqlLine, "commit", commits_and_is_cut)
    assert (await far.says(token, "one", "hello")).status_code == 503
    await asyncio.gather(*cut)
    assert [row.message_id for row in (await evidence.collect(far.near)).inbound] == ["one"], "it must have been stored"
    await far.proxy.mends()
    assert (await far.says(token, "one", "hello")).status_code == 202
    await far.rests()
    found = await evidence.collect(far.near)
    assert [row.message_id for row in found.inbound] == ["one"]
    evidence.every_message_in_one_turn(found)
    assert len(await far.heard(token)) == len([row for row in found.deliveries if row.key.startswith("turn:")])


@only_postgresql
async def test_updates_stay_with_telegram_and_all_are_answered_later(far: Far):
    lin, wang = far.fake.customer(name="Lin"), far.fake.customer(name="Wang", language_code="zh-hans")
    lin.writes("hello")
    await lin.hears(within=WITHIN)
    await far.fake.until(lambda: not far.fake.pending)
    stored = far.fake.acknowledged
    await far.proxy.cuts()
    for text in ("how long does delivery take?", "thanks"):
        lin.writes(text)
    wang.writes("退款政策是什么？")
    tried = far.fake.polls
    await far.fake.until(lambda: far.fake.polls >= tried + 3, WITHIN, lambda: "more polls")
    assert far.fake.acknowledged == stored, "acknowledged, and not stored anywhere"
    assert len(far.fake.pending) == 3
    await far.proxy.mends()
    await far.rests()
    found = await evidence.collect(far.near)
    evidence.nothing_lost_nothing_invented(found, [("telegram", number) for number in far.fake.given])
    evidence.every_message_in_one_turn(found)
    evidence.every_turn_has_its_words_once(found)
    for conversation in found.conversations:
        rows = [row for row in found.deliveries if row.conversation_id == conversation.id]
        evidence.heard_in_order(rows, [h.text for h in far.fake.customers[int(conversation.chat)].heard])
    assert len(lin.heard) >= 2
    assert len(wang.heard) >= 1


@only_postgresql
async def test_a_turn_that_met_the_gap_is_answered_and_not_apologised_for(far: Far):
    """The database goes between understanding and writing: no action has failed, so nobody hears that one has."""
    token = await a_session(far)
    understand = far.app.rasa.decide

    async def and_then_the_database_goes(text: str, context: Any) -> Any:
        decision = await understand(text, context)
        far.app.rasa.decide = understand  # type: ignore[method-assign]
        await far.proxy.cuts()
        return decision

    far.app.rasa.decide = and_then_the_database_goes  # type: ignore[method-assign]
    assert (await far.says(token, "one", "hello")).status_code == 202

    async def left_behind() -> bool:
        return far.app.rasa.decide == understand and not far.app.lanes._lanes

    await eventually(left_behind, WITHIN, "the turn to be left behind")
    await far.proxy.mends()
    await far.rests()
    found = await evidence.collect(far.near)
    evidence.every_message_in_one_turn(found)
    assert [turn.error for turn in found.turns] == [""]
    assert "talk.sorry_failed" not in [row.text_key for row in found.deliveries]
    assert {conversation.owner for conversation in found.conversations} == {"bot"}


async def a_greeting_during_which_the_database_goes(far: Far) -> Customer:
    """Telegram has the answer, and the database went before that could be written down."""
    lin, gone = far.fake.customer(name="Lin"), asyncio.Event()
    send = far.app.channels["telegram"].send

    async def send_and_then_the_database_goes(out: Any) -> str:
        number = await send(out)
        far.app.channels["telegram"].send = send  # type: ignore[method-assign]
        await far.proxy.cuts()
        gone.set()
        return number

    far.app.channels["telegram"].send = send_and_then_the_database_goes  # type: ignore[method-assign]
    lin.writes("hello")
    async with asyncio.timeout(WITHIN):
        await gone.wait()
    return lin


@only_postgresql
async def test_what_was_sent_when_the_database_went_is_written_down_when_it_is_back(far: Far):
    lin = await a_greeting_during_which_the_database_goes(far)
    await far.proxy.mends()
    await far.rests()
    found = await evidence.collect(far.near)
    assert [row.attempt for row in found.deliveries] == [1] * len(lin.heard)
    evidence.heard_in_order(found.deliveries, [h.text for h in lin.heard])


@only_postgresql
async def test_what_could_not_be_written_down_is_of_unknown_fate(far: Far, monkeypatch: pytest.MonkeyPatch):
    """The gap was longer than our patience: the words are sent once more, and the row says that they were."""
    monkeypatch.setattr("bot.outbox.sender.WRITE_AGAIN", ())
    lin = await a_greeting_during_which_the_database_goes(far)
    await eventually(lambda: not far.app.sender._under_way, WITHIN)
    await far.proxy.mends()
    await far.rests()
    found = await evidence.collect(far.near)
    (row,) = [row for row in found.deliveries if row.attempt > 1]
    assert (row.state, row.attempt) == (State.SENT, 2)
    evidence.heard_in_order(found.deliveries, [h.text for h in lin.heard])
    assert len(lin.heard) == len(found.deliveries) + 1


@only_postgresql
async def test_a_network_that_swallows_everything_does_not_hold_intake_for_ever(
    database_url: str, rasa_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """No connection breaks and no answer comes: the time-outs of bot/db.py end the waiting."""
    monkeypatch.setattr(database, "ANSWER_WITHIN", 1.0)
    monkeypatch.setattr(database, "CONNECT_WITHIN", 1.0)
    async with opened(database_url, rasa_url, tmp_path) as far:
        token = await a_session(far)
        assert (await far.says(token, "one", "hello")).status_code == 202
        await far.rests()
        far.proxy.swallows()
        async with asyncio.timeout(WITHIN):
            assert (await far.says(token, "two", "thanks")).status_code == 503
        await far.proxy.cuts()
        await far.proxy.mends()
        assert (await far.says(token, "two", "thanks")).status_code == 202
        await far.rests()
        evidence.every_message_in_one_turn(await evidence.collect(far.near))


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_nlu_gone_for_a_minute(
    database_url: str, rasa_url: str, tmp_path: Path, clock: FakeClock, language: str, monkeypatch: pytest.MonkeyPatch
):
    """Said once that it takes longer, the desk knows, and when nlu is back everything is answered in one turn."""
    monkeypatch.setattr("bot.rasa.TRIES_AFTER", (0.0, 0.0))
    there = urlsplit(rasa_url)
    async with (
        Proxy((there.hostname or "", there.port or 80)) as proxy,
        open_shop(database_url, proxy.url, tmp_path, clock) as shop,
    ):
        lin = await shop.customer(language)
        await lin.says({"zh": "你好", "en": "hello"}[language])
        await proxy.cuts()
        before = len(await lin.keys())
        await lin.says({"zh": "退款政策是什么？", "en": "what is your refund policy?"}[language])
        await shop.passes(minutes=0.5, steps=3)
        await lin.says({"zh": "在吗？", "en": "are you there?"}[language])
        await shop.passes(minutes=0.5, steps=3)
        assert (await lin.keys())[before:] == ["talk.holding"]
        waiting = await evidence.collect(shop.app.db)
        assert [row.handling for row in waiting.inbound] == [Handling.ANSWERED, Handling.NEW, Handling.NEW]
        assert await open_entries(shop) == [Reason.ENGINE_DOWN]
        await proxy.mends()
        await shop.passes(minutes=0.5, steps=3)
        found = await evidence.collect(shop.app.db)
        evidence.every_message_in_one_turn(found)
        evidence.every_turn_has_its_words_once(found)
        assert len(found.turns) == 2
        assert (await lin.keys())[before:].count("talk.holding") == 1
        assert len((await lin.keys())[before:]) >= 2
        assert await open_entries(shop) == []
        assert await lin.owner() == "bot"


async def open_entries(shop: Shop) -> list[Reason]:
    """Why conversations wait for a person."""
    return [entry.reason for entry in await shop.rows(QueueEntry) if entry.closed_at is None]
