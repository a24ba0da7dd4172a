"""What the customer would read: a deed is done in a transaction that is taken back, so nothing can differ."""

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.errors import Moved
from bot.outbox.tables import Delivery

Do = Callable[[AsyncSession], Awaitable[Sequence[Delivery]]]
"""A deed of the staff; gives what the customer is told with it."""


class WordsChanged(Moved):
    """What the customer would be told has changed meanwhile. Read it again."""

    def __init__(self, words: tuple[str, ...]) -> None:
        super().__init__()
        self.words = words


class _TakenBack(Exception):
    pass


async def rehearse(db: Database, do: Do) -> tuple[str, ...]:
    """The words that the deed would tell the customer, in order; none when it tells nothing. Nothing is kept.

    Raises what the deed raises.
    """
    words: tuple[str, ...] = ()
    try:
        async with db.write() as session:
            words = _words(await do(session))
            raise _TakenBack
    except _TakenBack:
        return words


async def perform(db: Database, do: Do, shown: Sequence[str]) -> Sequence[Delivery]:
    """Do it, provided that the customer is told what was `shown`. Raises WordsChanged with the new words."""
    async with db.write() as session:
        told = await do(session)
        if (words := _words(told)) != tuple(shown):
            raise WordsChanged(words)
        return told


def _words(told: Sequence[Delivery]) -> tuple[str, ...]:
    return tuple(row.text for row in told)
