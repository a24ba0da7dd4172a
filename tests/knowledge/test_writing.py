"""An article is changed in its file, and nothing else in it."""

import difflib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import datafile
from bot.errors import Unreadable
from bot.knowledge import draft as drafts
from bot.knowledge import writing
from bot.knowledge.draft import Draft
from bot.settings import ROOT

FILE = """\
# What customers ask about money.
source: {zh: 《退款规则》, en: Refund policy}

articles:
  refund-duration: # the most asked of all
    answers: get_refund
    title:
      zh: 退款多久到账
      en: How long does a refund take  # not: when
    # The numbers come from shop.yml.
    body:
      zh: 仓库收到退货后 {shop.refund.check_working_days} 个工作日内验收。
      en: >
        We check the goods within {shop.refund.check_working_days} working days
        of their arrival.
    keywords:
      zh: [退款时间, 到账时间]
      en: [refund time, "it hasn't come",
        how many days refund]
  # ---- where ----
  refund-where:
    title: {zh: 退到哪里, en: Where the refund goes}
    body: {zh: 原路退回。, en: "The way it came: always."}
"""


def opened(id: str, text: str = FILE) -> Draft:
    return drafts.read(id, datafile.parse(text, "x")["articles"][id])


def changes(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def test_a_new_title_changes_one_line_and_keeps_the_comments():
    draft = opened("refund-duration")
    after = writing.changed(FILE, replace(draft, title={**draft.title, "en": "When is my money back?"}))
    assert changes(FILE, after) == [
        "-      en: How long does a refund take  # not: when",
        "+      en: When is my money back?  # not: when",
    ]


def test_a_folded_text_and_a_list_are_replaced_whole():
    draft = opened("refund-duration")
    after = writing.changed(
        FILE,
        replace(draft, body={**draft.body, "en": "Two days."}, keywords={**draft.keywords, "en": ("refund", "a, b")}),
    )
    assert changes(FILE, after) == [
        "-      en: >",
        "-        We check the goods within {shop.refund.check_working_days} working days",
        "-        of their arrival.",
        "+      en: Two days.",
        '-      en: [refund time, "it hasn\'t come",',
        "-        how many days refund]",
        '+      en: [refund, "a, b"]',
    ]


def test_what_was_not_there_is_added_and_what_is_emptied_goes():
    draft = opened("refund-duration")
    new = replace(draft, answers="", source={"zh": "新规则", "en": "New rules"})
    assert changes(FILE, writing.changed(FILE, new)) == [
        "-    answers: get_refund",
        "+    source:",
        "+      zh: 新规则",
        "+      en: New rules",
    ]


def test_an_article_in_one_line_stays_in_one_line():
    draft = opened("refund-where")
    after = writing.changed(FILE, replace(draft, body={"zh": "原路退回：微信退微信", "en": "line one\nline two"}))
    assert changes(FILE, after)[1] == '+    body: {zh: 原路退回：微信退微信, en: "line one\\nline two"}'


def test_a_new_article_stands_at_the_end():
    new = Draft("refund-new", {"zh": "新", "en": "New"}, {"zh": "正文", "en": "Body: one"}, {"zh": ("新的",), "en": ()})
    after = writing.added(FILE, new)
    assert after.startswith(FILE)
    assert opened("refund-new", after) == new
    with pytest.raises(Unreadable, match="already"):
        writing.added(after, new)


def test_an_article_that_is_gone_cannot_be_changed():
    with pytest.raises(Unreadable, match="no article 'gone'"):
        writing.changed(FILE, Draft("gone"))


@pytest.mark.parametrize("path", sorted((ROOT / "data" / "knowledge").glob("*.yml")), ids=lambda path: path.stem)
def test_every_article_of_the_shop_can_be_changed_without_touching_the_others(path: Path):
    text = path.read_text(encoding="utf-8")
    content = datafile.parse(text, "x")
    for id in content.get("articles", {}):
        draft = opened(id, text)
        assert writing.changed(text, draft) == text
        new = replace(draft, title={"zh": "新标题", "en": "A new title"}, body={**draft.body, "zh": "新: 正文 # 1"})
        after = writing.changed(text, new)
        assert opened(id, after) == new
        assert 0 < len(changes(text, after)) <= 2 * 3 + 6


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=20), max_size=5))
def test_any_words_come_back_as_they_were_written(body: str, keywords: list[str]):
    try:
        draft = drafts.tidied(
            replace(
                opened("refund-duration"),
                body={"zh": f"x{body}", "en": f"{body}x"},
                keywords={"zh": tuple(keywords), "en": tuple(keywords)},
            )
        )
        after = writing.changed(FILE, draft)
    except Unreadable:
        return  # signs that no YAML file can hold: refused, and nothing is written
    assert opened("refund-duration", after) == draft
