"""A shop whose nlu understands what the test says: which messages a model fails on is no matter of these tests."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.commands import setup
from bot.rasa import Decision
from tests.clock import FakeClock
from tests.openshop import Shop, open_shop

GUESSES = (("track_refund", 0.31), ("get_refund", 0.24), ("greet", 0.1), ("thank", 0.05), ("deny", 0.02), ("inform", 0))


class Unsure:
    """nlu at its border: understands greetings and "broken", and nothing else."""

    async def decide(self, text: str, context: Mapping[str, Any]) -> Decision:
        language = "en" if text.isascii() else "zh"
        known = {"hello": "greet", "你好": "greet", "broken": "complaint_product", "坏了": "complaint_product"}
        intent = next((intent for word, intent in known.items() if text.startswith(word)), "")
        sure, ranking = bool(intent), ((intent, 0.99),) if intent else GUESSES
        action = {"greet": "action_greet", "": "action_continue"}.get(intent, "action_open_complaint")
        if context.get("journey") == "complaint":
            action = "action_continue_complaint"
        body = {
            "language": language,
            "script": None if language == "en" else "Hans",
            "intent": {"name": ranking[0][0], "confidence": ranking[0][1]},
            "intent_ranking": [{"name": name, "confidence": confidence} for name, confidence in ranking],
            "entities": [],
            "emotion": {"name": "annoyed" if not sure else "calm", "confidence": 0.7},
            "understood": sure,
            "action": action,
            "confidence": ranking[0][1],
        }
        return Decision.read(body)

    async def close(self) -> None: ...


@pytest.fixture
async def shop(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Shop]:
    async with open_shop(database_url, "http://127.0.0.1:9", tmp_path, clock) as opened:
        await opened.app.rasa.close()
        opened.app.answering._rasa = Unsure()  # type: ignore[assignment]
        yield opened


@pytest.fixture
def terminal(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Commands run in the program under test instead of opening their own."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[App]:
        yield shop.app

    monkeypatch.setattr(setup, "app", opened)
    return shop
