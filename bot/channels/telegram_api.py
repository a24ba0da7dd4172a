"""The library's Bot, opened and closed by us, and giving updates as Telegram wrote them."""

import asyncio
import json
import logging
import os
import ssl
from typing import Any

import httpx
from telegram import Bot, Update
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

ALLOWED_UPDATES = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)
_CONNECT = 5.0
"""Seconds for a connection to be made, or to become free."""
_CONNECTIONS = 64


class Api:
    """One bot's connections. `patience`: seconds an answer may take (a poll's hold comes on top)."""

    def __init__(self, token: str, url: str, patience: float) -> None:
        url = url.rstrip("/")
        # Polling has a connection of its own: it must not wait behind messages going out, nor they behind it.
        trust = httpx.create_ssl_context()  # the slow part of a client, so both share it
        self._requests = (_request(1, patience, trust), _request(_CONNECTIONS, patience, trust))
        self.bot = _Bot(
            token, f"{url}/bot", f"{url}/file/bot", get_updates_request=self._requests[0], request=self._requests[1]
        )
        self.is_open = False

    async def open(self) -> None:
        await asyncio.gather(*(request.initialize() for request in self._requests))
        self.is_open = True

    async def close(self) -> None:
        self.is_open = False
        await asyncio.gather(*(request.shutdown() for request in self._requests))

    async def updates(self, offset: int | None, hold: int) -> list[dict[str, Any]]:
        """The next updates from `offset` on (which acknowledges all before it), waiting at most `hold` seconds."""
        return await self.bot.raw_updates(offset, hold)


class _Bot(Bot):
    async def raw_updates(self, offset: int | None, hold: int) -> list[dict[str, Any]]:
        """As get_updates, but unread: that refuses a whole batch for the sake of one update it cannot parse."""
        asked = {"offset": offset, "timeout": hold, "allowed_updates": ALLOWED_UPDATES}
        patience = self._request[0].read_timeout or 0
        updates: list[dict[str, Any]] = await self._post("getUpdates", asked, read_timeout=hold + patience)
        return updates


class _Request(HTTPXRequest):
    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the library's, which logs the whole answer, customers' words and all, when it is no JSON."""
        try:
            answer: dict[str, Any] = json.loads(payload.decode("utf-8", "replace"))
        except ValueError as error:
            raise TelegramError("the answer is no JSON") from error
        return answer


def _request(connections: int, patience: float, trust: ssl.SSLContext) -> _Request:
    return _Request(
        connections,
        read_timeout=patience,
        write_timeout=patience,
        connect_timeout=_CONNECT,
        pool_timeout=_CONNECT,
        httpx_kwargs={"verify": trust},
    )


def keep_quiet() -> None:
    """Keep secrets and customers' words out of the logs, and the library's deprecations out of its errors.

    httpx logs every address at INFO, and the address holds the bot's token; the library logs every message at DEBUG.
    A level somebody chose on purpose stays. PTB_TIMEDELTA opts in to the coming type of spans of time: without it
    merely raising RetryAfter warns.
    """
    for chatty in ("httpx", "httpcore", "telegram"):
        logger = logging.getLogger(chatty)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)
    os.environ.setdefault("PTB_TIMEDELTA", "true")
