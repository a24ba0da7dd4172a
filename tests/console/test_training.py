"""The pages under Training, in a real browser; nlu's own programs are a shell script."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.learning import files, lesson
from bot.learning.lesson import State, Why
from bot.learning.tables import Lesson
from bot.models import training
from bot.staff.account import Role
from tests import databases
from tests.clock import FakeClock
from tests.console.desk import Clerk, Office, open_office
from tests.models.conftest import Shelf, report, understood
from tests.training.test_workshop import TRAINS

pytestmark = pytest.mark.slow


@pytest.fixture
async def office(
    tmp_path: Path, clock: FakeClock, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    program = tmp_path / "python"
    program.write_text(TRAINS)
    program.chmod(0o755)
    monkeypatch.setattr(training, "PYTHON", program)
    url = await databases.create("sqlite", tmp_path)
    async with open_office(url, tmp_path, clock, browser) as found:
        yield found


async def trainer(office: Office, path: str, language: str = "en") -> Clerk:
    clerk = await office.clerk("Anna", language, role=Role.SUPERVISOR)
    await clerk.page.goto(f"{office.address}/console{path}")
    return clerk


async def kept(office: Office, text: str) -> int:
    at = office.clock.now()
    row = Lesson(
        key=lesson.key(text),
        text=text,
        language="en",
        why=Why.NOT_UNDERSTOOD,
        intent="track_order",
        confidence=0.4,
        ranking=[["track_order", 0.4], ["get_refund", 0.3]],
        first_at=at,
        last_at=at,
    )
    async with office.shop.app.db.write() as session:
        session.add(row)
        await session.flush()
        return row.id


async def test_a_message_gets_its_meaning_by_a_tap_on_a_guess(office: Office):
    id = await kept(office, "gimme the dough back")
    anna = await trainer(office, "/training")
    card = anna.page.locator(".lesson")
    await card.get_by_role("button", name="get_refund").click()
    await expect(card.get_by_label("Intent")).to_have_value("get_refund")
    await card.get_by_label("Words to learn").fill("give me the dough back")
    await card.get_by_role("button", name="Label").click()
    await expect(card).to_have_count(0)
    async with office.shop.app.db.read() as session:
        row = await session.get_one(Lesson, id)
    assert (row.state, row.text, row.label_intent, row.labelled_by) == (
        State.LABELLED,
        "give me the dough back",
        "get_refund",
        "Anna",
    )
    assert anna.troubles == []


async def test_an_unknown_meaning_is_refused_with_what_is_near(office: Office):
    await kept(office, "gimme")
    anna = await trainer(office, "/training")
    await anna.page.get_by_label("Intent").fill("get_refunds")
    await anna.page.get_by_role("button", name="Label", exact=True).click()
    await expect(anna.page.get_by_text("did you mean get_refund")).to_be_visible()
    await anna.page.get_by_role("button", name="Drop").click()
    await expect(anna.page.locator(".lesson")).to_have_count(0)


async def test_labels_become_examples(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In a copy: nobody's examples are changed by a test."""
    monkeypatch.setattr(
        files, "add", lambda language, new, _: added.append((language, [e.text for e in new])) or tmp_path
    )
    added: list[tuple[str, list[str]]] = []
    id = await kept(office, "qwertz uiop asdf")
    async with office.shop.app.db.write() as session:
        row = await session.get_one(Lesson, id)
        row.state, row.label_intent, row.labelled_at = State.LABELLED, "get_refund", office.clock.now()
    anna = await trainer(office, "/training")
    await anna.page.get_by_role("button", name="Add to the examples (1)").click()
    await expect(anna.page.get_by_text("1 new examples. Next: train.")).to_be_visible()
    assert added == [("en", ["qwertz uiop asdf"])]


async def test_train_compare_activate_and_go_back(office: Office):
    shelf = Shelf.__new__(Shelf)
    shelf.var, shelf.registry = office.shop.app.settings.var_dir, office.shop.app.workshop._registry
    shelf.registry.folder.mkdir(parents=True, exist_ok=True)
    shelf.is_active(shelf.has("old", understood(report(), "退款", "track_order")))
    shelf.registry.keep_report("new", training.measuring(), report(zh_accuracy=0.95))
    anna = await trainer(office, "/training/models", "zh")
    await anna.page.get_by_role("button", name="训练候选模型").click()
    await anna.page.wait_for_url("**/training/models?compare=new")
    await expect(anna.page.locator("#lines")).to_contain_text("[4/4] ready")
    better = anna.page.locator("tr.better")
    await expect(better).to_contain_text(["accuracy", "+5.0"][:1])
    await expect(anna.page.get_by_text("退款（get_refund）：track_order → get_refund")).to_be_visible()
    await anna.page.get_by_role("button", name="启用", exact=True).click()
    await expect(anna.page.locator("#model-new")).to_contain_text("使用中")
    assert shelf.registry.read().active == "new"
    await anna.page.get_by_role("button", name="回退到上一个模型").click()
    await expect(anna.page.locator("#model-old")).to_contain_text("使用中")
    await expect(anna.page.locator("#model-new")).to_contain_text("已回退")
    assert anna.troubles == []


async def test_a_worse_model_says_what_falls_and_is_taken_only_on_purpose(office: Office):
    shelf = Shelf.__new__(Shelf)
    shelf.var, shelf.registry = office.shop.app.settings.var_dir, office.shop.app.workshop._registry
    shelf.registry.folder.mkdir(parents=True, exist_ok=True)
    shelf.is_active(shelf.has("old", report()))
    shelf.has("new", report(en_stop_recall=0.6))
    anna = await trainer(office, "/training/models")
    await anna.page.get_by_role("link", name="Compare").click()
    await expect(anna.page.get_by_text("stop_recall (en) falls from 90.0 to 60.0")).to_be_visible()
    await expect(anna.page.get_by_role("button", name="Activate", exact=True)).to_have_count(0)
    await anna.page.get_by_role("button", name="Take it all the same").click()
    await expect(anna.page.locator("#model-new")).to_contain_text("In force")
    assert shelf.registry.read().active == "new"
