"""`carebot check`: everything a person who does not program may have edited."""

from rich.console import Console

from bot import datafile
from bot.data import load
from bot.desk.canned import check_names
from bot.errors import BadContent
from bot.never_say import NeverSay, check_never_say
from bot.settings import Settings

console = Console(stderr=True, highlight=False)


async def check() -> None:
    """Raises BadContent with one line for each mistake."""
    folder = Settings().data_dir
    found = load(folder)
    rules = NeverSay.load(datafile.read(folder / "policy" / "never_say.yml"))
    problems = check_never_say(found.voice.texts, rules)
    problems += check_never_say(found.canned, rules, "data/canned") + check_names(found.canned)
    if problems:
        raise BadContent("\n".join(problems))
    console.print(
        f"data/ is in order: {len(found.voice.texts.entries)} texts, "
        f"{len(found.console.entries)} of the console, {len(found.canned.entries)} canned answers, "
        f"{len(found.catalogue.products)} products, "
        f"{len(found.knowledge.articles)} articles."
    )
