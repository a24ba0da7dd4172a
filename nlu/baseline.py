"""Measures stock Rasa on the same data: `python baseline.py [--epochs 100] [--out FILE]`. Takes an hour or more.

It may be stopped at any time: training works in a folder of its own, which goes with it (or, when it was killed, at the
next start). A finished model is kept beside it until its figures are written, so what fails later is not trained again.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from evaluation import stock  # noqa: E402
from evaluation.examples import EXAMPLES  # noqa: E402
from evaluation.figures import figures  # noqa: E402
from evaluation.fingerprint import fingerprint  # noqa: E402
from evaluation.goldset import DEVELOPMENT, read  # noqa: E402
from evaluation.machine import machine  # noqa: E402
from evaluation.timing import milliseconds  # noqa: E402

OUT = HERE.parent / "docs" / "understanding" / "baseline.json"
WORK = HERE.parent / "var" / "baseline"


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0 when the figures are written, 1 when Rasa refused to train."""
    parser = argparse.ArgumentParser(description="Measure Rasa's default pipeline on our examples and development set.")
    parser.add_argument("--epochs", type=int, default=stock.EPOCHS, help="of everything that learns (Rasa's: 100)")
    parser.add_argument("--out", type=Path, default=OUT, help="the file of figures to write")
    parser.add_argument("--work", type=Path, default=WORK, help="folder for the training")
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this process ends")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    if options.parent:
        from serving import parent

        parent.follow(options.parent)
    _prepare(options.work)
    model = options.work / f"{fingerprint(EXAMPLES)}-{options.epochs}.tar.gz"
    if not model.exists() and not _train(model, options.epochs):
        say("training stock Rasa failed; the messages above say why")
        return 1
    found = measure(model, options.epochs)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for path in (model, _notes(model)):
        path.unlink()
    say(f"written: {options.out}")
    return 0


def measure(model: Path, epochs: int) -> dict[str, Any]:
    """Its figures, and what they belong to."""
    gold = read(DEVELOPMENT)
    say(f"stock Rasa: asking {len(gold)} messages")
    answered, times = milliseconds(stock.answers(model, [one.text for one in gold]))
    return {
        "examples": fingerprint(EXAMPLES),
        "development": fingerprint(DEVELOPMENT),
        "epochs": epochs,
        "at": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": machine(),
        "model_mb": round(model.stat().st_size / 1e6, 1),
        **json.loads(_notes(model).read_text(encoding="utf-8")),
        "ms": times,
        **figures(list(zip(gold, answered, strict=True))),
    }


def _train(model: Path, epochs: int) -> bool:
    say(f"stock Rasa: training {epochs} epochs (progress below; may be stopped at any time)")
    began = time.monotonic()
    folder = model.parent / f".training-{os.getpid()}"
    try:  # named before it is made: whenever the signal comes, it is known what to clear
        folder.mkdir()
        tempfile.tempdir = str(folder)  # what Rasa unpacks goes with it, too
        trained = stock.train(folder, EXAMPLES, epochs)
        if trained is None:
            return False
        _notes(model).write_text(json.dumps({"training_seconds": round(time.monotonic() - began)}), encoding="utf-8")
        os.replace(trained, model)
    finally:
        tempfile.tempdir = None
        shutil.rmtree(folder, ignore_errors=True)
    return True


def _notes(model: Path) -> Path:
    """What is known of the training, beside the model."""
    return model.with_suffix(".json")


def _prepare(work: Path) -> None:
    """A clean folder, and Rasa quiet but for the bar that shows how far it is."""
    work.mkdir(parents=True, exist_ok=True)
    for left in work.glob(".training-*"):
        shutil.rmtree(left, ignore_errors=True)
    os.environ |= {
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "RASA_MAX_CACHE_SIZE": "0",
        "LOG_LEVEL": "INFO",  # above it Rasa hides its progress bars
        "PYTHONWARNINGS": "ignore",
    }
    import logging

    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)
    logging.getLogger().setLevel(logging.ERROR)


def _stop(*_: object) -> NoReturn:
    """As an exception, so that every folder is cleared."""
    raise SystemExit(143)


def say(line: str) -> None:
    """One line of progress, at once."""
    print(line, file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    sys.exit(main())
