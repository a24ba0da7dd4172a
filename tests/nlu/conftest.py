"""A client that sees the bare answers of nlu."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest


class Nlu:
    """POST /decide and the rest of the server, without the app in between."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url = url
        self.http = http

    async def decide(self, text: str, **context: Any) -> dict[str, Any]:
        """The answer to a question that must be answered."""
        body = {"text": text, "context": context} if context else {"text": text}
        async with self.http.post(f"{self.url}/decide", json=body) as answer:
            assert answer.status == 200, await answer.text()
            content: dict[str, Any] = await answer.json()
            return content

    async def post(self, body: bytes, path: str = "/decide") -> tuple[int, dict[str, Any]]:
        """Status and content of an answer to any bytes."""
        async with self.http.post(f"{self.url}{path}", data=body) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        async with self.http.get(f"{self.url}{path}") as answer:
            return answer.status, await answer.json()


@pytest.fixture(scope="session")
async def nlu(rasa_url: str) -> AsyncIterator[Nlu]:
    async with aiohttp.ClientSession() as http:
        yield Nlu(rasa_url, http)
