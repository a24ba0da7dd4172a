"""The fake Bot API keeps Telegram's rules: what the other tests rely on."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes import telegram_faults as faults
from tests.fakes.telegram import FakeTelegram


class Api:
    """A bot without a library."""

    def __init__(self, fake: FakeTelegram, session: aiohttp.ClientSession) -> None:
        self.fake = fake
        self._session = session

    async def answer(self, method: str, **params: Any) -> tuple[int, Any]:
        """Status, and the result or the description of the refusal."""
        async with self._session.post(f"{self.fake.url}/bot{self.fake.token}/{method}", data=params) as answer:
            body = await answer.json()
            return answer.status, body["result"] if body["ok"] else body["description"]

    async def texts(self, **params: Any) -> list[str]:
        """The texts of the pending messages."""
        _, updates = await self.answer("getUpdates", **params)
        return [update["message"]["text"] for update in updates]

    async def get(self, path: str) -> tuple[int, bytes]:
        async with self._session.get(self.fake.url + path) as answer:
            return answer.status, await answer.read()


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with FakeTelegram() as fake, aiohttp.ClientSession() as session:
        yield Api(fake, session)


async def test_an_offset_acknowledges_everything_before_it_and_nothing_else(api: Api) -> None:
    lin = api.fake.customer()
    numbers = [lin.writes(str(number)) and api.fake.pending[-1]["update_id"] for number in range(4)]
    assert await api.texts() == await api.texts() == ["0", "1", "2", "3"]
    assert await api.texts(limit=2) == ["0", "1"]
    assert await api.texts(offset=numbers[2]) == ["2", "3"]
    assert (api.fake.acknowledged, await api.texts()) == (2, ["2", "3"])
    assert await api.texts(offset=numbers[3] + 1) == []
    assert (api.fake.acknowledged, api.fake.pending) == (4, [])


async def test_a_negative_offset_keeps_the_newest(api: Api) -> None:
    lin = api.fake.customer()
    for number in range(3):
        lin.writes(str(number))
    assert await api.texts(offset=-1) == ["2"]
    assert await api.texts() == ["2"]


async def test_a_long_poll_waits_for_a_word_and_ends_the_older_one(api: Api) -> None:
    older = asyncio.create_task(api.answer("getUpdates", timeout=30))
    await api.fake.until(lambda: api.fake.polls == 1)
    newer = asyncio.create_task(api.texts(timeout=30))
    status, words = await older
    assert (status, words.startswith("Conflict: terminated by other getUpdates")) == (409, True)
    api.fake.customer().writes("hello")
    assert await newer == ["hello"]


async def test_kinds_nobody_asked_for_are_not_kept(api: Api) -> None:
    await api.answer("getUpdates", allowed_updates=json.dumps(["message"]))
    lin = api.fake.customer()
    lin.edits(lin.writes("one"), "two")
    assert await api.texts() == ["one"]


REFUSALS: list[tuple[str, dict[str, Any], int, str]] = [
    ("no text", {"text": "  "}, 400, "message text is empty"),
    ("too long", {"text": "x" * 4097}, 400, "message is too long"),
    ("nobody's chat", {"chat_id": 404}, 400, "chat not found"),
    ("a chat by name", {"chat_id": "@lin"}, 400, "chat not found"),
    ("no chat", {"chat_id": ""}, 400, "chat_id is empty"),
    ("long data", {"reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "x" * 65}]]}}, 400, "_INVALID"),
    ("no label", {"reply_markup": {"inline_keyboard": [[{"text": " ", "callback_data": "x"}]]}}, 400, "non-empty"),
]  # fmt: skip


@pytest.mark.parametrize(("params", "status", "words"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
async def test_a_bad_message_is_refused(api: Api, params: dict[str, Any], status: int, words: str) -> None:
    lin = api.fake.customer()
    asked = {"chat_id": lin.chat_id, "text": "hello"} | params
    sent = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in asked.items()}
    refused, why = await api.answer("sendMessage", **sent)
    assert (refused, words in why, lin.heard) == (status, True, [])


async def test_the_longest_text_is_4096_characters_whatever_they_are(api: Api) -> None:
    lin = api.fake.customer()
    status, message = await api.answer("sendMessage", chat_id=lin.chat_id, text="😡" * 4096)
    assert (status, len(lin.heard[0].text)) == (200, 4096)
    assert message["from"]["is_bot"] is True
    assert type(message["date"]) is int
    assert message["date"] < 10_000_000_000  # seconds, not milliseconds


async def test_buttons_can_be_taken_away_and_then_not_be_tapped(api: Api) -> None:
    lin = api.fake.customer()
    markup = json.dumps({"inline_keyboard": [[{"text": "Yes", "callback_data": "b:1"}]]})
    _, message = await api.answer("sendMessage", chat_id=lin.chat_id, text="All?", reply_markup=markup)
    query = lin.taps("Yes")
    tapped = api.fake.pending[-1]["callback_query"]
    assert (tapped["data"], tapped["message"]["reply_markup"], tapped["chat_instance"] != "") == (
        "b:1", message["reply_markup"], True
    )  # fmt: skip
    assert await api.answer("answerCallbackQuery", callback_query_id=query) == (200, True)
    assert (await api.answer("answerCallbackQuery", callback_query_id="1"))[0] == 400
    edited = {"chat_id": lin.chat_id, "message_id": message["message_id"]}
    assert (await api.answer("editMessageReplyMarkup", **edited))[0] == 200
    assert (await api.answer("editMessageReplyMarkup", **edited))[0] == 400
    with pytest.raises(AssertionError, match="no button 'Yes'"):
        lin.taps("Yes")


async def test_files_are_found_and_fetched(api: Api) -> None:
    api.fake.customer().sends_photo(data=b"crack")
    largest = api.fake.pending[0]["message"]["photo"][-1]["file_id"]
    _, file = await api.answer("getFile", file_id=largest)
    path = f"/file/bot{api.fake.token}/{file['file_path']}"
    assert await api.get(path) == (200, b"crack")
    assert (await api.get(path + "x"))[0] == 404


async def test_strangers_and_unknown_methods_are_turned_away(api: Api) -> None:
    assert (await api.get("/bot1:wrong/getMe"))[0] == 401
    assert (await api.answer("getNothing"))[0] == 404
    assert (await api.answer("GETME"))[0] == 200


async def test_faults_strike_in_order_for_whom_they_are_meant_and_heal(api: Api) -> None:
    lin, ann = api.fake.customer(), api.fake.customer()
    api.fake.faults.next("sendMessage", faults.too_many(3), chat=lin.chat_id)
    api.fake.faults.next("sendMessage", faults.server_error(), times=2)

    async def sends(chat: int) -> int:
        return (await api.answer("sendMessage", chat_id=chat, text="x"))[0]

    assert [await sends(chat) for chat in (ann.chat_id, lin.chat_id, lin.chat_id, lin.chat_id)] == [500, 429, 500, 200]
    api.fake.faults.always("sendMessage", faults.forbidden())
    assert [await sends(ann.chat_id) for _ in range(3)] == [403] * 3
    api.fake.faults.heal()
    assert await sends(ann.chat_id) == 200


async def test_a_customer_hears_in_order_and_says_what_was_missed(api: Api) -> None:
    lin = api.fake.customer()
    for text in ("one", "two", "three"):
        await api.answer("sendMessage", chat_id=lin.chat_id, text=text)
    assert (await lin.hears()).text == "one"
    assert (await lin.hears("three")).text == "three"
    with pytest.raises(AssertionError, match="'four'"):
        await lin.hears("four", within=0.05)


async def test_a_dropped_call_has_no_answer(api: Api) -> None:
    lin = api.fake.customer()
    for fault in (faults.drop_before(), faults.drop_after()):
        api.fake.faults.next("sendMessage", fault)
        with pytest.raises(aiohttp.ClientError):
            await api.answer("sendMessage", chat_id=lin.chat_id, text="x")
    assert len(lin.heard) == 1
