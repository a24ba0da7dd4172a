"""The development set: messages with what they mean, written without sight of the examples and never learned from."""

from dataclasses import dataclass
from pathlib import Path

import yaml

LANGUAGES = ("zh", "en")
DEVELOPMENT = Path(__file__).resolve().parents[2] / "tests" / "nlu" / "development"


class BadSet(ValueError):
    """A file of the set is not as it should be; the message names file and line of thought."""


@dataclass(frozen=True)
class Marked:
    """An entity as a reader marked it: its kind, and where it stands (code points, end excluded)."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Gold:
    """One message and what a careful reader makes of it."""

    text: str
    language: str
    """zh or en."""
    script: str | None
    """Hans or Hant for Chinese."""
    intent: str
    second: str | None
    """The intent of a second wish of nearly equal weight."""
    emotion: str
    entities: tuple[Marked, ...]
    mixed: bool = False
    """Two languages, or neither: it says nothing sure about its language."""


def read(folder: Path = DEVELOPMENT) -> list[Gold]:
    """All messages of folder/zh and folder/en, one file an intent. Raises BadSet."""
    found = [gold for language in LANGUAGES for gold in _language(folder / language, language)]
    if not found:
        raise BadSet(f"there are no messages in {folder}")
    return found


def _language(folder: Path, language: str) -> list[Gold]:
    return [gold for path in sorted(folder.glob("*.yml")) for gold in _file(path, language)]


def _file(path: Path, language: str) -> list[Gold]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or content.get("intent") != path.stem:
        raise BadSet(f"{path}: the first line must be 'intent: {path.stem}'")
    return [_message(raw, path, language) for raw in content["messages"]]


def _message(raw: dict[str, object], path: Path, language: str) -> Gold:
    text = str(raw["text"])
    unknown = set(raw) - {"text", "script", "emotion", "also", "entities", "mixed"}
    if unknown:
        raise BadSet(f"{path}: '{text}' has {', '.join(sorted(unknown))}, which means nothing here")
    script = str(raw.get("script", "Hans")) if language == "zh" else None
    marks = raw.get("entities") or []
    assert isinstance(marks, list)
    return Gold(
        text=text,
        language=language,
        script=script,
        intent=path.stem,
        second=str(raw["also"]) if raw.get("also") else None,
        emotion=str(raw.get("emotion", "calm")),
        mixed=bool(raw.get("mixed")),
        entities=_places(text, [(str(kind), str(words)) for kind, words in marks], path),
    )


def _places(text: str, marks: list[tuple[str, str]], path: Path) -> tuple[Marked, ...]:
    """Words to places: each at its first occurrence that no earlier mark has taken."""
    taken: list[Marked] = []
    for kind, words in marks:
        start = text.find(words)
        while start >= 0 and any(start < mark.end and mark.start < start + len(words) for mark in taken):
            start = text.find(words, start + 1)
        if start < 0:
            raise BadSet(f"{path}: '{words}' does not stand in '{text}' (or not so often)")
        taken.append(Marked(kind, start, start + len(words)))
    return tuple(taken)
