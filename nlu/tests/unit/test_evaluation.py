"""Figures of cases small enough to be worked out by hand."""

from pathlib import Path
from typing import Any

import pytest
from evaluation import figures as f
from evaluation.examples import Example
from evaluation.examples import read as read_examples
from evaluation.goldset import BadSet, Gold, Marked, read
from evaluation.overlap import letters, twins

INTENTS = ("track_order", "get_refund", "complaint_delivery", "contact_human_agent", "stop_messages", "out_of_scope")


def gold(intent: str, text: str = "some words here", language: str = "en", **more: Any) -> Gold:
    script = "Hans" if language == "zh" else None
    given = {"script": script, "second": None, "emotion": "calm", "entities": ()} | more
    return Gold(text=text, language=language, intent=intent, **given)


def answer(intent: str, sure: float = 1.0, **more: Any) -> dict[str, Any]:
    guess = {"name": intent, "confidence": sure}
    told = {"emotion": {"name": "calm"}, "language": "en", "script": None, "entities": []} | more
    return {"intent": guess, "intent_ranking": [guess], **told}


def pairs(*rows: tuple[str, str, float]) -> list[f.Pair]:
    """(meant, understood, how sure)."""
    return [(gold(meant), answer(seen, sure)) for meant, seen, sure in rows]


def perfect() -> list[f.Pair]:
    """Each intent with each emotion in each language: 48 messages."""
    marks, entities = (Marked("phone", 0, 4),), [{"entity": "phone", "start": 0, "end": 4}]
    found: list[f.Pair] = []
    for language, script in (("zh", "Hans"), ("en", None)):
        for emotion in f.EMOTIONS:
            told = {"emotion": {"name": emotion}, "entities": entities, "language": language, "script": script}
            message = {"language": language, "emotion": emotion, "entities": marks}
            found += [(gold(intent, **message), answer(intent, **told)) for intent in INTENTS]
    return found


def test_a_perfect_model_reaches_everything() -> None:
    found = f.figures(perfect())
    summary = dict(found["by_language"]["all"])
    assert summary.pop("ece") == 0
    assert set(summary.values()) == {1.0}
    assert found["confusions"] == []
    assert found["messages"] == {"all": 48, "zh": 24, "en": 24}


def test_a_hopeless_model_reaches_nothing() -> None:
    wrong = {"emotion": {"name": "relieved"}, "language": "zh", "script": "Hans"}
    rows = [
        *((gold(intent, emotion="angry"), answer("greet", **wrong)) for intent in INTENTS),
        (
            gold("track_order"),
            answer("complaint_delivery", entities=[{"entity": "date", "start": 0, "end": 4}], **wrong),
        ),
    ]
    summary = f.figures(rows)["by_language"]["all"]
    assert summary.pop("ece") == 1
    assert summary.pop("second_wish") == 1, "none was asked for"
    assert set(summary.values()) == {0.0}


def test_precision_recall_and_f1() -> None:
    rows = f.by_intent(pairs(("a", "a", 1), ("a", "a", 1), ("a", "b", 1), ("b", "b", 1)))
    assert rows["a"] == {"precision": 1, "recall": pytest.approx(2 / 3), "f1": pytest.approx(0.8), "messages": 3}
    assert rows["b"] == {"precision": 0.5, "recall": 1, "f1": pytest.approx(2 / 3), "messages": 1}
    assert f.summary(pairs(("a", "a", 1), ("a", "b", 1)))["macro_f1"] == pytest.approx(2 / 3)


def test_any_kind_of_complaint_counts_as_a_complaint() -> None:
    found = f.summary(
        pairs(
            ("complaint_delivery", "complaint_product", 1),
            ("complaint_delivery", "track_order", 1),
            ("get_refund", "complaint_product", 1),
            ("get_refund", "complaint_product", 1),
        )
    )
    assert found["complaint_recall"] == 0.5
    assert found["complaint_precision"] == pytest.approx(1 / 3)


def test_the_most_frequent_confusion_is_first_with_the_surest_example() -> None:
    rows = [
        (gold("a", "unsure"), answer("b", 0.4)),
        (gold("a", "sure"), answer("b", 0.9)),
        (gold("b", "once"), answer("a", 0.8)),
        (gold("b"), answer("b")),
    ]
    assert f.confusions(rows) == [
        {"meant": "a", "seen": "b", "times": 2, "example": "sure"},
        {"meant": "b", "seen": "a", "times": 1, "example": "once"},
    ]
    assert len(f.confusions(rows, most=1)) == 1


def test_the_calibration_error_is_the_mean_distance_weighted_by_messages() -> None:
    rows = pairs(("a", "a", 0.95), ("a", "a", 0.95), ("a", "b", 0.95), ("a", "b", 0.25))
    assert [(row["from"], row["messages"]) for row in f.calibration(rows)] == [(0.2, 1), (0.9, 3)]
    assert f.calibration_error(rows) == pytest.approx((abs(0.95 - 2 / 3) * 3 + 0.25) / 4)


def test_certainty_itself_belongs_to_the_last_tenth() -> None:
    assert [row["from"] for row in f.calibration(pairs(("a", "a", 1.0), ("a", "a", 0.0)))] == [0.0, 0.9]


def test_the_threshold_keeps_95_of_100_in_scope() -> None:
    inside = [("a", "a", number / 100) for number in range(100)]
    outside = [("out_of_scope", "a", 0.02), ("out_of_scope", "a", 0.049), ("out_of_scope", "a", 0.05)]
    assert f.out_of_scope_rejected(pairs(*inside, *outside)) == pytest.approx(2 / 3)


def test_what_is_seen_as_out_of_scope_is_turned_away_at_any_threshold_above_none() -> None:
    rows = pairs(("a", "a", 0.5), ("out_of_scope", "out_of_scope", 0.99))
    assert f.out_of_scope_rejected(rows) == 1
    curve = f.rejection(rows)
    assert (curve[0]["kept"], curve[0]["rejected"]) == (1, 0)
    assert (curve[1]["kept"], curve[1]["rejected"]) == (1, 1)
    assert (curve[-1]["at"], curve[-1]["kept"]) == (1, 0)


def test_without_anything_out_of_scope_nothing_can_be_missed() -> None:
    assert f.out_of_scope_rejected(pairs(("a", "a", 0.5))) == 1


def test_an_entity_is_right_only_at_its_very_place() -> None:
    wanted = gold("a", entities=(Marked("date", 0, 4), Marked("phone", 5, 9)))
    told = [{"entity": "date", "start": 0, "end": 4}, {"entity": "phone", "start": 5, "end": 8}]
    found = f.entities([(wanted, answer("a", entities=told))])
    assert (found["date"]["f1"], found["phone"]["f1"]) == (1, 0)


def test_angry_seen_as_annoyed_is_heard_and_as_calm_is_not() -> None:
    rows = [
        (gold("a", emotion="angry"), answer("a", emotion={"name": "annoyed"})),
        (gold("a", emotion="angry"), answer("a", emotion={"name": "calm"})),
        (gold("a", emotion="calm"), answer("a", emotion={"name": "angry"})),
    ]
    assert f.feeling(rows) == {"angry_seen": 0.5, "emotion_macro_f1": 0}
    assert f.emotions(rows)["angry"] == {"calm": 1, "annoyed": 1, "angry": 0, "relieved": 0}


def test_characters_of_both_scripts_count_for_either_and_short_messages_not_at_all() -> None:
    rows = [
        (gold("a", "我的快递到了", "zh"), answer("a", language="zh", script=None)),
        (gold("a", "我的快递到了", "zh"), answer("a", language="zh", script="Hant")),
        (gold("a", "好的", "zh"), answer("a", language="en")),
    ]
    assert f.language_right(rows) == 0.5


def test_who_tells_no_emotion_and_no_language_is_not_measured_by_them() -> None:
    told = answer("a")
    del told["emotion"], told["language"]
    found = f.figures([(gold("a"), told)])
    assert not {"emotion_macro_f1", "angry_seen", "language"} & set(found["by_language"]["all"])
    assert found["emotions"] == {}


def write(folder: Path, content: str) -> Path:
    (folder / "zh").mkdir()
    (folder / "zh" / "greet.yml").write_text(content, encoding="utf-8")
    return folder


def test_marks_are_found_one_after_the_other(tmp_path: Path) -> None:
    text = "{text: 99元和99元, entities: [[amount, 99元], [amount, 99元]]}"
    (one,) = read(write(tmp_path, f"intent: greet\nmessages: [{text}]"))
    assert one.entities == (Marked("amount", 0, 3), Marked("amount", 4, 7))
    assert (one.language, one.script, one.emotion) == ("zh", "Hans", "calm")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("intent: thank\nmessages: []", "the first line must be 'intent: greet'"),
        ("intent: greet\nmessages: [{text: 你好, mood: calm}]", "mood, which means nothing here"),
        ("intent: greet\nmessages: [{text: 你好, entities: [[date, 昨天]]}]", "'昨天' does not stand in '你好'"),
        ("intent: greet\nmessages: []", "there are no messages"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, content: str, why: str) -> None:
    with pytest.raises(BadSet, match=why):
        read(write(tmp_path, content))


def test_examples_are_read_as_a_customer_would_have_written_them(tmp_path: Path) -> None:
    for language, text in (("zh", "[冰箱](product)坏了"), ("en", 'the [fridge]{"entity": "product"} is [broken](x)')):
        (tmp_path / language).mkdir()
        content = f"nlu:\n- intent: a\n  examples: |\n    - {text}\n- synonym: b\n  examples: |\n    - c\n"
        (tmp_path / language / "a.yml").write_text(content, encoding="utf-8")
    assert read_examples(tmp_path) == [Example("冰箱坏了", "a", "zh"), Example("the fridge is broken", "a", "en")]


def test_the_letters_of_a_message() -> None:
    assert letters("訂單 LJ20261103-0042！") == letters("订单lj") == "订单lj"
    assert letters("👍 ") == "👍"
    assert letters("88") == "88"


def test_twins_are_found_by_letters_and_by_likeness() -> None:
    known = ["where is my parcel now", "退款", "how long does the delivery take"]
    found = twins(["Where is my parcel?? now!", "退钱", "how long does the delivery takes", "something else"], known)
    assert [(twin.message, twin.example) for twin in found] == [
        ("Where is my parcel?? now!", "where is my parcel now"),
        ("how long does the delivery takes", "how long does the delivery take"),
    ]
    assert found[0].likeness == 1 > found[1].likeness >= 0.8
    assert twins([], known) == twins(["a"], []) == []
