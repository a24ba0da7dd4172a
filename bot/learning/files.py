"""The files of nlu that the review reads and writes: intents, examples, the development set."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.errors import Unreadable
from bot.learning import examples, lesson
from bot.learning.examples import Example
from bot.learning.personal import Personal, invented
from bot.settings import ROOT

NLU = ROOT / "nlu"
DEVELOPMENT = ROOT / "tests" / "nlu" / "development"
FALLBACK = "nlu_fallback"
LEARNED = "learned.yml"


def intents(nlu: Path = NLU) -> frozenset[str]:
    """Every intent that a message can be labelled with. Raises Unreadable."""
    found = set()
    for content in _contents(nlu / "domain"):
        for one in content.get("intents") or []:
            found.add(str(next(iter(one)) if isinstance(one, dict) else one))
    if not found:
        raise Unreadable(f"{nlu / 'domain'} names no intents")
    return frozenset(found - {FALLBACK})


def known(personal: Personal, nlu: Path = NLU) -> dict[str, str]:
    """The key of every example in all languages, and its intent. Raises Unreadable.

    The keys are those of the texts with invented numbers, as the messages of customers have them.
    """
    found = (example for content in _contents(nlu / "examples") for example in examples.of_file(content))
    return {lesson.key(invented(example.text, personal)): example.intent for example in found}


def judged_by(personal: Personal, development: Path = DEVELOPMENT) -> frozenset[str]:
    """The same of the messages that models are measured with, by their bare keys. Raises Unreadable."""
    texts = (one["text"] for content in _contents(development) for one in content.get("messages") or [])
    return frozenset(lesson.bare_key(invented(str(text), personal)) for text in texts)


def add(language: str, new: Sequence[Example], nlu: Path = NLU) -> Path:
    """Add examples to the learned ones of a language; the file is exchanged whole. Raises Unreadable."""
    path = nlu / "examples" / language / LEARNED
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    content = examples.added(before, new)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(content, encoding="utf-8")
    beside.replace(path)
    return path


def _contents(folder: Path) -> Iterable[dict[str, Any]]:
    for path in sorted(folder.rglob("*.yml")):
        try:
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
            raise Unreadable(f"{path} cannot be read: {error}") from error
        if isinstance(content, dict):
            yield content
