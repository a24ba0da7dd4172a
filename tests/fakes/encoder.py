"""An nlu that only embeds: every text gets numbers of its own, and everything that was asked is counted."""

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
from aiohttp import web


@dataclass
class FakeEncoder:
    url: str = ""
    name: str = "one"
    """Another name is another encoder."""
    size: int = 64
    is_gone: bool = False
    forgets: bool = False
    """Leaves one text out of every answer."""
    asked: list[str] = field(default_factory=list)

    def vector(self, text: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(f"{self.name} {text}".encode()).digest()[:8])
        numbers = np.random.default_rng(seed).normal(size=self.size)
        return (numbers / np.linalg.norm(numbers)).astype(np.float32)

    async def embed(self, request: web.Request) -> web.Response:
        if self.is_gone:
            return web.json_response({"error": "no model is loaded"}, status=409)
        texts = (await request.json())["texts"]
        self.asked += texts
        rows = [base64.b64encode(self.vector(text).astype("<f2").tobytes()).decode() for text in texts]
        return web.json_response({"embeddings": rows[1:] if self.forgets else rows})


@asynccontextmanager
async def serve() -> AsyncIterator[FakeEncoder]:
    fake = FakeEncoder()
    app = web.Application()
    app.router.add_post("/embed", fake.embed)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield fake
    await runner.cleanup()
