"""data/policy/shop.yml and data/products.yml: what they hold, and what an editor is told."""

from copy import deepcopy

import pytest

from bot import datafile
from bot.errors import BadContent
from bot.shop.policy import read_policy
from bot.shop.product import facts_of, names_of, read_catalogue
from tests.shop.goods import DATA, catalogue, policy

SHOP = DATA / "policy" / "shop.yml"
PRODUCTS = DATA / "products.yml"


def with_change(path, place: str, value: object) -> dict:
    """The parsed file with one value changed; `...` takes it away."""
    raw = deepcopy(datafile.read(path))
    *way, last = place.split(".")
    at = raw
    for step in way:
        at = at[int(step) if step.isdigit() else step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return raw


def test_the_shops_own_policy_is_in_force():
    rules = policy()
    assert (rules.name.en, rules.currency, str(rules.zone)) == ("Langju Home", "CNY", "Asia/Shanghai")
    assert rules.number.write("202611030042") == "LJ20261103-0042"
    assert [tier.id for tier in rules.tiers.values() if tier.key_account] == ["key"]


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("name.zh", ..., "data/policy/shop.yml: name has no zh"),
        ("time_zone", "Shanghai", "time_zone is not a time zone: 'Shanghai'; example: Asia/Shanghai"),
        ("order_number", "LJ", "order_number needs {date} or digits in braces"),
        ("returns", ..., "returns is missing"),
        ("returns.days", "seven", "returns.days must be a whole number, 0 or more; it is 'seven'"),
        ("returns.days", -1, "returns.days must be a whole number, 0 or more; it is -1"),
        ("returns.days", True, "returns.days must be a whole number"),
        ("cancel.allowed_in", ["payed"], "cancel.allowed_in knows no 'payed'; it may be: placed, paid"),
        ("cancel.allowed_in", "placed", "cancel.allowed_in must be a list"),
        ("cancel.ask_a_person_in", ["paid"], "cancel.ask_a_person_in also lists 'paid', which allowed_in has"),
        ("tiers", {}, "tiers is empty"),
        ("tiers.key.key_account", "often", "tiers.key.key_account must be true or false"),
        ("benefits.warn_within_days", ..., "benefits.warn_within_days is missing"),
    ],
)
def test_a_broken_policy_is_named_with_file_and_key(place, value, message):
    with pytest.raises(BadContent) as told:
        read_policy(with_change(SHOP, place, value))
    assert str(told.value).startswith("data/policy/shop.yml: ")
    assert message in str(told.value)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("products.0.en", ..., "data/products.yml: products[1] has no en"),
        ("products.0.category", "boat", "products[1].category is 'boat', which `categories` does not list"),
        ("products.1.id", "fridge-500", "two products have the id 'fridge-500'"),
        ("products.0.price_cents", 0, "products[1].price_cents must be a whole number, 1 or more"),
        ("products.0.warranty_months", ..., "products[1].warranty_months is missing"),
        ("products.0.aliases.en", [500], "products[1].aliases.en must be a list of texts; put 500 in quotes"),
        ("products.0.warranty_parts", [{"zh": "门"}], "products[1].warranty_parts[1] has no en"),
        ("categories.fridge.large", "yes", "categories.fridge.large must be true or false"),
    ],
)
def test_a_broken_product_is_named_with_file_and_key(place, value, message):
    with pytest.raises(BadContent) as told:
        read_catalogue(with_change(PRODUCTS, place, value))
    assert message in str(told.value)


@pytest.mark.parametrize("raw", [None, [], "text"])
def test_a_file_that_is_no_mapping_is_refused(raw):
    with pytest.raises(BadContent, match="must be a mapping"):
        read_policy(raw)


@pytest.mark.parametrize("called", ["雪柜", "冰箱", "fridge", "Refrigerator"])
def test_a_generic_name_means_every_product_of_its_kind(called):
    assert {product.category for product in catalogue().named(called)} == {"fridge"}
    assert len(catalogue().named(called)) > 1


@pytest.mark.parametrize(
    "called", ["W10", "ｗ１０", "Langju W10 front-load washing machine", "front load washer", "washer-10"]
)
def test_a_model_is_one_product(called):
    assert [product.id for product in catalogue().named(called)] == ["washer-10"]


def test_what_the_shop_does_not_sell_is_nothing():
    assert catalogue().named("sofa") == ()
    assert catalogue().categories_of(["sofa", "filter-set"]) == {"consumable"}


def test_the_catalogue_is_large_enough_to_try_things_on_and_every_product_can_be_called_in_both_languages():
    assert len(catalogue().products) >= 40
    for product in catalogue().products.values():
        assert product.name.en in names_of(product)
        for aliases in product.aliases.values():
            assert aliases, product.id
            assert len(aliases) == len(set(aliases)), f"{product.id} has an alias twice"
    assert {product.category for product in catalogue().products.values()} == set(catalogue().categories)


def test_a_model_code_belongs_to_one_product_only():
    aliases = [alias for product in catalogue().products.values() for alias in product.aliases["en"]]
    codes = [alias for alias in aliases if alias.isupper() and len(alias) < 6]
    assert {code: codes.count(code) for code in codes if codes.count(code) > 1} == {"TV": 3}


def test_facts_can_be_quoted_with_price_warranty_and_name():
    facts = facts_of(catalogue())["washer-10"]
    assert (facts["noise_db"], facts["price_cents"], facts["warranty_months"]) == (62, 259900, 36)
    assert facts["name"]["zh"] == "朗居 W10 滚筒洗衣机"
