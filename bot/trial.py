"""A changed file of data/: tried with all the others, then put in its place. What is broken changes nothing."""

import os
import shutil
import tempfile
from pathlib import Path

from bot import data


def check(folder: Path, name: Path, text: str) -> None:
    """Whether data/ is in order with this text in `name` (a path below `folder`). Raises BadContent."""
    with tempfile.TemporaryDirectory() as place:
        trial = Path(place) / "data"  # messages name files by their last folders
        shutil.copytree(folder, trial)
        (trial / name).write_text(text, encoding="utf-8")
        data.load(trial)


def replace(path: Path, text: str) -> None:
    """All or nothing: a reader finds the old file or the new one."""
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        shutil.copymode(path, beside)
    beside.replace(path)
