"""A TCP proxy on loopback that can refuse, cut and swallow: how a server looks from behind a bad network.

With several targets it is a balancer: each new connection goes to the next one that listens.
"""

import asyncio
import itertools
from typing import Self

_CHUNK = 65536


class Proxy:
    """Listens on `port` and hands connections on to `targets`, (host, port) each."""

    def __init__(self, *targets: tuple[str, int]) -> None:
        self.targets = targets
        self.port = 0
        self.accepted = 0
        self._turn = itertools.count()
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._lines: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.mends()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cuts()

    async def mends(self) -> None:
        """Connections are possible (again, at the same port), and bytes flow."""
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._talk, "127.0.0.1", self.port, reuse_address=True)
            self.port = self._server.sockets[0].getsockname()[1]

    async def cuts(self) -> None:
        """Every connection breaks, and new ones are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for line in self._lines:
            line.transport.abort()
        self._flows.set()  # whatever waited goes nowhere
        await asyncio.gather(*self._talks, return_exceptions=True)

    def swallows(self) -> None:
        """Connections stay, and nothing gets through any more: a network that loses every packet."""
        self._flows.clear()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self.accepted += 1
        mine = {writer}
        try:
            far_reader, far_writer = await self._target()
            mine.add(far_writer)
            self._lines |= mine
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        except OSError:
            pass  # one side is gone: both are closed below
        finally:
            for line in mine:
                line.transport.abort()
            self._lines -= mine
            self._talks.discard(task)

    async def _target(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the next target that listens. Raises OSError when none does."""
        start = next(self._turn)
        for step in range(len(self.targets) - 1):
            try:
                return await asyncio.open_connection(*self.targets[(start + step) % len(self.targets)])
            except OSError:
                continue
        return await asyncio.open_connection(*self.targets[(start - 1) % len(self.targets)])

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK):
            await self._flows.wait()
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
