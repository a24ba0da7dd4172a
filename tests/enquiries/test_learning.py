"""How the articles get their meaning: in the background, from what is kept, anew when it has to be, or not at all."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import structlog

from bot import data, datafile, schedule
from bot.data import DataInForce
from bot.enquiries import vectors
from bot.enquiries.article import WORDS_FILE, Article
from bot.enquiries.knowledge import Knowledge
from bot.enquiries.learning import PROBE, Learning
from bot.enquiries.meaning import phrases
from bot.enquiries.wordlist import read_words
from bot.errors import RasaUnreachable
from bot.messages import Words
from bot.rasa import Decision, Rasa
from bot.settings import ROOT
from bot.vector import read
from tests.fakes import encoder
from tests.fakes.encoder import FakeEncoder
from tests.openshop import Shop, read_once

WORDS = read_words(datafile.read(ROOT / "data" / "knowledge" / WORDS_FILE))
BOOK = Words("书", "Book")
WINDOW = Article("window", Words("退货期限", "Return window"), BOOK, {"zh": ("几天能退",), "en": ("too late",)}, BOOK)
FEE = Article("fee", Words("运费", "Delivery fee"), BOOK, {"zh": ("包邮吗",), "en": ("postage",)}, BOOK)
PHRASES = [*phrases(WINDOW), *phrases(FEE)]


@pytest.fixture
async def nlu() -> AsyncIterator[FakeEncoder]:
    async with encoder.serve() as served:
        yield served


@pytest.fixture
async def rasa(nlu: FakeEncoder) -> AsyncIterator[Rasa]:
    client = Rasa(nlu.url)
    yield client
    await client.close()


@pytest.fixture
def shop_knowledge() -> Knowledge:
    return Knowledge((WINDOW, FEE), WORDS)


def first(knowledge: Knowledge, nlu: FakeEncoder, meaning: str) -> str:
    """The article found for words that no article has, by what they mean."""
    (best, *_) = knowledge.ranked("zebra crossing", "en", meaning=nlu.vector(meaning))
    return best.id


async def test_what_a_question_means_finds_an_article_that_shares_no_word_with_it(
    nlu: FakeEncoder, rasa: Rasa, shop_knowledge: Knowledge, tmp_path: Path
):
    learned = await Learning(rasa, tmp_path).learn(shop_knowledge)
    assert learned is not None
    assert first(learned, nlu, "几天能退") == "window"
    assert first(learned, nlu, "postage") == "fee"
    assert shop_knowledge.meaning is None
    assert shop_knowledge.ranked("zebra crossing", "en", meaning=nlu.vector("postage")) == []


async def test_a_restart_embeds_nothing_but_the_probe(
    nlu: FakeEncoder, rasa: Rasa, shop_knowledge: Knowledge, tmp_path: Path
):
    await Learning(rasa, tmp_path).learn(shop_knowledge)
    assert sorted(nlu.asked) == sorted([PROBE, *PHRASES])
    nlu.asked.clear()
    again = await Learning(rasa, tmp_path).learn(shop_knowledge)
    assert again is not None
    assert first(again, nlu, "postage") == "fee"
    assert nlu.asked == [PROBE]


async def test_what_is_learnt_is_not_learnt_again(
    nlu: FakeEncoder, rasa: Rasa, shop_knowledge: Knowledge, tmp_path: Path
):
    learning = Learning(rasa, tmp_path)
    learned = await learning.learn(shop_knowledge)
    assert learned is not None
    nlu.asked.clear()
    assert await learning.learn(learned) is None
    assert nlu.asked == [PROBE]


async def test_after_an_edit_only_new_phrases_are_embedded_and_old_ones_forgotten(
    nlu: FakeEncoder, rasa: Rasa, shop_knowledge: Knowledge, tmp_path: Path
):
    learning = Learning(rasa, tmp_path)
    await learning.learn(shop_knowledge)
    nlu.asked.clear()
    edited = replace(FEE, keywords={"zh": ("包邮吗",), "en": ("shipping cost",)})
    learned = await learning.learn(Knowledge((WINDOW, edited), WORDS))
    assert learned is not None
    assert nlu.asked == [PROBE, "shipping cost"]
    assert first(learned, nlu, "shipping cost") == "fee"
    kept = vectors.load(tmp_path, nlu.vector(PROBE))
    assert vectors.key("shipping cost") in kept
    assert vectors.key("postage") not in kept


@pytest.mark.parametrize("size", [64, 32])
async def test_another_encoder_makes_everything_anew(
    nlu: FakeEncoder, rasa: Rasa, shop_knowledge: Knowledge, tmp_path: Path, size: int
):
    learning = Learning(rasa, tmp_path)
    learned = await learning.learn(shop_knowledge)
    assert learned is not None
    nlu.name, nlu.size = "two", size
    nlu.asked.clear()
    anew = await learning.learn(learned)
    assert anew is not None
    assert sorted(nlu.asked) == sorted([PROBE, *PHRASES])
    assert first(anew, nlu, "几天能退") == "window"


async def test_without_nlu_words_alone_answer_and_it_is_told_once(
    nlu: FakeEncoder, rasa: Rasa, shop_knowledge: Knowledge, tmp_path: Path
):
    nlu.is_gone = True
    learning = Learning(rasa, tmp_path)
    with structlog.testing.capture_logs() as told:
        assert await learning.learn(shop_knowledge) is None
        assert await learning.learn(shop_knowledge) is None
    assert [line["event"] for line in told] == [
        "questions are answered by words alone until nlu embeds the articles",
    ]
    assert [hit.article.id for hit in shop_knowledge.search("return window", "en")] == ["window"]
    nlu.is_gone = False
    assert await learning.learn(shop_knowledge) is not None


async def test_what_is_learnt_stays_while_nlu_is_gone(
    nlu: FakeEncoder, rasa: Rasa, shop_knowledge: Knowledge, tmp_path: Path
):
    learning = Learning(rasa, tmp_path)
    learned = await learning.learn(shop_knowledge)
    assert learned is not None
    nlu.is_gone = True
    assert await learning.learn(learned) is None
    assert learned.meaning is not None


async def test_an_answer_that_leaves_a_text_out_is_no_answer(
    nlu: FakeEncoder, rasa: Rasa, shop_knowledge: Knowledge, tmp_path: Path
):
    nlu.forgets = True
    with pytest.raises(RasaUnreachable, match="2 texts, 1 embeddings"):
        await rasa.embed(["a", "b"])
    assert await Learning(rasa, tmp_path).learn(shop_knowledge) is None


async def test_many_texts_come_back_in_their_order(nlu: FakeEncoder, rasa: Rasa):
    texts = [str(n) for n in range(150)]
    rows = await rasa.embed(texts)
    assert all(float(row @ nlu.vector(text)) > 0.999 for row, text in zip(rows, texts, strict=True))
    assert len(await rasa.embed([])) == 0


def no_zip(path: Path) -> None:
    path.write_bytes(b"not what we wrote")


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    path.write_bytes(content)


def another_shape(path: Path) -> None:
    with np.load(path) as kept:
        arrays = dict(kept)
    np.savez(path, **{**arrays, "keys": arrays["keys"][1:]})


def narrower(path: Path) -> None:
    with np.load(path) as kept:
        arrays = dict(kept)
    np.savez(path, **{**arrays, "vectors": arrays["vectors"][:, :-1]})


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def lacking(path: Path) -> None:
    with np.load(path) as kept:
        probe = kept["probe"]
    np.savez(path, probe=probe)


def pickled(path: Path) -> None:
    with np.load(path) as kept:
        arrays = dict(kept)
    np.savez(path, **{**arrays, "keys": np.array([object()])})


@pytest.mark.parametrize("spoil", [no_zip, half, flipped, another_shape, narrower, lacking, pickled])
async def test_a_broken_file_is_thrown_away_and_made_anew(
    nlu: FakeEncoder, rasa: Rasa, shop_knowledge: Knowledge, tmp_path: Path, spoil
):
    await Learning(rasa, tmp_path).learn(shop_knowledge)
    spoil(tmp_path / vectors.FILE)
    nlu.asked.clear()
    with structlog.testing.capture_logs() as told:
        learned = await Learning(rasa, tmp_path).learn(shop_knowledge)
    assert learned is not None
    assert "the kept vectors cannot be read and are made anew" in [line["event"] for line in told]
    assert sorted(nlu.asked) == sorted([PROBE, *PHRASES])
    assert len(vectors.load(tmp_path, nlu.vector(PROBE))) == len(PHRASES)


async def test_a_file_that_can_be_neither_read_nor_replaced_costs_only_time(
    nlu: FakeEncoder, rasa: Rasa, shop_knowledge: Knowledge, tmp_path: Path
):
    await Learning(rasa, tmp_path).learn(shop_knowledge)
    a_folder(tmp_path / vectors.FILE)
    with structlog.testing.capture_logs() as told:
        assert await Learning(rasa, tmp_path).learn(shop_knowledge) is not None
    assert [line["log_level"] for line in told] == ["warning", "warning", "info"]


async def test_a_folder_that_cannot_be_written_costs_only_time(
    nlu: FakeEncoder, rasa: Rasa, shop_knowledge: Knowledge, tmp_path: Path
):
    (tmp_path / "var").write_text("a file where the folder should be")
    with structlog.testing.capture_logs() as told:
        assert await Learning(rasa, tmp_path / "var").learn(shop_knowledge) is not None
    assert "the vectors cannot be kept" in [line["event"] for line in told]


def test_an_embedding_that_is_none_is_refused():
    for written in ("%%%", "", "AAA", "AHwAfA=="):  # no base64, nothing, half a number, infinite
        with pytest.raises(ValueError):
            read(written)
    body = {
        "language": "en",
        "intent": {"name": "greet", "confidence": 1},
        "intent_ranking": [],
        "entities": [],
        "emotion": {"name": "calm", "confidence": 1},
        "action": "action_greet",
    }
    assert Decision.read(body).embedding is None
    with pytest.raises(ValueError):
        Decision.read({**body, "embedding": "AAA"})


# In the whole program


async def test_an_edit_made_while_nlu_embeds_stays_in_force():
    in_force = DataInForce.__new__(DataInForce)
    old, edited = read_once(ROOT / "data"), data.load(ROOT / "data")
    in_force.now = edited
    in_force.learned(old.knowledge, Knowledge((), WORDS))
    assert in_force.now is edited
    learned = Knowledge((), WORDS)
    in_force.learned(edited.knowledge, learned)
    assert in_force.now.knowledge is learned
    assert in_force.now.shop is edited.shop


async def test_a_question_is_answered_by_its_meaning_with_one_request_to_nlu(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    lin = await shop.customer("en")
    text = "how many kilos of laundry does the washing machine take"
    await schedule.learn(shop.app)
    knowledge = shop.app.data.now.knowledge
    assert knowledge.meaning is not None
    assert not knowledge.search(text, "en")[0].sure
    asked: list[str] = []
    post = Rasa._post

    async def counted(self, path, *rest):
        asked.append(path)
        return await post(self, path, *rest)

    monkeypatch.setattr(Rasa, "_post", counted)
    heard = await lin.says(text)
    assert asked == ["/decide"]
    assert any(knowledge.articles["washer-capacity"].body.en in line for line in heard)
