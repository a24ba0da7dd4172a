"""`carebot nlu …` as somebody types it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from bot.models.registry import Standing
from bot.settings import ROOT
from tests.models.conftest import Shelf, report, understood

Carebot = Callable[..., Result]


@pytest.fixture
def carebot(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Carebot:
    """Runs a command; `.output` is everything it printed."""
    monkeypatch.setenv("CAREBOT_VAR_DIR", str(shelf.var))
    monkeypatch.setenv("CAREBOT_DATA_DIR", str(ROOT / "data"))
    monkeypatch.setenv("CAREBOT_RASA_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CAREBOT_DEMO", "0")
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *words: CliRunner().invoke(cli, words)


def test_a_worse_candidate_is_not_activated_and_why(shelf: Shelf, carebot: Carebot) -> None:
    shelf.is_active(shelf.has("aaa", report()))
    shelf.has("bbb", report(zh_complaint_recall=0.8))
    refused = carebot("nlu", "activate", "bbb")
    assert refused.exit_code == 1
    assert "complaint_recall (zh) falls from 90.0 to 80.0; it may fall by 0.5" in refused.output
    assert shelf.registry.read() == Standing("aaa")


def test_force_takes_it_and_rollback_takes_it_back(shelf: Shelf, carebot: Carebot) -> None:
    shelf.is_active(shelf.has("aaa", report()))
    shelf.has("bbb", report(zh_complaint_recall=0.8))
    forced = carebot("nlu", "activate", "b", "--force")
    assert (forced.exit_code, shelf.registry.read()) == (0, Standing("bbb", ("aaa",)))
    assert "none answers at http://127.0.0.1:9" in forced.output
    back = carebot("nlu", "rollback")
    assert (back.exit_code, shelf.registry.read()) == (0, Standing("aaa", (), ("bbb",)))
    again = carebot("nlu", "rollback")
    assert (again.exit_code, shelf.registry.read().active) == (1, "aaa")
    assert "no earlier model" in again.output


def test_a_better_candidate_is_activated(shelf: Shelf, carebot: Carebot) -> None:
    shelf.is_active(shelf.has("aaa", report()))
    shelf.has("bbb", report(zh_complaint_recall=0.95))
    assert carebot("nlu", "activate", "bbb").exit_code == 0
    assert shelf.registry.read() == Standing("bbb", ("aaa",))


def test_the_comparison_shows_figures_intents_and_messages(shelf: Shelf, carebot: Carebot) -> None:
    shelf.is_active(shelf.has("aaa", understood(report(), "退款", "track_refund")))
    better = understood(report(zh_accuracy=0.95), "it broke", "warranty_repair")
    better["intents"]["zh"]["get_refund"]["f1"] = 0.8
    shelf.has("bbb", better)
    shown = carebot("nlu", "compare", "bbb")
    assert shown.exit_code == 0
    lines = [" ".join(line.replace("│", " ").split()) for line in shown.output.splitlines()]
    assert "zh accuracy 90.0 95.0 +5.0" in lines
    assert "zh get_refund 90.0 80.0 -10.0" in lines
    assert "en it broke (complaint_product): complaint_product → warranty_repair" in lines
    assert "zh 退款 (get_refund): track_refund → get_refund" in lines
    assert "No guarded figure falls; `carebot nlu activate` takes the candidate." in lines


def test_the_comparison_says_what_forbids_it(shelf: Shelf, carebot: Carebot) -> None:
    shelf.is_active(shelf.has("aaa", report()))
    shelf.has("bbb", report(en_human_recall=0.5))
    assert "guarded: human_recall (en) falls from 90.0 to 50.0" in carebot("nlu", "compare", "bbb").output


def test_nothing_to_compare_with(shelf: Shelf, carebot: Carebot) -> None:
    shelf.has("bbb", report())
    shown = carebot("nlu", "compare", "bbb")
    assert shown.exit_code == 1
    assert "no model is active yet" in shown.output


def test_the_list_of_models(shelf: Shelf, carebot: Carebot, files_are: Any) -> None:
    shelf.is_active(shelf.has("aaa", report(zh_accuracy=0.834)), shelf.has("bbb", report()))
    shelf.has("ccc")
    files_are("ccc")
    lines = carebot("nlu", "models").output.splitlines()
    [active] = [line for line in lines if "bbb" in line]
    [before] = [line for line in lines if "aaa" in line]
    [now] = [line for line in lines if "ccc" in line]
    assert "active" in active
    assert "the one before" in before
    assert "83.4" in before
    assert "as the files are now" in now


def test_training_makes_a_candidate_and_only_the_first_is_active(
    shelf: Shelf, carebot: Carebot, files_are: Any
) -> None:
    files_are(shelf.has("aaa"))
    assert "there was none" in carebot("nlu", "train").output
    files_are(shelf.has("bbb"))
    assert "it is a candidate" in carebot("nlu", "train").output
    assert shelf.registry.read() == Standing("aaa")


@pytest.mark.parametrize(
    "words",
    [("--label", "1"), ("--label", "1", "greet", "calm", "more"), ("greet",), ("--label", "one", "greet")],
)
def test_a_review_that_is_asked_for_in_a_wrong_way_is_a_mistake(carebot: Carebot, words: tuple[str, ...]) -> None:
    assert carebot("nlu", "review", *words).exit_code == 2


def test_the_review_of_an_empty_database(carebot: Carebot, tmp_path: Path) -> None:
    assert "0 new" in carebot("nlu", "review", "--list").output
    assert "Nothing waits" in carebot("nlu", "review").output
    assert carebot("nlu", "review", "--drop", "7").exit_code == 1
    wrong = carebot("nlu", "review", "--label", "7", "trak_order")
    assert wrong.exit_code == 1
    assert "did you mean track_order" in wrong.output
    assert "Nothing is labelled" in carebot("nlu", "export").output
