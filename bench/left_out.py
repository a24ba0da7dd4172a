"""How well an article is found by a question of its own that it was not given: `python -m bench.left_out [--url URL]`.

A fifth of the articles' longer keywords is left out in turn and asked. It needs no questions of customers, so weights
can be compared with it again and again without wearing out the held-out set.
"""

import argparse
import asyncio
import random
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from bot import data, datafile
from bot.enquiries.article import LANGUAGES, WORDS_FILE, Article, Language
from bot.enquiries.knowledge import Knowledge
from bot.enquiries.learning import Learning
from bot.enquiries.wordlist import read_words
from bot.rasa import Rasa
from bot.settings import ROOT

PARTS = 5
LONG: dict[Language, int] = {"zh": 7, "en": 5}
"""Characters (zh) or words (en) from which on a keyword is a question of its own."""
SEED = 7

Asked = tuple[Language, str, str]
"""Language, id of the article, words."""


def is_a_question(words: str, language: Language) -> bool:
    return len(words.split() if language == "en" else words) >= LONG[language]


def without(article: Article, left_out: set[Asked]) -> Article:
    kept = {
        language: tuple(word for word in article.keywords[language] if (language, article.id, word) not in left_out)
        for language in LANGUAGES
    }
    return replace(article, keywords=kept)


async def places_of(asked: list[Asked], plain: Knowledge, url: str) -> list[tuple[Language, int]]:
    """Where the article of each question stands, 0 for the first."""
    rasa = Rasa(url)
    try:
        with tempfile.TemporaryDirectory() as folder:
            learned = await Learning(rasa, Path(folder)).learn(plain)
        if learned is None:
            raise SystemExit(f"nlu does not answer at {url}; --url says where it does")
        rows = await rasa.embed([text for _, _, text in asked])
    finally:
        await rasa.close()
    found: list[tuple[Language, int]] = []
    for (language, right, text), row in zip(asked, rows, strict=True):
        ids = [a.id for a in learned.ranked(text, language, len(plain.articles), meaning=row)]
        found.append((language, ids.index(right) if right in ids else len(ids)))
    return found


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:5005", help="where nlu answers")
    url = parser.parse_args().url
    articles = list(data.load(ROOT / "data").knowledge.articles.values())
    words = read_words(datafile.read(ROOT / "data" / "knowledge" / WORDS_FILE))
    asked: list[Asked] = [
        (language, a.id, word)
        for a in articles
        for language in LANGUAGES
        for word in a.keywords[language]
        if is_a_question(word, language)
    ]
    random.Random(SEED).shuffle(asked)
    places: dict[Language, list[int]] = defaultdict(list)
    for part in range(PARTS):
        some = asked[part::PARTS]
        plain = Knowledge([without(a, set(some)) for a in articles], words)
        for language, place in await places_of(some, plain, url):
            places[language].append(place)
    for language, found_at in places.items():
        shares = [sum(place < k for place in found_at) / len(found_at) for k in (1, 3)]
        print(f"{language}: {len(found_at)} left out; first {shares[0]:.1%}, among the first three {shares[1]:.1%}")


if __name__ == "__main__":
    asyncio.run(main())
