"""Which language a message is in, by rule: who writes Chinese writes Chinese characters.

Very short and neutral messages ("ok", "👍", an order number) have no language of their own; the caller keeps the
conversation's.
"""

import re
from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from components.graph import Untrained
from components.text import HAN, simplified_only, traditional_only

_LATIN = r"A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_LATIN_WORD = re.compile(rf"[{_LATIN}]+(?:'[{_LATIN}]+)*")
_OTHER_LETTER = re.compile(rf"(?!{HAN.pattern})[^\W\d_{_LATIN}]")
_CODES = re.compile(r"https?://\S+|\w{1,64}@[\w.]+|[A-Za-z]*\d[A-Za-z0-9\-]*")
READ = 600
"""Characters that are looked at."""
_SHORT = 12
"""Letters up to which one or two Latin words ("ok thanks", "perfect", "TD") say nothing about the language."""
_ENGLISH = re.compile(
    "an?|and|are|at|be|but|can|did|do|does|for|from|have|how|i|in|is|it|me|my|not|of|on|or|please|so|that|the|they|this"
    "|to|was|we|what|when|where|which|who|why|will|with|you|your"
)


@dataclass(frozen=True)
class Language:
    """`code` is zh, en or None for undecided; `script` Hans, Hant or None; `foreign` says: surely neither zh nor en."""

    code: str | None
    script: str | None = None
    foreign: bool = False


class Languages:
    """The rule, with the tables of characters that only one script has."""

    def __init__(self) -> None:
        self._traditional = traditional_only()
        self._simplified = simplified_only()

    def of(self, text: str) -> Language:
        """The language of `text` as the customer wrote it (not its plain form: that has lost the script)."""
        text = text[:READ]
        han, other = len(HAN.findall(text)), len(_OTHER_LETTER.findall(text))
        latin = _LATIN_WORD.findall(_CODES.sub(" ", text))
        if other >= 2 and other * 4 > han + sum(map(len, latin)):
            return Language(None, foreign=True)
        if han and han >= len(latin):
            return Language("zh", self._script(text))
        if len(latin) <= 2 and sum(map(len, latin)) <= _SHORT:
            return Language(None)
        if _is_other_latin(latin):
            return Language(None, foreign=True)
        return Language("en")

    def _script(self, text: str) -> str | None:
        traditional = sum(character in self._traditional for character in text)
        simplified = sum(character in self._simplified for character in text)
        if traditional == simplified:
            return None
        return "Hant" if traditional > simplified else "Hans"


def _is_other_latin(words: list[str]) -> bool:
    """Accents and not one English function word: Spanish, French, Vietnamese ..."""
    accented = sum(not word.isascii() for word in words)
    return accented >= 1 and accented * 8 >= len(words) and not any(_ENGLISH.fullmatch(word.lower()) for word in words)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageDetector(Untrained, GraphComponent):
    """Adds `language`, `script` and `foreign` to the output of the message."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._languages = Languages()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            found = self._languages.of(message.get("text") or "")
            message.set("language", found.code, add_to_output=True)
            message.set("script", found.script, add_to_output=True)
            message.set("foreign", found.foreign, add_to_output=True)
        return messages
