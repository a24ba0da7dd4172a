"""The articles and how they are read, the words of a text, and the index. What is found: test_search.py."""

from copy import deepcopy
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot import datafile
from bot.enquiries.article import WORDS_FILE, look_up, read_articles, written
from bot.enquiries.bm25 import Index
from bot.enquiries.knowledge import Knowledge
from bot.enquiries.segmenter import counts, segmenter
from bot.enquiries.terms import Chinese, English, stem
from bot.enquiries.wordlist import read_words
from bot.errors import BadContent
from bot.never_say import NeverSay
from bot.shop.product import facts_of
from tests.shop.goods import DATA, catalogue, policy

FOLDER = DATA / "knowledge"
INTENTS = {
    "check_refund_policy",
    "get_refund",
    "delivery_period",
    "delivery_options",
    "check_payment_methods",
    "payment_issue",
    "get_invoice",
    "registration_problems",
    "recover_password",
    "edit_account",
    "delete_account",
    "newsletter_subscription",
    "contact_customer_service",
    "warranty_repair",
    "membership_points",
    "place_order",
}


@cache
def knowledge() -> Knowledge:
    return Knowledge.load(FOLDER, policy(), catalogue())


@cache
def words():
    return read_words(datafile.read(FOLDER / WORDS_FILE))


def facts() -> dict:
    return {"shop": policy().raw, "product": facts_of(catalogue())}


# What an editor writes


def test_there_are_articles_enough_for_policies_and_products():
    assert len(knowledge().articles) >= 60
    sources = {article.source.en for article in knowledge().articles.values()}
    assert {"Returns policy", "Delivery guide", "Fridge and freezer manual"} <= sources


def test_every_article_can_be_read_in_a_chat():
    for article in knowledge().articles.values():
        assert "{" not in article.body.zh + article.body.en, article.id
        assert len(article.body.zh) <= 220, article.id
        assert len(article.body.en) <= 480, article.id
        assert article.keywords["zh"], article.id
        assert article.keywords["en"], article.id


def test_no_article_says_what_must_not_be_said():
    rules = NeverSay.load(datafile.read(DATA / "policy" / "never_say.yml"))
    for article in knowledge().articles.values():
        for language in ("zh", "en"):
            for words in (article.title, article.body):
                assert rules.found_in(getattr(words, language), language) == [], article.id


@pytest.mark.parametrize("intent", sorted(INTENTS))
def test_intents_that_need_no_order_have_an_article(intent):
    assert knowledge().answering(intent)


def test_no_article_answers_an_intent_that_does_not_exist():
    assert {article.answers for article in knowledge().articles.values()} - INTENTS == {""}


def test_numbers_come_from_the_shops_rules_and_products():
    articles = knowledge().articles
    assert f"{policy().returns.days} 天内可以无理由退货" in articles["return-window"].body.zh
    assert "¥99" in articles["delivery-fee"].body.en
    assert "62 dB" in articles["washer-noise"].body.en
    assert "WeChat Pay" in articles["payment-methods"].body.en
    assert "微信支付" in articles["payment-methods"].body.zh


def test_a_changed_rule_changes_the_article():
    raw = {"data/knowledge/returns.yml": datafile.read(FOLDER / "returns.yml")}
    changed = deepcopy(facts())
    changed["shop"]["returns"]["days"] = 30
    (article,) = [a for a in read_articles(raw, changed) if a.id == "return-window"]
    assert "within 30 days" in article.body.en


@pytest.mark.parametrize(
    ("path", "value", "currency", "language", "text"),
    [
        ("a.fee_cents", 459900, "CNY", "zh", "¥4,599"),
        ("a.fee_cents", 1250, "CNY", "en", "¥12.50"),
        ("a.fee_cents", 1200, "HKD", "en", "HKD 12"),
        ("a.days", 7, "CNY", "zh", "7"),
        ("a.hours", {"zh": "每天", "en": "daily"}, "CNY", "en", "daily"),
        ("a.ratio", "2:1", "CNY", "en", "2:1"),
    ],
)
def test_a_fact_is_written_as_the_language_writes_it(path, value, currency, language, text):
    assert written(value, path, language, currency) == text


def test_a_path_leads_to_its_fact_or_is_named():
    assert look_up({"a": {"b-c": 1}}, "a.b-c") == 1
    with pytest.raises(KeyError, match=r"a\.x"):
        look_up({"a": {"b": 1}}, "a.x")


GOOD = {
    "title": {"zh": "题", "en": "Title"},
    "body": {"zh": "文", "en": "Body"},
    "keywords": {"zh": ["词"], "en": ["word"]},
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"body": {"zh": "文"}}, "has no en body"),
        ({"body": {"zh": " ", "en": "Body"}}, "has no zh body"),
        ({"title": "Title"}, "has no title"),
        ({"keywords": ["word"]}, "needs keywords as zh: […] and en: […]"),
        ({"keywords": {"en": [500]}}, "needs en keywords as a list of texts"),
        ({"boddy": {}}, "has 'boddy', which is not one of answers, body, keywords, source, title"),
        ({"answers": 5}, "answers 5, which is not the name of an intent"),
        ({"source": {"zh": "书"}}, "has no en source"),
        ({"body": {"zh": "{shop.x}", "en": "Body"}}, "quotes {shop.x}, which does not exist"),
        ({"body": {"zh": "{shop}", "en": "Body"}}, "cannot quote {shop} is not a number or a text"),
        ({"body": {"zh": "{}", "en": "Body"}}, "quotes {}, which does not exist"),
    ],
)
def test_a_broken_article_is_named_with_file_and_what_is_wrong(change, message):
    raw = {"source": {"zh": "书", "en": "Book"}, "articles": {"return-window": {**GOOD, **change}}}
    with pytest.raises(BadContent) as told:
        read_articles({"data/knowledge/returns.yml": raw}, {"shop": {"currency": "CNY"}})
    assert str(told.value).startswith(f"data/knowledge/returns.yml: article 'return-window' {message}")


def test_everything_that_is_wrong_is_told_at_once():
    broken = {"source": {"zh": "书", "en": "Book"}, "articles": {"a": {}, "B": GOOD, "c": GOOD, "d": None}}
    files = {"x.yml": broken, "y.yml": {"source": broken["source"], "articles": {"c": GOOD}}, "z.yml": []}
    with pytest.raises(BadContent) as told:
        read_articles(files, {})
    assert str(told.value).splitlines() == [
        "x.yml: article 'a' has no title",
        "x.yml: article 'B' needs an id of small letters, digits and hyphens",
        "x.yml: article 'd' must be a mapping with title and body",
        "y.yml: article 'c' is also in x.yml: ids are unique",
        "z.yml: has no `articles:`",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"small": {"zh": []}}, "small has no en"),
        ({"small": {"zh": [], "en": [True]}}, "put True in quotes"),
        ({"same": {"zh": [], "en": ["fridge"]}}, "'fridge' must be a list of words"),
        ({"thresholds": {"zh": {"sure": 50}, "en": {}}}, "thresholds.zh needs sure, unsure and ahead"),
        (
            {"thresholds": {"zh": {"sure": 10, "unsure": 20, "ahead": 1}, "en": {}}},
            "thresholds.zh: unsure is above sure",
        ),
        ({"thresholds_with_meaning": {"zh": {}}}, "thresholds_with_meaning.zh needs sure, unsure and ahead"),
        ({"thresholds_with_meaning": None}, "thresholds_with_meaning has no zh"),
    ],
)
def test_a_broken_list_of_words_is_named(change, message):
    with pytest.raises(BadContent) as told:
        read_words({**datafile.read(FOLDER / WORDS_FILE), **change})
    assert "data/knowledge/words.yml: " in str(told.value)
    assert message in str(told.value)


# Words of a text


def test_chinese_is_divided_into_the_likeliest_words_and_our_own_stay_whole():
    cut = segmenter(counts(["滤芯多久换"], own=["扫拖机器人"]))
    assert cut("洗衣机的噪音") == ["洗衣机", "的", "噪音"]
    assert cut("滤芯") == ["滤芯"]
    assert cut("扫拖机器人坏了") == ["扫拖机器人", "坏", "了"]
    assert cut("") == []


@settings(deadline=None)  # machines that are busy are no failure
@given(some.text(alphabet=some.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=40))
def test_cutting_loses_no_character(run):
    assert "".join(chinese()._cut(run)) == run


@cache
def chinese() -> Chinese:
    return Chinese(words(), segmenter(counts([], own=["雪柜", "冰箱"])))


def test_traditional_full_width_and_other_names_mean_the_same():
    assert chinese()("雪櫃Ｅ２") == chinese()("冰箱e2")
    assert "的" not in chinese()("冰箱的")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("delivery", "deliveries"),
        ("deliver", "delivered"),
        ("charging", "charge"),
        ("shipped", "ship"),
        ("dishes", "dish"),
        ("instalments", "instalment"),
        ("batteries", "battery"),
        ("installation", "installing"),
    ],
)
def test_forms_of_an_english_word_share_a_stem(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["e1", "p4", "gas", "bus", "tv", "led", "ring"])
def test_codes_and_short_words_stay(word):
    assert stem(word) == word


def test_english_phrases_are_one_thing_and_small_words_nothing():
    english = English(words())
    assert english("the air con") == english("Air Conditioner's")
    assert english("my fridge") == english("the refrigerator")
    assert english("what is this?") == {}


# The index


def test_a_document_made_for_the_query_scores_highest_and_an_unknown_term_counts_against_all():
    index = Index([{"red": 1, "fox": 1}, {"red": 1, "hen": 1}, {"blue": 1}])
    (best, full), (second, _) = index.search({"red": 1, "fox": 1}, 3)
    assert (best, second) == (0, 1)
    assert index.search({"red": 1, "fox": 1, "moon": 1}, 1)[0][1] < full
    assert index.search({"moon": 1}, 3) == []
    assert index.search({}, 3) == []
    assert Index([]).search({"red": 1}, 3) == []
    assert index.shared({"red": 1, "hen": 1, "moon": 1}, 1, least=0.5) == 2


vocabulary = some.sampled_from(["red", "fox", "hen", "blue", "sky"])
bags = some.dictionaries(vocabulary, some.integers(1, 5), max_size=5)


@settings(deadline=None)  # machines that are busy are no failure
@given(some.lists(bags, max_size=6), bags)
def test_scores_lie_between_nothing_and_one_and_come_in_order(documents, query):
    scores = [score for _, score in Index(documents).search(query, 10)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)
