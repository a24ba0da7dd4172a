"""Reading updates: a table of what Telegram writes and what we make of it."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram_read import COMMANDS, read
from bot.messages import Attachment, Incoming, Kind
from tests.fakes import telegram_wire as wire

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIN = wire.user(77, "Lin Yue", "zh-hans")
CHAT = wire.chat(77, "Lin Yue")
GROUP = {"id": -100123, "type": "supergroup", "title": "Neighbours"}
PLACE = {"latitude": 31.23, "longitude": 121.47}
FILE = {"file_id": "F", "file_unique_id": "U", "file_size": 9}
STICKER = wire.sticker("S", "😡")


def message(**content: Any) -> dict[str, Any]:
    return {"message_id": 5, "from": LIN, "chat": CHAT, "date": 1_770_000_000, **content}


def written(**content: Any) -> dict[str, Any]:
    return {"update_id": 9, "message": message(**content)}


def edited(**content: Any) -> dict[str, Any]:
    return {"update_id": 9, "edited_message": message(edit_date=1_770_000_100, **content)}


def tapped(**query: Any) -> dict[str, Any]:
    return {"update_id": 9, "callback_query": {"id": "1", "from": LIN, "chat_instance": "8", **query}}


def membership(before: str, after: str, chat: dict[str, Any] = CHAT) -> dict[str, Any]:
    return {"update_id": 9, "my_chat_member": wire.membership(chat, LIN, before, after)}


KEYS = {"inline_keyboard": [[{"text": "Yes", "callback_data": "b:1:0"}, {"text": "No", "callback_data": "b:1:1"}]]}

# label, update, what differs from a plain message of Lin's
TABLE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("text", written(text="你好"), {"text": "你好"}),
    ("text that begins with an unknown command", written(text="/refund now"), {"text": "/refund now"}),
    ("a command in the middle", written(text="I typed /help there"), {"text": "I typed /help there"}),
    ("a command with something at it", written(text="/help, please"), {"text": "/help, please"}),
    ("a command for another bot", written(text="/help@OtherBot"), {"text": "/help@OtherBot"}),
    ("a path", written(text="/stop/here"), {"text": "/stop/here"}),
    ("a lone slash", written(text="/"), {"text": "/"}),
    ("command", written(text="/help"), {"kind": Kind.COMMAND, "payload": "help"}),
    ("command with a capital", written(text="/Stop"), {"kind": Kind.COMMAND, "payload": "stop"}),
    ("start with a deep link", written(text="/start order-77"), {
        "kind": Kind.COMMAND, "payload": "start", "text": "order-77",
    }),
    ("command for us", written(text="/human@CarebotTestBot it\nleaks"), {
        "kind": Kind.COMMAND, "payload": "human", "text": "it\nleaks",
    }),
    ("command for us in other letters", written(text="/human@carebottestbot"), {
        "kind": Kind.COMMAND, "payload": "human",
    }),
    ("a command as a caption is a caption", written(caption="/help", document=FILE), {
        "text": "/help", "attachments": (Attachment("document", "F", size=9),),
    }),
    ("photo: the largest", written(photo=wire.photo("P", 70_000)[::-1], caption="broken"), {
        "text": "broken", "attachments": (Attachment("photo", "P", mime="image/jpeg", size=70_000),),
    }),
    ("one of an album", written(photo=wire.photo("P", 7), media_group_id="1300"), {
        "payload": "1300", "attachments": (Attachment("photo", "P", mime="image/jpeg", size=7),),
    }),
    ("document", written(document=wire.document("D", "a.pdf", "application/pdf", 12)), {
        "attachments": (Attachment("document", "D", name="a.pdf", mime="application/pdf", size=12),),
    }),
    ("moving picture, once", written(animation={**FILE, "width": 1, "height": 1, "duration": 1}, document=FILE), {
        "attachments": (Attachment("video", "F", size=9),),
    }),
    ("voice", written(voice=wire.voice("V", 30)), {
        "attachments": (Attachment("voice", "V", mime="audio/ogg", size=30),),
    }),
    ("audio", written(audio={**FILE, "duration": 3, "file_name": "a.mp3", "mime_type": "audio/mpeg"}), {
        "attachments": (Attachment("audio", "F", name="a.mp3", mime="audio/mpeg", size=9),),
    }),
    ("video", written(video={**FILE, "duration": 3, "width": 1, "height": 1, "mime_type": "video/mp4"}), {
        "attachments": (Attachment("video", "F", mime="video/mp4", size=9),),
    }),
    ("round video", written(video_note={**FILE, "duration": 3, "length": 240}), {
        "attachments": (Attachment("video", "F", size=9),),
    }),
    ("sticker", written(sticker=STICKER), {
        "text": "😡", "attachments": (Attachment("sticker", "S", name="Moods", mime="image/webp", size=20000),),
    }),
    ("animated sticker without an emoji", written(sticker={**STICKER, "is_animated": True, "emoji": None}), {
        "attachments": (Attachment("sticker", "S", name="Moods", mime="application/x-tgsticker", size=20000),),
    }),
    ("die", written(dice={"emoji": "🎲", "value": 4}), {"text": "🎲"}),
    ("location", written(location=PLACE), {"attachments": (Attachment("location", "31.23,121.47"),)}),
    ("venue", written(location=PLACE, venue={"location": PLACE, "title": "Shop", "address": "1 Bund"}), {
        "attachments": (Attachment("location", "31.23,121.47", name="Shop"),),
    }),
    ("contact", written(contact={"phone_number": "+8613", "first_name": "Lin", "last_name": "Yue"}), {
        "attachments": (Attachment("contact", "+8613", name="Lin Yue"),),
    }),
    ("something shared that we cannot read", written(story={"chat": CHAT, "id": 3}), {
        "attachments": (Attachment("other", "", name="story"),),
    }),
    ("edit", edited(text="green, not red"), {"kind": Kind.EDIT, "payload": "5", "text": "green, not red"}),
    ("edit of a caption", edited(caption="new", document=FILE), {
        "kind": Kind.EDIT, "payload": "5", "text": "new", "attachments": (Attachment("document", "F", size=9),),
    }),
    ("edit into a command stays an edit", edited(text="/stop"), {"kind": Kind.EDIT, "payload": "5", "text": "/stop"}),
    ("button", tapped(data="b:1:1", message=message(text="?", reply_markup=KEYS)), {
        "kind": Kind.BUTTON, "payload": "b:1:1", "text": "No",
    }),
    ("button of a message that is gone", tapped(data="b:1:1", message={"message_id": 5, "chat": CHAT, "date": 0}), {
        "kind": Kind.BUTTON, "payload": "b:1:1",
    }),
    ("blocked", membership("member", "kicked"), {"kind": Kind.BLOCKED, "message_id": ""}),
    ("unblocked", membership("kicked", "member"), {"kind": Kind.UNBLOCKED, "message_id": ""}),
    ("no half surrogates, no NUL", written(text="a\ud83d\0b"), {"text": "a\ufffdb"}),
    ("nobody's language", written(text="x", **{"from": {**LIN, "language_code": None}}), {"text": "x", "language": ""}),
    ("an entity of tomorrow", written(text="x", entities=[{"type": "hologram", "offset": 0, "length": 1}]), {
        "text": "x",
    }),
]  # fmt: skip

# label, update, chat
OTHERS: list[tuple[str, dict[str, Any], str]] = [
    ("group message", written(text="hi", chat=GROUP), "-100123"),
    ("group command", written(text="/help", chat=GROUP), "-100123"),
    ("edit in a group", edited(text="hi", chat=GROUP), "-100123"),
    ("button in a group", tapped(data="x", message=message(chat=GROUP, text="?")), "-100123"),
    ("added to a group", membership("left", "member", GROUP), "-100123"),
    ("channel post", {"update_id": 9, "channel_post": message(chat={**GROUP, "type": "channel"})}, "-100123"),
    ("service message", written(pinned_message=message(text="old")), "77"),
    ("live location moves", edited(location={**PLACE, "live_period": 900}), "77"),
    ("button of an inline message", tapped(data="x", inline_message_id="abc"), ""),
    ("a game's button", tapped(game_short_name="chess", message=message(text="?")), "77"),
    ("unblocked into a strange state", membership("kicked", "restricted"), "77"),
    ("inline query", {"update_id": 9, "inline_query": {"id": "1", "from": LIN, "query": "x", "offset": ""}}, ""),
    ("a kind of tomorrow", {"update_id": 9, "telepathy": {"chat": CHAT, "thought": "hm"}}, "77"),
    ("nothing at all", {"update_id": 9}, ""),
    ("message without its date", {"update_id": 9, "message": {"message_id": 5, "chat": CHAT, "text": "hi"}}, "77"),
    ("message that is a list", {"update_id": 9, "message": [1, 2]}, ""),
    ("message without a chat", {"update_id": 9, "message": {"message_id": 5, "date": 1, "text": "x"}}, ""),
    ("a photo without sizes", written(photo=[{"file_id": "P"}]), "77"),
    ("a chat with a strange id", {"update_id": 9, "message": {"chat": {"id": "x"}}}, ""),
]


@pytest.mark.parametrize(("update", "differs"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_a_private_update_is_read(update: dict[str, Any], differs: dict[str, Any]) -> None:
    plain: dict[str, Any] = {
        "channel": "telegram", "chat": "77", "external_id": "9", "at": AT, "name": "Lin Yue", "language": "zh-hans",
        "message_id": "5",
    }  # fmt: skip
    assert read(update, AT, "CarebotTestBot") == Incoming(**(plain | differs))


@pytest.mark.parametrize(("update", "chat"), [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_what_we_have_no_use_for_is_kept_whole(update: dict[str, Any], chat: str) -> None:
    before = copy.deepcopy(update)
    incoming = read(update, AT, "CarebotTestBot")
    assert incoming == Incoming(channel="telegram", chat=chat, external_id="9", at=AT, kind=Kind.OTHER, raw=before)
    assert update == before


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_known_even_before_we_know_our_own_name(command: str) -> None:
    incoming = read(written(text=f"/{command}@AnyBot x"), AT)
    assert (incoming.kind, incoming.payload, incoming.text) == (Kind.COMMAND, command, "x")


def test_an_update_without_a_number_is_still_recognised_when_it_is_repeated() -> None:
    one, same, different = ({"message": {"text": text}} for text in ("a", "a", "b"))
    ids = [read(update, AT).external_id for update in (one, same, different)]
    assert ids[0] == ids[1] != ids[2]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just("a\ud83d\0b"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = st.sampled_from(
    ["message_id", "date", "chat", "from", "text", "caption", "photo", "sticker", "voice", "data", "message"]
)


@settings(deadline=None)  # machines that are busy are no failure
@given(
    st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "poll"]),
    st.dictionaries(_FIELDS, _JSON) | _JSON,
)
def test_no_update_raises_and_all_can_be_stored(kind: str, body: Any) -> None:
    incoming = read({"update_id": 9, kind: body}, AT)
    assert incoming.external_id == "9"
    assert "\0" not in incoming.text
    json.dumps(incoming.raw, ensure_ascii=False).encode()


@settings(deadline=None)  # machines that are busy are no failure
@given(_FIELDS, _JSON)
def test_one_broken_field_never_raises(name: str, value: Any) -> None:
    incoming = read({"update_id": 9, "message": message(text="hi") | {name: value}}, AT)
    assert incoming.kind in (Kind.MESSAGE, Kind.COMMAND, Kind.OTHER)
    for attachment in incoming.attachments:
        assert isinstance(attachment.ref, str)
    assert isinstance(incoming.text, str)
    assert isinstance(incoming.name, str)
