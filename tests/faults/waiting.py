"""Waiting for what another process does: all there is, is to look again and again."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
LOOK_EVERY = 0.05


async def eventually(look: Callable[[], T | Awaitable[T]], within: float, told: Callable[[], object] | str = "it") -> T:
    """The first true value of `look`. AssertionError after `within` seconds, with what `told` says."""
    try:
        async with asyncio.timeout(within):
            while not (found := await _value(look)):  # noqa: ASYNC110 - other processes have no event for us
                await asyncio.sleep(LOOK_EVERY)
            return found
    except TimeoutError:
        words = told if isinstance(told, str) else told()
        raise AssertionError(f"waited {within:g} s in vain for {words}") from None


async def _value(look: Callable[[], T | Awaitable[T]]) -> T:
    found = look()
    return await found if inspect.isawaitable(found) else found
