"""Everything of data/ that is in force: read together, replaced together, and never replaced by something broken."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

import structlog

from bot import datafile
from bot.complaints import policy as complaint_policy
from bot.complaints import remedy as remedy_policy
from bot.complaints.emotion import Lexicon
from bot.complaints.rules import Rules
from bot.complaints.severity import Severities
from bot.content import Texts
from bot.enquiries.knowledge import Knowledge
from bot.enquiries.refund import read_refund_times
from bot.errors import BadContent
from bot.handoff.policy import Desk, read_desk
from bot.hours import Hours
from bot.learning.personal import Personal, read_personal
from bot.models.guard import Guards, read_guards
from bot.outbox.service import Voice
from bot.shop.policy import ShopPolicy, read_policy
from bot.shop.product import Catalogue, read_catalogue

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Data:
    """One consistent state of the folder."""

    voice: Voice
    shop: ShopPolicy
    catalogue: Catalogue
    knowledge: Knowledge
    hours: Hours
    lexicon: Lexicon
    desk: Desk
    rules: Rules
    personal: Personal
    guards: Guards
    console: Texts
    """What the staff console says."""
    canned: Texts
    """Answers that staff may send as they are."""


def load(folder: Path) -> Data:
    """Read the whole folder. Raises BadContent that names every broken file and key, one a line."""
    problems: list[str] = []

    def part(read: Callable[[], T]) -> T:
        try:
            return read()
        except BadContent as error:
            problems.append(str(error))
            return cast(T, None)  # never used: it ends in BadContent below

    def file(name: str, read: Callable[[Any], T]) -> T:
        return part(lambda: read(datafile.read(folder / name)))

    texts = part(lambda: Texts.load(folder / "texts"))
    console = part(lambda: Texts.load(folder / "console"))
    canned = part(lambda: Texts.load(folder / "canned"))
    shop = file("policy/shop.yml", read_policy)
    file("policy/shop.yml", read_refund_times)
    catalogue = file("products.yml", read_catalogue)
    hours = file("policy/hours.yml", Hours.load)
    lexicon = file("policy/emotion.yml", Lexicon.load)
    severities = file("policy/severity.yml", Severities.load)
    complaints = file("policy/complaints.yml", complaint_policy.read_policy)
    remedies = file("policy/remedies.yml", remedy_policy.read_policy)
    desk = file("policy/desk.yml", lambda raw: read_desk(raw, hours))
    personal = file("policy/personal.yml", read_personal)
    guards = file("policy/understanding.yml", read_guards)
    knowledge = None if problems else part(lambda: Knowledge.load(folder / "knowledge", shop, catalogue))
    if problems or knowledge is None:
        raise BadContent("\n".join(problems))
    rules = Rules(complaints, remedies, severities, hours, desk, shop, catalogue)
    voice = Voice(texts, shop.zone)
    return Data(voice, shop, catalogue, knowledge, hours, lexicon, desk, rules, personal, guards, console, canned)


class DataInForce:
    """The state of data/ that answers are made from; a broken edit is reported and the old state stays."""

    def __init__(self, folder: Path) -> None:
        """Raises BadContent: without a good state there is nothing to start with."""
        self.folder = folder
        self._stamp = self._newest()
        self._reading = asyncio.Lock()
        self.now = load(folder)

    def reload_if_changed(self) -> bool:
        """Take up an edit. Gives whether a new state is in force."""
        if (stamp := self._newest()) == self._stamp:
            return False
        return self._take(stamp, lambda: load(self.folder))

    async def reload(self) -> bool:
        """The same without holding up anybody: reading the whole folder takes the better part of a second."""
        async with self._reading:
            if (stamp := await asyncio.to_thread(self._newest)) == self._stamp:
                return False
            task = asyncio.create_task(asyncio.to_thread(load, self.folder))
            await asyncio.wait([task])
            return self._take(stamp, task.result)

    def _take(self, stamp: tuple[int, int], loaded: Callable[[], Data]) -> bool:
        self._stamp = stamp
        try:
            self.now = loaded()
        except BadContent as error:
            log.error("data/ has a mistake; what was in force stays in force", problems=str(error).splitlines())
            return False
        log.info("data/ was edited and is in force")
        return True

    def learned(self, before: Knowledge, knowledge: Knowledge) -> None:
        """Put articles with their meaning in force, unless an edit has replaced them meanwhile."""
        if self.now.knowledge is before:
            self.now = replace(self.now, knowledge=knowledge)

    def _newest(self) -> tuple[int, int]:
        files = [p.stat().st_mtime_ns for p in self.folder.rglob("*") if p.suffix in (".yml", ".md", ".csv")]
        return len(files), max(files, default=0)
