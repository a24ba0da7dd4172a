"""How well the knowledge base finds, by words, by meaning and by both: `python -m bench.knowledge [--url URL]`.

It asks an nlu that runs; the questions are those of tests/enquiries/questions.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import data
from bot.enquiries import knowledge as search
from bot.enquiries.article import Article
from bot.enquiries.knowledge import Hit, Knowledge
from bot.enquiries.learning import Learning
from bot.rasa import Rasa
from bot.settings import ROOT
from bot.vector import Vector
from tests.enquiries.asked import PARTS, Asked, ends, questions, some

AGAIN = 5
"""Rounds of which the quickest counts."""
ROW = "{:24} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}"


@dataclass(frozen=True)
class Way:
    """One way to search."""

    name: str
    hits: Callable[[Asked], list[Hit]] | None
    """None where there are no thresholds: meaning alone never answers anybody."""
    ranked: Callable[[Asked], list[Article]]


def ways(plain: Knowledge, learned: Knowledge, meanings: dict[str, Vector]) -> list[Way]:
    places = tuple(learned.articles.values())

    def by_meaning(q: Asked) -> list[Article]:
        near = learned.meaning.near(meanings[q.text]) if learned.meaning is not None else None
        return [] if near is None else [places[place] for place in (-near).argsort()[:3]]

    return [
        Way("words only", lambda q: plain.search(q.text, q.language), lambda q: plain.ranked(q.text, q.language)),
        Way("meaning only", None, by_meaning),
        Way(
            "both",
            lambda q: learned.search(q.text, q.language, meaning=meanings[q.text]),
            lambda q: learned.ranked(q.text, q.language, meaning=meanings[q.text]),
        ),
    ]


def recall(way: Way, asked: list[Asked], k: int) -> float:
    """Of the questions, the share whose article is among the first k."""
    return sum(bool(q.right & {a.id for a in way.ranked(q)[:k]}) for q in asked) / len(asked)


def milliseconds(call: Callable[[Asked], Any], asked: Iterable[Asked]) -> float:
    """One search, on average, in the quickest round."""
    all_of_them = list(asked)
    rounds = []
    for _ in range(AGAIN):
        start = time.perf_counter()
        for question in all_of_them:
            call(question)
        rounds.append(time.perf_counter() - start)
    return min(rounds) / len(all_of_them) * 1000


def report(part: str, found: list[Way]) -> None:
    groups = {
        "zh": some(part, "own", covered=True, language="zh"),
        "en": some(part, "own", covered=True, language="en"),
        "across languages": some(part, "across", covered=True),
    }
    groups["all"] = [q for asked in groups.values() for q in asked]
    none = [q for kind in ("own", "across") for q in some(part, kind, covered=False)]
    near = some(part, "near", covered=False)
    print(f"\n{part}: the article is the first · among the first three")
    print(f"{'':24}" + "".join(f"{name + f' ({len(asked)})':>24}" for name, asked in groups.items()))
    for way in found:
        shares = [f"{recall(way, asked, 1):.1%} · {recall(way, asked, 3):.1%}" for asked in groups.values()]
        print(f"{way.name:24}" + "".join(f"{share:>24}" for share in shares))
    print(f"\n{part}: what becomes of a question")
    print(ROW.format("", "answered", "wrongly", "offered", "no help", "not found", "of"))
    for name, asked in {**groups, "none: nothing covers it": none, "near: of our trade": near}.items():
        for way in found:
            if way.hits is not None:
                print(ROW.format(f"{name[:12]}, {way.name}", *ends(asked, way.hits).values(), len(asked)))


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:5005", help="where nlu answers")
    rasa = Rasa(parser.parse_args().url)
    try:
        plain = data.load(ROOT / "data").knowledge
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            learned = await Learning(rasa, Path(folder)).learn(plain)
            if learned is None:
                raise SystemExit(f"nlu does not answer at {rasa.url}; --url says where it does")
            took = time.perf_counter() - start
            start = time.perf_counter()
            await Learning(rasa, Path(folder)).learn(plain)
            print(f"articles learnt in {took:.1f} s, after a restart in {time.perf_counter() - start:.2f} s")
        texts = [q.text for part in PARTS for q in questions(part)]
        meanings = dict(zip(texts, await rasa.embed(texts), strict=True))
    finally:
        await rasa.close()
    found = ways(plain, learned, meanings)
    for part in PARTS:
        report(part, found)
    print(f"\nms a search (questions of at most {search.LONGEST} characters are read)")
    for way in found:
        print(f"{way.name:24} {milliseconds(way.hits or way.ranked, questions('held_out')):9.2f}")


if __name__ == "__main__":
    asyncio.run(main())
