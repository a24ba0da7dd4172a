"""The measurements: each gives a small table of numbers from one side. The client is a process of its own."""

import asyncio
import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import yaml

from bench import programs
from bench.load import Plan, Seen
from bench.programs import ROOT
from bench.side import Chat, Side

CHATS = 50
ALIKE = ("order_zh", "order_en", "browsing_zh", "browsing_en")
"""Conversations without a complaint: a new chat and a long one are asked the same and have the same to do."""
WINDOW = 20
"""So many messages at either end of a long chat are compared."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is measured; a phase ends with its turns or its seconds, whichever is first."""

    turns: int
    seconds: float
    rate: float
    rate_seconds: float
    longest_chat: int


@dataclass(frozen=True, slots=True)
class Turns:
    """Of one phase. Latencies in milliseconds; `cpu_ms` is CPU time a turn by process."""

    turns: int
    seconds: float
    per_second: float
    p50: float
    p95: float
    p99: float
    worst: float
    unanswered: int
    failed: int
    cpu_ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Growth:
    """Median latency of the same questions in a new chat and in one of `messages` messages, asked at the same time."""

    messages: int
    young_ms: float
    old_ms: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    closed: Turns
    open: Turns
    growth: Growth
    peak_mb: dict[str, float]
    oddities: list[str]
    """Texts without an answer and failed requests, a few of them."""


async def measure(side: Side, amount: Amount) -> Result:
    """All phases. Memory is looked at in the end, when the program has done all of it."""
    oddities: list[str] = []
    await _warm_up(side)
    closed = await _phase(side, f"{CHATS} chats, as fast as it answers", amount.turns, amount.seconds, 0, oddities)
    steady = f"{amount.rate:g} turns a second"
    turns = int(amount.rate * amount.rate_seconds * 1.2)
    opened = await _phase(side, steady, turns, amount.rate_seconds, amount.rate, oddities)
    growth = await _growth(side, amount.longest_chat, oddities)
    peak = {name: round(programs.usage(found()).peak_mb, 1) for name, found in side.processes.items()}
    return Result(side.name, closed, opened, growth, peak, oddities[:10])


Script = list[tuple[Chat, list[str]]]
"""Who writes what."""


async def _warm_up(side: Side) -> None:
    """The first words of a program are not measured, but every line of every conversation must get its answer.

    Raises SystemExit that names those without one: the numbers of a run in which chats wait would mean nothing.
    """
    print(f"• {side.name}: the first words", flush=True)
    seen = await talk(side, await _script(side, 2 * CHATS), seconds=60)
    if seen.unanswered or seen.failed:
        raise SystemExit("\n".join([f"{side.name} did not answer:", *sorted({*seen.unanswered, *seen.failed})]))


async def _phase(side: Side, what: str, turns: int, seconds: float, rate: float, oddities: list[str]) -> Turns:
    script = await _script(side, turns)
    print(f"• {side.name}: {what}", flush=True)
    before = _cpu(side)
    seen = await talk(side, script, seconds, rate)
    used = {name: cpu - before[name] for name, cpu in _cpu(side).items()}
    oddities += seen.unanswered + seen.failed
    done, ms = len(seen.latencies), sorted(seen.latencies)
    return Turns(
        turns=done,
        seconds=round(seen.seconds, 2),
        per_second=round(done / seen.seconds, 1),
        p50=quantile(ms, 50),
        p95=quantile(ms, 95),
        p99=quantile(ms, 99),
        worst=quantile(ms, 100),
        unanswered=len(seen.unanswered),
        failed=len(seen.failed),
        cpu_ms={name: round(cpu * 1000 / max(done, 1), 2) for name, cpu in used.items()},
    )


async def _growth(side: Side, messages: int, oddities: list[str]) -> Growth:
    """One chat is made long; then the long one and a new one are asked the same questions in the same seconds."""
    old, young = await side.open_chats(2)
    written = conversations()
    print(f"• {side.name}: one chat of {messages:,} messages", flush=True)

    def lines(chat: Chat, many: int) -> list[str]:
        once = [line.format(order=chat.order) for name in ALIKE for line in written[name]]
        return (once * (many // len(once) + 1))[:many]

    grown = await talk(side, [(old, lines(old, messages - WINDOW))], seconds=900)
    both = await talk(side, [(young, lines(young, WINDOW)), (old, lines(old, WINDOW))], seconds=60)
    for seen in (grown, both):
        oddities += seen.unanswered + seen.failed
    ms = [[t for t, chat in zip(both.latencies, both.chats, strict=True) if chat == i] for i in (0, 1)]
    young_ms, old_ms = (round(statistics.median(m), 1) if m else 0.0 for m in ms)
    return Growth(len(grown.latencies) + len(ms[1]), young_ms, old_ms, round(grown.seconds, 1))


async def _script(side: Side, turns: int) -> Script:
    """New chats, each with a conversation, until there are so many messages (and a chat for every seat)."""
    written = list(conversations().values())
    many, sum_ = 0, 0
    while sum_ < turns or many < CHATS:
        sum_ += len(written[many % len(written)])
        many += 1
    chats = await side.open_chats(many)
    return [
        (chat, [line.format(order=chat.order) for line in written[i % len(written)]]) for i, chat in enumerate(chats)
    ]


async def talk(side: Side, script: Script, seconds: float, rate: float = 0.0) -> Seen:
    """Let the client process talk. Raises SystemExit with its words when it fails."""
    chats, lines = [chat.key for chat, _ in script], [lines for _, lines in script]
    plan = Plan(side.door, side.url, chats, lines, min(CHATS, len(chats)), seconds, rate)
    client = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.load",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await client.communicate(json.dumps(asdict(plan)).encode())
    if client.returncode:
        raise SystemExit("the client of the benchmark has failed; its last words are above")
    return Seen(**json.loads(out))


def conversations() -> dict[str, list[str]]:
    found: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("conversations.yml").read_text("utf-8"))
    return found


def quantile(ordered: Sequence[float], percent: int) -> float:
    """The smallest value that at least so many percent of the values do not exceed; 0.0 of none."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else 0.0


def _cpu(side: Side) -> dict[str, float]:
    return {name: programs.usage(found()).cpu for name, found in side.processes.items()}
