"""Which model is active is written in one file that is always whole."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from bot.errors import NotFound, Unreadable
from bot.models.registry import REMEMBERED, Registry, Standing
from bot.settings import ROOT
from tests.models.conftest import Shelf


def test_the_active_one_the_ones_before_and_back_again() -> None:
    standing = Standing().with_active("a").with_active("b").with_active("c")
    assert standing == Standing("c", ("b", "a"))
    back = standing.back(lambda name: True)
    assert back == Standing("b", ("a",), ("c",))
    assert back.back(lambda name: True) == Standing("a", (), ("b", "c"))
    assert back.with_active("c") == Standing("c", ("b", "a"), ())


def test_activating_the_active_one_changes_nothing() -> None:
    standing = Standing().with_active("a").with_active("b")
    assert standing.with_active("b") == standing


def test_an_older_one_that_is_activated_again_is_named_once() -> None:
    assert Standing("c", ("b", "a")).with_active("a") == Standing("a", ("c", "b"))


def test_back_goes_to_the_newest_that_is_still_there() -> None:
    assert Standing("c", ("b", "a")).back(lambda name: name == "a") == Standing("a", (), ("c",))
    with pytest.raises(NotFound, match="no earlier model"):
        Standing("c", ("b",)).back(lambda name: False)


def test_the_list_does_not_grow_for_ever() -> None:
    standing = Standing()
    for number in range(100):
        standing = standing.with_active(str(number))
    assert len(standing.before) == REMEMBERED


def test_it_is_read_as_it_was_written(shelf: Shelf) -> None:
    standing = Standing("b", ("a",), ("c",))
    shelf.registry.write(standing)
    assert Registry(shelf.registry.folder).read() == standing


def test_without_the_file_nothing_is_active(shelf: Shelf) -> None:
    assert shelf.registry.read() == Standing()
    assert shelf.registry.active_file() is None


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"active": "a"}', '{"active": "a", "before": "b"}'])
def test_a_file_that_somebody_broke_is_told_with_the_remedy(shelf: Shelf, broken: str) -> None:
    (shelf.registry.folder / "active.json").write_text(broken)
    with pytest.raises(Unreadable, match="delete it"):
        shelf.registry.read()


def test_a_model_is_found_by_the_beginning_of_its_name(shelf: Shelf) -> None:
    for name in ("abc1", "abd2"):
        shelf.has(name)
    assert shelf.registry.find("abc") == "abc1"
    for beginning in ("ab", "x"):
        with pytest.raises(NotFound, match="abc1"):
            shelf.registry.find(beginning)


def test_an_active_model_whose_file_is_gone_is_none(shelf: Shelf) -> None:
    shelf.is_active(shelf.has("a"))
    shelf.registry.file("a").unlink()
    assert shelf.registry.active_file() is None


def test_figures_of_another_set_of_messages_do_not_count(shelf: Shelf) -> None:
    shelf.registry.keep_report("a", "one set", {"x": 1})
    assert shelf.registry.report("a", "one set") == {"x": 1}
    assert shelf.registry.report("a", "another set") is None


WRITES_FOR_EVER = """
import sys
from pathlib import Path
from bot.models.registry import Registry, Standing
registry = Registry(Path(sys.argv[1]))
number = 0
while True:
    print(number, flush=True)
    registry.write(Standing(f"model{number}" * 50, tuple(str(n) * 200 for n in range(20))))
    number += 1
"""


async def test_killed_in_the_middle_of_writing_the_file_is_whole(shelf: Shelf, tmp_path: Path) -> None:
    for round_ in range(8):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            WRITES_FOR_EVER,
            str(shelf.registry.folder),
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert process.stdout is not None
        for _ in range(2 + round_):  # at least one has been written, and another is under way
            await process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        await process.wait()
        written = json.loads((shelf.registry.folder / "active.json").read_text())
        assert shelf.registry.read().active == written["active"]
        assert len(written["before"]) == 20
