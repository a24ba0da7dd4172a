import time
from pathlib import Path

import pytest
from components.entities import amount, dates, phone
from components.entities.found import Found, without_overlaps
from components.entities.numerals import chinese_number, english_number
from components.entities.order_number import OrderNumbers
from components.entities.products import Catalogue
from components.text import plain
from hypothesis import given
from hypothesis import strategies as st

ORDERS = OrderNumbers("LJ")
CATALOGUE = """
products:
  - {id: fridge-500, zh: 朗居 F500, en: Langju F500, aliases: {zh: [冰箱, F500], en: [fridge, refrigerator]}}
  - {id: fridge-410, zh: 朗居 F410 冰箱, en: Langju F410 fridge, aliases: {zh: [冰箱], en: [fridge]}}
  - {id: washer-8, zh: 朗居洗衣机, en: Langju washing machine, aliases: {zh: [洗衣机], en: [washing machine, washer]}}
  - {id: kettle-1, zh: 电水壶, en: kettle}
"""


def values(found: list[Found], text: str) -> list[tuple[str, str]]:
    """(value, the words it was found in)."""
    return [(one.value, text[one.start : one.end]) for one in found]


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("单号LJ20261103-0042谢谢", "LJ20261103-0042", "LJ20261103-0042"),
        ("lj202611030042", "LJ20261103-0042", "lj202611030042"),
        ("it is 202611030042 ok", "LJ20261103-0042", "202611030042"),
        ("20261103-0042", "LJ20261103-0042", "20261103-0042"),
        ("LJ 20261103 0042", "LJ20261103-0042", "LJ 20261103 0042"),
        ("ＬＪ２０２６１１０３－００４２", "LJ20261103-0042", "ＬＪ２０２６１１０３－００４２"),
        ("订单号 A1234567 到哪了", "A1234567", "A1234567"),
        ("my order number is 998877665", "998877665", "998877665"),
    ],
)
def test_order_number(text: str, value: str, words: str) -> None:
    assert values(ORDERS.find(plain(text)), text) == [(value, words)]


@pytest.mark.parametrize("text", ["LJ20261399-0042", "13812345678", "my order is late", "订单到哪了", "price 59900"])
def test_no_order_number(text: str) -> None:
    assert ORDERS.find(plain(text)) == []


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("我的电话13812345678", "13812345678", "13812345678"),
        ("打我手机 138 1234 5678 吧", "13812345678", "138 1234 5678"),
        ("+86 138-1234-5678", "13812345678", "+86 138-1234-5678"),
        ("call +44 7700 900123 please", "447700900123", "+44 7700 900123"),
        ("座机010-62345678", "01062345678", "010-62345678"),
        ("(415) 555-0132", "4155550132", "(415) 555-0132"),
        ("電話是0922333444", "0922333444", "0922333444"),
    ],
)
def test_phone(text: str, value: str, words: str) -> None:
    assert values(phone.find(plain(text)), text) == [(value, words)]


@pytest.mark.parametrize("text", ["LJ20261103-0042", "2026-11-03", "59900", "等了138天"])
def test_no_phone(text: str) -> None:
    assert phone.find(plain(text)) == []


@pytest.mark.parametrize(
    ("text", "value", "currency", "words"),
    [
        ("多扣了599元", "599.00", "CNY", "599元"),
        ("￥1,299.50不对", "1299.50", "CNY", "￥1,299.50"),
        ("五百块呢", "500.00", "CNY", "五百块"),
        ("多扣了我￥1,299呢", "1299.00", "CNY", "￥1,299"),
        ("199块9", "199.90", "CNY", "199块9"),
        ("1.2万元", "12000.00", "CNY", "1.2万元"),
        ("三百多块钱", "300.00", "CNY", "三百多块钱"),
        ("you charged $59.90 twice", "59.90", "USD", "$59.90"),
        ("it was 89 euros", "89.00", "EUR", "89 euros"),
        ("two hundred yuan", "200.00", "CNY", "two hundred yuan"),
        ("£349 gone", "349.00", "GBP", "£349"),
        ("RMB 599", "599.00", "CNY", "RMB 599"),
    ],
)
def test_amount(text: str, value: str, currency: str, words: str) -> None:
    found = amount.find(plain(text))
    assert values(found, text) == [(value, words)]
    assert found[0].currency == currency


@pytest.mark.parametrize("text", ["咱们一块去", "两块电池坏了", "等了599天", "order 20261103", "one of them"])
def test_no_amount(text: str) -> None:
    assert amount.find(plain(text)) == []


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("2026年11月3日买的", "2026-11-03", "2026年11月3日"),
        ("on 2026/11/3 it broke", "2026-11-03", "2026/11/3"),
        ("bought November 3rd, 2026 here", "2026-11-03", "November 3rd, 2026"),
        ("3 Nov 2026", "2026-11-03", "3 Nov 2026"),
        ("11月3号下的单", "11月3号", "11月3号"),
        ("说好上周三到", "上周三", "上周三"),
        ("上週三說要來", "上周三", "上週三"),
        ("it should come last Friday", "last friday", "last Friday"),
        ("三天前就到了", "三天前", "三天前"),
        ("two weeks ago", "two weeks ago", "two weeks ago"),
        ("我5号寄的", "5号", "5号"),
        ("昨晚打过电话", "昨晚", "昨晚"),
        ("bought in march", "march", "march"),
    ],
)
def test_date(text: str, value: str, words: str) -> None:
    assert values(dates.find(plain(text)), text) == [(value, words)]


@pytest.mark.parametrize("text", ["2026-02-31", "3号楼", "滨江路9号", "第3号", "may i ask", "the 3rd time", "等了三天"])
def test_no_date(text: str) -> None:
    assert dates.find(plain(text)) == []


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    path = tmp_path_factory.mktemp("data") / "products.yml"
    path.write_text(CATALOGUE, encoding="utf-8")
    return Catalogue.read(path)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("洗衣机不转了", [("washer-8", "洗衣机")]),
        ("洗衣機不轉了", [("washer-8", "洗衣機")]),
        ("冰箱坏了", [("fridge-410", "冰箱"), ("fridge-500", "冰箱")]),
        ("the F500 hums", [("fridge-500", "F500")]),
        ("two washing machines", [("washer-8", "washing machines")]),
        ("my washing mashine leaks", [("washer-8", "washing mashine")]),
        ("the refridgerator is warm", [("fridge-500", "refridgerator")]),
        ("the F501 hums", []),
        ("where is my parcel", []),
    ],
)
def test_product(catalogue: Catalogue, text: str, found: list[tuple[str, str]]) -> None:
    assert sorted(values(catalogue.find(plain(text)), text)) == sorted(found)


def test_an_absent_catalogue_is_empty(tmp_path: Path) -> None:
    assert Catalogue.read(tmp_path / "none.yml").find("冰箱") == []


def test_a_broken_catalogue_is_named(tmp_path: Path) -> None:
    path = tmp_path / "products.yml"
    path.write_text("products: [{zh: 冰箱}]", encoding="utf-8")
    with pytest.raises(ValueError, match=r"products\.yml: entry 1 of products has no id"):
        Catalogue.read(path)


def test_what_comes_first_keeps_the_place() -> None:
    number, call = Found("order_number", "A", 0, 10), Found("phone", "1", 5, 12)
    twins = [Found("product", "a", 20, 22), Found("product", "b", 20, 22)]
    assert without_overlaps([[number], [call], twins]) == [number, *twins]


@given(st.text())
def test_every_rule_stands_any_text(text: str) -> None:
    flat = plain(text)
    for rule in (ORDERS.find, phone.find, amount.find, dates.find):
        for one in rule(flat):
            assert 0 <= one.start < one.end <= len(text)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("三百五", 350),
        ("一万二", 12000),
        ("两千三", 2300),
        ("十五", 15),
        ("二零二六", 2026),
        ("三千零五", 3005),
        ("钱", None),
        ("", None),
    ],
)
def test_chinese_number(words: str, number: int | None) -> None:
    assert chinese_number(words) == number


@pytest.mark.parametrize(
    ("words", "number"), [("two hundred and fifty", 250), ("a thousand", 1000), ("twenty-one", 21), ("many", None)]
)
def test_english_number(words: str, number: int | None) -> None:
    assert english_number(words) == number


@pytest.mark.parametrize(
    "text",
    [
        "三百" * 2_000,
        "一二三四五六七八九十" * 400,
        "two hundred and " * 260,
        "1 " * 2_000,
        "9" * 4_000,
        "2026-11-" * 500,
    ],
)
def test_the_time_for_text_made_to_be_slow_is_bounded(text: str) -> None:
    began = time.thread_time()
    for rule in (ORDERS.find, phone.find, amount.find, dates.find):
        rule(text)
    assert time.thread_time() - began < 1, "a rule looks at the same characters again and again"
