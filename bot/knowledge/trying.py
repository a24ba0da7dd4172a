"""What a customer would read: an article before it is saved, and what a question finds."""

from collections.abc import Mapping

from bot.content import render
from bot.data import Data
from bot.enquiries.article import LANGUAGES
from bot.enquiries.knowledge import Verdict, verdict
from bot.errors import RasaUnreachable
from bot.knowledge import draft as drafts
from bot.knowledge.draft import Draft
from bot.knowledge.service import Opened
from bot.messages import Say
from bot.rasa import Rasa
from bot.shop.product import facts_of
from bot.staff.account import May, Me, needs


@needs(May.EDIT_KNOWLEDGE)
def preview(data: Data, me: Me, opened: Opened, changed: Draft) -> Mapping[str, str]:
    """The answer in each language, its numbers filled in. Raises BadContent or Unreadable: what is wrong with it."""
    facts = {"shop": data.shop.raw, "product": facts_of(data.catalogue)}
    tidy = drafts.tidied(changed)
    found = drafts.article(tidy, opened.source, f"data/knowledge/{opened.file}.yml", facts)
    say = Say("products.answer", {"body": found.body, "source": found.source})
    return {language: render(data.voice.texts, say, language, data.voice.zone).text for language in LANGUAGES}


@needs(May.EDIT_KNOWLEDGE)
async def answer(data: Data, me: Me, rasa: Rasa, question: str) -> Verdict:
    """What a customer who asks this is told. While nlu is gone words alone decide, as they do then for customers."""
    try:
        (meaning,) = await rasa.embed([question])
    except RasaUnreachable:
        meaning = None
    language = "en" if question.isascii() else "zh"
    return verdict(data.knowledge.search(question, language, meaning=meaning))
