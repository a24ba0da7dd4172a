"""What the model learns from: the messages of nlu/examples, as a customer would have written them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from evaluation.goldset import LANGUAGES

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
_MARKED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
"""Rasa's way to mark an entity: [words](kind)."""


@dataclass(frozen=True)
class Example:
    text: str
    intent: str
    language: str
    """zh or en."""


def read(folder: Path = EXAMPLES) -> list[Example]:
    """All examples of folder/zh and folder/en, without their marks."""
    return [
        Example(text, intent, language)
        for language in LANGUAGES
        for path in sorted((folder / language).glob("*.yml"))
        for intent, text in _file(path)
    ]


def _file(path: Path) -> Iterator[tuple[str, str]]:
    for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
        if "intent" in block:  # there may be synonyms and word lists, too
            for line in block["examples"].splitlines():
                yield block["intent"], _MARKED.sub(r"\1", line.removeprefix("- ").strip())
