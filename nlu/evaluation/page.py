"""The report as a page of Markdown. Pure: the same findings give the same bytes."""

from collections.abc import Mapping

from evaluation import tables
from evaluation.figures import KEPT
from evaluation.findings import Findings
from evaluation.pictures import FEWEST
from evaluation.stock import EPOCHS
from evaluation.tables import LANGUAGE


def page(found: Findings) -> str:
    """The whole of report.md; the pictures are expected beside it."""
    parts = [_head(found), _in_short(found), _speed(found), _intents(found), _confusions(found)]
    parts += [_sureness(found), _emotions(found), _entities(found), _data(found)]
    return "\n\n".join(parts) + "\n"


def _head(found: Findings) -> str:
    messages = found.ours["messages"]
    return f"""# How well messages are understood

Written by `make nlu-report`; do not edit. {messages["all"]:,} messages ({_by_language(messages)}), written without
sight of what the model learns from, were given to it and to stock Rasa: the pipeline that Rasa itself sets up, trained
on the same examples."""


def _in_short(found: Findings) -> str:
    return f"""## In short

Chinese counts for simplified and traditional together. Where a target says "each language", both must reach it; else
all messages together. F1 is one number for "finds all of them" and "finds nothing else"; 1 is perfect.

{tables.in_short(found)}

{_about_stock(found)}"""


def _about_stock(found: Findings) -> str:
    stock = found.stock
    if stock is None:
        return "Stock Rasa has not been measured here; `make nlu-report BASELINE=1` does it (an hour or more)."
    if found.is_stale:
        return (
            f"**The figures of stock Rasa belong to older data** ({stock['at']}); they are shown, not compared. "
            "`make nlu-report BASELINE=1` measures it again."
        )
    few = "" if stock["epochs"] == EPOCHS else " **A trial with few epochs, not a comparison.**"
    return (
        f"Stock Rasa was measured on {stock['at']} ({stock['machine']}), {stock['epochs']} epochs on the same data. "
        f"It tells neither emotion nor language.{few}"
    )


def _speed(found: Findings) -> str:
    return f"""## Speed and size

Over HTTP, as the app asks; `python -m bench.decide` measures both sides in one run. Stock Rasa's training is that of
all its epochs, and of its understanding alone.

{tables.speed(found)}"""


def _intents(found: Findings) -> str:
    parts = [
        """## Each thing a customer may want

Precision: of the messages taken for it, how many were. Recall: of the messages that were, how many were seen.
The weakest stand first."""
    ]
    for code, name in LANGUAGE.items():
        parts.append(f"### {name}\n\n{tables.intents(found.ours, found.stock, code)}")
    return "\n\n".join(parts)


def _confusions(found: Findings) -> str:
    return f"""## What is mixed up

The most frequent mistakes, each with the message the model was surest about.

{tables.confusions(found.ours)}"""


def _sureness(found: Findings) -> str:
    kept = f"{KEPT * 100:g} %"
    return f"""## Does it know when it does not know?

![How sure the model is beside how often it is right](calibration.svg)

On the dotted line it is exactly as sure as it is right; below it, too sure. The bot acts on what it is sure of and asks
or fetches a person otherwise, so this line decides how often it is wrong with a straight face. (A point stands for a
tenth of the scale; those of fewer than {FEWEST} messages are left out.)

![What is turned away beside what is kept](rejection.svg)

Messages a shop cannot answer (weather, homework, other languages) should be turned away without losing real requests.
Up and to the right is better; the dotted line is where {kept} of the real requests are kept."""


def _emotions(found: Findings) -> str:
    parts = [
        """## Feelings

A row for what the customer felt, a column for what was seen. Calm for angry is the costly mistake."""
    ]
    for code, name in LANGUAGE.items():
        if code in found.ours["emotions"]:
            parts.append(f"### {name}\n\n{tables.emotions(found.ours, code)}")
    return "\n\n".join(parts)


def _entities(found: Findings) -> str:
    return f"""## What a message names

Right is the same kind at exactly the same place.

{tables.entities(found.ours, found.stock)}"""


def _data(found: Findings) -> str:
    data, known = found.data, found.ours["known"]
    without = known["accuracy_without"]
    examples = f"{sum(data.learnt.values()):,} examples ({_by_language(data.learnt)}) of `nlu/examples`"
    rows = [
        ["learnt from", f"{examples}, fingerprint `{data.examples}`"],
        ["measured on", f"`tests/nlu/development`, fingerprint `{data.development}`"],
        ["model", f"`{found.ours['model']}`"],
        ["on", f"{found.on.isoformat()}, {found.machine}"],
    ]
    return f"""## What this was measured with

{tables.markdown(["", ""], rows, words=(0, 1))}

{known["messages"]} of the messages are examples, too, or nearly so: mostly short ones that everybody writes the same
way, like "thanks" and "转人工" (`nlu/tests/unit/test_data.py` names the others). Of the rest is understood:
{_percent(without)}."""


def _percent(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{shares[code] * 100:.1f} % in {name}" for code, name in LANGUAGE.items() if code in shares)


def _by_language(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{numbers[code]:,} {name}" for code, name in LANGUAGE.items() if code in numbers)
