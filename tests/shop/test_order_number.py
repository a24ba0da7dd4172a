import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.shop.order_number import NumberForm, canonical_number, find_numbers, meant_orders
from tests.shop.goods import order

FORM = NumberForm.of("LJ{date}-{4}")
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.mark.parametrize(
    "typed",
    [
        "LJ20261103-0042",
        "lj20261103 0042",
        "LJ202611030042",
        "20261103-0042",
        "202611030042",
        "ＬＪ２０２６１１０３－００４２",
        "LJ20261103—0042",
        "L J 2026 1103 0042",
        "lj-2026-11-03-0042",
        "Lj2O261103-OO42",
        "J20261103-0042",
        "no.20261103-0042",
        "#LJ20261103-0042",
        "我的订单LJ20261103-0042一直没到",
        "订单号：20261103 0042，怎么还没发货？",
        "二零二六一一零三零零四二",
        "LJ20261103-\u200b0042",
        "٢٠٢٦١١٠٣٠٠٤٢",
    ],
)
def test_an_order_number_is_recognised_however_it_is_typed(typed):
    assert canonical_number(typed, FORM) == "LJ20261103-0042"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "where is my order?",
        "13900000078",
        "+86 139 0000 0078",
        "2026-11-03 14:05",
        "20261103",
        "20269903-0042",
        "SF202611030042",
        "6222020261103004200",
        "LJ20261103-00421",
        "LJ20261103-004",
        "¥4,599.00",
    ],
)
def test_other_numbers_are_not_taken_for_orders(typed):
    assert find_numbers(typed, FORM) == ()


def test_several_numbers_are_all_found_each_once():
    text = "LJ20261103-0042 and 20261103-0043, again lj202611030042"
    assert find_numbers(text, FORM) == ("LJ20261103-0042", "LJ20261103-0043")
    assert canonical_number(text, FORM) is None


def test_a_shop_can_write_its_numbers_otherwise():
    form = NumberForm.of("{6}/{2}")
    assert canonical_number("order 123456 78", form) == "123456/78"
    assert canonical_number("order 12345678", form) == "123456/78"
    assert canonical_number("order 1234567", form) is None


@pytest.mark.parametrize("template", ["", "LJ", "LJ{}", "LJ{day}"])
def test_a_form_without_digits_is_refused(template):
    with pytest.raises(ValueError, match="digits in braces"):
        NumberForm.of(template)


def test_only_the_customers_own_orders_can_be_meant():
    own = (order(id="LJ20261103-0042"), order(id="LJ20261104-0777"))
    assert meant_orders("0777", own, FORM) == (own[1],)
    assert meant_orders("尾号0042的那个", own, FORM) == (own[0],)
    assert meant_orders("LJ20261103-0042", own, FORM) == (own[0],)
    assert meant_orders("LJ20260101-0042", own, FORM) == ()
    assert meant_orders("042", own, FORM) == ()


disguises = some.sampled_from(
    [
        str.lower,
        lambda number: number.replace("-", ""),
        lambda number: number.replace("-", " "),
        lambda number: number.removeprefix("LJ"),
        lambda number: number.translate(FULL_WIDTH),
        lambda number: number.replace("0", "O", 1),
        lambda number: f"please, {number}!",
        lambda number: f"单号{number}呢",
    ]
)


@settings(deadline=None)  # machines that are busy are no failure
@given(some.dates(date(2015, 1, 1), date(2099, 12, 31)), some.integers(0, 9999), disguises)
def test_every_number_survives_every_disguise(day, serial, disguise):
    number = FORM.write(f"{day:%Y%m%d}{serial:04}")
    assert canonical_number(disguise(number), FORM) == number


@settings(deadline=None)  # machines that are busy are no failure
@given(some.text(max_size=80))
def test_any_text_at_all_can_be_searched(text):
    for number in find_numbers(text, FORM):
        assert canonical_number(number, FORM) == number
        assert unicodedata.is_normalized("NFKC", number)
