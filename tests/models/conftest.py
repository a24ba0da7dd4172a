"""Models without Rasa: files of that name, and figures that lie beside them as if they had been measured."""

import copy
import os
from pathlib import Path
from typing import Any

import pytest

from bot import engine
from bot.models import training
from bot.models.guard import FIGURES
from bot.models.registry import Registry
from bot.settings import ROOT

ANSWERS = [("en", "where is it", "track_order"), ("en", "it broke", "complaint_product"), ("zh", "退款", "get_refund")]


def report(**figures: float) -> dict[str, Any]:
    """What evaluate.py writes; every figure is 0.9 but those named like en_accuracy."""
    by_language = {code: {name: figures.get(f"{code}_{name}", 0.9) for name in FIGURES} for code in ("all", "zh", "en")}
    intents = {"f1": 0.9, "precision": 0.9, "recall": 0.9, "messages": 3}
    return {
        "by_language": by_language,
        "intents": {code: {"track_order": dict(intents), "get_refund": dict(intents)} for code in by_language},
        "answers": [
            {
                "language": language,
                "text": text,
                "meant_intent": meant,
                "intent": meant,
                "meant_emotion": "calm",
                "emotion": "calm",
            }
            for language, text, meant in ANSWERS
        ],
    }


def understood(found: dict[str, Any], text: str, intent: str) -> dict[str, Any]:
    """The same report with another answer to one message."""
    changed = copy.deepcopy(found)
    [answer] = [one for one in changed["answers"] if one["text"] == text]
    answer["intent"] = intent
    return changed


class Shelf:
    """A folder of models."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.registry = Registry(var / "models")
        self.registry.folder.mkdir(parents=True)

    def has(self, name: str, found: dict[str, Any] | None = None) -> str:
        """A model of this fingerprint, measured if its figures are given."""
        self.registry.file(name).write_bytes(b"a model")
        if found is not None:
            self.registry.keep_report(name, training.measuring(), found)
        return name

    def is_active(self, *names: str) -> None:
        """These were activated one after the other."""
        for name in names:
            self.registry.write(self.registry.read().with_active(name))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.fixture
def files_are(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The fingerprint of nlu's files as they are now."""

    def be(name: str) -> None:
        async def fingerprint(_: Path) -> str:
            return name

        monkeypatch.setattr(training, "fingerprint", fingerprint)

    return be


@pytest.fixture(scope="session")
async def trained() -> Path:
    """A real model."""
    given = os.environ.get("CAREBOT_TEST_MODEL", "")
    return Path(given) if given else await engine.model(ROOT / "var", ROOT / "data")
