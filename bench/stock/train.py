"""Trains stock Rasa with our domain and rules: `nlu/.venv/bin/python bench/stock/train.py --out FILE`.

The configuration is the one that Rasa itself fills in for a project of `rasa init`; only the epochs are fewer, because
speed is compared and not understanding; for the same reason only some of our examples are learnt. Our rules are the
only stories, so the policies that learn from stories have
nothing to say: that makes the stock side faster than a usual project, not slower.
"""

import argparse
import logging
import os
import sys
import tempfile
from pathlib import Path

QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
NLU = Path(__file__).resolve().parent.parent.parent / "nlu"
sys.path.insert(0, str(NLU))


def main() -> int:
    """Returns the exit code: 0 when FILE is there."""
    parser = argparse.ArgumentParser(description="Train stock Rasa on our domain and rules.")
    parser.add_argument("--out", type=Path, required=True, help="the model file to write")
    parser.add_argument("--epochs", type=int, default=3, help="epochs of everything that learns (Rasa's default: 100)")
    parser.add_argument("--examples", type=int, default=12, help="how many of our examples to take, by intent and file")
    options = parser.parse_args()
    os.environ |= QUIET
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.out.parent, prefix=".training-") as folder:
        model = train(Path(folder), options.epochs, options.examples)
        if model is None:
            return 1
        os.replace(model, options.out)
    return 0


def train(folder: Path, epochs: int, examples: int) -> Path | None:
    """The trained model inside `folder`, or None when Rasa refused."""
    import rasa
    import rasa.model_training
    from evaluation.stock import default_config

    result = rasa.train(
        domain=str(NLU / "domain"),
        config=str(default_config(folder / "config.yml", epochs)),
        training_files=[str(some_examples(folder / "examples", examples)), str(NLU / "rules")],
        output=str(folder),
        force_training=True,
        fixed_model_name="stock",
    )
    return Path(result.model) if result.model and result.code == 0 else None


def some_examples(folder: Path, most: int) -> Path:
    """The first `most` examples of each intent of each of our files: with all of them training takes ten minutes."""
    import yaml

    for source in sorted((NLU / "examples").rglob("*.yml")):
        content = yaml.safe_load(source.read_text(encoding="utf-8"))
        for intent in content["nlu"]:
            intent["examples"] = "".join(intent["examples"].splitlines(keepends=True)[:most])
        copy = folder / source.relative_to(NLU / "examples")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


if __name__ == "__main__":
    sys.exit(main())
