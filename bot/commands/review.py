"""`carebot nlu review | export`: people give misunderstood messages their meaning; these become examples."""

import asyncio
import getpass
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bot.app import App
from bot.commands import setup
from bot.errors import NotAllowed, NotFound, Unreadable
from bot.learning import files, lesson, service, store
from bot.learning.tables import Lesson

console = Console(highlight=False)
DROP, EDIT, QUIT = "d", "e", "q"


class Enough(Exception):
    """The reviewer has had enough for today; what was labelled is kept."""


def say(line: str, style: str | None = None) -> None:
    """Print a line as it is: customers' words are no markup, and no line is broken for those who read it by program."""
    console.print(line, style=style, markup=False, soft_wrap=True)


async def listed() -> None:
    """What waits for a label, the most frequent first."""
    async with setup.app() as app, app.db.read() as session:
        for row in await store.waiting(session):
            say(f"{row.id:>5}  {row.text}")
            say(f"       {_about(row)}")
        counts = await store.counts(session)
        say(", ".join(f"{counts.get(state, 0)} {state}" for state in lesson.State))


async def label(lesson_id: int, intent: str, emotion: str, by: str) -> None:
    """Raises NotFound, with the nearest names for an intent there is not."""
    known = files.intents()
    async with setup.app() as app, app.db.write() as session:
        row = await service.label(session, lesson_id, intent, emotion, by or _me(), app.clock.now(), known)
    say(f"{row.id}: {row.label_intent} {row.label_emotion}".rstrip())


async def edit(lesson_id: int, text: str) -> None:
    """Raises NotFound, NotAllowed, Unreadable."""
    async with setup.app() as app, app.db.write() as session:
        row = await service.edit(session, lesson_id, text, app.data.now.personal)
    say(f"{row.id}: {row.text}")


async def drop(lesson_id: int, by: str) -> None:
    async with setup.app() as app, app.db.write() as session:
        await service.drop(session, lesson_id, by or _me(), app.clock.now())
    say(f"{lesson_id}: dropped")


async def review(by: str) -> None:
    """One message after the other; what was labelled is kept at once."""
    known, by = files.intents(), by or _me()
    async with setup.app() as app:
        async with app.db.read() as session:
            rows = await store.waiting(session)
        if not rows:
            say("Nothing waits for a label.")
            return
        say("A number takes a guess, a name any intent; empty skips, e edits the text, d drops, q ends.\n")
        try:
            for place, row in enumerate(rows, start=1):
                await _one(app, row, f"{place} of {len(rows)}", by, known)
        except (Enough, EOFError):
            pass  # what was labelled before is in the database
        async with app.db.read() as session:
            waiting = len(await store.labelled(session))
    say(f"\n{waiting} labelled and not exported yet: `carebot nlu export`, then `carebot nlu train`.")


async def _one(app: App, row: Lesson, place: str, by: str, known: frozenset[str]) -> None:
    """Show a message and ask until the answer means something. Raises Enough."""
    choices = _choices(row)
    say(f"[{place}] {row.text}", "bold")
    say(f"  {_about(row)}")
    for number, (name, confidence) in enumerate(choices, start=1):
        say(f"  {number}  {name}  {confidence}".rstrip())
    while True:
        intent = await _asked("intent> ")
        if intent == "":
            return
        try:
            if intent == EDIT:
                await _edited(app, row)
                continue
            if intent == DROP:
                async with app.db.write() as session:
                    await service.drop(session, row.id, by, app.clock.now())
                return
            wanted = lesson.checked_intent(_chosen(intent, choices), known)
            emotion = await _emotion(row)
            async with app.db.write() as session:
                await service.label(session, row.id, wanted, emotion, by, app.clock.now(), known)
            return
        except (NotFound, NotAllowed, Unreadable) as error:
            say(str(error), "red")


async def _edited(app: App, row: Lesson) -> None:
    """Type the text anew; empty leaves it. Raises Enough, NotFound, NotAllowed, Unreadable."""
    if not (text := await _asked("text, empty leaves it> ")):
        return
    async with app.db.write() as session:
        new = await service.edit(session, row.id, text, app.data.now.personal)
    say(f"  {new.text}", "bold")


async def _emotion(row: Lesson) -> str:
    """Asked until it is one, or none. Raises Enough."""
    given = f", empty for {row.label_emotion}" if row.label_emotion else ", empty for none"
    while True:
        try:
            return lesson.checked_emotion(await _asked(f"emotion (calm, annoyed, angry, relieved{given})> "))
        except NotFound as error:
            say(str(error), "red")


async def _asked(prompt: str) -> str:
    """What is typed. Raises Enough for q, EOFError at the end of the input."""
    typed = (await asyncio.to_thread(input, prompt)).strip()
    if typed == QUIT:
        raise Enough
    return typed


def _choices(row: Lesson) -> list[tuple[str, str]]:
    """The customer's own choice first, then the model's guesses."""
    own = [(row.suggested, "the customer's choice")] if row.suggested else []
    return own + [(name, f"{confidence:.2f}") for name, confidence in row.ranking if name != row.suggested]


def _chosen(typed: str, choices: Sequence[tuple[str, str]]) -> str:
    if typed.isdecimal() and 0 < int(typed) <= len(choices):
        return choices[int(typed) - 1][0]
    return typed


def _about(row: Lesson) -> str:
    """Why it is here, how often it came, where, and what the model thought."""
    where = " ".join(filter(None, (row.language, row.journey, row.stage)))
    return f"{row.why}, {row.count} times, {where}: {_thought(row)}"


def _thought(row: Lesson) -> str:
    sure = f"{row.intent} {row.confidence:.2f}, {row.emotion}" if row.intent else "unknown"
    return f"{sure}; the customer chose {row.suggested}" if row.suggested else sure


def _me() -> str:
    return getpass.getuser()


async def export(nlu: Path = files.NLU) -> int:
    """Add what is labelled to the examples. Gives how many were new."""
    async with setup.app() as app:
        exported = await service.export(app.db, app.clock.now(), app.data.now.personal, nlu)
    found = exported.sorted
    for path in exported.files:
        say(f"examples added to {path}")
    for one, why in found.refused:
        say(f"{one.lesson}: {one.text!r} {why}; mend that by hand, or --drop {one.lesson}")
    if found.new:
        say(f"{len(found.new)} are new. Next: `carebot nlu train`, `carebot nlu compare`, `carebot nlu activate`.")
    elif not (found.already or found.refused):
        say("Nothing is labelled that was not exported before.")
    return len(found.new)
