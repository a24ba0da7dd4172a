"""What a shop must not say is found in every text, in both languages."""

from pathlib import Path

import pytest

from bot import datafile
from bot.content import Texts
from bot.errors import BadContent
from bot.never_say import NeverSay, check_never_say

DATA = Path(__file__).parent.parent.parent / "data"


@pytest.fixture(scope="module")
def rules() -> NeverSay:
    return NeverSay.load(datafile.read(DATA / "policy/never_say.yml"))


@pytest.mark.parametrize(
    ("language", "text", "rule"),
    [
        ("zh", "请您冷静一下", "calm_down"),
        ("en", "Please CALM  down.", "calm_down"),
        ("zh", "公司规定不能退", "our_policy"),
        ("en", "Our policy says no.", "our_policy"),
        ("zh", "这不可能", "impossible"),
        ("en", "That’s impossible", "impossible"),
        ("zh", "这个我不知道", "do_not_know"),
        ("en", "I don’t know.", "do_not_know"),
        ("zh", "您弄错了", "you_are_wrong"),
        ("en", "You’re wrong there", "you_are_wrong"),
        ("zh", "我们会尽快处理", "no_date"),
        ("zh", "我們會盡快處理", "no_date"),
        ("en", "We answer as soon as\npossible", "no_date"),
        ("en", "ASAP!", "no_date"),
        ("zh", "绝对没问题", "guaranteed"),
        ("zh", "我保证", "guaranteed"),
        ("en", "It is guaranteed", "guaranteed"),
        ("zh", "下次考虑周到点", "lecture"),
        ("en", "Next time, please read it", "lecture"),
        ("zh", "这是快递公司的问题", "not_our_fault"),
        ("en", "It is not our fault", "not_our_fault"),
    ],
)
def test_what_must_not_be_said_is_found(rules, language, text, rule):
    assert [found.name for _, found in rules.found_in(text, language)] == [rule]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "七天冷静期内可以退"),
        ("zh", "保证金已退回"),
        ("zh", "如果您不知道订单号，可以发手机号"),
        ("zh", "{due}前完成，有变化我会提前告诉您"),
        ("en", "I check it and answer by {due}"),
        ("en", "If you do not know the number, a phone number will do"),
        ("en", "Our return policy: 7 days"),
        ("en", "It was not your fault"),
        ("en", "Unguaranteedly long words are other words"),
    ],
)
def test_what_may_be_said_is_left_alone(rules, language, text):
    assert rules.found_in(text, language) == []


def test_no_text_of_the_bot_says_it(rules):
    assert check_never_say(Texts.load(DATA / "texts"), rules) == []


def test_a_report_names_file_key_language_phrase_and_what_to_say(tmp_path, rules):
    place = tmp_path / "data" / "texts"
    place.mkdir(parents=True)
    (place / "orders.yml").write_text(
        "wait: {zh: [好的, 我们会尽快处理], en: Done by {due}}\n".replace("Done by {due}", "Done")
        + "fine: {zh: 好的, en: Good}\n",
        encoding="utf-8",
    )
    assert check_never_say(Texts.load(place), rules) == [
        "data/texts/orders.yml: 'wait' (zh) says “尽快”; instead: an exact day and time; a late one that holds is "
        "better than an early one that does not",
    ]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"zh": ["冷静"]}, "'calm.instead' is missing"),
        ({"instead": "x"}, "'calm.zh' and 'en' are both empty"),
        ({"instead": "x", "zh": "冷静"}, "'calm.zh' must be a list of texts, not '冷静'"),
        ({"instead": "x", "zh": [1]}, "'calm.zh' has an entry that is not a text: '1'"),
        ({"instead": "x", "zh": ["/(/"]}, "'calm.zh' has a broken expression /(/"),
        ({"instead": "x", "en": ["*"]}, "'calm.en' has an expression that matches everything: *"),
        ({"instead": "x", "en": ["a", "a"]}, "'calm.en' names 'a' twice"),
        ({"instead": "x", "de": ["ruhig"]}, "'calm.de' is unknown here"),
        ("x", "'calm' must hold names with values, not 'x'"),
    ],
)
def test_a_broken_rule_is_named(rule, message):
    with pytest.raises(BadContent) as error:
        NeverSay.load({"calm": rule})
    assert str(error.value).startswith("data/policy/never_say.yml: ")
    assert message in str(error.value)
