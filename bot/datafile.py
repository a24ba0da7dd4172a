"""The files in data/: read strictly, and complained about in words that name the file and the key."""

import re
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.errors import BadContent


class Findings:
    """What is wrong in data files, collected so that all of it is told at once."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def add(self, file: str, key: str, problem: str) -> None:
        """`problem` continues the sentence "data/texts/x.yml: 'key' …"."""
        self.problems.append(f"{file}: '{key}' {problem}")

    def note(self, error: BadContent) -> None:
        self.problems.append(str(error))

    def stop(self) -> None:
        """Raises BadContent, one problem a line, if there are any."""
        if self.problems:
            raise BadContent("\n".join(self.problems))


class Section:
    """A mapping inside a data file, read key by key; what does not fit goes to `findings` and reads as empty."""

    def __init__(self, value: object, file: str, findings: Findings, key: str = "") -> None:
        self.file, self.key, self.findings = file, key, findings
        self.values: dict[object, object] = {}
        if isinstance(value, Mapping):
            self.values = dict(value)
        elif key:
            findings.add(file, key, f"must hold names with values, not {plain(value)}")
        else:
            findings.problems.append(f"{file}: must hold names with values, not {plain(value)}")

    def wrong(self, name: object, problem: str) -> None:
        self.findings.add(self.file, f"{self.key}.{name}" if self.key else str(name), problem)

    def only(self, *known: str) -> None:
        """Complains about every name that is not one of `known`: a misspelt name would be silently without effect."""
        for name in self.values:
            if name not in known:
                self.wrong(name, f"is unknown here; known are: {', '.join(known)}")

    def section(self, name: str, required: bool = True) -> "Section":
        key = f"{self.key}.{name}" if self.key else name
        if name not in self.values:
            if required:
                self.wrong(name, "is missing")
            return Section({}, self.file, self.findings, key)
        return Section(self.values[name], self.file, self.findings, key)

    def text(self, name: str, default: str | None = None) -> str:
        """A text; `default` None: it must be there."""
        value = self.values.get(name)
        if value is None and name not in self.values:
            if default is None:
                self.wrong(name, "is missing")
            return default or ""
        if not isinstance(value, str) or not value.strip():
            self.wrong(name, f"must be a text, not {plain(value)}")
            return ""
        return value

    def number(self, name: str, low: float, high: float) -> float:
        value = self.values.get(name)
        if name not in self.values:
            self.wrong(name, "is missing")
        elif isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.wrong(name, f"must be a number from {low:g} to {high:g}, not {plain(value)}")
        else:
            return value
        return low

    def whole(self, name: str, low: int, high: int) -> int:
        value = self.number(name, low, high)
        if value != int(value):
            self.wrong(name, f"must be a whole number, not '{value}'")
        return int(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, none of them empty or there twice; a missing list is empty."""
        value = self.values.get(name, [])
        if not isinstance(value, list):
            self.wrong(name, f"must be a list of texts, not {plain(value)}")
            return ()
        good = [item for item in value if isinstance(item, str) and item.strip()]
        for item in value:
            if not isinstance(item, str) or not item.strip():
                self.wrong(name, f"has an entry that is not a text: {plain(item)} (put it in quotes)")
        for item in sorted({item for item in good if good.count(item) > 1}):
            self.wrong(name, f"names '{item}' twice")
        return tuple(good)


def plain(value: object) -> str:
    """A wrong value as somebody who does not program would name it."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "names with values"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}'" if str(value).strip() else "an empty text"


def shown(path: Path) -> str:
    """The path as messages name it: data/texts/complaints.yml."""
    return "/".join(path.parts[-3:])


def read(path: Path) -> Any:
    """What a YAML file holds; an empty file holds {}.

    Stricter and plainer than YAML 1.1: a name given twice is refused, and `yes`, `no`, `on` and `10:30` are texts.
    Raises BadContent with the place.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadContent(f"{shown(path)}: there is no such file") from None
    except UnicodeDecodeError as error:
        raise BadContent(f"{shown(path)}: is not UTF-8 text (byte {error.start})") from error
    except OSError as error:
        raise BadContent(f"{shown(path)}: cannot be read: {error}") from error
    return parse(text, shown(path))


def parse(text: str, name: str) -> Any:
    """The same of a text; `name` is what messages call it."""
    try:
        found = yaml.load(text, Loader=_Strict)  # a SafeLoader underneath
    except yaml.MarkedYAMLError as error:
        place = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadContent(f"{name}{place}: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise BadContent(f"{name}: cannot be read: {error}") from error
    return {} if found is None else found


def compose(text: str) -> yaml.Node | None:
    """The nodes of a text that can be parsed, with their places in it."""
    found: yaml.Node | None = yaml.compose(text, Loader=_Strict)
    return found


class _Strict(yaml.CSafeLoader):
    """Safe YAML that refuses a name given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        if isinstance(node, yaml.MappingNode):
            self._refuse_doubles(node.value)
        return super().construct_mapping(node, deep)

    def _refuse_doubles(self, pairs: Iterable[tuple[yaml.Node, yaml.Node]]) -> None:
        seen: dict[str, int] = {}
        for name, _ in pairs:
            if not isinstance(name, yaml.ScalarNode) or name.tag == "tag:yaml.org,2002:merge":
                continue
            if name.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"'{name.value}' is there twice (first in line {seen[name.value]})", name.start_mark
                )
            seen[name.value] = name.start_mark.line + 1


def _plain_scalars() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """YAML 1.2's idea of true, false and whole numbers: under 1.1 `no:` is false and `10:30` is 630."""
    tag = "tag:yaml.org,2002:"
    resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {
        first: [(name, pattern) for name, pattern in rules if name not in (f"{tag}bool", f"{tag}int", f"{tag}float")]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    rules = [
        (f"{tag}bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"),
        (f"{tag}int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), "-+0123456789"),
        (f"{tag}float", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$"), "-+0123456789"),
    ]
    for name, pattern, firsts in rules:
        for first in firsts:
            resolvers.setdefault(first, []).append((name, pattern))
    return resolvers


_Strict.yaml_implicit_resolvers = _plain_scalars()
