"""Child processes of the benchmark: started with a log, waited for, measured, and ended."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN = 300.0
"""Seconds; stock Rasa loads TensorFlow and its model first, on a busy machine for minutes."""
STOP_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used: CPU seconds since its start, and the largest resident size so far in MB (10⁶ bytes)."""

    cpu: float
    peak_mb: float


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def running(
    command: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str]
) -> AsyncIterator[psutil.Process]:
    """The program in a session of its own. Ended with SIGTERM, and what is left of it afterwards with SIGKILL."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    process = psutil.Process(child.pid)
    try:
        yield process
    finally:
        family = [process, *process.children(recursive=True)] if child.poll() is None else []
        if family:
            child.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(child.wait, STOP_WITHIN)
        for left in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                left.kill()
        child.wait()


async def ready(url: str, process: psutil.Process, log: Path) -> None:
    """Wait until a GET of `url` is answered with 200. Raises SystemExit with the end of the log."""
    give_up = time.monotonic() + READY_WITHIN
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        while time.monotonic() < give_up:
            if process.status() == psutil.STATUS_ZOMBIE:
                break
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with http.get(url) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.2)
    tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
    raise SystemExit("\n".join([f"{url} does not answer; the end of {log}:", *tail]))


def named(process: psutil.Process, word: str) -> psutil.Process:
    """The process, or the one below it, whose command line has `word` (a launcher may stand in between)."""
    for found in [process, *process.children(recursive=True)]:
        if any(word in part for part in found.cmdline()):
            return found
    raise SystemExit(f"process {process.pid} has no child '{word}'")


def usage(processes: Sequence[psutil.Process]) -> Usage:
    """Of these processes together."""
    times = [p.cpu_times() for p in processes]
    return Usage(sum(t.user + t.system for t in times), sum(_peak_mb(p.pid) for p in processes))


def _peak_mb(pid: int) -> float:
    """The kernel's own high-water mark, so that nothing is missed between two looks."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def with_environment(**more: str) -> dict[str, str]:
    """Our environment without settings of Carebot, and `more`."""
    return {k: v for k, v in os.environ.items() if not k.startswith("CAREBOT_")} | more
