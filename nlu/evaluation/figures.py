"""How good a model is, in figures, from what it answered to a set of messages. Pure.

All shares run from 0 to 1. Every function takes pairs of gold and answer (the body of POST /decide).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evaluation.goldset import LANGUAGES, Gold

Answer = Mapping[str, Any]
Pair = tuple[Gold, Answer]

COMPLAINT = "complaint_"
OUT_OF_SCOPE = "out_of_scope"
EMOTIONS = ("calm", "annoyed", "angry", "relieved")
KEPT = 0.95
"""So many of the messages in scope must be kept while those out of scope are turned away."""
BINS = 10
SURE_LETTERS = 4
"""From so many letters or characters on a message must show its language."""


def figures(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Everything, for each language and for both together. Emotion and language are left out where nobody told them."""
    parts = {"all": pairs, **{code: [p for p in pairs if p[0].language == code] for code in LANGUAGES}}
    parts = {name: part for name, part in parts.items() if part}
    return {
        "messages": {name: len(part) for name, part in parts.items()},
        "by_language": {name: summary(part) for name, part in parts.items()},
        "intents": {name: by_intent(part) for name, part in parts.items()},
        "confusions": confusions(pairs),
        "emotions": {name: emotions(part) for name, part in parts.items() if _told(part, "emotion")},
        "entities": {name: entities(part) for name, part in parts.items()},
        "calibration": {name: calibration(part) for name, part in parts.items()},
        "rejection": {name: rejection(part) for name, part in parts.items()},
    }


def summary(pairs: Sequence[Pair]) -> dict[str, float]:
    """The figures that targets are set for."""
    per = by_intent(pairs)
    return {
        "accuracy": share(_intent(a) == g.intent for g, a in pairs),
        "macro_f1": mean(row["f1"] for row in per.values()),
        "complaint_recall": share(_complains(a) for g, a in pairs if g.intent.startswith(COMPLAINT)),
        "complaint_precision": share(g.intent.startswith(COMPLAINT) for g, a in pairs if _complains(a)),
        "human_recall": per.get("contact_human_agent", {}).get("recall", 1.0),
        "stop_recall": per.get("stop_messages", {}).get("recall", 1.0),
        "out_of_scope_rejected": out_of_scope_rejected(pairs),
        "second_wish": share(g.second in _wishes(a) for g, a in pairs if g.second),
        "ece": calibration_error(pairs),
        **(feeling(pairs) if _told(pairs, "emotion") else {}),
        **({"language": language_right(pairs)} if _told(pairs, "language") else {}),
        **{f"{kind}_f1": row["f1"] for kind, row in entities(pairs).items()},
    }


def feeling(pairs: Sequence[Pair]) -> dict[str, float]:
    """The two figures of emotion that targets are set for."""
    return {
        "emotion_macro_f1": emotion_macro_f1(pairs),
        "angry_seen": share(_emotion(a) in ("annoyed", "angry") for g, a in pairs if g.emotion == "angry"),
    }


def by_intent(pairs: Sequence[Pair]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and number of messages of each intent."""
    return _scores([(g.intent, _intent(a)) for g, a in pairs])


def _scores(labels: Sequence[tuple[str, str]]) -> dict[str, dict[str, float]]:
    wanted, given = Counter(w for w, _ in labels), Counter(g for _, g in labels)
    right = Counter(w for w, g in labels if w == g)
    return {
        name: _score(right[name], given[name], wanted[name]) | {"messages": wanted[name]} for name in sorted(wanted)
    }


def _score(right: int, given: int, wanted: int) -> dict[str, float]:
    precision, recall = (right / given if given else 0.0), (right / wanted if wanted else 0.0)
    both = precision + recall
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / both if both else 0.0}


def confusions(pairs: Sequence[Pair], most: int = 25) -> list[dict[str, Any]]:
    """What was meant, what was understood, how many times, and the message the model was surest about; most first."""
    found: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
    for gold, answer in pairs:
        if _intent(answer) != gold.intent:
            found[gold.intent, _intent(answer)].append((-float(answer["intent"]["confidence"]), gold.text))
    ordered = sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))[:most]
    return [
        {"meant": meant, "seen": seen, "times": len(texts), "example": min(texts)[1]}
        for (meant, seen), texts in ordered
    ]


def emotions(pairs: Sequence[Pair]) -> dict[str, dict[str, int]]:
    """How many messages of each emotion (outer) were seen as which (inner)."""
    found = Counter((g.emotion, _emotion(a)) for g, a in pairs)
    return {meant: {seen: found[meant, seen] for seen in EMOTIONS} for meant in EMOTIONS}


def emotion_macro_f1(pairs: Sequence[Pair]) -> float:
    """Mean F1 of the four emotions."""
    rows = _scores([(g.emotion, _emotion(a)) for g, a in pairs])
    return mean(rows[name]["f1"] for name in EMOTIONS if name in rows)


def language_right(pairs: Sequence[Pair]) -> float:
    """zh-Hans, zh-Hant or en, of messages with letters enough to tell; characters of both scripts count for either."""
    enough = [(g, a) for g, a in pairs if not g.mixed and sum(c.isalpha() for c in g.text) >= SURE_LETTERS]
    return share(_tongue_fits(g, a) for g, a in enough)


def _tongue_fits(gold: Gold, answer: Answer) -> bool:
    return answer["language"] == gold.language and answer.get("script") in (None, gold.script)


def entities(pairs: Sequence[Pair]) -> dict[str, dict[str, float]]:
    """F1 of each kind: right is the same kind at exactly the same place."""
    right, given, wanted = Counter[str](), Counter[str](), Counter[str]()
    for gold, answer in pairs:
        marked = {(m.kind, m.start, m.end) for m in gold.entities}
        found = {(e["entity"], e["start"], e["end"]) for e in answer["entities"]}
        wanted.update(kind for kind, *_ in marked)
        given.update(kind for kind, *_ in found)
        right.update(kind for kind, *_ in marked & found)
    return {k: _score(right[k], given[k], wanted[k]) | {"messages": wanted[k]} for k in sorted(wanted | given)}


def calibration(pairs: Sequence[Pair]) -> list[dict[str, float]]:
    """For each tenth of the confidence: its mean, the share that was right, and how many messages."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for gold, answer in pairs:
        confidence = float(answer["intent"]["confidence"])
        bins[min(int(confidence * BINS), BINS - 1)].append((confidence, _intent(answer) == gold.intent))
    return [
        {
            "from": place / BINS,
            "confidence": mean(c for c, _ in rows),
            "right": share(right for _, right in rows),
            "messages": len(rows),
        }
        for place, rows in sorted(bins.items())
    ]


def calibration_error(pairs: Sequence[Pair]) -> float:
    """Expected calibration error: the mean distance of confidence and accuracy over ten equal bins."""
    rows = calibration(pairs)
    return sum(abs(row["confidence"] - row["right"]) * row["messages"] for row in rows) / max(len(pairs), 1)


def rejection(pairs: Sequence[Pair], steps: int = 40) -> list[dict[str, float]]:
    """For rising thresholds of the confidence: what is kept in scope, how much of it right, and what is rejected."""
    inside = [(_in_scope(a), _intent(a) == g.intent) for g, a in pairs if g.intent != OUT_OF_SCOPE]
    outside = [_in_scope(a) for g, a in pairs if g.intent == OUT_OF_SCOPE]
    rows = []
    for step in range(steps + 1):
        at = step / steps
        kept = [right for confidence, right in inside if confidence >= at]
        rows.append(
            {
                "at": at,
                "kept": len(kept) / max(len(inside), 1),
                "right": share(kept),
                "rejected": share(confidence < at for confidence in outside),
            }
        )
    return rows


def out_of_scope_rejected(pairs: Sequence[Pair]) -> float:
    """The share of messages out of scope that are turned away by the threshold that keeps 95 % of those in scope."""
    inside = sorted(_in_scope(a) for g, a in pairs if g.intent != OUT_OF_SCOPE)
    outside = [_in_scope(a) for g, a in pairs if g.intent == OUT_OF_SCOPE]
    if not inside or not outside:
        return 1.0
    at = inside[int(len(inside) * (1 - KEPT))]
    return share(confidence < at for confidence in outside)


def _in_scope(answer: Answer) -> float:
    """How sure the model is of its best guess that is something we can help with; 0 when that is not its first."""
    best = answer["intent_ranking"][0]
    return 0.0 if best["name"] == OUT_OF_SCOPE else float(best["confidence"])


def _told(pairs: Sequence[Pair], part: str) -> bool:
    """Whether the answers have this part at all: stock Rasa knows neither emotion nor language."""
    return all(part in answer for _, answer in pairs)


def _intent(answer: Answer) -> str:
    return str(answer["intent"]["name"])


def _wishes(answer: Answer) -> set[str]:
    second = answer.get("second")
    return {_intent(answer), *([second["name"]] if second else [])}


def _complains(answer: Answer) -> bool:
    return _intent(answer).startswith(COMPLAINT)


def _emotion(answer: Answer) -> str:
    return str(answer["emotion"]["name"])


def share(found: Iterable[bool]) -> float:
    """How many are true; 1 of none."""
    rows = list(found)
    return sum(rows) / len(rows) if rows else 1.0


def mean(numbers: Iterable[float]) -> float:
    rows = list(numbers)
    return sum(rows) / len(rows) if rows else 0.0
