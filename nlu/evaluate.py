"""Measures a model on the development set: `python evaluate.py --model FILE [--out FILE.json]`.

Prints a short table, or writes every figure as JSON (see evaluation/figures.py for their meaning).
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from evaluation.figures import figures  # noqa: E402
from evaluation.goldset import DEVELOPMENT, Gold, read  # noqa: E402


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
    began = time.monotonic()
    answers = [engine.decide([ask(one.text, {})])[0] for one in gold]
    took = (time.monotonic() - began) / len(gold) * 1000
    return {
        "model": model.name.partition(".")[0],
        "ms_each": round(took, 2),
        **figures(list(zip(gold, answers, strict=True))),
        "answers": [one_answer(*pair) for pair in zip(gold, answers, strict=True)],
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


def table(found: dict[str, object]) -> str:
    """The figures of each language, one a line."""
    columns = found["by_language"]
    assert isinstance(columns, dict)
    names = list(next(iter(columns.values())))
    head = f"{'':24}" + "".join(f"{language:>9}" for language in columns)
    return "\n".join([head, *(f"{name:24}" + "".join(f"{c[name]:9.3f}" for c in columns.values()) for name in names)])


if __name__ == "__main__":
    sys.exit(main())
