"""An article as its editor sees it: the words of the file, with the {numbers} they quote as they are written. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.enquiries.article import LANGUAGES, Article, read_articles
from bot.errors import Unreadable

LONGEST = 4_000
"""Characters of one text: a chat message holds no more."""


def _nothing() -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, "")


@dataclass(frozen=True, slots=True)
class Draft:
    """By language: zh and en."""

    id: str
    title: Mapping[str, str] = field(default_factory=_nothing)
    body: Mapping[str, str] = field(default_factory=_nothing)
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict.fromkeys(LANGUAGES, ()))
    source: Mapping[str, str] = field(default_factory=_nothing)
    """Empty: that of its file."""
    answers: str = ""

    @property
    def version(self) -> str:
        """Changes with any of its words: who saves says which one was changed."""
        return hashlib.sha256(json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def read(id: str, raw: Mapping[str, Any]) -> Draft:
    """The draft of what stands in the file, which is in order."""
    given = raw.get("keywords") or {}
    keywords: dict[str, tuple[str, ...]] = {name: tuple(map(str, given.get(name) or ())) for name in LANGUAGES}
    return Draft(
        id,
        _texts(raw.get("title")),
        _texts(raw.get("body")),
        keywords,
        _texts(raw.get("source")),
        str(raw.get("answers") or ""),
    )


def _texts(raw: Any) -> dict[str, str]:
    found = raw if isinstance(raw, Mapping) else {}
    return {name: str(found.get(name) or "").strip() for name in LANGUAGES}


def tidied(draft: Draft) -> Draft:
    """Without spaces around and keywords that are there twice. Raises Unreadable for a text that is too long."""

    def texts(given: Mapping[str, str]) -> dict[str, str]:
        return {name: given.get(name, "").replace("\r\n", "\n").strip() for name in LANGUAGES}

    keywords: dict[str, tuple[str, ...]] = {
        name: tuple(dict.fromkeys(word for k in draft.keywords.get(name, ()) if (word := " ".join(k.split()))))
        for name in LANGUAGES
    }
    found = Draft(
        draft.id.strip(), texts(draft.title), texts(draft.body), keywords, texts(draft.source), draft.answers.strip()
    )
    longest = max(len(text) for part in (found.title, found.body, found.source) for text in part.values())
    if longest > LONGEST or any(len(w) > LONGEST for words in keywords.values() for w in words):
        raise Unreadable(f"a text of an article has at most {LONGEST} characters")
    return found


def raw(draft: Draft) -> dict[str, Any]:
    """As it stands in a file; what is empty is left out."""
    written: dict[str, Any] = {"answers": draft.answers} if draft.answers else {}
    written |= {"title": dict(draft.title), "body": dict(draft.body)}
    if any(draft.keywords.values()):
        written["keywords"] = {name: list(draft.keywords[name]) for name in LANGUAGES}
    return written | ({"source": dict(draft.source)} if any(draft.source.values()) else {})


def article(draft: Draft, source: Any, file: str, facts: Mapping[str, Any]) -> Article:
    """What customers would read, the numbers filled in; `source` is that of the file. Raises BadContent."""
    (found,) = read_articles({file: {"source": source, "articles": {draft.id: raw(draft)}}}, facts)
    return found
