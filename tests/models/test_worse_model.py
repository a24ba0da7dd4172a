"""The whole way with real training: a mistake in the examples makes a worse model, and it does not get in."""

import shutil
from pathlib import Path

import pytest

from bot.models import service, training
from bot.models.guard import read_guards
from bot.models.registry import Standing
from bot.rasa import Rasa
from bot.settings import ROOT
from tests.models.conftest import Shelf

GUARDS = read_guards({"tolerance": 0.5, "guarded": ["accuracy", "human_recall"]})
MISLABELLED = {"zh": "帮我转一下人工", "en": "give me a human"}


@pytest.fixture
def mistaken_nlu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """nlu as it is, but somebody has put those who want a person under "goodbye"."""
    nlu = tmp_path / "shop" / "nlu"
    shutil.copytree(
        ROOT / "nlu", nlu, ignore=lambda _, names: [n for n in names if n in (".venv", ".rasa", "__pycache__")]
    )
    (nlu.parent / "tests").symlink_to(ROOT / "tests")
    for language, text in MISLABELLED.items():
        for path in (nlu / "examples" / language).glob("*.yml"):
            content = path.read_text(encoding="utf-8")
            wrong = content.replace("- intent: contact_human_agent", "- intent: goodbye")
            path.write_text(wrong, encoding="utf-8")
        left = f'version: "3.1"\nnlu:\n- intent: contact_human_agent\n  examples: |\n    - {text}\n'
        (nlu / "examples" / language / "left.yml").write_text(left, encoding="utf-8")
    monkeypatch.setattr(training, "NLU", nlu)
    return nlu


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("mistaken_nlu")
async def test_a_worse_model_is_trained_measured_refused_forced_and_rolled_back(shelf: Shelf, trained: Path) -> None:
    shutil.copy(trained, shelf.registry.file("good"))
    shelf.is_active("good")
    said: list[str] = []
    data = ROOT / "data"
    assert await service.at_start(shelf.registry, data, GUARDS, said.append) == shelf.registry.file("good")
    assert any("human_recall (zh) falls from" in line and "human_recall (en) falls from" in line for line in said)

    candidate = await training.fingerprint(data)
    found = await service.compared(shelf.registry, candidate, GUARDS, said.append)
    lost = [one for one in found.messages if one.is_worse and one.meant == "contact_human_agent"]
    assert lost
    measured = [line for line in said if "measuring" in line]
    assert len(measured) == 2, "each model once"

    rasa = Rasa("http://127.0.0.1:9")
    await service.activate(shelf.registry, candidate, rasa)
    assert shelf.registry.read() == Standing(candidate, ("good",))
    assert await service.roll_back(shelf.registry, rasa) == ("good", False)
    assert await service.at_start(shelf.registry, data, GUARDS, said.append) == shelf.registry.file("good")
    assert "was rolled back" in said[-1]
    await rasa.close()
