"""The report: what it says of figures, and when stock Rasa is measured again."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import report
import yaml
from evaluation import stock
from evaluation.figures import figures
from evaluation.findings import Data, Findings
from evaluation.fingerprint import fingerprint
from evaluation.page import page
from evaluation.tables import WITHOUT_TARGET, in_short, markdown
from evaluation.targets import TARGETS, lead, leads
from evaluation.timing import milliseconds
from test_evaluation import answer, gold, perfect
from train import HERE

DATA = Data("aaaa", "dddd", {"zh": 1200, "en": 1000})
MACHINE = "a machine"


def ours(**more: Any) -> dict[str, Any]:
    known = {"messages": 2, "accuracy_without": {"all": 1.0, "zh": 1.0, "en": 1.0}}
    return {"model": "m", "model_mb": 2.5, "ms": {"p50": 3.0, "p95": 5.0}, "known": known, **figures(perfect())} | more


def theirs(**more: Any) -> dict[str, Any]:
    """Right in every other message."""
    rows = [(g, answer("greet") if place % 2 else a) for place, (g, a) in enumerate(perfect())]
    for _, told in rows:
        del told["emotion"], told["language"]
    about = {"examples": "aaaa", "development": "dddd", "epochs": 100, "at": "2026-11-01", "machine": MACHINE}
    sizes = {"model_mb": 280.0, "training_seconds": 3600, "ms": {"p50": 7.0, "p95": 9.0}}
    return {**about, **sizes, **figures(rows)} | more


def findings(**more: Any) -> Findings:
    given: dict[str, Any] = {"ours": ours(), "stock": theirs(), "speed": {}, "data": DATA}
    return Findings(**given | more, on=date(2026, 11, 25), machine=MACHINE)


def line(text: str, words: str) -> list[str]:
    """The cells of the table's row that begins with these words."""
    (row,) = (row for row in text.splitlines() if row.startswith(f"| {words}"))
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_every_target_is_a_figure() -> None:
    kinds = {f"{kind}_f1" for kind in ("order_number", "phone", "amount", "date", "product")}
    assert {target.figure for target in TARGETS} <= set(figures(perfect())["by_language"]["all"]) | kinds


@pytest.mark.parametrize(
    ("figure", "value", "reached"),
    [("accuracy", 0.92, True), ("accuracy", 0.919, False), ("ece", 0.05, True), ("ece", 0.051, False)],
)
def test_a_target_is_reached_at_its_bound(figure: str, value: float, reached: bool) -> None:
    (target,) = (one for one in TARGETS if one.figure == figure)
    columns = {code: {figure: value} for code in ("all", "zh", "en")}
    assert target.reached({"by_language": columns}) is reached


def test_where_each_language_must_reach_it_a_good_mean_is_not_enough() -> None:
    (target,) = (one for one in TARGETS if one.figure == "accuracy")
    columns = {"all": {"accuracy": 0.95}, "zh": {"accuracy": 0.99}, "en": {"accuracy": 0.91}}
    assert not target.reached({"by_language": columns})


def test_the_lead_is_in_each_language() -> None:
    mine = {"by_language": {code: {"accuracy": 0.95} for code in ("all", "zh", "en")}}
    other = {"by_language": {"all": {"accuracy": 0.7}, "zh": {"accuracy": 0.6}, "en": {"accuracy": 0.82}}}
    assert lead(mine, other)["zh"] == pytest.approx(0.35)
    assert not leads(mine, other)


def test_the_page_sets_both_beside_each_other() -> None:
    found = page(findings())
    assert line(found, "What the customer wants")[2:] == [*["100.0 %"] * 3, "yes", *["50.0 %"] * 3]
    assert line(found, "… more than by stock Rasa")[2:6] == ["+50.0", "+50.0", "+50.0", "yes"]
    assert line(found, "The four emotions")[-1] == "–", "stock Rasa tells none"
    assert "2026-11-25, a machine" in found
    assert "`aaaa`" in found
    assert "`dddd`" in found


def test_figures_of_older_data_are_shown_but_not_compared() -> None:
    found = page(findings(stock=theirs(examples="older")))
    assert "**The figures of stock Rasa belong to older data** (2026-11-01)" in found
    assert line(found, "… more than by stock Rasa")[2:6] == ["–", "–", "–", "–"]


def test_a_trial_with_few_epochs_is_called_one() -> None:
    found = page(findings(stock=theirs(epochs=2)))
    assert "A trial with few epochs" in found
    assert line(found, "… more than by stock Rasa")[5] == "–"
    assert "A trial with few epochs" not in page(findings())


def test_without_stock_rasa_the_page_says_how_to_get_it() -> None:
    found = page(findings(stock=None))
    assert "`make nlu-report BASELINE=1`" in found
    assert line(found, "What the customer wants")[6:] == ["–", "–", "–"]


def test_speed_is_judged_where_it_was_measured() -> None:
    quick = {"p50_ms": 4.04, "per_second": 149.0, "ready_seconds": 8.0, "training_seconds": 60.0, "memory_mb": 400.0}
    found = page(findings(speed={"ours": quick}))
    assert line(found, "One message, one customer")[2:4] == ["4 ms", "yes"]
    assert line(found, "Messages a second")[2:4] == ["149", "**no**"]
    assert line(found, "Training")[2:] == ["60 s", "yes", "3,600 s"]
    assert line(page(findings()), "Messages a second")[2:4] == ["–", "–"]


def test_a_customers_words_mean_nothing_to_markdown() -> None:
    rows = [(gold("a", "*buy* | <b>\nnow</b> `x`"), answer("b"))]
    found = page(findings(ours=ours(confusions=figures(rows)["confusions"])))
    assert r"\*buy\* \| \<b\> now\</b\> \`x\`" in found


def test_every_table_has_as_many_cells_in_each_row() -> None:
    for block in re.findall(r"(?:^\|.*\n)+", page(findings()), re.M):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in block.splitlines()}) == 1, block
    assert in_short(findings()).count("\n") == len(TARGETS) + len(WITHOUT_TARGET) + 2
    assert markdown(["a", "b"], [["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |"


def test_the_same_figures_give_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        report.write(folder, findings())
    one, two = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert one == two
    assert set(one) == {"report.md", "calibration.svg", "rejection.svg"}
    assert all(len(content) < 60_000 for content in one.values())


SAME = {"examples": "aaaa", "development": "dddd", "epochs": 100}


@pytest.mark.parametrize(
    ("asked", "kept", "measured"),
    [
        ("auto", None, True),
        ("auto", SAME, False),
        ("auto", SAME | {"development": "older"}, True),
        ("auto", SAME | {"examples": "older"}, True),
        ("auto", SAME | {"epochs": 2}, True),
        ("0", None, False),
        ("0", SAME | {"examples": "older"}, False),
        ("1", SAME, True),
    ],
)
def test_stock_rasa_is_measured_when_asked_or_when_the_data_changed(
    asked: str, kept: dict[str, Any] | None, measured: bool
) -> None:
    assert report.wanted(asked, DATA, kept) is measured


def test_the_fingerprint_follows_names_and_contents(tmp_path: Path) -> None:
    path = tmp_path / "zh" / "greet.yml"
    path.parent.mkdir()
    path.write_text("a", encoding="utf-8")
    first = fingerprint(tmp_path)
    path.write_text("b", encoding="utf-8")
    second = fingerprint(tmp_path)
    path.rename(path.with_name("thank.yml"))
    assert len({first, second, fingerprint(tmp_path)}) == 3
    (tmp_path / "notes.txt").write_text("not data", encoding="utf-8")
    assert len({first, second, fingerprint(tmp_path)}) == 3


def test_times_are_those_of_the_answers_without_the_first() -> None:
    clock = iter([0.0, 9.0, 9.0, 9.002, 9.002, 9.005, 9.005, 9.015, 9.015])
    found, times = milliseconds("abcd", lambda: next(clock))
    assert found == ["a", "b", "c", "d"]
    assert times == {"p50": 3.0, "p95": 10.0}


def test_stock_rasa_is_its_own_default_pipeline(tmp_path: Path) -> None:
    config = yaml.safe_load(stock.default_config(tmp_path / "config.yml").read_text(encoding="utf-8"))
    assert [part["name"] for part in config["pipeline"]] == [
        "WhitespaceTokenizer",
        "RegexFeaturizer",
        "LexicalSyntacticFeaturizer",
        "CountVectorsFeaturizer",
        "CountVectorsFeaturizer",
        "DIETClassifier",
        "EntitySynonymMapper",
        "ResponseSelector",
        "FallbackClassifier",
    ]
    assert config["pipeline"][5]["epochs"] == 100


def test_stock_rasas_best_real_guess_counts_even_where_it_doubts() -> None:
    ranking = [{"name": "nlu_fallback", "confidence": 0.7}, {"name": "greet", "confidence": 0.25}]
    found = stock.answer({"intent": ranking[0], "intent_ranking": ranking, "entities": []})
    assert found["intent"] == {"name": "greet", "confidence": 0.25}


def test_a_measurement_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    left = tmp_path / ".training-killed"
    left.mkdir()
    command = [sys.executable, "baseline.py", "--work", str(tmp_path), "--out", str(tmp_path / "baseline.json")]
    child = subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with child:
        assert child.stdout is not None
        assert "training" in child.stdout.readline()
        assert not left.exists(), "what an earlier one left when it was killed"
        child.terminate()
        assert child.wait(timeout=60) == 143
    assert list(tmp_path.iterdir()) == []
