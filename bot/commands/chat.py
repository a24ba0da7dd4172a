"""`carebot chat`: the whole bot in the terminal, through the same inbox, turns and outbox as every other channel."""

import asyncio
import uuid

from rich.console import Console

from bot.app import App
from bot.channels.web import WebChat
from bot.commands import setup
from bot.commands.run import _demo, _engine
from bot.inbox.thread import Line
from bot.messages import Author

console = Console(highlight=False)


class Terminal(WebChat):
    """The terminal is a web chat of one: the database is its messaging service too."""

    name = "terminal"


async def chat(language: str) -> None:
    """Type; a number taps a button; Ctrl-D ends."""
    async with setup.app() as app:
        await _demo(app)
        engine = await _engine(app)
        await app.start(frozenset({"worker", "clock"}))
        try:
            await _talk(app, language)
        finally:
            await app.stop()
            if engine is not None:
                await engine.stop()


async def _talk(app: App, language: str) -> None:
    terminal = Terminal(app.db, app.clock, app.hub, app.take, app.files)
    session, _ = await terminal.open(language)
    console.print("Say something (a number taps a button, Ctrl-D ends).\n")
    shown = Shown()
    listening = asyncio.create_task(_listen(terminal, session, shown))
    try:
        while True:
            text = (await asyncio.to_thread(input)).strip()
            if text.isdecimal() and 0 < int(text) <= len(shown.buttons):
                await terminal.receive(session, uuid.uuid4().hex, button=shown.buttons[int(text) - 1])
            elif text:
                await terminal.receive(session, uuid.uuid4().hex, text[:4000])
    except EOFError:
        console.print("Bye.")
    finally:
        listening.cancel()


class Shown:
    """The buttons of the newest message, by their numbers."""

    def __init__(self) -> None:
        self.buttons: list[str] = []


async def _listen(terminal: WebChat, session: object, shown: Shown) -> None:
    after = 0
    while True:
        lines, _ = await terminal.lines(session, after)  # type: ignore[arg-type]
        for line in lines:
            after = line.seq
            if line.author is not Author.CUSTOMER:
                _print(line, shown)
        await terminal.hub.news(session.conversation_id, 1)  # type: ignore[attr-defined]


def _print(line: Line, shown: Shown) -> None:
    console.print(f"{line.name or 'carebot'}> {line.text}", style="green", markup=False)
    shown.buttons = [b["id"] for b in line.buttons]
    for number, button in enumerate(line.buttons, start=1):
        console.print(f"   [{number}] {button['label']}", style="cyan", markup=False)
