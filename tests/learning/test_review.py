"""`carebot nlu review` and `export`: from misunderstood messages to examples."""

import builtins
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from bot.commands import review
from bot.errors import NotAllowed, NotFound
from bot.learning import files, store
from bot.learning.lesson import State
from bot.learning.tables import Lesson
from tests.openshop import Shop

Types = Callable[..., None]


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Types:
    """What the reviewer types, line by line; then the input ends."""

    def typed(*lines: str) -> None:
        left = iter(lines)

        def read(_: str = "") -> str:
            try:
                return next(left)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr(builtins, "input", read)

    return typed


@pytest.fixture
def nlu(tmp_path: Path) -> Path:
    """A folder of examples of one's own."""
    folder = tmp_path / "nlu"
    for language in ("zh", "en"):
        (folder / "examples" / language).mkdir(parents=True)
    path = folder / "examples" / "en" / "orders.yml"
    path.write_text("nlu:\n- intent: track_order\n  examples: |\n    - where is [it](product)\n", encoding="utf-8")
    return folder


async def met(shop: Shop, *texts: str) -> dict[str, Lesson]:
    guest = await shop.customer("en")
    for text in texts:
        await guest.says(text)
    return {row.text: row for row in await shop.rows(Lesson)}


async def states(shop: Shop) -> dict[str, tuple[str, str, str]]:
    return {row.text: (row.state, row.label_intent, row.label_emotion) for row in await shop.rows(Lesson)}


async def test_one_message_after_another_the_most_frequent_first(
    terminal: Shop, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    await met(terminal, "rare thing", "money thing", "money thing", "third thing", "fourth thing")
    types("2", "angry", "track order", "", "d", "q")
    await review.review("Anna")
    assert await states(terminal) == {
        "money thing": ("labelled", "get_refund", "angry"),
        "rare thing": ("labelled", "track_order", ""),
        "third thing": ("dropped", "", ""),
        "fourth thing": ("new", "", ""),
    }
    said = capsys.readouterr().out
    assert said.index("money thing") < said.index("rare thing")
    assert "not_understood, 2 times, en none none: track_refund 0.31, annoyed" in said
    assert {row.labelled_by for row in await terminal.rows(Lesson)} == {"Anna", ""}


async def test_a_wrong_name_is_asked_again_and_nothing_typed_skips(
    terminal: Shop, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    await met(terminal, "money thing", "other thing")
    types("refund_track", "99", "track_refund", "furious", "", "", "q")
    await review.review("Anna")
    assert await states(terminal) == {
        "money thing": ("labelled", "track_refund", ""),
        "other thing": ("new", "", ""),
    }
    said = capsys.readouterr().out
    assert "there is no intent 'refund_track'; did you mean" in said
    assert "there is no intent '99'" in said
    assert "there is no emotion 'furious'" in said


async def test_the_end_of_the_input_in_the_middle_loses_nothing(terminal: Shop, types: Types) -> None:
    await met(terminal, "money thing", "other thing")
    types("1", "calm", "2")
    await review.review("Anna")
    assert await states(terminal) == {
        "money thing": ("labelled", "track_refund", "calm"),
        "other thing": ("new", "", ""),
    }


async def test_a_text_with_the_marks_of_the_terminal_is_printed_as_it_is(
    terminal: Shop, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    await met(terminal, "[red]thing[/red] [/nothing]")
    types("q")
    await review.review("Anna")
    await review.listed()
    assert capsys.readouterr().out.count("[red]thing[/red] [/nothing]") == 2


async def test_labels_from_the_command_line(terminal: Shop) -> None:
    rows = await met(terminal, "money thing", "other thing")
    await review.label(rows["money thing"].id, "track_refund", "annoyed", "Anna")
    await review.drop(rows["other thing"].id, "Anna")
    assert await states(terminal) == {
        "money thing": ("labelled", "track_refund", "annoyed"),
        "other thing": ("dropped", "", ""),
    }
    with pytest.raises(NotFound, match="there is no message 999"):
        await review.drop(999, "Anna")
    with pytest.raises(NotFound, match="did you mean"):
        await review.label(rows["money thing"].id, "track_refnd", "", "Anna")


async def test_what_is_labelled_becomes_examples_once(terminal: Shop, nlu: Path) -> None:
    rows = await met(terminal, "- [money](thing)", "where is it", "what about it")
    await review.label(rows["- [money](thing)"].id, "track_refund", "annoyed", "Anna")
    await review.label(rows["where is it"].id, "cancel_order", "", "Anna")
    assert await review.export(nlu) == 1
    learned = yaml.safe_load((nlu / "examples" / "en" / files.LEARNED).read_text(encoding="utf-8"))
    assert learned["nlu"] == [
        {"intent": "track_refund", "metadata": {"emotion": "annoyed"}, "examples": "- - ［money］(thing)\n"}
    ]
    assert await states(terminal) == {
        "- [money](thing)": ("exported", "track_refund", "annoyed"),
        "where is it": ("labelled", "cancel_order", ""),  # an example of another intent: people must choose
        "what about it": ("new", "", ""),
    }
    assert await review.export(nlu) == 0


async def test_an_export_that_was_killed_before_the_rows_were_marked_is_finished_by_the_next(
    terminal: Shop, nlu: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = await met(terminal, "money thing")
    await review.label(rows["money thing"].id, "track_refund", "", "Anna")

    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "exported", killed)
        with pytest.raises(KeyboardInterrupt):
            await review.export(nlu)
    before = (nlu / "examples" / "en" / files.LEARNED).read_text(encoding="utf-8")
    assert await review.export(nlu) == 0
    assert (nlu / "examples" / "en" / files.LEARNED).read_text(encoding="utf-8") == before
    assert (await states(terminal))["money thing"][0] == State.EXPORTED


async def test_a_message_by_which_models_are_judged_is_never_learned(terminal: Shop, nlu: Path) -> None:
    text = yaml.safe_load((files.DEVELOPMENT / "en" / "track_order.yml").read_text(encoding="utf-8"))["messages"][0]
    rows = await met(terminal, str(text["text"]) + "!")
    [row] = rows.values()
    await review.label(row.id, "track_order", "", "Anna")
    assert await review.export(nlu) == 0
    assert not (nlu / "examples" / "en" / files.LEARNED).exists()


async def test_the_reviewer_takes_out_what_the_masking_has_missed(terminal: Shop, types: Types, nlu: Path) -> None:
    await met(terminal, "tell Bertha the money thing")
    types("e", "tell her the money thing, call 13812345678", "track_refund", "")
    await review.review("Anna")
    [row] = await terminal.rows(Lesson)
    assert (row.text, row.state) == ("tell her the money thing, call 13900001234", State.LABELLED)
    assert await review.export(nlu) == 1
    learned = (nlu / "examples" / "en" / files.LEARNED).read_text(encoding="utf-8")
    assert "Bertha" not in learned
    assert "tell her the money thing, call 13900001234" in learned


async def test_an_edited_message_that_comes_again_stays_edited(terminal: Shop, types: Types) -> None:
    await met(terminal, "tell Bertha the money thing")
    types("e", "tell her the money thing", "q")
    await review.review("Anna")
    await met(terminal, "tell Bertha the money thing")
    [row] = await terminal.rows(Lesson)
    assert (row.text, row.count) == ("tell her the money thing", 2)


async def test_a_text_of_which_nothing_is_left_is_asked_again_and_an_empty_one_changes_nothing(
    terminal: Shop, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    await met(terminal, "money thing")
    types("e", "\u200b\u0007", "e", "", "q")
    await review.review("Anna")
    assert await states(terminal) == {"money thing": ("new", "", "")}
    assert "nothing of that can be written" in capsys.readouterr().out


async def test_an_edited_text_passes_the_same_gate_as_any_other(terminal: Shop, nlu: Path) -> None:
    text = yaml.safe_load((files.DEVELOPMENT / "en" / "track_order.yml").read_text(encoding="utf-8"))["messages"][0]
    rows = await met(terminal, "money thing", "other thing")
    for row, new in zip(rows.values(), (str(text["text"]), "where is it"), strict=True):
        await review.edit(row.id, new)
        await review.label(row.id, "cancel_order", "", "Anna")
    assert await review.export(nlu) == 0
    await review.edit(next(iter(rows.values())).id, "[money](thing)")
    assert await review.export(nlu) == 1


async def test_what_is_among_the_examples_is_edited_there(terminal: Shop, nlu: Path) -> None:
    [row] = (await met(terminal, "money thing")).values()
    await review.label(row.id, "track_refund", "", "Anna")
    await review.export(nlu)
    with pytest.raises(NotAllowed, match=r"learned\.yml"):
        await review.edit(row.id, "the money thing")
    with pytest.raises(NotFound, match="there is no message 999"):
        await review.edit(999, "words")
