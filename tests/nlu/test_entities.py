"""Values are canonical, and places are those of what the customer wrote."""

import pytest

from tests.nlu.conftest import Nlu


@pytest.mark.parametrize(
    ("text", "entity", "value", "words"),
    [
        ("  帮我查ＬＪ２０２６１１０３－００４２", "order_number", "LJ20261103-0042", "ＬＪ２０２６１１０３－００４２"),
        ("my order lj202611030042 is late", "order_number", "LJ20261103-0042", "lj202611030042"),
        ("\n\n電話 138 1234 5678 找我", "phone", "13812345678", "138 1234 5678"),
        ("多扣了我￥1,299呢", "amount", "1299.00", "￥1,299"),
        ("you charged me $59.90 twice", "amount", "59.90", "$59.90"),
        ("2026年11月3日买的", "date", "2026-11-03", "2026年11月3日"),
        ("說好上週三到的", "date", "上周三", "上週三"),
        ("/ it should have come last Friday", "date", "last friday", "last Friday"),
        ("😡 F500 不制冷", "product", "fridge-500", "F500"),
    ],
)
async def test_entities(nlu: Nlu, text: str, entity: str, value: str, words: str) -> None:
    found = [one for one in (await nlu.decide(text))["entities"] if one["entity"] == entity]
    assert [(one["value"], text[one["start"] : one["end"]]) for one in found] == [(value, words)]


async def test_an_amount_tells_its_currency(nlu: Nlu) -> None:
    (found,) = (await nlu.decide("it was 89 euros"))["entities"]
    assert (found["value"], found["currency"]) == ("89.00", "EUR")


async def test_a_name_that_products_share_gives_each_of_them_at_the_same_place(nlu: Nlu) -> None:
    found = [one for one in (await nlu.decide("冰箱坏了"))["entities"] if one["entity"] == "product"]
    assert len({one["value"] for one in found}) == len(found) > 1
    assert {(one["start"], one["end"]) for one in found} == {(0, 2)}
