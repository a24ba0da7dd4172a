"""What is kept of a message to learn from holds nobody's data, and reads like a message all the same."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import datafile
from bot.errors import BadContent
from bot.learning.personal import Personal, invented, read_personal
from bot.settings import ROOT

RAW = datafile.read(ROOT / "data" / "policy" / "personal.yml")
PERSONAL = read_personal(RAW)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("我的手机号13812345678，查一下", "我的手机号13900001234，查一下"),
        ("+86 138 1234 5678 谢谢", "+86 139 0000 1234 谢谢"),
        ("call me on +44 20 7946 0958", "call me on +44 55 5012 3555"),
        ("010-62345678", "055-50123555"),
        ("where is LJ20261124-0017?", "where is LJ20260101-0001?"),
        ("lj 202611240017 到哪了", "lj 202601010001 到哪了"),
        ("订单2026-11-24-0017", "订单2026-01-01-0001"),
        ("SF1234987650012 没动静", "SF1234567890123 没动静"),
        ("card 6222 0212 3456 7890 123", "card 1234 5678 9012 3456 789"),
        ("id 11010519491231002X", "id 12345678901234567X"),
        ("mail lin.xiao+a@example.com.cn please", "mail name@example.com please"),
        ("一三八一二三四五六七八", "13900001234"),
        ("我叫李雷，要退货", "我叫王小明，要退货"),
        ("收件人：韩梅梅 电话13812345678", "收件人：王小明 电话13900001234"),
        ("hi, my name is Hannah Smith-Jones and it broke", "hi, my name is Alex Smith and it broke"),
        ("my name is hannah", "my name is Alex Smith"),
        ("Name: Hannah", "Name: Alex Smith"),
        ("送到上海市浦东新区张江路88号3栋502室", "送到上海市南京路1号"),
        ("寄往杭州市西湖区文三路 12号", "寄往上海市南京路1号"),
        ("send it to Flat 3, 221b Baker Street please", "send it to 1 Main Street please"),
        ("deliver to 12 nanjing road, apt 4", "deliver to 1 Main Street"),
    ],
)
def test_personal_data_becomes_invented_data_of_the_same_form(text: str, kept: str) -> None:
    assert invented(text, PERSONAL) == kept


@pytest.mark.parametrize(
    "text",
    [
        "我要联系人工客服",
        "我叫你们退款听见没有",
        "尾号0042的那单",
        "2026-11-24 10:30 下的单",
        "it cost 599.00 and came on 2026-11-03",
        "is the way out on the road",
        "my order is on its way, 3 days late",
        "上海能送吗",
        "请问洗衣机多少钱？",
        "🙂",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert invented(text, PERSONAL) == text


@pytest.mark.parametrize(
    ("text", "names", "kept"),
    [
        ("林小雨的包裹呢", ("林小雨",), "王小明的包裹呢"),
        ("regards, Emma", ("Emma Clarke",), "regards, Alex Smith"),
        ("emma clarke here", ("Emma Clarke",), "Alex Smith here"),
        ("is will-call possible? will it come", ("Will Ford",), "is will-call possible? will it come"),
        ("my order", ("me", "x", ""), "my order"),
    ],
)
def test_the_customers_own_name_goes_wherever_it_stands(text: str, names: tuple[str, ...], kept: str) -> None:
    assert invented(text, PERSONAL, names) == kept


def test_two_messages_about_two_orders_become_the_same() -> None:
    one, other = ("我的订单LJ20261103-0042到哪了", "我的订单LJ20261119-0310到哪了")
    assert invented(one, PERSONAL) == invented(other, PERSONAL)


AROUND = st.text(alphabet=st.characters(categories=("L", "P", "Zs")), max_size=12)
PHONES = st.from_regex(
    r"(\+86 ?|0)?1[3-9][0-9]{9}|\+44 20 [0-9]{4} [0-9]{4}|0[0-9]{2}-[0-9]{8}|[1-9][0-9]{15,18}", fullmatch=True
)
ORDERS = st.from_regex(r"[lL][jJ]2026(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[- ]?[0-9]{4}", fullmatch=True)


@given(AROUND, PHONES | ORDERS, AROUND)
def test_no_number_of_a_customer_survives(before: str, number: str, after: str) -> None:
    digits = re.sub(r"\D", "", number)
    text = invented(f"{before} {number} {after}", PERSONAL)
    made_up = ("13900001234", "202601010001", "5550123555012355501235550123", "1234567890" * 3)
    left = re.sub(r"\D", "", text)
    assert digits not in left or any(digits[2:] in one for one in made_up)


@given(st.text() | st.builds("{} {} {}".format, AROUND, PHONES | ORDERS, AROUND))
def test_inventing_twice_changes_nothing_more(text: str) -> None:
    once = invented(text, PERSONAL, ("Emma Clarke", "林小雨"))
    assert invented(once, PERSONAL, ("Emma Clarke", "林小雨")) == once


def test_a_wrong_file_is_told_by_its_keys() -> None:
    broken = {**RAW, "address": {**RAW["address"], "en_streets": []}, "name_follow": {}, "not_in_names": ""}
    with pytest.raises(BadContent) as error:
        read_personal(broken)
    assert "'name_follow' is unknown here" in str(error.value)
    assert "'not_in_names' must be a text" in str(error.value)
    assert "'address.en_streets' is missing or empty" in str(error.value)


def test_the_stand_ins_are_what_the_file_says() -> None:
    raw = {**RAW, "stand_ins": {**RAW["stand_ins"], "email": "somebody@example.org"}}
    assert isinstance(read_personal(raw), Personal)
    assert invented("a@b.de", read_personal(raw)) == "somebody@example.org"


@pytest.mark.timeout(5)
@pytest.mark.parametrize("unit", ["省", "市路", "1 ", "a ", "1 a ", "1-", "+1 (", "我叫", "name: ", "LJ2", "20260101"])
def test_no_text_takes_long(unit: str) -> None:
    assert invented((unit * 500)[:500], PERSONAL)
