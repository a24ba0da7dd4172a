"""Trains the model, unless one of the same ingredients is there: `python train.py --out DIR`.

The model is DIR/<fingerprint>.tar.gz. The fingerprint is a SHA-256 over everything that goes into it: configuration,
domain, rules, examples, components, word lists, the product catalogue and the locked versions.
`--fingerprint` prints it without loading Rasa.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
INGREDIENTS = ("config.yml", "uv.lock", "domain", "rules", "examples", "components", "words", "training.py")
KEEP = 3


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0 when the model is there, 1 when training failed."""
    parser = argparse.ArgumentParser(description="Train Carebot's model.")
    parser.add_argument("--out", type=Path, default=HERE.parent / "var" / "models", help="folder for the models")
    parser.add_argument(
        "--data", type=Path, help="the shop's data folder (default: $CAREBOT_DATA_DIR, or data/ beside nlu/)"
    )
    parser.add_argument("--fingerprint", action="store_true", help="only print the fingerprint")
    parser.add_argument("--force", action="store_true", help="train even if the model is there")
    options = parser.parse_args(arguments)
    catalogue = data_folder(options.data) / "products.yml"
    name = fingerprint(catalogue)
    if options.fingerprint:
        say(name)
        return 0
    model: Path = options.out / f"{name}.tar.gz"
    if model.exists() and not options.force:
        say(f"model {name} is up to date: {model}")
        return 0
    return train(model, catalogue)


def data_folder(given: Path | None) -> Path:
    """The shop's data: as given, else $CAREBOT_DATA_DIR, else data/ beside nlu/."""
    return (given or Path(os.environ.get("CAREBOT_DATA_DIR") or HERE.parent / "data")).resolve()


def fingerprint(catalogue: Path) -> str:
    """16 hexadecimal digits that change with any ingredient. A missing catalogue counts as an empty one."""
    digest = hashlib.sha256()
    for path in ingredients():
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    digest.update(catalogue.read_bytes() if catalogue.exists() else b"")
    return digest.hexdigest()[:16]


def ingredients() -> Iterator[Path]:
    """The files of nlu/ that go into a model, in a fixed order."""
    for name in INGREDIENTS:
        path = HERE / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in files if file.is_file() and file.suffix in {".yml", ".py", ".lock"})


def train(model: Path, catalogue: Path) -> int:
    """Trains in a folder of its own and moves the finished model into place: a reader never sees half of one."""
    started = time.monotonic()
    model.parent.mkdir(parents=True, exist_ok=True)
    os.chdir(HERE)
    sys.path.insert(0, str(HERE))
    os.environ |= {
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "RASA_MAX_CACHE_SIZE": "0",  # we train from the beginning, and a hundred megabytes would pile up in .rasa/
        "LOG_LEVEL": "ERROR",  # also turns off Rasa's progress bars, which print a line for every step
    }
    say(f"[1/4] loading Rasa (model {model.name.removesuffix('.tar.gz')})")
    from training import remove_leftovers, train_model

    remove_leftovers(model.parent)
    with tempfile.TemporaryDirectory(dir=model.parent, prefix=".training-") as folder:
        finished = train_model(Path(folder), catalogue, say)
        if finished is None:
            say("training failed; the messages above say why")
            return 1
        os.replace(finished, model)
    forget_old(model.parent)
    say(f"[4/4] ready after {time.monotonic() - started:.0f} s: {model} ({model.stat().st_size / 1e6:.1f} MB)")
    return 0


def forget_old(folder: Path) -> None:
    """Keeps the newest models, the active one and the one before; figures go with their model."""
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    kept = in_use(folder)
    for old in models[KEEP:]:
        name = old.name.partition(".")[0]
        if name not in kept:
            old.unlink(missing_ok=True)
            (folder / f"{name}.figures.json").unlink(missing_ok=True)


def in_use(folder: Path) -> set[str]:
    """The active model and the newest one before it that is there, as the app notes them in active.json."""
    try:
        noted = json.loads((folder / "active.json").read_text(encoding="utf-8"))
        before = [name for name in noted["before"] if (folder / f"{name}.tar.gz").exists()]
        return {noted["active"], *before[:1]}
    except FileNotFoundError:
        return set()
    except (ValueError, KeyError, TypeError) as error:
        say(f"active.json cannot be read ({error}); no old model is deleted")
        return {path.name.partition(".")[0] for path in folder.glob("*.tar.gz")}


def say(line: str) -> None:
    """One line of progress, at once; also while Rasa's own printing is being held back."""
    print(line, file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    sys.exit(main())
