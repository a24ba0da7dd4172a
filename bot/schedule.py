"""The clock: a few fixed ticks. APScheduler only ticks; what is due lies in our own rows, so a missed or a double
tick does no harm."""

from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.complaints import timetable
from bot.db import told
from bot.handoff import seats, waiting
from bot.learning import service as learning
from bot.privacy import erase
from bot.staff import audit, sessions, tries

if TYPE_CHECKING:
    from bot.app import App

log = structlog.get_logger()


def start(app: "App", roles: frozenset[str]) -> AsyncIOScheduler:
    """Begin to tick for these roles."""
    clock = AsyncIOScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )

    def every(seconds: float, name: str, tick: Callable[[], Awaitable[object]]) -> None:
        clock.add_job(_logged(name, tick), "interval", seconds=seconds, id=name)

    every(5, "data", lambda: _reload(app))
    if "worker" in roles:
        every(5, "meaning", lambda: learn(app))
        every(1, "lanes", app.lanes.sweep)
        every(10, "reaper", app.sender.reap)
        every(2, "search", app.indexer.tick)
        every(10, "names", app.indexer.sweep)
    if "clock" in roles:
        every(20, "timetable", lambda: timetable_tick(app))
        every(2, "queue", app.hand_out)
        every(3600, "lessons", lambda: forget_old_lessons(app))
        every(600, "erasures", lambda: erase.finish(app.db, app.files.folder))
        every(3600, "staff", lambda: forget_old_of_staff(app))
        every(3600, "seats", lambda: forget_old_seats(app))
    clock.start()
    return clock


async def timetable_tick(app: "App") -> int:
    """Everything that happens because time passes. Gives how many messages were written."""
    at, now = app.clock.now(), app.data.now
    voice, rules = now.voice, now.rules
    spoken = await timetable.gentle_prompts(app.db, voice, at, rules)
    spoken += await timetable.watch_promises(app.db, voice, at, rules)
    spoken += await timetable.tell_progress(app.db, voice, at, rules)
    spoken += await timetable.after_care(app.db, voice, at, rules)
    spoken += await waiting.tick(app.db, voice, at, now.desk)
    await app.hand_out()
    if spoken:
        app.sender.wake()
    return spoken


async def forget_old_lessons(app: "App") -> int:
    """Messages to learn from are not kept for ever. Gives how many were deleted."""
    return await learning.forget_old(app.db, app.clock.now(), app.settings.learn_keep_days)


async def forget_old_of_staff(app: "App") -> None:
    """Sessions that have ended, tries to sign in and the audit are not kept for ever."""
    at = app.clock.now()
    async with app.db.write() as session:
        await sessions.forget_old(session, at, app.door.limits)
        await tries.forget_old(session, at)
        await audit.forget_old(session, at - timedelta(days=app.settings.audit_keep_days))


async def forget_old_seats(app: "App") -> None:
    """Consoles that were closed long ago."""
    async with app.db.write() as session:
        await seats.forget(session, app.clock.now())


async def learn(app: "App") -> None:
    """Let nlu embed the articles in force, where that has not been done."""
    before = app.data.now.knowledge
    if (knowledge := await app.learning.learn(before)) is not None:
        app.data.learned(before, knowledge)


async def _reload(app: "App") -> None:
    await app.data.reload()


def _logged(name: str, tick: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    """A tick that fails is logged and comes again."""

    async def run() -> None:
        try:
            await tick()
        except Exception as error:  # noqa: BLE001 - whatever it was, the next tick must come
            log.error("a tick failed; it comes again", tick=name, **told(error))

    return run
