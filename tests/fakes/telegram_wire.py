"""What the Bot API writes: users, chats, messages and files as JSON, with the types and the fields Telegram gives."""

import time
from typing import Any

Json = dict[str, Any]

BOT: Json = {
    "id": 4242, "is_bot": True, "first_name": "Carebot", "username": "CarebotTestBot", "can_join_groups": False,
    "can_read_all_group_messages": False, "supports_inline_queries": False,
}  # fmt: skip


def now() -> int:
    """Telegram counts whole seconds."""
    return int(time.time())


def user(number: int, name: str, language_code: str) -> Json:
    first, _, last = name.partition(" ")
    made: Json = {"id": number, "is_bot": False, "first_name": first}
    if last:
        made["last_name"] = last
    if language_code:
        made["language_code"] = language_code
    return made


def chat(number: int, name: str) -> Json:
    first, _, last = name.partition(" ")
    return {"id": number, "type": "private", "first_name": first} | ({"last_name": last} if last else {})


def bot_user() -> Json:
    return {key: BOT[key] for key in ("id", "is_bot", "first_name", "username")}


def message(number: int, chat: Json, sender: Json, **content: Any) -> Json:
    made = {"message_id": number, "from": sender, "chat": chat, "date": now(), **content}
    if command := command_entity(made.get("text", "")):
        made["entities"] = [command]
    return made


def command_entity(text: str) -> Json | None:
    if not text.startswith("/") or not text[1:2].isalpha():
        return None
    return {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}


def photo(file_id: str, size: int) -> list[Json]:
    """Smallest first, as Telegram lists them; only the largest has the whole content."""
    small = {"file_id": file_id + "-s", "file_unique_id": file_id + "us", "width": 90, "height": 67, "file_size": 1200}
    large = {"file_id": file_id, "file_unique_id": file_id + "u", "width": 1280, "height": 960, "file_size": size}
    return [small, large]


def voice(file_id: str, size: int) -> Json:
    return {
        "file_id": file_id, "file_unique_id": file_id + "u", "duration": 3, "mime_type": "audio/ogg", "file_size": size
    }  # fmt: skip


def document(file_id: str, name: str, mime: str, size: int) -> Json:
    return {
        "file_id": file_id, "file_unique_id": file_id + "u", "file_name": name, "mime_type": mime, "file_size": size
    }  # fmt: skip


def sticker(file_id: str, emoji: str) -> Json:
    return {
        "file_id": file_id, "file_unique_id": file_id + "u", "type": "regular", "width": 512, "height": 512,
        "is_animated": False, "is_video": False, "emoji": emoji, "set_name": "Moods", "file_size": 20000,
    }  # fmt: skip


def membership(chat: Json, sender: Json, before: str, after: str) -> Json:
    """`my_chat_member` of a private chat: before and after are member or kicked."""

    def member(status: str) -> Json:
        return {"user": bot_user(), "status": status} | ({"until_date": 0} if status == "kicked" else {})

    return {
        "chat": chat, "from": sender, "date": now(),
        "old_chat_member": member(before), "new_chat_member": member(after),
    }  # fmt: skip
