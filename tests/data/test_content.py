"""Texts: read strictly, written as each language writes, never with a hole in them."""

import itertools
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content import MissingValue, Rendered, Texts, UnknownText, choose, render
from bot.errors import BadContent
from bot.messages import Button, Money, Say, Text, Words

CHINA, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
TODAY = date(2026, 11, 23)
DUE = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)

SAMPLE = """
commit:
  zh: "说定了：{action}，负责人{owner}，{due}前完成。编号 {case}。"
  en: "Agreed: {action}, by {owner}, before {due}. Case {case}."
value: {zh: "值：{value}。", en: "Value: {value}."}
list: {zh: "您的订单：\\n{items}", en: "Your orders:\\n{items}"}
order: {zh: "{number}，{price}", en: "{number}, {price}"}
braces: {zh: "{{原样}} {value}", en: "{{as it is}} {value}"}
sorry:
  zh: [对不起, 很抱歉, 实在抱歉]
  en: [Sorry, Apologies]
yes: {zh: 好的, en: "Yes"}
no: {zh: 不用, en: "No"}
later: {zh: "{when}再说", en: "Later, {when}"}
"""


def folder(path: Path, **files: str) -> Path:
    texts = path / "data" / "texts"
    texts.mkdir(parents=True)
    for name, content in files.items():
        (texts / f"{name}.yml").write_text(content, encoding="utf-8")
    return texts


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    return Texts.load(folder(tmp_path_factory.mktemp("sample"), sample=SAMPLE))


def written(texts: Texts, value: Any, language: str, zone: ZoneInfo = CHINA, today: date | None = TODAY) -> str:
    text = render(texts, Say("sample.value", {"value": value}), language, zone, today=today).text
    found = re.fullmatch(r"(?:值：|Value: )(.*)[。.]", text, re.DOTALL)
    assert found
    return found[1]


# --- what is written ---


def test_a_promise_in_three_ways_of_writing(texts):
    say = Say(
        "sample.commit",
        {
            "action": Words("更换新机并上门取件", "exchange with pick-up"),
            "owner": "Lin",
            "due": DUE,
            "case": "C-1024",
        },
    )
    assert (
        render(texts, say, "zh", CHINA, today=TODAY).text
        == "说定了：更换新机并上门取件，负责人Lin，11月24日（周二）18:00前完成。编号 C-1024。"
    )
    assert (
        render(texts, say, "zh-Hant", CHINA, today=TODAY).text
        == "說定了：更換新機並上門取件，負責人Lin，11月24日（週二）18:00前完成。編號 C-1024。"
    )
    assert (
        render(texts, say, "en", LONDON, today=TODAY).text
        == "Agreed: exchange with pick-up, by Lin, before Tue 24 Nov, 10:00. Case C-1024."
    )


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (Money(599_00), "¥599", "¥599.00"),
        (Money(1234_50), "¥1,234.50", "¥1,234.50"),
        (Money(-5), "-¥0.05", "-¥0.05"),
        (Money(0), "¥0", "¥0.00"),
        (Money(20_00, "USD"), "US$20", "$20.00"),
        (Money(20_00, "GBP"), "£20", "£20.00"),
        (Money(599, "JPY"), "JP¥599", "¥599"),
        (date(2026, 11, 24), "11月24日（周二）", "Tue 24 Nov"),
        (date(2027, 1, 3), "2027年1月3日（周日）", "Sun 3 Jan 2027"),
        (datetime(2026, 12, 31, 16, 5, tzinfo=UTC), "2027年1月1日（周五）00:05", "Fri 1 Jan 2027, 00:05"),
        (datetime(2026, 7, 1, 1, 0, tzinfo=UTC), "7月1日（周三）09:00", "Wed 1 Jul, 09:00"),
        (0, "0", "0"),
        ("", "", ""),
        (Words("冰箱", "fridge"), "冰箱", "fridge"),
        (Text("sample.order", {"number": "A-1", "price": Money(100)}), "A-1，¥1", "A-1, ¥1.00"),
    ],
)
def test_values_as_each_language_writes_them(texts, value, zh, en):
    assert written(texts, value, "zh") == zh
    assert written(texts, value, "en") == en


def test_the_year_is_left_out_only_when_it_is_this_one(texts):
    day = date(2026, 11, 24)
    assert written(texts, day, "en", today=date(2025, 12, 31)) == "Tue 24 Nov 2026"
    assert written(texts, day, "en", today=None) == "Tue 24 Nov 2026"
    # New Year's Eve in London is already next year in China
    moment = datetime(2026, 12, 31, 20, 0, tzinfo=UTC)
    assert written(texts, moment, "en", LONDON) == "Thu 31 Dec, 20:00"
    assert written(texts, moment, "en", CHINA) == "Fri 1 Jan 2027, 04:00"


def test_a_moment_is_shown_on_the_customers_clock_summer_and_winter(texts):
    assert written(texts, datetime(2026, 7, 1, 8, 0, tzinfo=UTC), "en", LONDON) == "Wed 1 Jul, 09:00"
    assert written(texts, datetime(2026, 12, 1, 8, 0, tzinfo=UTC), "en", LONDON) == "Tue 1 Dec, 08:00"
    other = datetime(2026, 7, 1, 8, 0, tzinfo=ZoneInfo("America/New_York"))
    assert written(texts, other, "en", LONDON) == "Wed 1 Jul, 13:00"


def test_a_tuple_is_a_list_one_item_a_line(texts):
    orders = tuple(Text("sample.order", {"number": f"A-{n}", "price": Money(n * 100)}) for n in (1, 2))
    say = Say("sample.list", {"items": orders})
    assert render(texts, say, "zh", CHINA).text == "您的订单：\n· A-1，¥1\n· A-2，¥2"
    nested = Say("sample.list", {"items": ("one", ("two", "three"))})
    assert render(texts, nested, "en", CHINA).text == "Your orders:\n· one\n· · two\n  · three"


def test_traditional_script_leaves_numbers_addresses_and_latin_alone(texts):
    kept = "SF20261124-0017 https://shop.example/orders?id=12&lang=zh LIN@example.com"
    assert written(texts, kept, "zh-Hant") == kept
    assert written(texts, "软件项目和面条", "zh-Hant") == "軟件項目和麵條"  # the words stay, only the script changes


def test_buttons_are_worded_too(texts):
    say = Say(
        "sample.yes",
        buttons=(
            Button("sample.no", "decline"),
            Button("sample.later", "wait", values={"when": date(2026, 11, 25)}),
        ),
    )
    assert render(texts, say, "en", CHINA, today=TODAY) == Rendered("Yes", ("No", "Later, Wed 25 Nov"), 0)
    assert render(texts, say, "zh-Hant", CHINA, today=TODAY).labels == ("不用", "11月25日（週三）再說")


def test_names_that_yaml_takes_for_true_and_false_are_names(texts):
    assert {"sample.yes", "sample.no"} <= texts.entries.keys()


@given(st.text())
def test_what_a_customer_wrote_is_inserted_never_formatted(texts, words):
    assert written(texts, words, "en") == words
    assert render(texts, Say("sample.braces", {"value": words}), "en", CHINA).text == "{as it is} " + words


@pytest.mark.parametrize("words", ["{due}", "{0}", "{value.__class__}", "{{", "}", "%s ${x}"])
def test_braces_from_customers_do_no_harm(texts, words):
    for language in ("zh", "zh-Hant", "en"):
        assert written(texts, words, language) == words


# --- variants ---


def test_a_variant_is_the_same_for_the_same_seed_and_says_which_it_was(texts):
    spoken = [render(texts, Say("sample.sorry"), "zh", CHINA, seed).text for seed in range(6)]
    assert spoken == ["对不起", "很抱歉", "实在抱歉"] * 2
    assert [render(texts, Say("sample.sorry"), "zh", CHINA, seed).variant for seed in range(3)] == [0, 1, 2]
    assert render(texts, Say("sample.sorry"), "en", CHINA, seed=5).text == "Apologies"


@given(st.integers(2, 6), st.lists(st.integers(0, 10**9), min_size=2, max_size=30))
def test_never_the_same_twice_in_a_row_and_all_before_any_again(count, seeds):
    used: list[int] = []
    for seed in seeds:
        used.append(choose(count, seed, used))
    assert all(a != b for a, b in itertools.pairwise(used))
    assert len(set(used[:count])) == min(count, len(used))
    assert all(0 <= number < count for number in used)


@given(st.integers(1, 6), st.integers(), st.lists(st.integers(-3, 9)))
def test_any_memory_gives_a_variant(count, seed, avoid):
    chosen = choose(count, seed, avoid)
    assert 0 <= chosen < count
    assert chosen == choose(count, seed, avoid)
    if set(range(count)) - set(avoid):
        assert chosen not in avoid


# --- what is refused when writing ---


def test_an_unknown_text_is_an_error_of_its_own(texts):
    with pytest.raises(UnknownText, match=r"data/texts/sample\.yml: there is no 'nothing'"):
        render(texts, Say("sample.nothing"), "zh", CHINA)
    with pytest.raises(UnknownText, match=r"there is no 'gone'"):
        render(texts, Say("sample.yes", buttons=(Button("sample.gone", "x"),)), "zh", CHINA)
    assert issubclass(UnknownText, BadContent)


def test_a_missing_value_is_an_error_not_a_hole(texts):
    with pytest.raises(MissingValue, match=r"data/texts/sample\.yml: 'value' needs a value for \{value\}"):
        render(texts, Say("sample.value"), "zh", CHINA)
    with pytest.raises(MissingValue, match=r"'order' needs a value for \{price\}"):
        render(texts, Say("sample.value", {"value": Text("sample.order", {"number": "1"})}), "en", CHINA)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        1.5,
        [],
        {},
        object(),
        (None,),
        DUE.replace(tzinfo=None),
        timedelta(1),
        b"x",
    ],
)
def test_what_cannot_be_written_is_refused(texts, value):
    for language in ("zh", "zh-Hant", "en"):
        with pytest.raises(MissingValue, match=r"'value' was given .* for \{value\}"):
            written(texts, value, language)


def test_a_language_we_do_not_write_is_refused(texts):
    with pytest.raises(ValueError, match="not in 'fr'"):
        render(texts, Say("sample.yes"), "fr", CHINA)


# --- what is refused when reading ---


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("commit: {zh: 好}", "'commit' has no en"),
        ("commit: {en: Good}", "'commit' has no zh"),
        ("commit: {zh: 好, en: ''}", "'commit' has an empty text where a text in en should be"),
        ("commit: {zh: 好, en: '   '}", "'commit' has an empty text where a text in en should be"),
        ("commit: {zh: 好, en: }", "'commit' has nothing where a text in en should be"),
        ("commit: {zh: 24, en: '24'}", "'commit' has '24' where a text in zh should be"),
        ("commit: {zh: true, en: 'true'}", "'commit' has true where a text in zh should be"),
        ("commit: {zh: [], en: Good}", "'commit' has an empty list in zh"),
        ("commit: {zh: [好, 好], en: Good}", "'commit' has the same variant twice in zh"),
        ("commit: {zh: [好, {a: b}], en: Good}", "'commit' has names with values where a text in zh should be"),
        ("commit: Good", "'commit' must hold names with values, not 'Good'"),
        ("commit:", "'commit' must hold names with values, not nothing"),
        ("commit: {zh: 好, en: Good, fr: Bon}", "'commit' has 'fr'; a text has zh and en and nothing else"),
        ("commit: {zh: 好, en: 'Good {due}'}", "'commit' has {due} in en but not in zh"),
        ("commit: {zh: '好{due}', en: Good}", "'commit' has {due} in zh but not in en"),
        ("commit: {zh: ['好{due}', 好], en: 'Good {due}'}", "'commit' has {due} in some variants of zh but not in all"),
        ("commit: {zh: '好{a.b}', en: 'Good {a.b}'}", "'commit' (zh) has {a.b}: only a plain name may stand in braces"),
        ("commit: {zh: '好{a[0]}', en: Good}", "(zh) has {a[0]}: only a plain name"),
        ("commit: {zh: 好, en: '{a!r}'}", "(en) has {a!r}: only a plain name"),
        ("commit: {zh: 好, en: '{a:>9}'}", "(en) has {a:>9}: only a plain name"),
        ("commit: {zh: 好, en: '{}'}", "(en) has {}: only a plain name"),
        ("commit: {zh: 好, en: '{0}'}", "(en) has {0}: only a plain name"),
        ("commit: {zh: 好, en: '{Due}'}", "(en) has {Due}: only a plain name"),
        ("commit: {zh: 好, en: 'a { b'}", "(en) has a brace without its partner"),
        ("commit: {zh: 好, en: 'a } b'}", "(en) has a brace without its partner"),
        ("Commit it: {zh: 好, en: Good}", "'Commit it' is no name for a text"),
        ("a.b: {zh: 好, en: Good}", "'a.b' is no name for a text"),
        ("2: {zh: 好, en: Good}", "'2' is no name for a text"),
        (
            "commit: {zh: 好, en: Good}\nother: {zh: 好, en: Good}\ncommit: {zh: 行, en: Fine}",
            ", line 3: 'commit' is there twice (first in line 1)",
        ),
        ("commit: {zh: 好, en: Good, zh: 行}", ", line 1: 'zh' is there twice"),
        ("- commit", ": must hold names with values, not a list"),
        ("commit: {zh: 好", ", line 2: did not find"),
        ("commit: !!python/object/apply:os.getcwd []", ", line 1: could not determine a constructor"),
    ],
)
def test_a_broken_file_is_named_with_its_key(tmp_path, content, message):
    with pytest.raises(BadContent) as error:
        Texts.load(folder(tmp_path, complaints=content))
    assert str(error.value).startswith("data/texts/complaints.yml")
    assert message in str(error.value)


def test_all_problems_of_all_files_are_told_at_once(tmp_path):
    place = folder(tmp_path, a="x: {zh: 好}\ny: {en: Good}", b="z: [", c="fine: {zh: 好, en: Good}", Dd="{}")
    (place / "e.yaml").write_text("x: {zh: 好, en: Good}", encoding="utf-8")
    (place / "f.yml").write_bytes(b"x: \xff\xfe")
    with pytest.raises(BadContent) as error:
        Texts.load(place)
    lines = str(error.value).splitlines()
    assert [line.split(".y")[0] for line in lines] == [f"data/texts/{name}" for name in ("Dd", "a", "a", "b", "e", "f")]
    assert "f.yml: is not UTF-8 text" in lines[-1]


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(BadContent, match="there is no such folder"):
        Texts.load(tmp_path / "nothing")


def test_a_broken_folder_leaves_the_old_texts_as_they_were(tmp_path):
    place = folder(tmp_path, sample=SAMPLE)
    old = Texts.load(place)
    (place / "sample.yml").write_text("yes: {zh: 好}", encoding="utf-8")
    with pytest.raises(BadContent):
        Texts.load(place)
    assert render(old, Say("sample.yes"), "en", CHINA).text == "Yes"
    (place / "sample.yml").write_text("yes: {zh: 行, en: Fine}", encoding="utf-8")
    assert render(Texts.load(place), Say("sample.yes"), "en", CHINA).text == "Fine"
