"""Products of the catalogue, by name, alias or model code, also misspelt.

The catalogue is the shop's data/products.yml: `products: [{id, zh, en, aliases: {zh: [...], en: [...]}}]`. It is read
when the model is trained and kept in the model.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz

from components.entities.found import Found
from components.text import HAN, plain

FUZZY_FROM = 5
"""Letters a name needs before a misspelling of it is looked for; shorter ones are too much like other words."""
LIKENESS, WORD_LIKENESS = 86, 75
"""Of 100 (rapidfuzz ratio), of the whole name and of each of its words: one wrong letter in a word of seven."""
_LATIN_WORD = re.compile(r"[a-z0-9]+(?:[-'][a-z0-9]+)*")


class Catalogue:
    """Which words mean which products."""

    def __init__(self, names: dict[str, list[str]]) -> None:
        """`names`: plain lower-case name -> ids of the products it may mean."""
        self.names = names
        self._exact = _any_of(names)
        self._fuzzy: dict[int, list[str]] = defaultdict(list)
        for name in filter(_can_be_misspelt, names):
            self._fuzzy[len(_LATIN_WORD.findall(name))].append(name)

    @classmethod
    def read(cls, path: Path, appliances: Path | None = None) -> "Catalogue":
        """The shop's products, and the kinds of words/appliances.yml beside them.

        An absent file is an empty catalogue: a shop may start without one. Raises ValueError that names the file and
        the entry for an entry without id.
        """
        names = cls._sold(path) if path.exists() else {}
        kinds = yaml.safe_load(appliances.read_text(encoding="utf-8")) if appliances else []
        return cls(_kinds(kinds, names) | names)

    @staticmethod
    def _sold(path: Path) -> dict[str, list[str]]:
        names: dict[str, list[str]] = defaultdict(list)
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for place, product in enumerate(content.get("products") or []):
            if not isinstance(product, dict) or "id" not in product:
                raise ValueError(f"{path}: entry {place + 1} of products has no id")
            for name in sorted(set(_names(product))):
                names[name].append(str(product["id"]))
        return dict(names)

    def find(self, text: str) -> list[Found]:
        """`text` is plain. A name that several products share gives one entity for each of them, at the same place."""
        lower = text.lower()
        if len(lower) != len(text) or not self.names:  # a few capitals grow when lowered; their places would be wrong
            lower = "".join(one.lower() if len(one.lower()) == 1 else one for one in text)
        spans = [match.span() for match in self._exact.finditer(lower)] if self.names else []
        found = [one for start, end in spans for one in self._all(lower[start:end], start, end)]
        for name, start, end in self._misspelt(lower):
            if not any(one.start < end and start < one.end for one in found):
                found.extend(self._all(name, start, end))
        return found

    def _all(self, name: str, start: int, end: int) -> list[Found]:
        known = (
            self.names.get(name)
            or self.names.get(name.removesuffix("s"))
            or self.names.get(name.removesuffix("es"))
            or []
        )
        return [Found("product", product, start, end) for product in known]

    def _misspelt(self, lower: str) -> Iterator[tuple[str, int, int]]:
        words = [match.span() for match in _LATIN_WORD.finditer(lower)]
        for size, names in sorted(self._fuzzy.items(), reverse=True):
            for first in range(len(words) - size + 1):
                start, end = words[first][0], words[first + size - 1][1]
                if end - start >= FUZZY_FROM and (name := _closest(lower[start:end], names)):
                    yield name, start, end


def _can_be_misspelt(name: str) -> bool:
    """Words of letters only: one wrong sign in a model code is another model."""
    return len(name) >= FUZZY_FROM and name.isascii() and re.sub(r"[ \-]", "", name).isalpha()


def _closest(words: str, names: list[str]) -> str | None:
    """The name most like `words`. The first letter must be right: people mistype the rest (bike is not like hike).

    A name cut short is no misspelling: what did not freeze is no freezer."""
    scored = [
        (fuzz.ratio(words, name), name)
        for name in names
        if name[0] == words[0] and abs(len(name) - len(words)) <= 2 and not name.startswith(words)
    ]
    score, name = max(scored, default=(0.0, ""))
    return name if score >= LIKENESS and _word_by_word(words, name) else None


def _word_by_word(words: str, name: str) -> bool:
    """Every word must be like its counterpart: "standing in" is no standing fan."""
    pairs = zip(_LATIN_WORD.findall(words), _LATIN_WORD.findall(name), strict=False)
    return all(fuzz.ratio(one, other) >= WORD_LIKENESS for one, other in pairs)


def _kinds(kinds: list[dict[str, list[str]]], sold: dict[str, list[str]]) -> dict[str, list[str]]:
    """Names of appliances that the catalogue does not have: they mean what it has under the end of the name ("desk
    fan": its fans) or under another name of the kind, else only the kind itself."""
    found: dict[str, list[str]] = {}
    for kind in kinds:
        names = [" ".join(plain(str(name)).lower().split()) for name in (*kind["en"], *kind["zh"])]
        known = next((sold[name] for name in names if name in sold), [names[0]])
        for name in names:
            ends = [one for one in sold if name.endswith(one if HAN.match(one[0]) else f" {one}")]
            found[name] = sold[max(ends, key=len)] if ends else known
    return found


def _names(product: dict[str, Any]) -> Iterator[str]:
    aliases = product.get("aliases") or {}
    lists = aliases.values() if isinstance(aliases, dict) else [aliases]
    for name in [product.get("zh"), product.get("en"), *(one for names in lists for one in names or [])]:
        if name and len(flat := " ".join(plain(str(name)).lower().split())) >= 2:
            yield flat


def _any_of(names: dict[str, list[str]]) -> "re.Pattern[str]":
    parts = []
    for name in sorted(names, key=len, reverse=True):
        body = re.escape(name).replace(r"\ ", r"[\s\-]?")
        front = r"(?<![a-z0-9])" if not HAN.match(name[0]) else ""
        plural = r"(?:e?s)?" if name[-1].isalpha() and name[-1].isascii() else ""
        back = r"(?![a-z0-9])" if not HAN.match(name[-1]) else ""
        parts.append(front + body + plural + back)
    return re.compile("|".join(parts) or r"(?!)")
