"""Stock Rasa: the pipeline that `rasa init` and `rasa train` give a new project, learning from our examples.

What it answers is brought into the form of our own answers, so that the same figures measure both. It knows no emotion
and no language; those parts stay away.
"""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

FALLBACK = "nlu_fallback"
EPOCHS = 100
"""Rasa's default."""


def default_config(path: Path, epochs: int = EPOCHS) -> Path:
    """Writes Rasa's own configuration with so many epochs of everything that learns.

    The config.yml of `rasa init` has empty keys; `rasa train` fills them in from this file of the package.
    """
    import rasa.engine.recipes

    defaults = Path(rasa.engine.recipes.__file__).parent / "config_files" / "default_config.yml"
    config = yaml.safe_load(defaults.read_text(encoding="utf-8"))
    config["assistant_id"] = "stock"
    for part in [*config["pipeline"], *config["policies"]]:
        if "epochs" in part:
            part["epochs"] = epochs
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return path


def train(folder: Path, examples: Path, epochs: int) -> Path | None:
    """The model inside `folder`, or None when Rasa refused. Only the understanding is trained, no policies."""
    from rasa.model_training import train_nlu

    found = train_nlu(
        config=str(default_config(folder / "config.yml", epochs)),
        nlu_data=str(examples),
        output=str(folder),
        fixed_model_name="stock",
    )
    return Path(found) if found else None


def answers(model: Path, texts: Sequence[str]) -> Iterator[dict[str, Any]]:
    """What the model makes of each text, one after the other."""
    from rasa.core.agent import Agent

    agent, loop = Agent.load(model), asyncio.new_event_loop()
    try:
        for text in texts:
            yield answer(loop.run_until_complete(agent.parse_message(text)))
    finally:
        loop.close()


def answer(parsed: dict[str, Any]) -> dict[str, Any]:
    """Its best real guess counts, even where it doubts: as with ours."""
    ranking = [guess for guess in parsed["intent_ranking"] if guess["name"] != FALLBACK]
    return {"intent": ranking[0], "intent_ranking": ranking, "entities": parsed["entities"]}
