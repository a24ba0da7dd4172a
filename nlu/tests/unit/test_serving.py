"""The parts of the server that need no model: its end, its start without TensorFlow, its desk."""

import asyncio
import signal
import subprocess
import sys
from typing import Any

import pytest
from serving.desk import TOGETHER, Desk
from serving.question import Question
from train import HERE

FOLLOWER = (
    "import signal, sys; from serving.parent import follow; follow(int(sys.argv[1]));"
    "print('up', flush=True); signal.pause()"
)


def test_the_server_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as parent:
        child = subprocess.Popen(
            [sys.executable, "-c", FOLLOWER, str(parent.pid)],
            cwd=HERE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"up\n"
            parent.kill()
            assert child.wait(timeout=10) == -signal.SIGTERM


def test_a_parent_that_is_gone_already_is_noticed() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait(timeout=10)
    child = subprocess.run(
        [sys.executable, "-c", FOLLOWER, str(gone.pid)], cwd=HERE, capture_output=True, timeout=20, check=False
    )
    assert child.returncode == -signal.SIGTERM


def test_rasa_starts_without_tensorflow_and_gets_it_when_it_asks() -> None:
    code = (
        "import sys; from serving import lazy_tensorflow as lazy; lazy.install();"
        "import rasa.core.agent, rasa.server; assert lazy.installed();"
        "import tensorflow.compat.v2; assert not lazy.installed();"
        "assert sys.modules['tensorflow'].constant(1).numpy() == 1"
    )
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=HERE, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr


class Echo:
    """In an engine's place: answers with what it was asked, and remembers how many at once."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def decide(self, questions: list[Question]) -> list[dict[str, Any]]:
        self.sizes.append(len(questions))
        if any(question.text == "bad" for question in questions):
            raise ValueError("bad")
        return [{"text": question.text} for question in questions]


async def ask_all(desk: Desk, engine: Any, texts: list[str]) -> list[Any]:
    asked = (desk.ask(engine, Question(text)) for text in texts)
    return await asyncio.gather(*asked, return_exceptions=True)


def test_each_question_gets_its_own_answer_and_many_are_decided_together() -> None:
    engine, texts = Echo(), [str(number) for number in range(TOGETHER * 2 + 1)]

    async def talk() -> list[Any]:
        return await ask_all(Desk(), engine, texts)

    assert [answer["text"] for answer in asyncio.run(talk())] == texts
    assert engine.sizes == [TOGETHER, TOGETHER, 1]


def test_an_error_reaches_only_who_asked_for_it_and_the_desk_stays_open() -> None:
    async def talk() -> tuple[list[Any], list[Any]]:
        desk, engine = Desk(), Echo()
        return await ask_all(desk, engine, ["a", "bad", "b"]), await ask_all(desk, engine, ["c"])

    (first, bad, last), (after,) = asyncio.run(talk())
    assert isinstance(bad, ValueError)
    assert [first["text"], last["text"], after["text"]] == ["a", "b", "c"]


@pytest.mark.parametrize("size", [1, TOGETHER])
def test_questions_for_another_model_wait_for_their_own_turn(size: int) -> None:
    old, new = Echo(), Echo()

    async def talk() -> None:
        desk = Desk()
        await asyncio.gather(ask_all(desk, old, ["a"] * size), ask_all(desk, new, ["b"]))

    asyncio.run(talk())
    assert (old.sizes, new.sizes) == ([size], [1])
