"""Which model is active, and which were before: var/models/active.json, always whole, beside the models themselves.

The figures of a model lie beside it (FINGERPRINT.figures.json) and go with it.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.errors import NotFound, Unreadable

REMEMBERED = 20
"""Earlier models in the list; nlu/train.py keeps the files of the active one and the one before."""
SUFFIX = ".tar.gz"


@dataclass(frozen=True, slots=True)
class Standing:
    """Models by their fingerprints; "" while none is active."""

    active: str = ""
    before: tuple[str, ...] = ()
    """The newest first."""
    rolled_back: tuple[str, ...] = ()
    """Taken back by a person: they do not come back on their own."""

    def with_active(self, fingerprint: str) -> "Standing":
        if fingerprint == self.active:
            return replace(self, rolled_back=_without(self.rolled_back, fingerprint))
        older = (self.active, *self.before) if self.active else self.before
        return Standing(fingerprint, _without(older, fingerprint)[:REMEMBERED], _without(self.rolled_back, fingerprint))

    def back(self, is_there: Callable[[str], bool]) -> "Standing":
        """The newest earlier model that is still there becomes active. Raises NotFound."""
        there = [name for name in self.before if is_there(name)]
        if not there:
            raise NotFound("there is no earlier model to go back to")
        rest = self.before[self.before.index(there[0]) + 1 :]
        return Standing(there[0], rest, (self.active, *_without(self.rolled_back, self.active))[:REMEMBERED])


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(other for other in names if other != name)


class Registry:
    """The folder of the models."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._path = folder / "active.json"

    def read(self) -> Standing:
        """Raises Unreadable when somebody has broken the file."""
        try:
            raw = json.loads(self._path.read_text(encoding="utf-8"))
            return Standing(str(raw["active"]), _names(raw["before"]), _names(raw.get("rolled_back", [])))
        except FileNotFoundError:
            return Standing()
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"{self._path} is broken ({error}); delete it, and the next start begins anew") from error

    def write(self, standing: Standing) -> None:
        """The file is the old one or the new one, never half of one."""
        _replace(
            self._path,
            {"active": standing.active, "before": standing.before, "rolled_back": standing.rolled_back},
        )

    def file(self, fingerprint: str) -> Path:
        return self.folder / f"{fingerprint}{SUFFIX}"

    def is_there(self, fingerprint: str) -> bool:
        return bool(fingerprint) and self.file(fingerprint).is_file()

    def active_file(self) -> Path | None:
        """The active model, None when there is none (any more)."""
        active = self.read().active
        return self.file(active) if self.is_there(active) else None

    def models(self) -> list[str]:
        """Every model that is there, the newest first."""
        files = sorted(self.folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
        return [path.name.removesuffix(SUFFIX) for path in files if not path.name.startswith(".")]

    def find(self, beginning: str) -> str:
        """The model whose fingerprint begins so. Raises NotFound for none or several."""
        found = [name for name in self.models() if name.startswith(beginning)]
        if len(found) != 1:
            several = "several models begin with" if found else "there is no model"
            raise NotFound(f"{several} '{beginning}'; there are: {', '.join(self.models()) or 'none'}")
        return found[0]

    def report(self, fingerprint: str, measured_on: str) -> Any | None:
        """The figures of a model on this set of messages, if they are known."""
        try:
            raw = json.loads(self._report(fingerprint).read_text(encoding="utf-8"))
            return raw["report"] if raw["measured_on"] == measured_on else None
        except (OSError, ValueError, KeyError, TypeError):
            return None  # it is measured again

    def keep_report(self, fingerprint: str, measured_on: str, report: Any) -> None:
        _replace(self._report(fingerprint), {"measured_on": measured_on, "report": report})

    def _report(self, fingerprint: str) -> Path:
        return self.folder / f"{fingerprint}.figures.json"


def _names(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise TypeError("a list of fingerprints is expected")
    return tuple(map(str, raw))


def _replace(path: Path, content: Any) -> None:
    """Write beside, make sure it is on the disk, then exchange: a process killed at any point leaves a whole file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8") as out:
        json.dump(content, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)
