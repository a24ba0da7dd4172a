"""A person on the other side of the fake Bot API: writes, taps, blocks, and keeps what was heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes import telegram_wire as wire

if TYPE_CHECKING:
    from tests.fakes.telegram import FakeTelegram


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of the bot as the customer sees it; `rows` are rows of (label, payload)."""

    message_id: int
    text: str
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    file: tuple[str, str, bytes] | None = None
    """How it was sent (photo, document), the name, the content."""

    @property
    def buttons(self) -> tuple[str, ...]:
        """The labels, in reading order."""
        return tuple(label for row in self.rows for label, _ in row)

    def as_message(self, chat: wire.Json) -> wire.Json:
        """The same as the Bot API writes it."""
        made = wire.message(self.message_id, chat, wire.bot_user(), text=self.text)
        made.pop("entities", None)
        if self.file:
            how, name, content = self.file
            del made["text"]
            made[how] = (
                wire.photo("f1", len(content)) if how == "photo" else wire.document("f1", name, "", len(content))
            )
        if self.rows:
            keys = [[{"text": label, "callback_data": data} for label, data in row] for row in self.rows]
            made["reply_markup"] = {"inline_keyboard": keys}
        return made


class Customer:
    """One private chat. What it does is queued at once; `hears` waits for the bot."""

    def __init__(self, fake: FakeTelegram, chat_id: int, name: str, language_code: str) -> None:
        self.fake = fake
        self.chat_id = chat_id
        self.user = wire.user(chat_id, name, language_code)
        self.chat = wire.chat(chat_id, name)
        self.heard: list[Heard] = []
        self.refuses = ""
        """Why messages to this chat are forbidden (403); empty: they are welcome."""
        self._noticed = 0

    def writes(self, text: str) -> int:
        """Gives the id of the message."""
        return self.sends(text=text)

    def sends(self, **content: Any) -> int:
        """A message with any content, in the Bot API's words (text=, location=, sticker=, …)."""
        number = self.fake.message_number()
        self.fake.push("message", wire.message(number, self.chat, self.user, **content))
        return number

    def sends_photo(self, caption: str = "", group: str = "", data: bytes = b"\xff\xd8 a photo") -> int:
        """Photos with the same `group` form an album; each is an update of its own."""
        more = {"caption": caption} if caption else {}
        more |= {"media_group_id": group} if group else {}
        return self.sends(photo=wire.photo(self.fake.keep_file(data, "photos", "jpg"), len(data)), **more)

    def sends_voice(self, data: bytes = b"OggS a voice") -> int:
        return self.sends(voice=wire.voice(self.fake.keep_file(data, "voice", "oga"), len(data)))

    def sends_document(self, name: str = "invoice.pdf", data: bytes = b"%PDF-", caption: str = "") -> int:
        file_id = self.fake.keep_file(data, "documents", name.rpartition(".")[2])
        more = {"caption": caption} if caption else {}
        return self.sends(document=wire.document(file_id, name, "application/pdf", len(data)), **more)

    def sends_sticker(self, emoji: str) -> int:
        return self.sends(sticker=wire.sticker(self.fake.keep_file(b"RIFF", "stickers", "webp"), emoji))

    def edits(self, message_id: int, text: str) -> None:
        edited = wire.message(message_id, self.chat, self.user, text=text) | {"edit_date": wire.now()}
        self.fake.push("edited_message", edited)

    def taps(self, button: str) -> str:
        """Tap the newest button with this label or payload; gives the id of the callback query."""
        for heard in reversed(self.heard):
            for label, payload in (key for row in heard.rows for key in row):
                if button in (label, payload):
                    return self._taps(heard, payload)
        offered = [heard.buttons for heard in self.heard if heard.rows]
        raise AssertionError(f"no button {button!r} was heard; there were {offered}")

    def _taps(self, heard: Heard, payload: str) -> str:
        query = self.fake.query_number()
        self.fake.push(
            "callback_query",
            {
                "id": query, "from": self.user, "chat_instance": str(-7_000_000 - self.chat_id), "data": payload,
                "message": heard.as_message(self.chat),
            },
        )  # fmt: skip
        return query

    def blocks(self) -> None:
        self.refuses = "bot was blocked by the user"
        self.fake.push("my_chat_member", wire.membership(self.chat, self.user, "member", "kicked"))

    def unblocks(self) -> None:
        self.refuses = ""
        self.fake.push("my_chat_member", wire.membership(self.chat, self.user, "kicked", "member"))

    def deletes_the_account(self) -> None:
        """Telegram tells bots nothing about that."""
        self.refuses = "user is deactivated"

    async def hears(self, words: str = "", within: float = 10.0) -> Heard:
        """The next message not yet noticed (with `words` in it, where given); waits at most `within` seconds.

        What lies before it counts as noticed too.
        """

        def found() -> Heard | None:
            for place, heard in enumerate(self.heard[self._noticed :], self._noticed + 1):
                if words in heard.text:
                    self._noticed = place
                    return heard
            return None

        return await self.fake.until(found, within, lambda: f"{words!r} in {self.heard[self._noticed :]}")
