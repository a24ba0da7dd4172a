"""The methods of the fake Bot API: (fake, parameters) → result; they refuse what Telegram refuses, in its words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.fakes import telegram_wire as wire
from tests.fakes.telegram_customer import Customer, Heard
from tests.fakes.telegram_wire import Json

if TYPE_CHECKING:
    from tests.fakes.telegram import FakeTelegram

Params = dict[str, str]
Rows = tuple[tuple[tuple[str, str], ...], ...]


class Refused(Exception):
    def __init__(self, status: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def _get_me(fake: FakeTelegram, params: Params) -> Json:
    return wire.BOT


def _send_message(fake: FakeTelegram, params: Params) -> Json:
    customer = _reachable(fake, params)
    text = params.get("text", "").strip()
    if not text:
        raise Refused(400, "Bad Request: message text is empty")
    if len(text) > 4096:
        raise Refused(400, "Bad Request: message is too long")
    heard = Heard(fake.message_number(), text, _rows(params.get("reply_markup", "")))
    customer.heard.append(heard)
    return heard.as_message(customer.chat)


def _send_photo(fake: FakeTelegram, params: Params) -> Json:
    name, content = _upload(params.get("photo", ""))
    if not content.startswith((b"\xff\xd8\xff", b"\x89PNG")) or len(content) < 10:
        raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED")
    return _file_heard(fake, params, ("photo", name, content))


def _send_document(fake: FakeTelegram, params: Params) -> Json:
    return _file_heard(fake, params, ("document", *_upload(params.get("document", ""))))


def _upload(value: str) -> tuple[str, bytes]:
    name, _, content = value.rpartition(":")
    return name, bytes.fromhex(content)


def _file_heard(fake: FakeTelegram, params: Params, file: tuple[str, str, bytes]) -> Json:
    customer = _reachable(fake, params)
    heard = Heard(fake.message_number(), "", _rows(params.get("reply_markup", "")), file)
    customer.heard.append(heard)
    return heard.as_message(customer.chat)


def _edit_markup(fake: FakeTelegram, params: Params) -> Json:
    customer = _reachable(fake, params)
    for place, heard in enumerate(customer.heard):
        if str(heard.message_id) == params.get("message_id"):
            changed = replace(heard, rows=_rows(params.get("reply_markup", "")))
            if changed == heard:
                raise Refused(400, "Bad Request: message is not modified")
            customer.heard[place] = changed
            return changed.as_message(customer.chat)
    raise Refused(400, "Bad Request: message to edit not found")


def _answer_query(fake: FakeTelegram, params: Params) -> bool:
    query = params.get("callback_query_id", "")
    if query not in fake.queries:
        raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    fake.queries[query] = True
    return True


def _chat_action(fake: FakeTelegram, params: Params) -> bool:
    _reachable(fake, params)
    if not params.get("action"):
        raise Refused(400, "Bad Request: wrong parameter action in request")
    return True


def _get_file(fake: FakeTelegram, params: Params) -> Json:
    file_id = params.get("file_id", "")
    if file_id not in fake.files:
        raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    path, data = fake.files[file_id]
    return {"file_id": file_id, "file_unique_id": file_id + "u", "file_size": len(data), "file_path": path}


def _set_webhook(fake: FakeTelegram, params: Params) -> bool:
    if "allowed_updates" in params:
        fake.allowed = frozenset(json.loads(params["allowed_updates"]))
    _drop(fake, params)
    fake.webhook.point(params.get("url", ""), params.get("secret_token", ""))
    return True


def _delete_webhook(fake: FakeTelegram, params: Params) -> bool:
    _drop(fake, params)
    fake.webhook.point("", "")
    return True


def _webhook_info(fake: FakeTelegram, params: Params) -> Json:
    return {
        "url": fake.webhook.url, "has_custom_certificate": False, "pending_update_count": len(fake.pending)
    }  # fmt: skip


def _set_commands(fake: FakeTelegram, params: Params) -> bool:
    return True


def _drop(fake: FakeTelegram, params: Params) -> None:
    if params.get("drop_pending_updates", "").lower() == "true":
        fake.acknowledge({update["update_id"] for update in fake.pending})


def _reachable(fake: FakeTelegram, params: Params) -> Customer:
    number = params.get("chat_id", "")
    if not number:
        raise Refused(400, "Bad Request: chat_id is empty")
    customer = fake.customers.get(int(number)) if number.lstrip("-").isdigit() else None
    if customer is None:
        raise Refused(400, "Bad Request: chat not found")
    if customer.refuses:
        raise Refused(403, f"Forbidden: {customer.refuses}")
    return customer


def _rows(markup: str) -> Rows:
    if not markup:
        return ()
    try:
        drawn = json.loads(markup)
    except ValueError:
        raise Refused(400, "Bad Request: can't parse reply keyboard markup JSON object") from None
    return tuple(tuple(_key(button) for button in row) for row in drawn.get("inline_keyboard", []) if row)


def _key(button: Json) -> tuple[str, str]:
    label, data = button.get("text", ""), button.get("callback_data", "")
    if not label.strip():
        raise Refused(400, "Bad Request: text buttons must be non-empty")
    if not 1 <= len(data.encode()) <= 64:
        raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return label, data


METHODS: dict[str, Callable[[FakeTelegram, Params], Any]] = {
    "getMe": _get_me,
    "getUpdates": _get_me,  # listed only: FakeTelegram handles it, since it waits
    "sendMessage": _send_message,
    "sendPhoto": _send_photo,
    "sendDocument": _send_document,
    "editMessageReplyMarkup": _edit_markup,
    "answerCallbackQuery": _answer_query,
    "sendChatAction": _chat_action,
    "getFile": _get_file,
    "setWebhook": _set_webhook,
    "deleteWebhook": _delete_webhook,
    "getWebhookInfo": _webhook_info,
    "setMyCommands": _set_commands,
}
