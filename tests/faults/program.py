"""`carebot run` as a process of its own: started, asked, killed, and started again."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil

from bot.settings import ROOT
from tests.faults.waiting import eventually

START_WITHIN = 90.0
"""Seconds until it must answer; the machine may be busy with other tests."""


@dataclass
class Program:
    """One `carebot run`; its log is one file for all its lives, `settings` are its CAREBOT_ names."""

    folder: Path
    settings: dict[str, str]
    port: int
    roles: str = ""
    name: str = "carebot"
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was never started"
        return self.process.pid

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.returncode is None

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    async def launch(self) -> None:
        """Begin the process; it is not ready yet."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CAREBOT_")}
        chosen = {"CAREBOT_PORT": str(self.port), "CAREBOT_VAR_DIR": str(self.folder), "CAREBOT_DEMO": "0"}
        words = ["run", *(["--role", self.roles] if self.roles else [])]
        with self.log.open("ab") as out:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                *words,
                cwd=self.folder,
                stdout=out,
                stderr=out,
                env=environment | chosen | self.settings | {"PYTHONPATH": str(ROOT)},
            )

    async def ready(self, path: str = "/health/live", within: float = START_WITHIN) -> None:
        """Wait until it answers 200. AssertionError with its last words when it ends instead, or does not in time."""
        async with aiohttp.ClientSession() as http:

            async def look() -> bool:
                assert self.runs, f"{self.name} has ended ({self.process and self.process.returncode}):\n{self.tail()}"
                return await _answers(http, self.url + path)

            await eventually(look, within, lambda: f"{path} of {self.name}:\n{self.tail()}")

    async def start(self) -> None:
        await self.launch()
        await self.ready()

    async def kill(self) -> None:
        """SIGKILL: nothing of it gets the chance to tidy up."""
        if self.process is not None and self.runs:
            self.process.kill()
            await self.process.wait()

    async def asked_to_stop(self, how: signal.Signals, within: float) -> int:
        """Send the signal and give the exit code. AssertionError when it goes on for longer."""
        assert self.process is not None
        self.process.send_signal(how)
        return await self.ends(within)

    async def ends(self, within: float) -> int:
        assert self.process is not None
        try:
            async with asyncio.timeout(within):
                return await self.process.wait()
        except TimeoutError:
            raise AssertionError(f"{self.name} still runs after {within:g} s:\n{self.tail()}") from None

    async def says(self, words: str, within: float = 20.0) -> str:
        """Wait until its log has `words`; gives the log."""
        await eventually(lambda: words in self.said(), within, lambda: f"{words!r} in the log:\n{self.tail()}")
        return self.said()

    def children(self) -> list[psutil.Process]:
        """Every process below it."""
        return psutil.Process(self.pid).children(recursive=True)

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.said().splitlines()[-lines:])


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url, timeout=aiohttp.ClientTimeout(5)) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


async def gone(processes: list[psutil.Process], within: float) -> list[psutil.Process]:
    """Those of `processes` that still run after `within` seconds; empty as soon as all have ended."""
    with suppress(AssertionError):  # the caller is told who is left
        await eventually(lambda: not any(_alive(p) for p in processes), within)
    return [p for p in processes if _alive(p)]


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def on_failure_show(*programs: Program) -> Iterator[None]:
    """Print the end of the logs when the test fails, so that a failure in CI can be understood."""
    try:
        yield
    except BaseException:
        for program in programs:
            print(f"--- {program.name}\n{program.tail(60)}")  # noqa: T201
        raise
