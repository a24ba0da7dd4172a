"""Trains stock Rasa with our domain, rules and examples: `nlu/.venv/bin/python bench/stock/train.py --out FILE`.

The configuration is the one that Rasa itself fills in for a project of `rasa init`; only the epochs are fewer, because
speed is compared and not understanding. Our rules are the only stories, so the policies that learn from stories have
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


def main() -> int:
    """Returns the exit code: 0 when FILE is there."""
    parser = argparse.ArgumentParser(description="Train stock Rasa on our domain and rules.")
    parser.add_argument("--out", type=Path, required=True, help="the model file to write")
    parser.add_argument("--epochs", type=int, default=3, help="epochs of everything that learns (Rasa's default: 100)")
    options = parser.parse_args()
    os.environ |= QUIET
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.out.parent, prefix=".training-") as folder:
        model = train(Path(folder), options.epochs)
        if model is None:
            return 1
        os.replace(model, options.out)
    return 0


def train(folder: Path, epochs: int) -> Path | None:
    """The trained model inside `folder`, or None when Rasa refused."""
    import rasa
    import rasa.model_training  # noqa: F401  (rasa.train needs it)

    result = rasa.train(
        domain=str(NLU / "domain"),
        config=str(default_config(folder / "config.yml", epochs)),
        training_files=[str(NLU / "examples"), str(NLU / "rules")],
        output=str(folder),
        force_training=True,
        fixed_model_name="stock",
    )
    return Path(result.model) if result.model and result.code == 0 else None


def default_config(path: Path, epochs: int) -> Path:
    """Rasa's own default configuration with fewer epochs. `rasa init` writes empty keys, which mean this file."""
    import rasa.engine.recipes
    import yaml

    defaults = Path(rasa.engine.recipes.__file__).parent / "config_files" / "default_config.yml"
    config = yaml.safe_load(defaults.read_text(encoding="utf-8"))
    config["assistant_id"] = "stock"
    for part in [*config["pipeline"], *config["policies"]]:
        if "epochs" in part:
            part["epochs"] = epochs
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
