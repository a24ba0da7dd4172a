"""The Telegram channel: updates by polling or webhook, messages out.

The library's own Updater is not used: it acknowledges updates before we have stored them. Here the offset moves only
when every update of a batch is stored; whatever happens before that, Telegram gives the batch again.
"""

import asyncio
import functools
import hmac
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import structlog
from telegram import InlineKeyboardMarkup, InputFile, Message, User
from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError

from bot.channels.channel import Outgoing, Take
from bot.channels.files import PICTURE, Files
from bot.channels.telegram_api import ALLOWED_UPDATES, Api, keep_quiet
from bot.channels.telegram_line import Backoff, Line, LineState, NotStored
from bot.channels.telegram_read import NAME, read, update_id
from bot.channels.telegram_write import keyboard, parts, sending_error
from bot.clock import Clock
from bot.errors import NotFound, OurFault, SendingError, Stopped, TryLater, Unknown
from bot.messages import Attachment

WEBHOOK_PATH = "/telegram/webhook"
Step = Callable[[InlineKeyboardMarkup | None], Awaitable[Message]]
"""One message to Telegram, with the buttons under it if it is the last."""
_STOP_WITHIN = 10.0
"""Seconds an update that is being stored may still take when the channel stops."""
_ORNAMENT_WITHIN = 5.0
"""Seconds for what nobody would miss: "is typing", the end of the clock on a button."""


class Telegram:
    """One bot. `start` returns at once; the line to Telegram is made in the background and made again when it breaks.

    `hold` is how long (s) Telegram keeps a poll open, `patience` how long a single answer may take, `send_within` how
    long all parts of one message may take together: it must stay below the lease of an outgoing row.
    """

    name = NAME

    def __init__(
        self,
        token: str,
        clock: Clock,
        api_url: str = "https://api.telegram.org",
        mode: Literal["polling", "webhook"] = "polling",
        secret: str = "",
        public_url: str = "",
        hold: int = 25,
        patience: float = 15.0,
        send_within: float = 45.0,
        backoff: Backoff = Backoff(),  # noqa: B008 - frozen
        files: Files | None = None,
    ) -> None:
        """Raises ValueError for a webhook without a secret: anybody could write in a customer's name."""
        if mode == "webhook" and not secret:
            raise ValueError("a Telegram webhook needs a secret: set CAREBOT_TELEGRAM_WEBHOOK_SECRET")
        keep_quiet()
        self._api = Api(token, api_url, patience)
        self._clock = clock
        self._mode = mode
        self._secret = secret
        self._public_url = public_url
        self._hold = hold
        self._send_within = send_within
        self._files = files
        self._line = Line(backoff)
        self._take: Take | None = None
        self._intake: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()
        self._me: User | None = None
        self._offset: int | None = None
        self._storing = False

    @property
    def state(self) -> LineState:
        """How the line to Telegram is, for health checks."""
        return self._line.state

    async def start(self, take: Take | None) -> None:
        await self._api.open()
        if take is None:
            self._line.state = LineState.STOPPED
            return
        self._take = take
        self._line.state = LineState.STARTING
        step = self._poll if self._mode == "polling" else self._register
        self._intake = asyncio.create_task(self._line.keep_on(step), name="telegram intake")

    async def end_intake(self) -> None:
        """An update that is being stored is stored first, the rest stays with Telegram."""
        self._take = None
        if self._intake:
            if not self._storing:
                self._intake.cancel()
            await asyncio.wait({self._intake}, timeout=_STOP_WITHIN)
            for task in (self._intake, *self._answers):
                task.cancel()
            await asyncio.gather(self._intake, *self._answers, return_exceptions=True)
        self._intake, self._me, self._offset = None, None, None
        self._line.state = LineState.STOPPED

    async def stop(self) -> None:
        """End intake and close the connections."""
        await self.end_intake()
        await self._api.close()

    # intake

    async def _introduce(self) -> None:
        """Learn our own username; asked once, and the first sign that token and network are good."""
        if self._me is None:
            me = await self._api.bot.get_me()
            if self._mode == "polling":
                await self._api.bot.delete_webhook(drop_pending_updates=False)
            self._me = me
            self._line.works()

    async def _poll(self) -> bool:
        await self._introduce()
        # After a failure the first poll does not wait, so that the end of the trouble is noticed at once.
        hold = 0 if self._line.failures else self._hold
        batch = await self._api.updates(self._offset, hold)
        self._storing = True
        try:
            for raw in batch:
                if self._take is None:
                    return False
                await self._store(raw, self._take)
        finally:
            self._storing = False
        # An empty batch means that all is acknowledged: then no offset, for after a quiet week Telegram may go on
        # counting from a lower number.
        self._offset = max((n + 1 for raw in batch if (n := update_id(raw)) is not None), default=None)
        return self._take is not None

    async def _store(self, raw: Mapping[str, Any], take: Take) -> None:
        incoming = read(raw, self._clock.now(), (self._me and self._me.username) or "")
        try:
            await take(incoming)
        except Exception as error:
            raise NotStored from error
        query = raw.get("callback_query")
        if isinstance(query, dict) and isinstance(query.get("id"), str):
            self._later(self._acknowledge(query["id"]))

    async def _register(self) -> bool:
        """Tell Telegram where the webhook is, if we were told. Never True: done once it worked."""
        await self._introduce()
        if self._public_url:
            where = self._public_url.rstrip("/")
            await self._api.bot.set_webhook(
                where if urlsplit(where).path else where + WEBHOOK_PATH,
                secret_token=self._secret,
                allowed_updates=ALLOWED_UPDATES,
                drop_pending_updates=False,
            )
        return False

    async def receive(self, body: bytes, secret_header: str | None) -> int:
        """One call of the webhook (body, X-Telegram-Bot-Api-Secret-Token) → the HTTP status to answer.

        200 stored · 400 no update · 401 no secret · 403 wrong secret · 404 not in webhook mode · 503 not stored, so
        that Telegram calls again.
        """
        if self._mode != "webhook":
            return 404
        if secret_header is None:
            return 401
        if not hmac.compare_digest(secret_header.encode(), self._secret.encode()):
            return 403
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            return 400
        if not isinstance(raw, dict) or update_id(raw) is None:
            return 400
        if self._take is None:
            return 503
        try:
            await self._store(raw, self._take)
        except NotStored as error:
            self._line.failed(error)
            return 503
        self._line.works()
        return 200

    # words out

    async def send(self, out: Outgoing) -> str:
        """Send plain text, in parts where it is too long, and behind it the files; buttons and id belong to the last.

        Nothing is formatted, so no sign in the words can be refused. Once a part has arrived a failure that would mean
        "try later" is Unknown: trying again would repeat that part.
        """
        if not self._api.is_open:
            raise TryLater("the Telegram channel is not running")
        steps: list[Step] = [functools.partial(self._send_words, out.chat, piece) for piece in parts(out.text)]
        steps += [functools.partial(self._send_file, out.chat, file) for file in out.files]
        if not steps:
            raise OurFault("a message without text")
        markup = keyboard(out.buttons)
        sent = ""
        try:
            async with asyncio.timeout(self._send_within):
                for number, step in enumerate(steps, 1):
                    message = await step(markup if number == len(steps) else None)
                    sent = str(message.message_id)
        except Exception as error:
            raise _after(sent, sending_error(error)) from error
        return sent

    async def _send_words(self, chat: str, text: str, under: InlineKeyboardMarkup | None) -> Message:
        return await self._api.bot.send_message(chat, text, reply_markup=under)

    async def _send_file(self, chat: str, file: Attachment, under: InlineKeyboardMarkup | None) -> Message:
        """A picture as a picture, anything else as a document; so does a picture that Telegram refuses as one."""
        if self._files is None:
            raise OurFault("this channel was given no files to send from")
        try:
            path, _ = self._files.find(file.ref)
        except NotFound as error:
            raise OurFault(f"the file to send is gone: {file.ref}") from error
        content = InputFile(await asyncio.to_thread(path.read_bytes), filename=file.name or path.name)
        if file.kind == PICTURE and path.suffix != ".gif":
            try:
                return await self._api.bot.send_photo(chat, content, reply_markup=under)
            except BadRequest as error:
                if isinstance(sending_error(error), Stopped):
                    raise
        return await self._api.bot.send_document(chat, content, reply_markup=under)

    async def typing(self, chat: str) -> None:
        await self._try("typing", self._api.bot.send_chat_action(chat, ChatAction.TYPING))

    async def fetch(self, ref: str) -> bytes:
        """The content of an attachment (at most 20 MB: a limit of the Bot API).

        Raises NotFound for a file Telegram does not give, TryLater when Telegram cannot be reached.
        """
        try:
            file = await self._api.bot.get_file(ref)
            return bytes(await file.download_as_bytearray())
        except BadRequest as error:
            raise NotFound(f"Telegram does not give this file: {error}") from error
        except TelegramError as error:
            raise TryLater(f"the file could not be fetched: {type(error).__name__}") from error

    async def _acknowledge(self, query: str) -> None:
        """Ends the little clock on a tapped button."""
        await self._try("answer_callback_query", self._api.bot.answer_callback_query(query))

    async def _try(self, what: str, call: Coroutine[Any, Any, bool]) -> None:
        try:
            async with asyncio.timeout(_ORNAMENT_WITHIN):
                await call
        except Exception as error:  # noqa: BLE001 - best effort: an ornament must not disturb intake or turns
            structlog.get_logger().debug("telegram.ornament_failed", what=what, error=type(error).__name__)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)


def _after(sent: str, error: SendingError) -> SendingError:
    if sent and isinstance(error, TryLater):
        return Unknown(f"part of a long message was sent, up to id {sent}; then: {error}")
    return error
