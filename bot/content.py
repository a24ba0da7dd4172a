"""Everything the bot says: read from data/texts, and written for one customer. Pure but for `Texts.load`.

A file holds the languages side by side; a text may have several variants that say the same:

    commit:
      zh: ["说定了：{due}前完成。", "好的，{due}前办好。"]
      en: "Agreed: done before {due}."
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from bot import datafile, formats
from bot.datafile import Findings, Section, plain
from bot.errors import BadContent
from bot.hanzi import to_traditional
from bot.messages import Money, Say, Text, Value, Words
from bot.template import Template

LANGUAGES = ("zh", "en")
WRITTEN = (*LANGUAGES, "zh-Hant")
"""What `render` writes; zh-Hant is zh in traditional characters."""
ENTRY = re.compile(r"[a-z][a-z0-9_]*")
FOLDER = "data/texts"


class UnknownText(BadContent):
    """There is no text of that key in data/texts."""


class MissingValue(BadContent):
    """A text of data/texts was not given everything it needs."""


@dataclass(frozen=True, slots=True)
class Entry:
    variants: Mapping[str, tuple[Template, ...]]
    """By language, at least one; all with the same names."""
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rendered:
    text: str
    labels: tuple[str, ...] = ()
    """The buttons' words, in the order of `Say.buttons`."""
    variant: int = 0
    """Which variant the text is: give it to `avoid` the next time."""


@dataclass(frozen=True, slots=True)
class Texts:
    entries: Mapping[str, Entry]
    """By key: the file's name, a dot, the entry's name (complaints.commit)."""

    @staticmethod
    def load(folder: Path) -> "Texts":
        """Every *.yml of the folder. Raises BadContent with all problems of all files, one a line."""
        findings, entries = Findings(), {}
        if not folder.is_dir():
            raise BadContent(f"{folder}: there is no such folder")
        for path in sorted(folder.iterdir()):
            if path.suffix == ".yml":
                try:
                    entries.update(_read(path, findings))
                except BadContent as error:
                    findings.note(error)
            elif path.suffix == ".yaml":
                findings.problems.append(f"{datafile.shown(path)}: texts are read from files that end in .yml")
        findings.stop()
        return Texts(MappingProxyType(entries))

    def entry(self, key: str) -> Entry:
        """Raises UnknownText."""
        if (entry := self.entries.get(key)) is None:
            file, _, name = key.partition(".")
            raise UnknownText(f"{FOLDER}/{file}.yml: there is no '{name}'")
        return entry


def render(
    texts: Texts,
    say: Say,
    language: str,
    zone: ZoneInfo,
    seed: int = 0,
    *,
    avoid: Sequence[int] = (),
    today: date | None = None,
) -> Rendered:
    """What the customer reads, in "zh", "zh-Hant" or "en", with times on the wall clock of `zone`.

    `seed` chooses among variants, the same one every time; `avoid` are those used before, oldest first: they come
    again only when all have been used, and the last one never at once. Dates leave out the year of `today` (the
    customer's date); without `today` they always have it.
    Raises UnknownText, MissingValue (a value is missing or cannot be written), ValueError for another language.
    """
    if language not in WRITTEN:
        raise ValueError(f"texts are written in {', '.join(WRITTEN)}, not in '{language}'")
    writer = _Writer(texts, language, zone, seed, today)
    variant = choose(len(texts.entry(say.key).variants[writer.source]), seed, avoid)
    text = writer.text(say.key, say.values, variant)
    return Rendered(text, tuple(writer.text(button.key, button.values) for button in say.buttons), variant)


def choose(count: int, seed: int, avoid: Sequence[int] = ()) -> int:
    """One of `count` variants: an unused one by the seed, else the one that was used longest ago."""
    unused = [number for number in range(count) if number not in avoid]
    if unused:
        return unused[seed % len(unused)]
    last_used = {number: place for place, number in enumerate(avoid) if 0 <= number < count}
    return min(last_used, key=lambda number: last_used[number])


@dataclass(frozen=True, slots=True)
class _Writer:
    texts: Texts
    language: str
    zone: ZoneInfo
    seed: int
    today: date | None

    @property
    def source(self) -> str:
        return "en" if self.language == "en" else "zh"

    def text(self, key: str, values: Mapping[str, Value], variant: int | None = None) -> str:
        entry = self.texts.entry(key)
        variants = entry.variants[self.source]
        template = variants[choose(len(variants), self.seed) if variant is None else variant]

        def value(name: str) -> str:
            if name not in values:
                raise MissingValue(f"{_where(key)} needs a value for {{{name}}}")
            return self.value(values[name], key, name)

        return template.fill(self.script, value)

    def script(self, words: str) -> str:
        return to_traditional(words) if self.language == "zh-Hant" else words

    def value(self, value: Any, key: str, name: str) -> str:
        """A value as the language writes it. What is no `Value` (None, true, a float) is refused, never printed."""
        match value:
            case str():
                return self.script(str(value))
            case bool():
                raise MissingValue(f"{_where(key)} was given {value} for {{{name}}}")
            case int():
                return str(int(value))
            case Money():
                return formats.money(value, self.language)
            case datetime():
                if value.tzinfo is None:
                    raise MissingValue(f"{_where(key)} was given a time without zone for {{{name}}}")
                return formats.moment(value, self.language, self.zone, self.today)
            case date():
                return formats.day(value, self.language, self.today is None or self.today.year != value.year)
            case Words():
                return self.script(value.en if self.source == "en" else value.zh)
            case Text():
                return self.text(value.key, value.values)
            case tuple():
                items = (self.value(item, key, name) for item in value)
                return "\n".join("· " + item.replace("\n", "\n  ") for item in items)
        raise MissingValue(f"{_where(key)} was given {plain(value)} for {{{name}}}")


def _where(key: str) -> str:
    file, _, name = key.partition(".")
    return f"{FOLDER}/{file}.yml: '{name}'"


def _read(path: Path, findings: Findings) -> dict[str, Entry]:
    file = datafile.shown(path)
    if not ENTRY.fullmatch(path.stem):
        findings.problems.append(f"{file}: the file's name may hold only small letters, digits and _")
    section, entries = Section(datafile.read(path), file, findings), {}
    for name in section.values:
        if not isinstance(name, str) or not ENTRY.fullmatch(name):
            section.wrong(name, "is no name for a text: only small letters, digits and _, a letter first")
        elif (entry := _entry(section, name)) is not None:
            entries[f"{path.stem}.{name}"] = entry
    return entries


def _entry(section: Section, name: str) -> Entry | None:
    languages = section.section(name)
    if not isinstance(section.values[name], Mapping):
        return None
    for other in languages.values:
        if other not in LANGUAGES:
            section.wrong(name, f"has '{other}'; a text has {' and '.join(LANGUAGES)} and nothing else")
    variants = {language: _variants(section, name, language, languages.values) for language in LANGUAGES}
    if not all(variants.values()):
        return None
    names = {language: frozenset[str]().union(*(t.names for t in found)) for language, found in variants.items()}
    for language, found in variants.items():
        for placeholder in sorted(names[language] - frozenset.intersection(*(t.names for t in found))):
            section.wrong(name, f"has {{{placeholder}}} in some variants of {language} but not in all")
    for one, other in (LANGUAGES, LANGUAGES[::-1]):
        for placeholder in sorted(names[one] - names[other]):
            section.wrong(name, f"has {{{placeholder}}} in {one} but not in {other}")
    return Entry(MappingProxyType(variants), names["en"])


def _variants(section: Section, name: str, language: str, given: Mapping[object, object]) -> tuple[Template, ...]:
    """The templates of one language; empty when something is wrong with any of them."""
    if language not in given:
        section.wrong(name, f"has no {language}")
        return ()
    value = given[language]
    found: list[Template] = []
    items = value if isinstance(value, list) else [value]
    for item in items:
        if isinstance(item, str) and item.strip():
            try:
                found.append(Template.parse(item.strip()))
            except ValueError as error:
                section.wrong(name, f"({language}) {error}")
        else:
            section.wrong(name, f"has {plain(item)} where a text in {language} should be")
    if not items:
        section.wrong(name, f"has an empty list in {language}")
    if len({template.source for template in found}) < len(found):
        section.wrong(name, f"has the same variant twice in {language}")
    return tuple(found) if len(found) == len(items) else ()
