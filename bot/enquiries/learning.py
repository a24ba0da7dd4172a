"""Gives the articles their meaning, in the background: nlu embeds what is new, the rest is kept on disk.

While there is none (nlu is gone, the first seconds) questions are answered by words alone.
"""

import asyncio
from pathlib import Path

import numpy as np
import structlog

from bot.enquiries import vectors
from bot.enquiries.knowledge import Knowledge
from bot.enquiries.meaning import Meaning, phrases, same_encoder
from bot.errors import RasaUnreachable
from bot.rasa import Rasa
from bot.vector import Vector

PROBE = "carebot"
"""An encoder is known by what it makes of this."""

log = structlog.get_logger()


class Learning:
    """Asks nlu and keeps what it says below `folder`."""

    def __init__(self, rasa: Rasa, folder: Path) -> None:
        self._rasa = rasa
        self._folder = folder
        self._told = False

    async def learn(self, knowledge: Knowledge) -> Knowledge | None:
        """The same articles with their meaning. None when there is nothing to learn, or nlu does not answer.

        When the meaning is there it asks for one short embedding, to see that nlu has still the encoder it came from.
        """
        if not knowledge.articles:
            return None
        try:
            (probe,) = await self._rasa.embed([PROBE])
            if knowledge.meaning is not None and same_encoder(knowledge.meaning.probe, probe):
                return None
            found = [phrases(article) for article in knowledge.articles.values()]
            rows = await self._rows([text for some in found for text in some], probe)
        except RasaUnreachable as error:
            if knowledge.meaning is None and not self._told:
                self._told = True
                log.info("questions are answered by words alone until nlu embeds the articles", error=str(error))
            return None
        self._told = False
        return knowledge.understood(await asyncio.to_thread(Meaning, [len(some) for some in found], rows, probe))

    async def _rows(self, texts: list[str], probe: Vector) -> Vector:
        """One row a text: what is kept, and from nlu what is not. Raises RasaUnreachable."""
        keys = await asyncio.to_thread(lambda: [vectors.key(text) for text in texts])
        known = await asyncio.to_thread(vectors.load, self._folder, probe)
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if new:
            known |= zip(new, await self._rasa.embed(list(new.values())), strict=True)
            await asyncio.to_thread(vectors.save, self._folder, probe, {key: known[key] for key in keys})
            log.info("nlu has embedded the articles", phrases=len(new))
        return await asyncio.to_thread(lambda: np.stack([known[key] for key in keys]))
