"""Runs Rasa's training and says in plain lines what it is doing."""

import contextlib
import io
import json
import logging
import re
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
_STARTS = re.compile(r"Starting to train component '(\w+)'")


class _Progress(logging.Handler):
    """Turns Rasa's log of training steps into progress lines."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        if match := _STARTS.search(record.getMessage()):
            self._say(f"[3/4] learning: {match[1]}")


def _matters(warning: logging.LogRecord) -> bool:
    """Packages of that age warn about themselves hundreds of times; what Rasa says about our data is a UserWarning.

    Of those, two are not about our data: one comes with any slot at all, one misses an extractor that learns from the
    marked words (ours finds them by rules).
    """
    text = warning.getMessage()
    never = "Slot auto-fill has been removed", "does not include an entity extractor trained on"
    return "UserWarning" in text and not any(one in text for one in never)


def train_model(folder: Path, catalogue: Path, say: Callable[[str], None]) -> Path | None:
    """Trains inside `folder` with the catalogue at that path; returns the model's path, or None when Rasa refused."""
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").addFilter(_matters)
    import rasa
    import rasa.model_training
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    logging.getLogger().setLevel(logging.WARNING)

    examples = sorted(map(str, (HERE / "examples").rglob("*.yml")))
    say(f"[2/4] reading {len(examples)} files of examples")
    hooks = logging.getLogger("rasa.engine.training.hooks")
    hooks.addHandler(_Progress(say))
    hooks.setLevel(logging.INFO)
    hooks.propagate = False
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        result = rasa.train(
            domain=str(HERE / "domain"),
            config=str(_config(folder, catalogue)),
            training_files=[*examples, str(HERE / "rules")],
            output=str(folder),
            force_training=True,  # Rasa's cache does not know what our components read besides the examples
            fixed_model_name="model",
        )
    if not result.model or result.code != 0:
        say(said.getvalue())
        return None
    model = Path(result.model)
    without_training_graph(model, folder / "unpacked")
    return model


def without_training_graph(model: Path, folder: Path) -> None:
    """Takes the graph of the training out of the model's metadata.

    Serving does not use it, but reading it imports every component Rasa has, and TensorFlow with them. (What needs it
    is incremental training, which our components do not do.)
    """
    with tarfile.open(model) as archive:
        archive.extractall(folder)
    about = folder / "metadata.json"
    metadata = json.loads(about.read_text(encoding="utf-8"))
    metadata["train_schema"] = {"nodes": {}}
    about.write_text(json.dumps(metadata), encoding="utf-8")
    with tarfile.open(model, "w:gz") as archive:
        archive.add(folder, arcname="")


def _config(folder: Path, catalogue: Path) -> Path:
    """A copy of config.yml that names the catalogue to be used. Rasa may write into the file it is given."""
    content = yaml.safe_load((HERE / "config.yml").read_text(encoding="utf-8"))
    for component in content["pipeline"]:
        if "catalogue" in component:
            component["catalogue"] = str(catalogue)
        for name in ("words", "appliances"):
            if name in component:
                component[name] = str(HERE / component[name])
    path = folder / "config.yml"
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def remove_leftovers(folder: Path) -> None:
    """Deletes folders of trainings that were killed."""
    for left in folder.glob(".training-*"):
        shutil.rmtree(left, ignore_errors=True)
