from pathlib import Path

import numpy as np
import pytest
from components.doubt import Doubt
from components.embedding import HEAD, TAIL, encoder, readable
from components.intents import agreed
from components.ngrams import Vocabulary, grams
from components.signs import Signs
from components.softmax import Inputs, Softmax
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import vstack

WORDS = Path(__file__).parents[2] / "words" / "emotions.yml"
TEXTS = ["where is my parcel", "parcel where", "my parcel", "refund please", "a refund now", "give the refund"]
LABELS = ["track"] * 3 + ["refund"] * 3


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.of(TEXTS, at_least=1)


def inputs(vocabulary: Vocabulary, texts: list[str]) -> Inputs:
    return Inputs(np.zeros((len(texts), 2), dtype=np.float32), vstack([vocabulary.row(text) for text in texts]))


def test_softmax_learns_and_its_probabilities_add_up(vocabulary: Vocabulary) -> None:
    model = Softmax.fit(inputs(vocabulary, TEXTS), LABELS, rounds=1, pace=0.5, temperature=1)
    found = model.probabilities(inputs(vocabulary, ["the parcel", "refund"]))
    assert [model.labels[place] for place in found.argmax(axis=1)] == ["track", "refund"]
    assert found.sum(axis=1) == pytest.approx([1, 1])
    ranking = model.ranking(found[0], 10)
    assert [guess["name"] for guess in ranking] == ["track", "refund"]


def test_a_lower_temperature_is_surer(vocabulary: Vocabulary) -> None:
    data = inputs(vocabulary, TEXTS)
    calm, sure = (Softmax.fit(data, LABELS, rounds=1, pace=0.5, temperature=degree) for degree in (1.0, 0.5))
    assert (sure.probabilities(data).max(axis=1) > calm.probabilities(data).max(axis=1)).all()


def test_softmax_survives_being_kept(vocabulary: Vocabulary, tmp_path: Path) -> None:
    data = inputs(vocabulary, TEXTS)
    model = Softmax.fit(data, LABELS, rounds=1, pace=0.5, temperature=0.7)
    model.save(tmp_path)
    assert (Softmax.load(tmp_path).probabilities(data) == model.probabilities(data)).all()


def test_the_same_examples_give_the_same_model(vocabulary: Vocabulary) -> None:
    data = inputs(vocabulary, TEXTS)
    one, other = (Softmax.fit(data, LABELS, rounds=1, pace=0.5, temperature=1) for _ in range(2))
    assert (one.weights == other.weights).all()


def test_a_rare_label_is_learned_like_a_frequent_one(vocabulary: Vocabulary) -> None:
    data = inputs(vocabulary, [*TEXTS[:3] * 200, *TEXTS[3:]])
    model = Softmax.fit(data, ["track"] * 600 + ["refund"] * 3, rounds=1, pace=0.5, temperature=1)
    found = model.probabilities(inputs(vocabulary, ["refund"]))
    assert model.ranking(found[0], 1)[0]["name"] == "refund"


COMPLAINTS = np.array([True, True, False, False])


def test_two_opinions_on_a_complaint_are_averaged() -> None:
    found = np.array([[0.3, 0.1, 0.5, 0.1]])
    heard = agreed(found, COMPLAINTS, np.array([0.8]), weight=0.5)
    odds = np.sqrt((0.4 / 0.6) * (0.8 / 0.2))
    assert heard[0, COMPLAINTS].sum() == pytest.approx(odds / (1 + odds))
    assert heard[0, :2] / heard[0, 0] == pytest.approx(found[0, :2] / found[0, 0]), "the kinds keep their proportion"
    assert heard[0, 2:] / heard[0, 2] == pytest.approx(found[0, 2:] / found[0, 2])


def test_an_opinion_without_weight_changes_nothing() -> None:
    found = np.array([[0.3, 0.1, 0.5, 0.1], [0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    assert agreed(found, COMPLAINTS, np.array([0.9, 0.9, 0.1]), weight=0) == pytest.approx(found)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_any_two_opinions_give_probabilities(complaint: float, opinion: float, weight: float) -> None:
    found = np.array([[complaint, 0.0, 1 - complaint, 0.0]])
    heard = agreed(found, COMPLAINTS, np.array([opinion]), weight)
    assert heard.sum() == pytest.approx(1)
    assert ((heard >= 0) & (heard <= 1)).all()


def test_one_label_is_not_enough(vocabulary: Vocabulary) -> None:
    with pytest.raises(ValueError, match="at least two labels"):
        Softmax.fit(inputs(vocabulary, TEXTS[:2]), ["a", "a"], rounds=1, pace=0.5, temperature=1)


def test_grams_fold_case_and_digits() -> None:
    assert list(grams("LJ12")) == list(grams("lj98"))
    assert "快递" in set(grams("我的快递"))
    assert "<where> <is>" in set(grams("Where is"))


def test_a_vocabulary_survives_being_kept(vocabulary: Vocabulary) -> None:
    again = Vocabulary.from_json(vocabulary.to_json())
    assert again.row("my refund").toarray() == pytest.approx(vocabulary.row("my refund").toarray(), abs=1e-4)


@given(st.text())
def test_any_text_has_a_row_of_at_most_unit_length(text: str) -> None:
    row = Vocabulary.of(TEXTS, at_least=1).row(text)
    assert float(row.multiply(row).sum()) == pytest.approx(1, abs=1e-4) or row.nnz == 0


def test_long_texts_are_read_from_both_ends() -> None:
    text = readable("a" * 5_000 + "end")
    assert len(text) == HEAD + TAIL + 1
    assert text.endswith("end")
    assert readable(" \n ") == "."


def test_the_encoder_gives_unit_rows_and_knows_both_languages() -> None:
    parcel, paket, joke = encoder().encode(["where is my parcel", "我的快递到哪了", "tell me a joke"])
    assert np.linalg.norm(parcel) == pytest.approx(1, abs=1e-3)
    assert parcel @ paket > parcel @ joke


def test_signs_of_feeling() -> None:
    signs = Signs.read(WORDS)
    names = list(signs.groups)
    calm, angry = signs.of("请问什么时候发货"), signs.of("又来！！你们就是骗子！！！ SCAM SCAM")
    assert angry[names.index("angry")] > calm[names.index("angry")] == 0
    assert angry[names.index("again")] > 0
    assert (angry[len(names) :] >= 0).all()
    assert signs.of("你們是騙子")[names.index("angry")] > 0, "traditional characters are found, too"


def test_a_broken_word_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "emotions.yml"
    path.write_text("angry: {zh: [坏]}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"emotions\.yml: 'angry' must be a list"):
        Signs.read(path)


@given(st.text())
def test_any_text_has_signs_between_0_and_1(text: str) -> None:
    numbers = Signs({"a": ["x"]}).of(text)
    assert ((numbers >= 0) & (numbers <= 1)).all()


def doubted(ranking: dict[str, float], **more: object) -> Message:
    guesses = [{"name": name, "confidence": confidence} for name, confidence in ranking.items()]
    message = Message({"text": "x", "intent": dict(guesses[0]), "intent_ranking": guesses, **more})
    Doubt({**Doubt.get_default_config(), "enquiries": ["track_order"]}).process([message])
    return message


def test_an_unsure_message_is_not_understood() -> None:
    message = doubted({"track_order": 0.5, "get_refund": 0.4})
    assert message.get("intent")["name"] == message.get("inside_complaint") == "nlu_fallback"
    assert message.get("intent_ranking")[0]["name"] == "track_order"


def test_an_enquiry_inside_a_complaint_must_be_clearer() -> None:
    message = doubted({"track_order": 0.7, "get_refund": 0.2})
    assert message.get("intent")["name"] == "track_order"
    assert message.get("inside_complaint") == "nlu_fallback"
    assert doubted({"track_order": 0.8, "greet": 0.1}).get("inside_complaint") == "track_order"


def test_complaints_are_weighed_together() -> None:
    message = doubted({"track_order": 0.3, "complaint_delivery": 0.36, "complaint_promise": 0.3})
    assert message.get("intent") == {"name": "complaint_delivery", "confidence": pytest.approx(0.66)}
    assert message.get("intent_ranking")[0]["name"] == "complaint_delivery"


def test_a_foreign_message_is_out_of_scope() -> None:
    message = doubted({"track_order": 0.9, "out_of_scope": 0.1}, foreign=True)
    assert message.get("intent") == {"name": "out_of_scope", "confidence": 1.0}
