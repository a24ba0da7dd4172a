"""What may be offered: what fits the kind and the wish, who may grant it, and that there is a choice."""

from pathlib import Path

import pytest
import yaml

from bot.complaints import policy as complaints
from bot.complaints import remedy
from bot.complaints.complaint import Kind
from bot.complaints.remedy import Authority, RemedyPolicy
from bot.errors import BadContent
from bot.settings import ROOT

FOLDER = ROOT / "data" / "policy"
CHEAP, DEAR = 599_00, 4_599_00
"""Prices whose full refund the bot may grant, and may not."""


def raw(name: str, folder: Path = FOLDER) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((folder / name).read_text())
    return found


@pytest.fixture(scope="module")
def policy() -> RemedyPolicy:
    return remedy.read_policy(raw("remedies.yml"))


@pytest.fixture(scope="module")
def words() -> complaints.ComplaintPolicy:
    return complaints.read_policy(raw("complaints.yml"))


def offered(
    policy: RemedyPolicy, kind: Kind, paid: int, wish: str | None = None, rejected: tuple[str, ...] = ()
) -> list[str]:
    return [o.remedy.id for o in remedy.choose(remedy.fitting(policy, kind, 3, "", paid, wish), wish, rejected)]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("paid", [CHEAP, DEAR])
def test_there_are_two_to_choose_from(policy: RemedyPolicy, kind: Kind, paid: int) -> None:
    assert len(offered(policy, kind, paid)) == 2


@pytest.mark.parametrize("kind", list(Kind))
def test_what_was_wished_for_comes_first_if_the_policy_has_it_for_this(policy: RemedyPolicy, kind: Kind) -> None:
    for rule in (r for r in policy.rules if r.kind is kind):
        for wish in (*rule.options, *rule.on_wish):
            assert offered(policy, kind, CHEAP, wish)[0] == wish


def test_what_only_fits_on_a_wish_is_not_offered_without_one(policy: RemedyPolicy) -> None:
    assert "exchange" not in offered(policy, Kind.DELIVERY, DEAR)
    assert offered(policy, Kind.DELIVERY, DEAR, "exchange")[0] == "exchange"


@pytest.mark.parametrize("wish", ["redo", "a pony"])
def test_a_wish_the_policy_has_nothing_for_is_a_persons_to_answer(policy: RemedyPolicy, wish: str) -> None:
    assert remedy.needs_a_person(remedy.fitting(policy, Kind.BILLING, 3, "", CHEAP, wish), wish)
    assert not remedy.needs_a_person(remedy.fitting(policy, Kind.BILLING, 3, "", CHEAP), None)


def test_what_needs_approval_completes_the_choice_but_never_stands_alone(policy: RemedyPolicy) -> None:
    options = remedy.fitting(policy, Kind.DELIVERY, 3, "", DEAR)
    first, second = remedy.choose(options, None, ())
    assert (first.needs, second.needs) == (Authority.BOT, Authority.AGENT)
    assert remedy.choose(options, None, ("deliver",)) == []


def test_money_for_an_order_nobody_has_found_is_not_offered(policy: RemedyPolicy) -> None:
    options = remedy.choose(remedy.fitting(policy, Kind.DELIVERY, 3, "", None), None, ())
    assert [o.remedy.id for o in options] == ["deliver"]


def test_what_has_arrived_is_not_delivered_once_more_unless_the_customer_says_it_has_not(policy: RemedyPolicy) -> None:
    options = remedy.fitting(policy, Kind.DELIVERY, 3, "", CHEAP)
    names = [o.remedy.id for o in remedy.feasible(options, None, delivered=True)]
    assert "deliver" not in names
    assert names
    assert remedy.feasible(options, "deliver", delivered=True) == options
    assert remedy.feasible(options, None, delivered=False) == options


def test_nothing_costs_more_than_the_hard_cap(policy: RemedyPolicy) -> None:
    money = remedy.option(policy, policy.remedies["refund"], CHEAP, given=CHEAP)
    assert money.cents == CHEAP // 2


def test_a_rule_with_an_unknown_remedy_is_named(policy: RemedyPolicy) -> None:
    broken = raw("remedies.yml")
    broken["rules"] = [{"kind": k.value, "options": ["refund"], "on_wish": ["pony"]} for k in Kind]
    with pytest.raises(BadContent, match=r"remedies\.yml.*rules, number 1.*on_wish.*pony"):
        remedy.read_policy(broken)


@pytest.mark.parametrize(
    "story",
    [
        "冰箱昨天送到，门板凹进去一大块",
        "我请了一天假等你们，结果送来个破的",
        "洗衣机换货换了三次还是坏的",
        "维修师傅来了两次都没修好",
        "说好的补贴没有兑现",
        "退款的事催了三天没人理",
        "没人给我打电话，东西也没送过来",
        "it was delivered broken",
        "I bought a new one last week and it broke",
        "the repair took three weeks and the technician was rude",
        "the delivery was late again",
        "you keep promising a discount and nothing comes",
        "you didn't keep your word",
        "nobody could explain the breakdown of the bill",
        "they came and couldn't fix it",
        "your agent didn't even say sorry",
    ],
)
def test_a_story_is_not_a_wish(words: complaints.ComplaintPolicy, story: str) -> None:
    assert words.wish_in(story, asked=False) is None


@pytest.mark.parametrize("story", ["I took a whole day off for this delivery", "我请了一天假等快递送到，结果是这样"])
def test_a_story_is_no_wish_either_when_the_wish_was_asked_for(words: complaints.ComplaintPolicy, story: str) -> None:
    assert words.wish_in(story, asked=True) is None


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("别送了，我要退款", "refund"),
        ("给我换一台新的！", "exchange"),
        ("派人修一下吧", "repair"),
        ("赶紧送过来", "deliver"),
        ("你们得赔偿我", "compensation"),
        ("必须给我道歉", "apology"),
        ("我想退貨", "refund"),
        ("I want my money back", "refund"),
        ("I'd like a replacement please", "exchange"),
        ("just fix it", "repair"),
        ("I expect an apology", "apology"),
        ("I don't want a replacement, I want a refund", "refund"),
        ("不要退款，给我换新", "exchange"),
    ],
)
def test_a_wish_is_heard_wherever_it_is_said(words: complaints.ComplaintPolicy, said: str, wish: str) -> None:
    assert words.wish_in(said, asked=False) == wish
    assert words.wish_in(said, asked=True) == wish


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        *(("退款", "refund"), ("换", "exchange"), ("修", "repair"), ("送", "deliver"), ("道歉", "apology")),
        *(("a refund", "refund"), ("replacement", "exchange"), ("Repair.", "repair"), ("delivery", "deliver")),
        *(("discount", "compensation"), ("not a refund", None), ("不换", None)),
    ],
)
def test_in_answer_to_the_question_one_word_is_enough(
    words: complaints.ComplaintPolicy, said: str, wish: str | None
) -> None:
    assert words.wish_in(said, asked=True) == wish
