"""Words that raise what the model hears: found in both languages, not where they mean something else."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import datafile
from bot.complaints.emotion import LEVELS, LISTS, Group, Level, Lexicon, Mood, Reading, Reason, read
from bot.complaints.person import AT_ONCE
from bot.errors import BadContent

SHIPPED = Path(__file__).parent.parent.parent / "data/policy/emotion.yml"
RAW: dict[str, Any] = datafile.read(SHIPPED)
LEXICON = Lexicon.load(RAW)
PHRASES = [phrase for group in LISTS for language in ("zh", "en") for phrase in RAW[group][language]]


def heard(text: str, mood: Mood = Mood.CALM, confidence: float = 0.9) -> Reading:
    return read(text, mood, confidence, LEXICON)


@pytest.mark.parametrize(
    ("text", "group", "level"),
    [
        ("再不处理我就打12315", "threat_external", 3),
        ("我要去消协", "threat_external", 3),
        ("我已經聯繫律師了", "threat_external", 3),
        ("等着收律师函吧", "threat_external", 3),
        ("法院见，起诉你们", "threat_external", 3),
        ("我要曝光你们", "threat_external", 3),
        ("My lawyer will write to you", "threat_external", 3),
        ("I’ll sue!", "threat_external", 3),
        ("I am calling Trading Standards", "threat_external", 3),
        ("reported you to the BBB", "threat_external", 3),
        ("I will go to the press", "threat_external", 3),
        ("see you in court", "threat_external", 3),
        ("热水器漏电！", "safety", 3),
        ("插上就冒煙", "safety", 3),
        ("充电器起火了", "safety", 3),
        ("孩子被烫伤了", "safety", 3),
        ("玻璃门突然炸了", "safety", 3),
        ("洗澡的时候被电了一下", "safety", 3),
        ("I got an electric shock", "safety", 3),
        ("there is smoke coming out", "safety", 3),
        ("it caught FIRE", "safety", 3),
        ("my son was burned", "safety", 3),
        ("the battery exploded", "safety", 3),
        ("傻 逼 客 服", "abuse", 3),
        ("真他妈烂", "abuse", 3),
        ("滚蛋", "abuse", 3),
        ("ＳＢ客服", "abuse", 3),
        ("you f***ing idiots", "abuse", 3),
        ("this is bullshit", "abuse", 3),
        ("fuckers", "abuse", 3),
        ("我不想活了", "self_harm", 0),
        ("I want to kill myself", "self_harm", 0),
        ("我妈妈上周去世了", "bereavement", 0),
        ("My mother passed away", "bereavement", 0),
        ("my dad recently died", "bereavement", 0),
        ("it was for my late husband", "bereavement", 0),
        ("我今年14岁", "minor", 0),
        ("我才十二岁", "minor", 0),
        ("I'm 14 and used my mum's card", "minor", 0),
        ("i am thirteen", "minor", 0),
        ("我是小学生", "minor", 0),
        ("我的信息被泄露了", "privacy_leak", 2),
        ("You leaked my address", "privacy_leak", 2),
        ("is this a data breach?", "privacy_leak", 2),
        ("我的卡被盗刷", "fraud", 2),
        ("这是诈骗", "fraud", 2),
        ("unauthorised charge on my card", "fraud", 2),
        ("unauthorized payment", "fraud", 2),
        ("my account was hacked", "fraud", 2),
        ("重复扣款", "payment_dispute", 1),
        ("You charged me twice", "payment_dispute", 1),
        ("转人工", "ask_human", 0),
        ("我要真人客服", "ask_human", 0),
        ("轉人工", "ask_human", 0),
        ("叫你们经理来", "ask_human", 0),
        ("Can I talk to a person?", "ask_human", 0),
        ("HUMAN please", "ask_human", 0),
        ("let me speak to your manager", "ask_human", 0),
        ("机器人滚", "denial", 2),
        ("你听不懂人话吗", "denial", 2),
        ("useless bot", "denial", 2),
        ("I'm tired of talking to a machine", "denial", 2),
        ("我给差评", "threat_review", 2),
        ("I'll leave a one-star review", "threat_review", 2),
        ("太过分了", "strong_words", 2),
        ("垃圾产品", "strong_words", 2),
        ("this is ridiculous", "strong_words", 2),
        ("又坏了", "impatience", 1),
        ("怎么还没到", "impatience", 1),
        ("it broke again", "impatience", 1),
        ("still waiting", "impatience", 1),
        ("第三次了", "impatience", 1),
        ("而且包装也破了", "new_grievance", 0),
        ("on top of that the box was open", "new_grievance", 0),
        ("到货了吗？？", "shouting", 1),
        ("where is it!!!", "shouting", 1),
        ("WHERE IS MY ORDER", "shouting", 1),
    ],
)
def test_words_are_found_with_their_level_and_reason(text, group, level):
    reading = heard(text)
    assert group in reading.groups
    assert reading.level >= level
    others = [reason for reason in reading.reasons if reason.group != group]
    assert others or reading.level == level
    assert any(reason.group == group and reason.phrase for reason in reading.reasons)


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("家里备个灭火器", "safety"),
        ("晚上一起火锅", "safety"),
        ("对不起火锅底料发错了", "safety"),
        ("有漏电保护吗", "safety"),
        ("会不会漏电？", "safety"),
        ("嗓子冒烟了都", "safety"),
        ("家电到了没", "safety"),
        ("充电到80%就不动了", "safety"),
        ("外壳划伤", "safety"),
        ("锅里炸了鸡翅", "safety"),
        ("Is the Fire Stick included?", "safety"),
        ("fire tv remote", "safety"),
        ("smoke alarm battery", "safety"),
        ("the fireplace heater", "safety"),
        ("I was shocked by the price", "safety"),
        ("firefox shows an error", "safety"),
        ("nonsmoker", "safety"),
        ("I burnt the toast", "safety"),
        ("送他妈妈的生日礼物", "abuse"),
        ("我妈的手机", "abuse"),
        ("生日你们有活动吗", "abuse"),
        ("型号SB-200", "abuse"),
        ("usb线", "abuse"),
        ("把水滚开", "abuse"),
        ("feedback form", "abuse"),
        ("Scunthorpe", "abuse"),
        ("多媒体音箱", "threat_external"),
        ("相机曝光补偿怎么调", "threat_external"),
        ("报警器一直响", "threat_external"),
        ("我住法院路3号", "threat_external"),
        ("My name is Sue", "threat_external"),
        ("pursue", "threat_external"),
        ("the issue is still there", "threat_external"),
        ("订单12315", "threat_external"),
        ("电话13123151234", "threat_external"),
        ("智能扫地机器人没用了", "denial"),
        ("扫地机器人能解决毛发吗", "denial"),
        ("useless robot vacuum", "denial"),
        ("人工智能音箱", "ask_human"),
        ("不用转人工", "ask_human"),
        ("humanity", "ask_human"),
        ("家里有人吗才送货", "ask_human"),
        ("我买了15年了", "minor"),
        ("我十岁的儿子", "minor"),
        ("I'm 15 minutes away", "minor"),
        ("I am 10 days late", "minor"),
        ("I'm 14th in the queue", "minor"),
        ("电池没电了 died after two days", "bereavement"),
        ("my battery died", "bereavement"),
        ("my late delivery", "bereavement"),
        ("想去世界各地", "bereavement"),
        ("跳楼价", "self_harm"),
        ("想死你们了", "self_harm"),
        ("煤气泄露", "privacy_leak"),
        ("隐私政策在哪里", "privacy_leak"),
        ("厨余垃圾处理器", "strong_words"),
        ("trash can 30 l", "strong_words"),
        ("一星期能到吗", "threat_review"),
        ("deliver it elsewhere", "threat_review"),
        ("还不错", "impatience"),
        ("Thanks again", "impatience"),
        ("against the wall", "impatience"),
        ("第二次购买了", "impatience"),
        ("谢谢！！", "shouting"),
        ("太好了！！！", "shouting"),
        ("THANK YOU SO MUCH", "shouting"),
        ("OK", "shouting"),
        ("我的IPHONE PRO MAX坏了", "shouting"),
        ("SF1234567890", "shouting"),
        ("Nice!", "shouting"),
    ],
)
def test_words_that_mean_something_else_are_left_alone(text, group):
    assert group not in heard(text).groups


@pytest.mark.parametrize(
    "text",
    [
        "请问这款洗衣机多少钱？",
        "我的订单什么时候到",
        "怎么开发票",
        "可以改地址吗",
        "保修多久",
        "有没有优惠券",
        "How much is the washing machine?",
        "When will my order arrive?",
        "Can I change the address?",
        "Hi",
        "你好",
        "How do I return an item?",
        "I'd like an invoice please",
        "What is the warranty period?",
        "👍",
        "",
    ],
)
def test_an_ordinary_question_stays_calm(text):
    assert heard(text) == Reading(Level.E0)


@pytest.mark.parametrize(
    ("mood", "level"),
    [
        (Mood.CALM, 0),
        (Mood.RELIEVED, 0),
        (Mood.ANNOYED, 1),
        (Mood.ANGRY, 2),
    ],
)
def test_without_any_word_the_model_decides_and_says_so(mood, level):
    reading = heard("洗衣机", mood, 0.834)
    assert reading.level == level
    assert reading.reasons == ((Reason(Group.MODEL, f"{mood} 83%"),) if level else ())


def test_a_guard_covers_only_its_own_words():
    assert heard("灭火器旁边起火了").groups == {Group.SAFETY}
    assert heard("the fire stick caught fire").reasons == (Reason(Group.SAFETY, "fire"),)
    assert Group.SAFETY in heard("没受伤，但是冒烟了").groups


def test_reasons_show_the_customers_words_the_gravest_first():
    reading = heard("又没人回！！我要找律师，轉人工", Mood.ANGRY, 0.7)
    assert reading == Reading(
        Level.E3,
        (
            Reason(Group.THREAT_EXTERNAL, "律师"),
            Reason(Group.MODEL, "angry 70%"),
            Reason(Group.IMPATIENCE, "又没"),
            Reason(Group.IMPATIENCE, "没人回"),
            Reason(Group.SHOUTING, "!!"),
            Reason(Group.ASK_HUMAN, "人工"),
        ),
    )


def test_impatience_does_not_spoil_thanks():
    assert heard("终于等到了，又是你们帮的忙", Mood.RELIEVED).level == Level.E0
    assert heard("终于等到了，又是你们帮的忙", Mood.CALM).level == Level.E1
    assert heard("谢谢，不过它冒烟了", Mood.RELIEVED).level == Level.E3


def test_every_group_that_calls_a_person_is_a_list():
    assert set(AT_ONCE) <= set(LISTS)


def test_every_phrase_of_the_list_is_found_when_it_is_all_there_is():
    """A guard or the folding may make a phrase unreachable: then it is a false comfort in the list."""
    lost = [
        (group, phrase)
        for group in LISTS
        for phrase in (*RAW[group]["zh"], *RAW[group]["en"])
        if not phrase.startswith("/") and group not in heard(f"- {phrase.replace('*', '')}, -").groups
    ]
    assert lost == []


@given(st.text(), st.sampled_from(Mood), st.floats(0, 1))
def test_never_lower_than_the_model_whatever_is_written(text, mood, confidence):
    reading = heard(text, mood, confidence)
    assert LEVELS[mood] <= reading.level <= Level.E3


PIECES = [*(phrase.strip("/*") for phrase in PHRASES), "，", " ", "!!", "订单", "the ", "没有"]


@settings(max_examples=30)  # a lexicon is built for each
@given(st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from(Mood), st.randoms())
def test_the_order_of_phrases_in_the_file_does_not_matter(pieces, mood, chance):
    text = "".join(pieces)
    assert read(text, mood, 0.5, LEXICON) == read(text, mood, 0.5, shuffled(chance))


def shuffled(chance: random.Random) -> Lexicon:
    data: dict[str, Any] = {}
    for name in chance.sample(sorted(RAW), len(RAW)):
        part = dict(RAW[name])
        for key, value in part.items():
            if isinstance(value, list):
                part[key] = chance.sample(value, len(value))
        data[name] = part
    return Lexicon.load(data)


@given(st.text(max_size=20), st.sampled_from([p for p in PHRASES if not p.startswith("/")]), st.sampled_from(Mood))
def test_more_text_after_a_full_stop_never_lowers(before, phrase, mood):
    alone = heard(phrase.replace("*", ""), mood)
    joined = heard(f"{before}。\n{phrase.replace('*', '')}", mood)
    assert {g for g in alone.groups if g is not Group.SHOUTING} <= joined.groups
    assert joined.level >= alone.level or Group.SHOUTING in alone.groups


@pytest.mark.parametrize(
    "text",
    [
        "傻逼" * 2000,
        "f*" * 2000,
        "I am only just " * 300,
        "又" * 4096,
        "!" * 4096,
        "fire " * 900,
        " ".join(f"fuck{number}" for number in range(500)),
    ],
)
def test_a_flood_of_matches_is_read_without_trouble(text):
    assert heard(text).level <= Level.E3
    assert len(heard(text).reasons) < 10


# --- broken files ---


def broken(**change: Any) -> dict[str, Any]:
    return {**RAW, **change}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({k: v for k, v in RAW.items() if k != "safety"}, "'safety' is missing"),
        ({k: v for k, v in RAW.items() if k != "shouting"}, "'shouting' is missing"),
        (broken(saftey={}), "'saftey' is unknown here"),
        (broken(abuse=["x"]), "'abuse' must hold names with values, not a list"),
        (broken(abuse={"level": 4, "zh": [], "en": []}), "'abuse.level' must be a number from 0 to 3, not '4'"),
        (broken(abuse={"level": 1.5, "zh": [], "en": []}), "'abuse.level' must be a whole number, not '1.5'"),
        (broken(abuse={"level": 3, "zh": []}), "'abuse.en' is missing"),
        (broken(abuse={"level": 3, "zh": [12315], "en": []}), "'abuse.zh' has an entry that is not a text: '12315'"),
        (broken(abuse={"level": 3, "zh": ["/[/"], "en": []}), "'abuse.zh' has a broken expression /[/"),
        (broken(abuse={"level": 3, "zh": ["/x*/"], "en": []}), "'abuse.zh' has an expression that matches everything"),
        (broken(abuse={"level": 3, "zh": ["a", "a"], "en": []}), "'abuse.zh' names 'a' twice"),
        (broken(abuse={"level": 3, "zh": [], "en": [], "unles": []}), "'abuse.unles' is unknown here"),
        (
            broken(shouting={"marks": 1, "capitals": 0.7, "letters": 10}),
            "'shouting.marks' must be a number from 2 to 20",
        ),
        ("x", ": must hold names with values, not 'x'"),
    ],
)
def test_a_broken_lexicon_is_named_with_its_key(data, message):
    with pytest.raises(BadContent) as error:
        Lexicon.load(data)
    assert str(error.value).startswith("data/policy/emotion.yml: ")
    assert message in str(error.value)
