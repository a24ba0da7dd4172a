"""Data files are read strictly, and the way people expect who have never heard of YAML."""

from datetime import date

import pytest

from bot import datafile
from bot.datafile import Findings, Section
from bot.errors import BadContent


def read(tmp_path, text):
    path = tmp_path / "file.yml"
    path.write_text(text, encoding="utf-8")
    return datafile.read(path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("true", True),
        ("False", False),
        ("10:30", "10:30"),
        ("09:00", "09:00"),
        ("0123", "0123"),
        ("0", 0),
        ("42", 42),
        ("-7", -7),
        ("+86", 86),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        ("1.5", 1.5),
        ("1e3", "1e3"),
        (".5", ".5"),
        ("~", None),
        ("2026-12-24", date(2026, 12, 24)),
        ("'42'", "42"),
        ("2026.01", 2026.01),
    ],
)
def test_plain_words_are_what_they_look_like(tmp_path, text, value):
    found = read(tmp_path, f"key: {text}")["key"]
    assert found == value
    assert type(found) is type(value)


def test_an_empty_file_holds_nothing(tmp_path):
    assert read(tmp_path, "# only a comment\n") == {}


def test_shared_parts_are_allowed(tmp_path):
    assert read(tmp_path, "a: &day [x]\nb: *day\nc: &m {k: 1}\nd: {<<: *m, k: 2}")["d"] == {"k": 2}


@pytest.mark.parametrize("text", ["a: 1\na: 2", "x: {a: 1, b: 2, a: 3}", "- {a: 1, 'a': 2}"])
def test_a_name_given_twice_is_refused(tmp_path, text):
    with pytest.raises(BadContent, match=r"line \d: 'a' is there twice"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    ["a: [", "a: !!python/name:os.system x", "a: 'x", "? [a]\n: b\n? {a: b}\n: c", "\x00", "a: *b", "a: 2026-13-45"],
)
def test_what_cannot_be_read_is_our_own_error(tmp_path, text):
    with pytest.raises(BadContent, match=r"file\.yml"):
        read(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadContent, match="there is no such file"):
        datafile.read(tmp_path / "none.yml")
    with pytest.raises(BadContent, match="cannot be read"):
        datafile.read(tmp_path)


def test_sections_collect_everything_that_is_wrong():
    findings = Findings()
    top = Section({"a": 1, "part": {"n": "x", "list": "y", "t": 5}, "b": None}, "data/f.yml", findings)
    top.only("a", "part")
    part = top.section("part")
    assert part.number("n", 0, 10) == 0
    assert part.texts("list") == ()
    assert part.text("t") == ""
    assert part.text("u", "default") == "default"
    assert top.section("gone").values == {}
    assert top.section("maybe", required=False).values == {}
    assert findings.problems == [
        "data/f.yml: 'b' is unknown here; known are: a, part",
        "data/f.yml: 'part.n' must be a number from 0 to 10, not 'x'",
        "data/f.yml: 'part.list' must be a list of texts, not 'y'",
        "data/f.yml: 'part.t' must be a text, not '5'",
        "data/f.yml: 'gone' is missing",
    ]
    with pytest.raises(BadContent):
        findings.stop()


@pytest.mark.parametrize("value", [True, "5", 11, -1, None, float("nan")])
def test_numbers_are_numbers_within_their_limits(value):
    findings = Findings()
    assert Section({"n": value}, "f", findings).number("n", 0, 10) == 0
    assert len(findings.problems) == 1
