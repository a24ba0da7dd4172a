"""What the console says, in the language of whoever uses it. Texts are data/console/*.yml, checked like all others."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot import formats
from bot.content import Texts, render
from bot.messages import Say, Value


class Words:
    """`words("inbox.title")`; with values where the text has {names}. Times are told in the shop's zone."""

    def __init__(self, texts: Texts, language: str, zone: ZoneInfo, today: date | None = None) -> None:
        self._texts = texts
        self.language = language if language in ("zh", "en") else "en"
        self.zone = zone
        self._today = today

    def __call__(self, key: str, **values: Value) -> str:
        """Raises UnknownText, MissingValue: a mistake in a page, which the tests of pages find."""
        return render(self._texts, Say(key, values), self.language, self.zone, today=self._today).text

    def has(self, key: str) -> bool:
        return key in self._texts.entries

    def of(self, *files: str) -> Mapping[str, str]:
        """Every text of these files as it stands, with its {names}: for the parts of a page that fill them in the

        browser. Keys are the whole keys.
        """
        return {
            key: entry.variants[self.language][0].source
            for key, entry in self._texts.entries.items()
            if key.partition(".")[0] in files
        }

    def moment(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def day(self, day: date) -> str:
        return formats.day(day, self.language, self._today is None or day.year != self._today.year)
