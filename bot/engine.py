"""nlu as a child process: started when none answers, watched, started again with growing pauses, never left behind."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from bot.errors import CarebotError, RasaUnreachable
from bot.models.training import NLU, environment, model, python
from bot.rasa import Rasa

__all__ = ["NLU", "Engine", "environment", "model", "python"]

PAUSES = (0.5, 1, 2, 5, 10, 30)
"""Seconds before the next start after it died so often in a row."""
STEADY = 60.0
"""After so many seconds alive a death counts as the first again."""
HOPELESS = 3
"""Deaths in a row before it has ever answered: waiting longer would not help."""
READY_WITHIN = 120.0
STOP_WITHIN = 8.0

log = structlog.get_logger()


class Engine:
    """One nlu process at `url`, watched until `stop`."""

    def __init__(self, url: str, model: Path | Callable[[], Path | None], log_file: Path) -> None:
        """`model` may be a question, asked before every start: another one may have become active meanwhile."""
        self.url = url
        where = urlsplit(url)
        self._host, self._port = where.hostname or "127.0.0.1", where.port or 5005
        self._rasa = Rasa(url)
        self._which = model if callable(model) else lambda: model
        self._newest: Path | None = None
        self._log_file = log_file
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._stopping = False
        self._deaths = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start it and wait until it answers; it does not stay when that fails.

        Raises RasaUnreachable when it does not answer in time, or dies again and again.
        """
        self._watch = asyncio.create_task(self._keep_alive())
        try:
            async with asyncio.timeout(READY_WITHIN):
                while not await self._rasa.ready():
                    if self._watch.done() or self._deaths >= HOPELESS:
                        raise RasaUnreachable(f"nlu cannot be started; see {self._log_file}")
                    await asyncio.sleep(0.2)
        except BaseException as error:
            await self.stop()
            if not isinstance(error, TimeoutError):
                raise
            raise RasaUnreachable(f"nlu was not ready after {READY_WITHIN:g} s; see {self._log_file}") from None

    async def _keep_alive(self) -> None:
        while not self._stopping:
            began = asyncio.get_running_loop().time()
            code = await self._run_once()
            if self._stopping:
                return
            self._deaths = 1 if asyncio.get_running_loop().time() - began > STEADY else self._deaths + 1
            pause = PAUSES[min(self._deaths, len(PAUSES)) - 1]
            log.error("nlu has died and is started again", code=code, pause=pause, see=str(self._log_file))
            await asyncio.sleep(pause)

    def _model(self) -> Path:
        """The active model; the last one when that cannot be told. Raises RasaUnreachable when there never was one."""
        try:
            self._newest = self._which() or self._newest
        except CarebotError as error:
            log.error("which model is active cannot be told; the last one is started", error=str(error))
        if self._newest is None:
            raise RasaUnreachable("there is no model; `carebot nlu train` makes one")
        return self._newest

    async def _run_once(self) -> int:
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        with self._log_file.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                python(),
                str(NLU / "server.py"),
                "--host",
                self._host,
                "--port",
                str(self._port),
                "--model",
                str(self._model()),
                "--parent",
                str(os.getpid()),
                cwd=NLU,
                env=environment(),
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C in the terminal reaches us, and we stop it in order
            )
        return await self._process.wait()

    async def stop(self) -> None:
        """End it: politely, then for certain."""
        self._stopping = True
        if self._watch is not None:
            if self._process is not None and self._process.returncode is None:
                self._process.send_signal(signal.SIGTERM)
                try:
                    async with asyncio.timeout(STOP_WITHIN):
                        await self._process.wait()
                except TimeoutError:
                    log.warning("nlu did not stop in time and is killed")
                    self._process.kill()
                    await self._process.wait()
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self._rasa.close()
