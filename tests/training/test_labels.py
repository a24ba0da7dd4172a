"""Messages get their meaning from people at the desk, and become examples."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot import datafile
from bot.db import Database
from bot.errors import Moved, NotAllowed, NotFound
from bot.learning import lesson
from bot.learning.lesson import State, Why
from bot.learning.personal import Personal, read_personal
from bot.learning.tables import Lesson
from bot.settings import ROOT
from bot.staff.account import Me, Role
from bot.staff.tables import Audit
from bot.training import labels
from bot.training.labels import Label
from tests.clock import FakeClock

ANNA = Me(0, "Anna", "anna", Role.SUPERVISOR)
CLEO = Me(0, "Cleo", "cleo", Role.AGENT)
KNOWN = ["get_refund", "track_order"]


@pytest.fixture(scope="module")
def personal() -> Personal:
    return read_personal(datafile.read(ROOT / "data" / "policy" / "personal.yml"))


@pytest.fixture
def nlu(tmp_path: Path) -> Path:
    """A small nlu/, whose files the test may change."""
    for language in ("zh", "en"):
        (tmp_path / "nlu" / "examples" / language).mkdir(parents=True)
    domain = tmp_path / "nlu" / "domain" / "domain.yml"
    domain.parent.mkdir()
    domain.write_text("intents: [get_refund, track_order, nlu_fallback]\n")
    return tmp_path / "nlu"


async def kept(db: Database, clock: FakeClock, *texts: str, why: Why = Why.NOT_UNDERSTOOD) -> list[int]:
    rows = [
        Lesson(
            key=lesson.key(text), text=text, language="en", why=why, first_at=clock.now(), last_at=clock.now(), count=n
        )
        for n, text in enumerate(texts, start=1)
    ]
    async with db.write() as session:
        session.add_all(rows)
        await session.flush()
        return [row.id for row in rows]


async def test_labelled_messages_become_examples(db: Database, clock: FakeClock, personal: Personal, nlu: Path):
    one, two = await kept(db, clock, "gimme the dough back", "shrug")
    async with db.write() as session:
        given = Label("get_refund", "annoyed", text="gimme my dough back, call 13912345678")
        await labels.label(session, ANNA, one, given, clock.now(), personal, KNOWN)
        await labels.drop(session, ANNA, two, clock.now())
    async with db.read() as session:
        found = await labels.waiting(session, ANNA)
    assert (found.lessons, [row.id for row in found.labelled]) == ((), [one])
    exported = await labels.export(db, ANNA, clock.now(), personal, nlu)
    written = (nlu / "examples" / "en" / "learned.yml").read_text(encoding="utf-8")
    assert "- gimme my dough back, call 139" in written
    assert "13912345678" not in written
    assert len(exported.sorted.new) == 1
    async with db.read() as session:
        assert (await session.get_one(Lesson, one)).state is State.EXPORTED
        deeds = [row.deed for row in await session.scalars(select(Audit).order_by(Audit.id))]
    assert deeds == ["training.labelled", "training.dropped", "training.exported"]


async def test_the_language_can_be_set_right(db: Database, clock: FakeClock, personal: Personal, nlu: Path):
    [one] = await kept(db, clock, "tuikuan")
    async with db.write() as session:
        await labels.label(session, ANNA, one, Label("get_refund", language="zh"), clock.now(), personal, KNOWN)
    await labels.export(db, ANNA, clock.now(), personal, nlu)
    assert "tuikuan" in (nlu / "examples" / "zh" / "learned.yml").read_text(encoding="utf-8")


async def test_what_cannot_be_is_told(db: Database, clock: FakeClock, personal: Personal):
    one, _ = await kept(db, clock, "gimme", "the dough")
    for given, error in (
        (Label("no_such_intent"), NotFound),
        (Label("get_refund", "furious"), NotFound),
        (Label("get_refund", language="fr"), NotFound),
        (Label("get_refund", text="the dough"), Moved),
    ):
        with pytest.raises(error):
            async with db.write() as session:
                await labels.label(session, ANNA, one, given, clock.now(), personal, KNOWN)
    async with db.read() as session:
        row = await session.get_one(Lesson, one)
        assert (row.text, row.state, row.language) == ("gimme", State.NEW, "en")


async def test_questions_without_an_article_are_not_the_models_fault(db: Database, clock: FakeClock):
    await kept(db, clock, "do you wrap gifts", why=Why.NOT_FOUND)
    async with db.read() as session:
        found = await labels.waiting(session, ANNA)
    assert (found.lessons, found.counts) == ((), {})


async def test_only_who_may_train_may_label(db: Database, clock: FakeClock, personal: Personal, nlu: Path):
    async with db.read() as session:
        with pytest.raises(NotAllowed):
            await labels.waiting(session, CLEO)
    with pytest.raises(NotAllowed):
        await labels.export(db, CLEO, clock.now(), personal, nlu)
