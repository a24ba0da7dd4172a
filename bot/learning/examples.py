"""Labelled messages as Rasa's examples: valid whatever a text holds, and no text twice. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bot.errors import Unreadable
from bot.learning import lesson

HEADER = """\
# Messages of customers that were misunderstood, with the meaning that people gave them (`carebot nlu review`), their
# personal data replaced. `carebot nlu export` adds to this file; edit it like the others.
version: "3.1"

nlu:
"""
MARKED = re.compile(r"\[([^\]]+?)\](?:\([^)]*\)|\{[^}]*\})")
"""[words](entity) and [words]{...}: how Rasa's examples mark entities."""
FULL_WIDTH = str.maketrans({"[": "\uff3b", "]": "\uff3d"})
JOINER = "\u200d"
"""Holds emoji together."""
UNWRITABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    intent: str
    emotion: str = ""
    lesson: int = 0
    """The id of the row it comes from."""


def written(text: str) -> str:
    """The text as one line of a list of examples, "" when nothing is left of it.

    Brackets become full-width ones (the model sees no difference) where Rasa would read an entity into them, and so
    does the sign of what it would take for an environment variable.
    """
    line = "".join(char if _is_writable(char) else " " for char in text)
    line = " ".join(line.split())
    if "](" in line or "]{" in line or "][" in line:
        line = line.translate(FULL_WIDTH)
    return line.replace("${", "\uff04{")


def _is_writable(char: str) -> bool:
    return char == JOINER or (unicodedata.category(char) not in UNWRITABLE and char not in "\ufffe\uffff")


def of_file(content: Any) -> Iterable[Example]:
    """The examples of a file of nlu/examples, without the marks of entities."""
    for block in (content or {}).get("nlu") or []:
        if not isinstance(block, Mapping) or "intent" not in block:
            continue
        emotion = str((block.get("metadata") or {}).get("emotion", ""))
        for line in str(block.get("examples", "")).splitlines():
            if line.startswith("-"):
                yield Example(MARKED.sub(r"\1", line[1:].strip()), str(block["intent"]), emotion)


def added(file: str, new: Iterable[Example]) -> str:
    """The content of a file of examples with new ones at its end; `file` is "" for one that is not there yet.

    Raises Unreadable when the file does not end with its list of examples, so that nothing can be added there.
    """
    blocks: dict[tuple[str, str], list[str]] = {}
    for example in new:
        blocks.setdefault((example.intent, example.emotion), []).append(written(example.text))
    before = file.rstrip("\n") + "\n" if file.strip() else HEADER
    parts = [_block(*name, lines) for name, lines in sorted(blocks.items())]
    content = before + ("\n" if file.strip() else "") + "\n".join(parts)
    _check(content, file, sum(map(len, blocks.values())))
    return content


def _block(intent: str, emotion: str, lines: list[str]) -> str:
    feeling = f"  metadata:\n    emotion: {emotion}\n" if emotion else ""
    return f"- intent: {intent}\n{feeling}  examples: |\n" + "".join(f"    - {line}\n" for line in lines)


def _check(content: str, file: str, new: int) -> None:
    try:
        before = len(list(of_file(yaml.safe_load(file)))) if file.strip() else 0
        after = len(list(of_file(yaml.safe_load(content))))
    except (yaml.YAMLError, AttributeError, TypeError) as error:
        raise Unreadable(f"nothing can be added to the learned examples: {error}") from error
    if after != before + new:
        raise Unreadable("nothing can be added to the learned examples: the file must end with its list `nlu:`")


@dataclass(frozen=True, slots=True)
class Sorted:
    """What becomes of labelled messages."""

    new: tuple[Example, ...]
    already: tuple[Example, ...]
    """Among the examples, with the same intent."""
    refused: tuple[tuple[Example, str], ...]
    """And why."""


def sort(wanted: Iterable[Example], known: Mapping[str, str], judged_by: Collection[str]) -> Sorted:
    """Which of these are new, each text once.

    `known` gives for the key of a text the intent it is an example of; `judged_by` are bare keys of the texts that
    models are measured with: learned, they would tell nothing any more.
    """
    taken = dict(known)
    new, already, refused = [], [], []
    for example in wanted:
        key = lesson.key(written(example.text))
        if not written(example.text):
            refused.append((example, "nothing of it can be written"))
        elif lesson.bare_key(written(example.text)) in judged_by:
            refused.append((example, "is in the development set, by which models are judged"))
        elif key not in taken:
            taken[key] = example.intent
            new.append(example)
        elif taken[key] == example.intent:
            already.append(example)
        else:
            refused.append((example, f"is an example of {taken[key]} already, and not of {example.intent}"))
    return Sorted(tuple(new), tuple(already), tuple(refused))
