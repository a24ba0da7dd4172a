"""What POST /decide and GET /status promise to the app."""

import asyncio
import json

import pytest

from tests.nlu.conftest import Nlu

EMOTIONS = {"calm", "annoyed", "angry", "relieved"}


async def test_a_decision_has_all_its_parts(nlu: Nlu) -> None:
    found = await nlu.decide("请问我的快递到哪了，订单LJ20261103-0042")
    assert (found["language"], found["script"]) == ("zh", "Hans")
    assert found["intent"]["name"] == "track_order"
    assert found["intent"] == found["intent_ranking"][0]
    assert 1 < len(found["intent_ranking"]) <= 10
    assert [guess["confidence"] for guess in found["intent_ranking"]] == sorted(
        (guess["confidence"] for guess in found["intent_ranking"]), reverse=True
    )
    assert found["entities"] == [{"entity": "order_number", "value": "LJ20261103-0042", "start": 12, "end": 27}]
    assert found["emotion"]["name"] in EMOTIONS
    assert found["action"] == "action_track_order"
    assert 0 < found["confidence"] <= 1
    assert found["understood"] is True


async def test_nothing_is_kept_between_two_questions(nlu: Nlu) -> None:
    first = await nlu.decide("好的", journey="complaint", stage="resolve", expecting="yes_no")
    await nlu.decide("我要投诉，你们的东西是坏的")
    assert await nlu.decide("好的", journey="complaint", stage="resolve", expecting="yes_no") == first
    assert (await nlu.decide("好的"))["action"] == "action_nothing_pending"


async def test_many_at_once_get_each_its_own_answer(nlu: Nlu) -> None:
    numbers = [f"LJ20261103-{serial:04d}" for serial in range(40)]
    found = await asyncio.gather(*(nlu.decide(f"where is my order {number}") for number in numbers))
    assert [one["entities"][0]["value"] for one in found] == numbers


async def test_the_server_answers_while_it_thinks(nlu: Nlu) -> None:
    thinking = [asyncio.create_task(nlu.decide("我的快递怎么还没有到呢，" * 300)) for _ in range(20)]
    await asyncio.sleep(0)
    status, _ = await nlu.get("/status")
    assert status == 200
    assert not all(task.done() for task in thinking)
    await asyncio.gather(*thinking)


async def test_status_says_ready_and_which_model(nlu: Nlu) -> None:
    status, content = await nlu.get("/status")
    assert status == 200
    assert content["ready"] is True
    assert content["model_file"].startswith(content["fingerprint"])


async def test_rasas_own_interface_is_there_and_understands_the_same(nlu: Nlu) -> None:
    assert (await nlu.get("/version"))[1]["version"] == "3.6.21"
    for text in ("我要退货", "where is my parcel", "你们的客服太差了！！", "thank you so much"):
        status, parsed = await nlu.post(json.dumps({"text": text}).encode(), "/model/parse")
        found = await nlu.decide(text)
        assert status == 200
        ranking = [(guess["name"], pytest.approx(guess["confidence"], abs=1e-4)) for guess in parsed["intent_ranking"]]
        assert [(guess["name"], guess["confidence"]) for guess in found["intent_ranking"]] == ranking
        assert parsed["emotion"]["name"] == found["emotion"]["name"]
