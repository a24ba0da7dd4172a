"""A model takes over only when nothing guarded falls; nlu is told; and there is always a way back."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.errors import NotFound, RasaUnreachable, Unreadable
from bot.models import service, training
from bot.models.guard import Guards
from bot.models.registry import Registry, Standing
from bot.rasa import Rasa
from tests.models.conftest import Shelf, report

GUARDS = Guards({"accuracy": 0.005, "stop_recall": 0.005})
FilesAre = Callable[[str], None]


class FakeNlu:
    """The two routes of nlu that matter here."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.refuses = ""
        self.told = web.Application()
        self.told.router.add_get("/status", self.status)
        self.told.router.add_post("/activate", self.activate)

    async def status(self, _: web.Request) -> web.Response:
        return web.json_response({"ready": True})

    async def activate(self, request: web.Request) -> web.Response:
        path = Path((await request.json())["model"])
        if self.refuses:
            return web.json_response({"error": self.refuses}, status=422)
        self.loaded.append(path.name.partition(".")[0])
        return web.json_response({"fingerprint": self.loaded[-1]})


@pytest.fixture
def fake() -> FakeNlu:
    return FakeNlu()


@pytest.fixture
async def rasa(fake: FakeNlu) -> AsyncIterator[Rasa]:
    async with TestServer(fake.told) as server:
        client = Rasa(str(server.make_url("")))
        yield client
        await client.close()


@pytest.fixture
async def no_rasa() -> AsyncIterator[Rasa]:
    client = Rasa("http://127.0.0.1:9")
    yield client
    await client.close()


@pytest.fixture
def said() -> list[str]:
    return []


async def start(shelf: Shelf, said: list[str]) -> str:
    """What `carebot run` starts with."""
    found = await service.at_start(shelf.registry, shelf.var, GUARDS, said.append)
    assert shelf.registry.active_file() == found
    return found.name.partition(".")[0]


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """No program of nlu may be run: everything needed is there."""

    async def run(*arguments: object, **_: object) -> str:
        raise AssertionError(f"this was run: {arguments}")

    monkeypatch.setattr(training, "_run", run)


async def test_an_activated_model_is_told_to_nlu_and_noted(shelf: Shelf, rasa: Rasa, fake: FakeNlu) -> None:
    shelf.is_active(shelf.has("a"))
    assert await service.activate(shelf.registry, shelf.has("b"), rasa) is True
    assert fake.loaded == ["b"]
    assert shelf.registry.read() == Standing("b", ("a",))


async def test_a_model_that_nlu_cannot_load_never_becomes_active(shelf: Shelf, rasa: Rasa, fake: FakeNlu) -> None:
    shelf.is_active(shelf.has("a"))
    fake.refuses = "b.tar.gz cannot be loaded: not a gzip file"
    with pytest.raises(Unreadable, match="not a gzip file"):
        await service.activate(shelf.registry, shelf.has("b"), rasa)
    assert shelf.registry.read() == Standing("a")


async def test_without_a_running_nlu_it_is_noted_for_the_next_start(shelf: Shelf, no_rasa: Rasa) -> None:
    assert await service.activate(shelf.registry, shelf.has("a"), no_rasa) is False
    assert shelf.registry.read().active == "a"


async def test_a_model_that_is_not_there_cannot_be_activated(shelf: Shelf, no_rasa: Rasa) -> None:
    with pytest.raises(NotFound):
        await service.activate(shelf.registry, "gone", no_rasa)


async def test_back_to_the_model_before(shelf: Shelf, rasa: Rasa, fake: FakeNlu) -> None:
    shelf.is_active(shelf.has("a"), shelf.has("b"))
    assert await service.roll_back(shelf.registry, rasa) == ("a", True)
    assert fake.loaded == ["a"]
    assert shelf.registry.read() == Standing("a", (), ("b",))
    with pytest.raises(NotFound, match="no earlier model"):
        await service.roll_back(shelf.registry, rasa)
    assert shelf.registry.read().active == "a"


async def test_a_rollback_that_nlu_refuses_changes_nothing(shelf: Shelf, rasa: Rasa, fake: FakeNlu) -> None:
    shelf.is_active(shelf.has("a"), shelf.has("b"))
    fake.refuses = "no"
    with pytest.raises(Unreadable):
        await service.roll_back(shelf.registry, rasa)
    assert shelf.registry.read() == Standing("b", ("a",))


@pytest.mark.usefixtures("nothing_runs")
async def test_the_first_model_is_active_without_being_measured(
    shelf: Shelf, files_are: FilesAre, said: list[str]
) -> None:
    files_are(shelf.has("a"))
    assert await start(shelf, said) == "a"


@pytest.mark.usefixtures("nothing_runs")
async def test_a_start_with_nothing_changed_runs_nothing(shelf: Shelf, files_are: FilesAre, said: list[str]) -> None:
    shelf.is_active(shelf.has("a"))
    files_are("a")
    assert await start(shelf, said) == "a"
    assert said == []


@pytest.mark.usefixtures("nothing_runs")
async def test_changed_files_take_over_when_nothing_guarded_falls(
    shelf: Shelf, files_are: FilesAre, said: list[str]
) -> None:
    shelf.is_active(shelf.has("a", report()))
    files_are(shelf.has("b", report(zh_accuracy=0.95, en_phone_f1=0.1)))
    assert await start(shelf, said) == "b"
    assert shelf.registry.read() == Standing("b", ("a",))


@pytest.mark.usefixtures("nothing_runs")
async def test_a_worse_candidate_is_refused_in_plain_words_at_every_start(
    shelf: Shelf, files_are: FilesAre, said: list[str]
) -> None:
    shelf.is_active(shelf.has("a", report()))
    files_are(shelf.has("b", report(zh_accuracy=0.95, en_stop_recall=0.6)))
    assert await start(shelf, said) == "a"
    [words] = said
    assert "stop_recall (en) falls from 90.0 to 60.0" in words
    assert "`carebot nlu activate --force`" in words
    assert await start(shelf, said) == "a"
    assert said == [words, words]


@pytest.mark.usefixtures("nothing_runs")
async def test_what_was_rolled_back_does_not_come_back_on_its_own(
    shelf: Shelf, files_are: FilesAre, said: list[str], no_rasa: Rasa
) -> None:
    shelf.is_active(shelf.has("a", report()), shelf.has("b", report()))
    files_are("b")
    await service.roll_back(shelf.registry, no_rasa)
    assert await start(shelf, said) == "a"
    assert "was rolled back" in said[0]
    await service.activate(shelf.registry, "b", no_rasa)
    assert await start(shelf, said) == "b"


async def test_files_that_cannot_be_trained_leave_the_active_model(
    shelf: Shelf, files_are: FilesAre, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> str:
        raise RasaUnreachable("training the model has failed; see the lines above")

    shelf.is_active(shelf.has("a"))
    files_are("b")
    monkeypatch.setattr(training, "train", fails)
    assert await start(shelf, said) == "a"
    assert said == ["• model a stays active: training the model has failed; see the lines above"]


async def test_an_active_model_that_this_version_cannot_read_gives_way(
    shelf: Shelf, files_are: FilesAre, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cannot(_: Registry, name: str) -> object:
        raise RasaUnreachable(f"model {name} cannot be measured: KeyError")

    shelf.is_active(shelf.has("a"))
    files_are(shelf.has("b", report()))
    monkeypatch.setattr(training, "measure", cannot)
    assert await start(shelf, said) == "b"
    assert "the one before cannot be used any more: model a cannot be measured: KeyError" in said[-1]


async def test_a_program_of_nlu_that_fails_is_told_with_its_last_words(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho 'first line' >&2\necho 'KeyError: why' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(training, "PYTHON", program)
    with pytest.raises(RasaUnreachable, match="model a cannot be measured: KeyError: why"):
        await training.measure(shelf.registry, shelf.has("a"))
    assert shelf.registry.report("a", training.measuring()) is None


async def test_a_model_is_measured_once(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text('#!/bin/sh\necho run >> "$0.runs"\necho \'{"by_language": {}}\' > "$5"\n')
    program.chmod(0o755)
    monkeypatch.setattr(training, "PYTHON", program)
    for _ in range(2):
        found = await service.measured(shelf.registry, shelf.has("a"), lambda _: None)
        assert found == {"by_language": {}}
    assert (tmp_path / "python.runs").read_text() == "run\n"
