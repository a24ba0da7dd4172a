"""Writes docs/understanding/: `python report.py --model FILE [--baseline auto|1|0] [--speed FILE]`.

The figures of stock Rasa take an hour, so they are kept with the fingerprint of their data and measured again only
when asked (1), or when the data have changed and nobody says no (0).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from evaluate import measure  # noqa: E402
from evaluation import pictures, stock  # noqa: E402
from evaluation.examples import EXAMPLES  # noqa: E402
from evaluation.examples import read as read_examples  # noqa: E402
from evaluation.findings import Data, Findings  # noqa: E402
from evaluation.fingerprint import fingerprint  # noqa: E402
from evaluation.goldset import DEVELOPMENT  # noqa: E402
from evaluation.machine import machine  # noqa: E402
from evaluation.page import page  # noqa: E402

OUT = HERE.parent / "docs" / "understanding"
SECONDS = 0.005
"""For one example and one epoch of stock Rasa's training, on two cores."""


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0 when the report is written, 1 when stock Rasa could not be measured."""
    parser = argparse.ArgumentParser(description="Write the report about understanding.")
    parser.add_argument("--model", type=Path, required=True, help="the model file that train.py made")
    parser.add_argument(
        "--baseline", choices=("auto", "1", "0"), default="auto", help="measure stock Rasa: 1 yes, 0 no"
    )
    parser.add_argument("--epochs", type=int, default=stock.EPOCHS, help="of stock Rasa (fewer: a trial)")
    parser.add_argument("--speed", type=Path, help="the file of figures that bench/decide.py wrote")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the report")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    kept, data = options.out / "baseline.json", data_now()
    again = wanted(options.baseline, data, read_json(kept), options.epochs)
    if again and not _measure_stock(kept, data, options.epochs):
        return 1
    found = Findings(
        ours=measure(options.model),
        stock=read_json(kept),
        speed=json.loads(options.speed.read_text(encoding="utf-8"))["sides"] if options.speed else {},
        data=data,
        on=date(*time.gmtime()[:3]),
        machine=machine(),
    )
    write(options.out, found)
    say(f"written: {options.out / 'report.md'}")
    return 0


def write(folder: Path, found: Findings) -> None:
    """The page and its pictures."""
    pictures.draw(folder, found.ours, found.stock)
    (folder / "report.md").write_text(page(found), encoding="utf-8")


def data_now() -> Data:
    """The examples and the development set as they are."""
    learnt = Counter(example.language for example in read_examples())
    return Data(fingerprint(EXAMPLES), fingerprint(DEVELOPMENT), dict(learnt))


def wanted(asked: str, data: Data, kept: Mapping[str, Any] | None, epochs: int = stock.EPOCHS) -> bool:
    """Whether stock Rasa is measured (again): when asked, or when what is kept is of other data or another training."""
    current = kept is not None and data.is_of(kept) and kept["epochs"] == epochs
    return asked == "1" or (asked == "auto" and not current)


def _measure_stock(kept: Path, data: Data, epochs: int) -> bool:
    """In a process of its own: it needs the real TensorFlow, which our engine does without."""
    minutes = sum(data.learnt.values()) * epochs * SECONDS / 60
    say(f"measuring stock Rasa: about {max(minutes, 1):.0f} minutes on two free cores (BASELINE=0 leaves it out)")
    command = [sys.executable, "baseline.py", "--out", str(kept.resolve()), "--epochs", str(epochs)]
    return subprocess.run([*command, "--parent", str(os.getpid())], cwd=HERE, check=False).returncode == 0


def read_json(path: Path) -> dict[str, Any] | None:
    """The content of a file of figures; None when it is not there."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def say(line: str) -> None:
    """One line of progress, at once."""
    print(line, file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    sys.exit(main())
