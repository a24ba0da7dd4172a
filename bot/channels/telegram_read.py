"""An update of the Telegram Bot API becomes an Incoming. Pure; never raises: what cannot be read is Kind.OTHER.

Only private chats are read; anything from a group or channel is OTHER. The payload of a MESSAGE is the id of its album
(`media_group_id`), empty for a single message: every photo of an album is an update of its own.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, Sticker, Update, User
from telegram.constants import ChatMemberStatus, ChatType

from bot.messages import Attachment, Incoming, Kind

NAME = "telegram"
COMMANDS = frozenset({"start", "help", "human", "language", "privacy", "stop", "settings"})
"""What a leading slash may call; any other slash is a customer's own text."""

_COMMAND = re.compile(r"/(?P<name>[a-z]+)(?:@(?P<bot>\w+))?(?:\s+(?P<rest>.*))?", re.IGNORECASE | re.DOTALL)
_SHARED = ("poll", "story", "paid_media", "game", "checklist")
"""Sent by a customer on purpose, and nothing we can read: the customer shall hear that."""


def read(raw: Mapping[str, Any], at: datetime, username: str = "") -> Incoming:
    """The update `raw` (as the Bot API writes it), received `at` (aware UTC) by the bot called `username`.

    Without a username a command addressed to any bot (/help@name) counts as ours.
    """
    clean: dict[str, Any] = {}
    try:
        clean = _storable(raw)
        return _known(Update.de_json(clean), at, username) or _other(clean, at)
    except Exception as error:  # noqa: BLE001 - the library raises whatever its parsers meet
        structlog.get_logger().warning(
            "telegram.update_unreadable", update_id=raw.get("update_id"), error=type(error).__name__
        )
        return _other(clean, at)


def update_id(raw: Mapping[str, Any]) -> int | None:
    """The number Telegram counts updates by; None where it is missing."""
    number = raw.get("update_id")
    return number if type(number) is int else None


def _known(update: Update, at: datetime, username: str) -> Incoming | None:
    """None for every kind of update we have no use for."""
    blank = Incoming(channel=NAME, chat="", external_id=str(update.update_id), at=at)
    if update.message:
        return _message(_from(blank, update.message.chat, update.message.from_user), update.message, username)
    if update.edited_message:
        edited = update.edited_message
        return _edit(_from(blank, edited.chat, edited.from_user), edited)
    if update.callback_query and update.callback_query.message:
        query = update.callback_query
        return _button(_from(blank, update.callback_query.message.chat, query.from_user), query)
    if update.my_chat_member:
        change = update.my_chat_member
        return _membership(_from(blank, change.chat, change.from_user), change)
    return None


def _from(blank: Incoming, chat: Chat, user: User | None) -> Incoming | None:
    """None outside private chats."""
    if chat.type != ChatType.PRIVATE:
        return None
    name = user.full_name if user else chat.full_name or ""
    return replace(blank, chat=str(chat.id), name=name, language=(user and user.language_code) or "")


def _message(blank: Incoming | None, message: Message, username: str) -> Incoming | None:
    text, attachments = _words(message), _attachments(message)
    if blank is None or not (text or attachments):
        return None
    blank = replace(blank, message_id=str(message.message_id))
    if message.text and (command := _command(message.text, username)):
        return replace(blank, kind=Kind.COMMAND, payload=command[0], text=command[1])
    return replace(blank, text=text, attachments=attachments, payload=message.media_group_id or "")


def _edit(blank: Incoming | None, message: Message) -> Incoming | None:
    # A shared live location edits its message every few seconds; nobody wrote anything.
    if blank is None or message.location:
        return None
    number, files = str(message.message_id), _attachments(message)
    return replace(blank, kind=Kind.EDIT, payload=number, message_id=number, text=_words(message), attachments=files)


def _button(blank: Incoming | None, query: CallbackQuery) -> Incoming | None:
    """`text` is the label that was tapped, where the message is still at hand."""
    if blank is None or query.message is None or not query.data:
        return None
    label = ""
    if isinstance(query.message, Message) and query.message.reply_markup:
        buttons = (button for row in query.message.reply_markup.inline_keyboard for button in row)
        label = next((button.text for button in buttons if button.callback_data == query.data), "")
    number = str(query.message.message_id)
    return replace(blank, kind=Kind.BUTTON, payload=query.data, text=label, message_id=number)


def _membership(blank: Incoming | None, change: ChatMemberUpdated) -> Incoming | None:
    kinds = {ChatMemberStatus.BANNED: Kind.BLOCKED, ChatMemberStatus.MEMBER: Kind.UNBLOCKED}
    kind = kinds.get(ChatMemberStatus(change.new_chat_member.status))
    return replace(blank, kind=kind) if blank and kind else None


def _command(text: str, username: str) -> tuple[str, str] | None:
    """(name, arguments) of a command that is known and addressed to us."""
    if not (found := _COMMAND.fullmatch(text.strip())):
        return None
    name, bot = found["name"].lower(), found["bot"]
    if name not in COMMANDS or (bot and username and bot.lower() != username.lower()):
        return None
    return name, (found["rest"] or "").strip()


def _words(message: Message) -> str:
    """What was written; the emoji stands for a sticker or a die."""
    if message.text or message.caption:
        return message.text or message.caption or ""
    if message.sticker:
        return message.sticker.emoji or ""
    return message.dice.emoji if message.dice else ""


def _attachments(message: Message) -> tuple[Attachment, ...]:
    found: list[Attachment] = []
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        found.append(Attachment("photo", largest.file_id, mime="image/jpeg", size=largest.file_size))
    if message.sticker:
        found.append(_sticker(message.sticker))
    # A moving picture comes as an animation and, for old apps, as a document too.
    document = None if message.animation else message.document
    found += [_file("document", document)] if document else []
    found += [_file("voice", message.voice)] if message.voice else []
    found += [_file("audio", message.audio)] if message.audio else []
    found += [_file("video", film) for film in (message.animation, message.video, message.video_note) if film]
    if message.location:
        place = f"{message.location.latitude},{message.location.longitude}"
        found.append(Attachment("location", place, name=message.venue.title if message.venue else ""))
    if message.contact:
        named = " ".join(filter(None, (message.contact.first_name, message.contact.last_name)))
        found.append(Attachment("contact", message.contact.phone_number, name=named))
    found += [Attachment("other", "", name=kind) for kind in _SHARED if getattr(message, kind)]
    return tuple(found)


def _file(kind: str, file: Any) -> Attachment:
    """Any of the library's file types: not all of them have a name and a type."""
    name, mime = getattr(file, "file_name", None), getattr(file, "mime_type", None)
    return Attachment(kind, file.file_id, name=name or "", mime=mime or "", size=file.file_size)


def _sticker(sticker: Sticker) -> Attachment:
    mime = "application/x-tgsticker" if sticker.is_animated else "video/webm" if sticker.is_video else "image/webp"
    return Attachment("sticker", sticker.file_id, name=sticker.set_name or "", mime=mime, size=sticker.file_size)


def _other(raw: dict[str, Any], at: datetime) -> Incoming:
    number = update_id(raw)
    if number is None:  # never seen from Telegram; the same update must still get the same id
        known_by = "sha256:" + hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
    else:
        known_by = str(number)
    return Incoming(channel=NAME, chat=_chat(raw), external_id=known_by, at=at, kind=Kind.OTHER, raw=raw)


def _chat(raw: Mapping[str, Any]) -> str:
    """The chat an update we do not understand belongs to; empty where it tells none (an inline query, a poll)."""
    for body in raw.values():
        for place in (body, body.get("message")) if isinstance(body, dict) else ():
            chat = place.get("chat") if isinstance(place, dict) else None
            if isinstance(chat, dict) and type(chat.get("id")) is int:
                return str(chat["id"])
    return ""


def _storable(value: Any) -> Any:
    """The same without what a database refuses in a text: NUL and half surrogate pairs, which JSON can carry."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    return [_storable(inner) for inner in value] if isinstance(value, list) else value
