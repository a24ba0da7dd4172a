"""Reading parsed YAML with messages an editor understands: file, path and what is wrong. No I/O here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import BadContent
from bot.messages import Words

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Section:
    """A mapping of a data file and the way to it. Every method raises BadContent naming file and path."""

    file: str
    path: str
    raw: Mapping[str, Any]

    @classmethod
    def of(cls, file: str, raw: object, path: str = "") -> "Section":
        if not isinstance(raw, Mapping):
            raise BadContent(f"{file}: {path or 'the file'} must be a mapping (name: value)")
        return cls(file, path, raw)

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, what: str) -> BadContent:
        return BadContent(f"{self.file}: {self.at(key)} {what}")

    def get(self, key: str) -> Any:
        if (value := self.raw.get(key)) is None:
            raise self.wrong(key, "is missing")
        return value

    def section(self, key: str) -> "Section":
        return Section.of(self.file, self.get(key), self.at(key))

    def sections(self, key: str) -> list["Section"]:
        """A list of mappings; none when the key is absent."""
        return [Section.of(self.file, raw, f"{self.at(key)}[{n}]") for n, raw in enumerate(self.items(key), 1)]

    def items(self, key: str) -> Sequence[Any]:
        """A list; empty when the key is absent."""
        value = self.raw.get(key, [])
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise self.wrong(key, "must be a list")
        return value

    def whole(self, key: str, least: int = 0) -> int:
        value = self.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.wrong(key, f"must be a whole number, {least} or more; it is {value!r}")
        return value

    def yes(self, key: str) -> bool:
        """A true/false value; false when the key is absent."""
        value = self.raw.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, f"must be true or false; it is {value!r}")
        return value

    def text(self, key: str) -> str:
        value = self.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, f"must be text; it is {value!r} (put it in quotes?)")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.items(key)
        if bad := [value for value in values if not isinstance(value, str) or not value.strip()]:
            raise self.wrong(key, f"must be a list of texts; put {bad[0]!r} in quotes")
        return tuple(values)

    def words(self, key: str) -> Words:
        return self.section(key).as_words()

    def as_words(self) -> Words:
        for language in ("zh", "en"):
            if not isinstance(self.raw.get(language), str) or not self.raw[language].strip():
                raise BadContent(f"{self.file}: {self.path} has no {language}")
        return Words(self.raw["zh"], self.raw["en"])

    def choices(self, key: str, kind: type[Choice]) -> frozenset[Choice]:
        """A list of members of a closed set; empty when the key is absent."""
        return frozenset(self._member(key, name, kind) for name in self.texts(key))

    def choice(self, key: str, kind: type[Choice]) -> Choice:
        return self._member(key, self.text(key), kind)

    def _member(self, key: str, name: str, kind: type[Choice]) -> Choice:
        known = {member.value: member for member in kind}
        if name not in known:
            raise self.wrong(key, f"knows no {name!r}; it may be: {', '.join(known)}")
        return known[name]

    def zone(self, key: str) -> ZoneInfo:
        try:
            return ZoneInfo(self.text(key))
        except (ZoneInfoNotFoundError, ValueError):
            raise self.wrong(key, f"is not a time zone: {self.raw[key]!r}; example: Asia/Shanghai") from None
