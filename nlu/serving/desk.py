"""One thread thinks, so that the server keeps answering; what waits meanwhile is decided together."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from serving.engine import Engine
from serving.question import Question

T = TypeVar("T")
TOGETHER = 8
"""Questions decided at once: more would let the first of them wait longer than it gains."""


class Desk:
    """Where questions wait for the one thread. Belongs to one event loop."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Engine, Question, asyncio.Future[dict[str, Any]]]] = deque()
        self._thinker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="decide")
        self._working: asyncio.Task[None] | None = None

    async def think(self, work: Callable[[], T]) -> T:
        """Anything else for the one thread, between two rounds of questions."""
        return await asyncio.get_running_loop().run_in_executor(self._thinker, work)

    async def ask(self, engine: Engine, question: Question) -> dict[str, Any]:
        """The answer, as soon as it is this question's turn."""
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((engine, question, answer))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            engine = self._waiting[0][0]
            taken = [self._waiting.popleft() for _ in range(self._size(engine))]
            answers = await self._think(engine, [question for _, question, _ in taken])
            for (_, _, future), answer in zip(taken, answers, strict=True):
                _settle(future, answer)

    async def _think(self, engine: Engine, questions: list[Question]) -> list[dict[str, Any] | Exception]:
        """An answer or an error for each. If they fail together, each is tried alone: one must not spoil the others."""
        try:
            return [*await asyncio.get_running_loop().run_in_executor(self._thinker, engine.decide, questions)]
        except Exception as error:  # noqa: BLE001  (whoever asked gets it)
            if len(questions) == 1:
                return [error]
        return [answer for question in questions for answer in await self._think(engine, [question])]

    def _size(self, engine: Engine) -> int:
        """How many from the front go together: those for the same model (it may be exchanged at any time)."""
        for place, (other, _, _) in enumerate(self._waiting):
            if other is not engine or place == TOGETHER:
                return place
        return len(self._waiting)


def _settle(future: "asyncio.Future[dict[str, Any]]", answer: dict[str, Any] | Exception) -> None:
    if future.done():  # the caller has gone away
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
