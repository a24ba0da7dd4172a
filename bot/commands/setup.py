"""What most commands need first: settings, logs, a database of the newest schema."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot import migrate
from bot.app import App
from bot.clock import Clock
from bot.masking import mask_personal
from bot.settings import Settings


def logs(settings: Settings) -> None:
    """Structured logs on standard error, personal data masked before anything is written."""
    level = getattr(logging, settings.log_level.upper())
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask_personal,
    ]
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    # A tick that is still running when the next is due is no news: it is skipped on purpose.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


@asynccontextmanager
async def app(settings: Settings | None = None, clock: Clock | None = None) -> AsyncIterator[App]:
    """The program without its loops: for commands that look or change something and end."""
    from actions.executor import execute  # the actions need the app's services, not the other way round

    made = App(settings or Settings(), execute, clock)
    logs(made.settings)
    try:
        await migrate.upgrade(made.db)
        yield made
    finally:
        await made.db.close()
        await made.rasa.close()
