"""What the pages say is data: every key a page asks for is there, and no words stand in the scripts."""

import re
from pathlib import Path

from bot.complaints.complaint import Event, Kind, Stage
from bot.complaints.emotion import Group
from bot.complaints.promise import State as PromiseState
from bot.console import frame
from bot.content import Texts
from bot.customers.service import Purpose
from bot.desk import canned
from bot.desk.thread import UNFINISHED
from bot.handoff.alerts import AlertKind
from bot.handoff.desk import Outcome
from bot.handoff.queue import Reason
from bot.handoff.tables import Deed
from bot.outbox.delivery import State
from bot.settings import ROOT
from bot.shop.order import OrderState, RefundState

SCRIPTS = sorted((frame.ASSETS / "desk").glob("*.js"))
TEXTS = Texts.load(ROOT / "data" / "console")
FAMILIES = {
    "desk.stage_": Stage,
    "desk.kind_": Kind,
    "desk.reason_": Reason,
    "desk.group_": Group,
    "desk.deed_": Deed,
    "desk.alert_": AlertKind,
    "desk.outcome_": Outcome,
    "desk.state_": (State.SENT, *UNFINISHED),
    "brief.need_": Stage,
    "brief.do_": Stage,
    "brief.dont_": Stage,
    "brief.event_": Event,
    "brief.promise_": PromiseState,
    "panel.state_": OrderState,
    "panel.refund_": [state for state in RefundState if state is not RefundState.NONE],
    "panel.purpose_": Purpose,
}


def test_every_value_a_page_may_show_has_words():
    missing = [
        f"{family}{value}"
        for family, values in FAMILIES.items()
        for value in values
        if f"{family}{value}" not in TEXTS.entries
    ]
    assert missing == []


def test_every_key_in_the_scripts_is_in_the_data():
    asked = {
        (path.name, key)
        for path in SCRIPTS
        for key in re.findall(r"""\bw\(\s*["']([a-z_.]+)["']\s*[,)]""", path.read_text())
    }
    side = (frame.ASSETS / "desk" / "side.js").read_text()
    asked |= {("side.js", f"brief.{key}") for key in re.findall(r"""\bb\('([a-z_]+)'\s*[,)]""", side)}
    asked |= {("side.js", f"panel.{key}") for key in re.findall(r"""\bp\('([a-z_]+)'\s*[,)]""", side)}
    assert len(asked) > 100
    assert sorted(it for it in asked if it[1] not in TEXTS.entries and f"desk.{it[1]}" not in TEXTS.entries) == []


def test_no_words_stand_in_the_scripts():
    for path in SCRIPTS:
        for template in re.findall(r"template: `(.*?)`", path.read_text(), re.S):
            words = re.sub(r"\{\{.*?\}\}|<[^>]*>", " ", template, flags=re.S)
            assert not re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", words), path.name


def test_a_canned_answer_is_filled_with_what_is_known_and_shows_what_is_open(tmp_path: Path):
    (tmp_path / "a.yml").write_text("promise: {zh: '{name}您好，{due}前', en: 'Hello {name}, before {due}'}", "utf-8")
    texts = Texts.load(tmp_path)
    (answer,) = canned.answers(texts, "en", {"name": "Emma {due}", "agent": "Anna"})
    assert answer.text == "Hello Emma {due}, before {due}"
    assert canned.unfilled("before {due} and {due}, C{case}; {whatever} is yours") == ("due", "case")
    assert canned.answers(texts, "zh-Hant", {})[0].text == "{name}您好，{due}前"


def test_a_canned_answer_may_only_name_what_the_console_knows(tmp_path: Path):
    (tmp_path / "a.yml").write_text("x: {zh: '{colour}', en: '{colour}'}", "utf-8")
    assert canned.check_names(Texts.load(tmp_path)) == [
        "data/canned/a.yml: 'x' has {colour}; known are: name, agent, order, product, case, due"
    ]
