"""Labelled messages become examples that Rasa reads as they were meant, whatever a customer has typed."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot import datafile
from bot.errors import Unreadable
from bot.learning import examples, files, lesson
from bot.learning.examples import Example, added, of_file, sort, written
from bot.learning.personal import invented, read_personal
from bot.models.training import environment, python
from bot.settings import ROOT

HOSTILE = [
    "- where is it",
    "-- - ",
    "see [this](product) and [that]{'entity': 'x'}",
    "[a][{'entity': 'x'}]",
    "[x] (y)",
    "key: value # no comment",
    "| literal",
    "'quoted' \"double\"",
    "*anchor &alias !tag %directive @at `tick`",
    "${HOME} and $PATH",
    '/track_order{"a": 1}',
    "first line\nsecond line\x85third\u2028fourth",
    "tab\there \\n backslash",
    "emoji 👩‍👧 🙂",
    "\ufeffbom \u200b zero \x00 nul",
    "？？？",
    "?",
    "true",
    "1.0",
]


def read_back(content: str) -> list[Example]:
    return list(of_file(yaml.safe_load(content)))


def test_a_new_file_is_one_rasa_knows() -> None:
    content = added("", [Example("哪里", "track_order", "annoyed"), Example("到哪了", "track_order", "annoyed")])
    assert yaml.safe_load(content) == {
        "version": "3.1",
        "nlu": [{"intent": "track_order", "metadata": {"emotion": "annoyed"}, "examples": "- 哪里\n- 到哪了\n"}],
    }


def test_an_example_without_a_feeling_teaches_none() -> None:
    content = added("", [Example("where", "track_order")])
    assert yaml.safe_load(content)["nlu"] == [{"intent": "track_order", "examples": "- where\n"}]


def test_what_people_wrote_into_the_file_stays() -> None:
    first = added("", [Example("one", "greet")]).replace("    - one", "    - one\n    - [LJ1](order_number) by hand")
    second = added(first + "# a note\n", [Example("two", "greet")])
    assert second.startswith(first + "# a note\n")
    assert [e.text for e in read_back(second)] == ["one", "LJ1 by hand", "two"]


def test_a_file_that_ends_with_something_else_is_not_broken() -> None:
    with pytest.raises(Unreadable, match="nothing can be added"):
        added("version: '3.1'\nnlu: []\nresponses: {}\n", [Example("one", "greet")])


@given(st.lists(st.text(), min_size=1))
def test_any_text_stays_one_example(texts: list[str]) -> None:
    new = [Example(text, "greet", "calm") for text in texts if written(text)]
    if new:
        found = yaml.safe_load(added("", new))["nlu"][0]["examples"]
        assert found == "".join(f"- {written(one.text)}\n" for one in new)


@given(st.text())
def test_writing_twice_changes_nothing_more(text: str) -> None:
    assert written(written(text)) == written(text)


@pytest.mark.slow
def test_rasa_reads_every_text_as_it_was_written_and_finds_no_entity_in_it(tmp_path: Path) -> None:
    new = [Example(text, "greet", "calm") for text in HOSTILE]
    path = tmp_path / "learned.yml"
    path.write_text(added("", new), encoding="utf-8")
    code = (
        "import json, sys; from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader as R; "
        "d = R().read(sys.argv[1]); "
        "print(json.dumps([[m.get('text'), m.get('entities'), m.get('metadata')] for m in d.training_examples]))"
    )
    ran = subprocess.run(
        [python(), "-W", "ignore", "-c", code, str(path)], capture_output=True, text=True, env=environment(), check=True
    )
    read = json.loads(ran.stdout.splitlines()[-1])
    assert [text for text, _, _ in read] == [written(text) for text in HOSTILE]
    assert not any(entities for _, entities, _ in read)
    assert all(about["intent"] == {"emotion": "calm"} for _, _, about in read)


def test_only_what_is_new_is_written_and_nothing_that_models_are_judged_by() -> None:
    known = {lesson.key("where is my order"): "track_order"}
    wanted = [
        Example("Where is my  order", "track_order", lesson=1),
        Example("where is my order", "cancel_order", lesson=2),
        Example("what about it", "track_order", lesson=3),
        Example("What about it", "track_order", lesson=4),
        Example("Judged!", "greet", lesson=5),
        Example("\u200b", "greet", lesson=6),
    ]
    found = sort(wanted, known, {lesson.bare_key("judged")})
    assert [one.lesson for one in found.new] == [3]
    assert [one.lesson for one in found.already] == [1, 4]
    assert [one.lesson for one, _ in found.refused] == [2, 5, 6]
    assert "track_order already" in found.refused[0][1]


def test_the_files_of_this_repository_are_understood() -> None:
    personal = read_personal(datafile.read(ROOT / "data" / "policy" / "personal.yml"))
    known, judged, intents = files.known(personal), files.judged_by(personal), files.intents()
    text = "Hi, can you tell me where LJ20261111-0999 is at the moment?"
    assert known[lesson.key(invented(text, personal))] == "track_order"
    assert len(judged) > 1000
    assert set(known.values()) == intents
    assert examples.MARKED.sub(r"\1", "[a kettle](product)") == "a kettle"
