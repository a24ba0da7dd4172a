"""What got better, what got worse, and what forbids a model to take over."""

import sys
from collections.abc import Iterator

import pytest

from bot import datafile
from bot.errors import BadContent, Unreadable
from bot.models.comparison import Message, compare
from bot.models.guard import FIGURES, Guards, read_guards
from bot.settings import ROOT
from tests.models.conftest import report, understood

RAW = datafile.read(ROOT / "data" / "policy" / "understanding.yml")
GUARDS = read_guards(RAW)


def fallen(before: float, after: float, figure: str = "zh_accuracy", guards: Guards = GUARDS) -> list[str]:
    found = compare(report(**{figure: before}), report(**{figure: after}), guards)
    return [f"{fall.change.language}_{fall.change.name}" for fall in found.falls]


def test_a_figure_that_falls_by_more_than_its_tolerance_is_a_fall() -> None:
    assert fallen(0.9, 0.894) == ["zh_accuracy"]
    assert fallen(0.9, 0.895) == []
    assert fallen(0.9, 0.95) == []


def test_each_language_counts_by_itself() -> None:
    before = report(zh_accuracy=0.9, en_accuracy=0.9)
    found = compare(before, report(zh_accuracy=0.8, en_accuracy=1.0), GUARDS)
    assert [str(fall) for fall in found.falls] == ["accuracy (zh) falls from 90.0 to 80.0; it may fall by 0.5"]


def test_a_figure_may_have_its_own_tolerance() -> None:
    assert fallen(0.9, 0.891, "en_emotion_macro_f1") == []
    assert fallen(0.9, 0.889, "en_emotion_macro_f1") == ["en_emotion_macro_f1"]


def test_what_is_not_guarded_may_fall() -> None:
    assert fallen(0.9, 0.5, "en_phone_f1") == []


def test_a_guarded_figure_that_is_not_measured_any_more_is_a_fall() -> None:
    after = report()
    del after["by_language"]["zh"]["stop_recall"]
    assert [str(fall) for fall in compare(report(), after, GUARDS).falls] == ["stop_recall (zh) is not measured"]


def test_a_figure_that_was_not_measured_before_is_none() -> None:
    before = report()
    del before["by_language"]["zh"]["stop_recall"]
    assert compare(before, report(), GUARDS).falls == ()


def test_the_messages_that_changed_are_named() -> None:
    before = understood(report(), "退款", "track_refund")
    found = compare(before, understood(report(), "it broke", "warranty_repair"), GUARDS)
    assert found.messages == (
        Message("en", "it broke", "complaint_product", "complaint_product", "warranty_repair"),
        Message("zh", "退款", "get_refund", "track_refund", "get_refund"),
    )
    assert [(one.is_better, one.is_worse) for one in found.messages] == [(False, True), (True, False)]


def test_an_intent_that_is_new_or_gone_is_shown() -> None:
    after = report()
    after["intents"]["en"]["gift_card"] = {"f1": 0.5}
    del after["intents"]["zh"]["get_refund"]
    changed = {(c.language, c.name): (c.before, c.after) for c in compare(report(), after, GUARDS).intents if c.is_one}
    assert changed == {("en", "gift_card"): (None, 0.5), ("zh", "get_refund"): (0.9, None)}


def test_a_report_of_another_form_is_told() -> None:
    with pytest.raises(Unreadable, match="another form"):
        compare({"by_language": {}}, report(), GUARDS)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"guarded": ["acuracy"]}, "names 'acuracy', which is no figure"),
        ({"guarded": []}, "'guarded' is missing or empty"),
        ({"tolerance": "much"}, "'tolerance' must be a number"),
        ({"own_tolerance": {"macro_f1": 1}}, "'own_tolerance.macro_f1' is unknown here"),
        ({"tolerances": 1}, "'tolerances' is unknown here"),
    ],
)
def test_a_mistake_in_the_policy_is_told_by_its_key(change: dict[str, object], problem: str) -> None:
    with pytest.raises(BadContent) as error:
        read_guards({**RAW, **change})
    assert problem in str(error.value)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The names of the figures that nlu measures."""
    monkeypatch.syspath_prepend(str(ROOT / "nlu"))
    from evaluation.figures import summary  # type: ignore[import-not-found]

    yield set(summary([])) | {f"{kind}_f1" for kind in ("order_number", "phone", "amount", "date", "product")}
    for name in [name for name in sys.modules if name.split(".")[0] == "evaluation"]:
        del sys.modules[name]


def test_what_can_be_guarded_is_what_nlu_measures_and_more_of_is_better(measured: set[str]) -> None:
    assert set(FIGURES) == measured - {"ece"}
