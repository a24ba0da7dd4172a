"""Canned answers: texts of data/canned, filled with what is known; what is left open cannot be sent. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.content import Texts
from bot.hanzi import to_traditional

NAMES = ("name", "agent", "order", "product", "case", "due")
"""What may stand in braces in a canned answer."""
OPEN = re.compile(r"\{(" + "|".join(NAMES) + r")\}")


@dataclass(frozen=True, slots=True)
class Canned:
    key: str
    text: str


def answers(texts: Texts, language: str, values: Mapping[str, str]) -> tuple[Canned, ...]:
    """All answers in the customer's language ("zh", "zh-Hant", "en"); a name without a value stays in its braces."""
    source = "en" if language == "en" else "zh"
    return tuple(
        Canned(key.partition(".")[2], _filled(entry.variants[source][0].source, language, values))
        for key, entry in texts.entries.items()
    )


def _filled(text: str, language: str, values: Mapping[str, str]) -> str:
    if language == "zh-Hant":
        text = to_traditional(text)
    return OPEN.sub(lambda found: values.get(found[1]) or found[0], text)


def unfilled(text: str) -> tuple[str, ...]:
    """Names that still stand in braces in what is to be sent, each once."""
    return tuple(dict.fromkeys(found[1] for found in OPEN.finditer(text)))


def check_names(texts: Texts) -> list[str]:
    """One line for every canned answer with a name that nobody knows."""
    return [
        f"data/canned/{key.partition('.')[0]}.yml: '{key.partition('.')[2]}' has {{{name}}}; "
        f"known are: {', '.join(NAMES)}"
        for key, entry in sorted(texts.entries.items())
        for name in sorted(entry.names - set(NAMES))
    ]
