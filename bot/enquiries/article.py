"""What an editor writes into data/knowledge: articles in both languages, quoting the numbers of the shop's rules."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.errors import BadContent
from bot.messages import Words

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
WORDS_FILE = "words.yml"
"""The one file in data/knowledge that holds no articles."""
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
QUOTED = re.compile(r"\{([^{}]*)\}")
FIELDS = frozenset({"title", "body", "keywords", "source", "answers"})


@dataclass(frozen=True, slots=True)
class Article:
    id: str
    title: Words
    body: Words
    keywords: Mapping[str, tuple[str, ...]]
    """By language: other words and short questions that customers use."""
    source: Words
    """Where the answer comes from; told to the customer."""
    answers: str = ""
    """The intent that this article answers, "" for most."""


def written(value: object, path: str, language: Language, currency: str) -> str:
    """A quoted fact as the language writes it. A path that ends in _cents is money: 459900 → ¥4,599.

    Raises ValueError when the fact is neither a number, nor text, nor words in both languages.
    """
    if isinstance(value, Mapping):
        value = value.get(language)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(f"{{{path}}} is not a number or a text")
    if path.endswith("_cents") and isinstance(value, int):
        amount = f"{value // 100:,}" if value % 100 == 0 else f"{value / 100:,.2f}"
        return f"¥{amount}" if currency == "CNY" else f"{currency} {amount}"
    return str(value)


def look_up(facts: Mapping[str, Any], path: str) -> object:
    """The value at a dotted path. Raises KeyError naming the whole path."""
    value: Any = facts
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            raise KeyError(path)
        value = value[key]
    return value


class _Reader:
    """Reads one file; every error names file and article."""

    def __init__(self, file: str, facts: Mapping[str, Any]) -> None:
        self.file, self.facts = file, facts
        self.currency = str(look_up(facts, "shop.currency")) if "shop" in facts else "CNY"

    def wrong(self, id: str, what: str) -> BadContent:
        return BadContent(f"{self.file}: article {id!r} {what}")

    def text(self, id: str, raw: Mapping[str, Any], key: str, language: Language) -> str:
        said = raw.get(key)
        if not isinstance(said, Mapping):
            raise self.wrong(id, f"has no {key}")
        if not isinstance(value := said.get(language), str) or not value.strip():
            raise self.wrong(id, f"has no {language} {key}")
        return self.filled(id, value.strip(), language)

    def filled(self, id: str, text: str, language: Language) -> str:
        def fact(match: re.Match[str]) -> str:
            try:
                return written(look_up(self.facts, match[1]), match[1], language, self.currency)
            except KeyError:
                raise self.wrong(id, f"quotes {match[0]}, which does not exist") from None
            except ValueError as problem:
                raise self.wrong(id, f"cannot quote {problem}") from None

        return QUOTED.sub(fact, text)

    def words(self, id: str, raw: Mapping[str, Any], key: str) -> Words:
        return Words(self.text(id, raw, key, "zh"), self.text(id, raw, key, "en"))

    def keywords(self, id: str, raw: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        said = raw.get("keywords", {})
        if not isinstance(said, Mapping):
            raise self.wrong(id, "needs keywords as zh: […] and en: […]")
        found: dict[str, tuple[str, ...]] = {}
        for language in LANGUAGES:
            listed = said.get(language, [])
            if not isinstance(listed, list) or not all(isinstance(word, str) for word in listed):
                raise self.wrong(id, f"needs {language} keywords as a list of texts (put numbers in quotes)")
            found[language] = tuple(listed)
        return found

    def article(self, id: str, raw: object, source: object) -> Article:
        if not ID.fullmatch(id):
            raise self.wrong(id, "needs an id of small letters, digits and hyphens")
        if not isinstance(raw, Mapping):
            raise self.wrong(id, "must be a mapping with title and body")
        if unknown := set(raw) - FIELDS:
            raise self.wrong(id, f"has {min(unknown)!r}, which is not one of {', '.join(sorted(FIELDS))}")
        if not isinstance(answers := raw.get("answers", ""), str):
            raise self.wrong(id, f"answers {answers!r}, which is not the name of an intent")
        return Article(
            id=id,
            title=self.words(id, raw, "title"),
            body=self.words(id, raw, "body"),
            keywords=self.keywords(id, raw),
            source=self.words(id, {"source": raw.get("source", source)}, "source"),
            answers=answers,
        )

    def articles(self, raw: object, problems: list[str]) -> Iterator[Article]:
        """The good articles; what is wrong with the others goes to `problems`."""
        if not isinstance(raw, Mapping) or not isinstance(raw.get("articles"), Mapping):
            problems.append(f"{self.file}: has no `articles:`")
            return
        for id, article in raw["articles"].items():
            try:
                yield self.article(str(id), article, raw.get("source"))
            except BadContent as problem:
                problems.append(str(problem))


def read_articles(files: Mapping[str, object], facts: Mapping[str, Any]) -> tuple[Article, ...]:
    """All articles of the parsed files (by name, without words.yml), the facts they quote filled in.

    `facts` holds `shop` (data/policy/shop.yml) and `product` (bot.shop.product.facts_of).
    Raises BadContent naming every broken file and article, one a line.
    """
    problems: list[str] = []
    found: dict[str, tuple[str, Article]] = {}
    for file, raw in files.items():
        for article in _Reader(file, facts).articles(raw, problems):
            if article.id in found:
                problems.append(f"{file}: article {article.id!r} is also in {found[article.id][0]}: ids are unique")
            found[article.id] = (file, article)
    if problems:
        raise BadContent("\n".join(problems))
    return tuple(article for _, article in found.values())
