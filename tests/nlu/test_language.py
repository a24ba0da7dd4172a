"""The language of a message, and of one that has none of its own."""

import pytest

from tests.nlu.conftest import Nlu


@pytest.mark.parametrize(
    ("text", "language", "script"),
    [
        ("我的快递到哪了", "zh", "Hans"),
        ("請問我的包裹寄到哪裡了", "zh", "Hant"),
        ("我的order一直pending怎么办", "zh", "Hans"),
        ("where is my parcel", "en", None),
        ("I bought the 朗居 kettle and it broke after two days", "en", None),
    ],
)
@pytest.mark.parametrize("before", ["zh", "en"])
async def test_a_message_with_a_language_has_it(
    nlu: Nlu, text: str, language: str, script: str | None, before: str
) -> None:
    found = await nlu.decide(text, language=before)
    assert (found["language"], found["script"]) == (language, script)


@pytest.mark.parametrize("text", ["ok", "👍", "LJ20261103-0042", "???", "thx", ""])
@pytest.mark.parametrize("before", ["zh", "en"])
async def test_a_message_without_one_keeps_the_conversations(nlu: Nlu, text: str, before: str) -> None:
    assert (await nlu.decide(text, language=before))["language"] == before


async def test_the_first_message_without_one_is_answered_in_english(nlu: Nlu) -> None:
    assert (await nlu.decide("👍"))["language"] == "en"


@pytest.mark.parametrize(
    ("text", "emotions"),
    [
        ("你们就是骗子！！！气死我了，我要投诉！！", {"angry"}),
        ("THIS IS A SCAM!!! worst shop EVER", {"angry"}),
        ("等了一个星期了，怎么还没有消息", {"annoyed", "angry"}),
        ("请问你们支持微信支付吗", {"calm"}),
        ("hi, do you ship to Shanghai?", {"calm"}),
        ("太好了，终于收到了，谢谢你们", {"relieved"}),
        ("phew, it finally arrived, thank you so much", {"relieved"}),
    ],
)
async def test_emotion(nlu: Nlu, text: str, emotions: set[str]) -> None:
    assert (await nlu.decide(text))["emotion"]["name"] in emotions
