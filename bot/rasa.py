"""The client of nlu: text and context in, a decision out. Retries are few and short; the turn decides what then."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np

from bot import vector
from bot.errors import RasaUnreachable, Unreadable
from bot.vector import Vector

TRIES_AFTER = (0.0, 0.25, 1.0)
"""Seconds before each try; in all it stays well under the lease of a lane."""
TIMEOUT = aiohttp.ClientTimeout(total=3, connect=1)
LOADING = aiohttp.ClientTimeout(total=120, connect=1)
"""Another model is loaded and warmed beside the current one, on a machine that is busy answering."""
PATIENT = aiohttp.ClientTimeout(total=60, connect=1)
"""For what nobody waits for: embedding many texts while nlu answers customers first."""
AT_ONCE = 64
"""Texts of one request to embed: their numbers are read in about a millisecond."""
LONGEST = 4000
"""Characters of a turn that nlu is shown; what a customer means stands in fewer."""


@dataclass(frozen=True, slots=True)
class Entity:
    entity: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Second:
    """Another wish in the same message, and the words it stands in ("" when nlu cannot tell)."""

    intent: str
    confidence: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What nlu made of a turn. Confidences run from 0 to 1."""

    language: str
    script: str | None
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    entities: tuple[Entity, ...]
    mood: str
    mood_confidence: float
    action: str
    second: Second | None = None
    understood: bool = True
    """Whether the rules were shown the intent, and not that it is unclear."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The answer as it came, to be kept with the turn; without the embedding, which nobody can read."""
    embedding: Vector | None = field(default=None, repr=False, compare=False)
    """What the message means, made once by nlu for everybody who compares meanings; None when nlu sent none."""

    def rest_of(self, text: str) -> str:
        """The text without the words of the second wish; as it is when nlu cannot tell them apart."""
        rest = text.replace(self.second.text, " ").strip() if self.second is not None and self.second.text else text
        return rest or text

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> "Decision":
        """Read the answer of POST /decide. Raises KeyError, TypeError or ValueError when it has another form."""
        written, also = body.get("embedding"), body.get("second")
        return cls(
            language=body["language"],
            script=body.get("script"),
            intent=body["intent"]["name"],
            confidence=float(body["intent"]["confidence"]),
            ranking=tuple((i["name"], float(i["confidence"])) for i in body["intent_ranking"]),
            entities=tuple(Entity(e["entity"], str(e["value"]), e["start"], e["end"]) for e in body["entities"]),
            mood=body["emotion"]["name"],
            mood_confidence=float(body["emotion"]["confidence"]),
            action=body["action"],
            second=Second(also["name"], float(also["confidence"]), str(also.get("text", ""))) if also else None,
            understood=bool(body.get("understood", True)),
            raw={key: value for key, value in body.items() if key != "embedding"},
            embedding=vector.read(written) if written is not None else None,
        )


class Rasa:
    """One pooled client for the process; `up` is what the last `decide` or `ready` saw."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.up = False
        self._http: aiohttp.ClientSession | None = None

    def _client(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=TIMEOUT, connector=aiohttp.TCPConnector(limit=64))
        return self._http

    async def decide(self, text: str, context: Mapping[str, Any]) -> Decision:
        """What this text means in this context. Raises RasaUnreachable after the last try."""
        question = {"text": text[:LONGEST], "context": context, "embed": True}
        last: Exception | None = None
        for wait in TRIES_AFTER:
            if wait:
                await asyncio.sleep(wait)
            try:
                decision = Decision.read(await self._post("/decide", question))
            except (aiohttp.ClientError, TimeoutError, OSError, KeyError, TypeError, ValueError) as error:
                last = error
                continue
            self.up = True
            return decision
        self.up = False
        raise RasaUnreachable(f"nlu at {self.url} does not answer ({type(last).__name__}: {last})") from last

    async def embed(self, texts: Sequence[str]) -> Vector:
        """One row of unit length a text, in their order. For background work: it is patient and does not try again.

        Raises RasaUnreachable.
        """
        rows: list[Vector] = []
        try:
            for start in range(0, len(texts), AT_ONCE):
                some = list(texts[start : start + AT_ONCE])
                body = await self._post("/embed", {"texts": some}, PATIENT)
                rows += [vector.read(written) for written in body["embeddings"]]
            if len(rows) != len(texts):
                raise ValueError(f"{len(texts)} texts, {len(rows)} embeddings")
            return np.stack(rows) if rows else np.empty((0, 0), dtype=np.float32)
        except (aiohttp.ClientError, TimeoutError, OSError, KeyError, TypeError, ValueError) as error:
            raise RasaUnreachable(f"nlu at {self.url} does not embed ({type(error).__name__}: {error})") from error

    async def _post(
        self, path: str, body: Mapping[str, Any], timeout: aiohttp.ClientTimeout = TIMEOUT
    ) -> Mapping[str, Any]:
        async with self._client().post(self.url + path, json=body, timeout=timeout) as answer:
            answer.raise_for_status()
            result: Mapping[str, Any] = await answer.json()
            return result

    async def ready(self) -> bool:
        """Whether nlu answers and has its model."""
        try:
            async with self._client().get(self.url + "/status") as answer:
                self.up = answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            self.up = False
        return self.up

    async def activate(self, model: Path) -> str:
        """Have the running nlu change its model without a gap; `model` is a path as nlu sees it. Gives its fingerprint.

        Raises Unreadable when nlu cannot load it (the old one stays), RasaUnreachable when it does not answer.
        """
        try:
            asked = self._client().post(self.url + "/activate", json={"model": str(model)}, timeout=LOADING)
            async with asked as answer:
                body: Mapping[str, Any] = await answer.json()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise RasaUnreachable(f"nlu at {self.url} did not say whether it took the model ({error!r})") from error
        if answer.status != 200:
            raise Unreadable(f"nlu refuses the model: {body.get('error', answer.status)}")
        return str(body["fingerprint"])

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None
