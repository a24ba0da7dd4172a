"""Measures a model on the development set: `python evaluate.py --model FILE [--out FILE.json]`.

Prints a short table, or writes every figure as JSON (see evaluation/figures.py for their meaning).
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from evaluation.figures import Pair, figures  # noqa: E402
from evaluation.goldset import DEVELOPMENT, Gold, read  # noqa: E402
from evaluation.timing import milliseconds  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description="Measure a model on the development set.")
    parser.add_argument("--model", type=Path, required=True, help="the model file that train.py made")
    parser.add_argument("--set", type=Path, default=DEVELOPMENT, help="folder with zh/ and en/")
    parser.add_argument("--out", type=Path, help="write all figures here as JSON")
    options = parser.parse_args(arguments)
    found = measure(options.model, options.set)
    if options.out:
        options.out.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    else:
        sys.stdout.write(table(found) + "\n")
    return 0


def measure(model: Path, folder: Path = DEVELOPMENT) -> dict[str, object]:
    """Every figure of a model on the messages of a folder."""
    from serving import loading  # Rasa: only for those who need it
    from serving.question import ask

    gold = read(folder)
    loading.prepare()
    engine = loading.load(model)
    answers, times = milliseconds(engine.decide([ask(one.text, {})])[0] for one in gold)
    pairs = list(zip(gold, answers, strict=True))
    return {
        "model": model.name.partition(".")[0],
        "model_mb": round(model.stat().st_size / 1e6, 1),
        "ms": times,
        "known": known(pairs),
        **figures(pairs),
        "answers": [one_answer(*pair) for pair in pairs],
    }


def one_answer(gold: Gold, answer: dict[str, Any]) -> dict[str, object]:
    """What was made of one message, so that two models can be compared message by message."""
    return {
        "language": gold.language,
        "text": gold.text,
        "meant_intent": gold.intent,
        "intent": answer["intent"]["name"],
        "confidence": round(answer["intent"]["confidence"], 3),
        "meant_emotion": gold.emotion,
        "emotion": answer["emotion"]["name"],
    }


def known(pairs: Sequence[Pair]) -> dict[str, object]:
    """How many messages are examples, too, or nearly so; and what is understood without them, by language."""
    from evaluation.examples import read as read_examples
    from evaluation.overlap import twins

    learnt = {twin.message for twin in twins([g.text for g, _ in pairs], [e.text for e in read_examples()])}
    new = [pair for pair in pairs if pair[0].text not in learnt]
    without = {name: row["accuracy"] for name, row in figures(new)["by_language"].items()}
    return {"messages": len(pairs) - len(new), "accuracy_without": without}


def table(found: dict[str, object]) -> str:
    """The figures of each language, one a line; nothing for a kind of entity that a language has none of."""
    columns = found["by_language"]
    assert isinstance(columns, dict)
    names = list(columns["all"])
    head = f"{'':24}" + "".join(f"{language:>9}" for language in columns)
    return "\n".join([head, *(f"{name:24}" + "".join(_cell(c.get(name)) for c in columns.values()) for name in names)])


def _cell(value: float | None) -> str:
    return f"{'' if value is None else format(value, '.3f'):>9}"


if __name__ == "__main__":
    sys.exit(main())
