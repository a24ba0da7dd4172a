"""The web chat: sessions, messages in, the thread out. The database is the messaging service, so sending is writing."""

import hashlib
import secrets
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlalchemy import bindparam, select

from bot.channels.hub import LOOK_AGAIN, Hub, State
from bot.channels.tables import WebSession
from bot.clock import Clock
from bot.conversations import store as conversations
from bot.conversations.language import of_tag
from bot.conversations.tables import Conversation
from bot.db import Database, is_gone, table, told
from bot.errors import NotFound, Unreadable
from bot.inbox import thread
from bot.inbox.service import Stored
from bot.inbox.thread import Line
from bot.messages import Attachment, Incoming, Kind
from bot.statement import Statement

LONGEST_TEXT = 4000
LARGEST_FILE = 10 * 1024 * 1024
BELIEVABLE = timedelta(seconds=15)
"""So long "is typing" is true; behind that something is wrong, and the dots would be a lie."""
AT_ONCE = 500
"""Conversations in one look."""
KEPT_TOKENS = 10_000
"""Sessions whose token this process remembers instead of asking the database."""

MAGIC = {
    b"\xff\xd8\xff": (".jpg", "image/jpeg"),
    b"\x89PNG\r\n": (".png", "image/png"),
    b"GIF8": (".gif", "image/gif"),
    b"%PDF-": (".pdf", "application/pdf"),
}
"""What a file begins with decides what it is, not its name."""

log = structlog.get_logger()
TakeStored = Callable[[Incoming], Awaitable[Stored]]


@dataclass(frozen=True, slots=True)
class Session:
    public_id: str
    conversation_id: int


_its = table(Conversation).c
NOW_COLUMNS = (_its.seq, _its.waiting_since)
NOW = Statement(select(*NOW_COLUMNS).where(_its.id == bindparam("conversation")))


class News(NamedTuple):
    lines: list[Line]
    typing: bool
    """The bot is at it."""
    state: State


class WebChat:
    name = "web"

    def __init__(self, db: Database, clock: Clock, hub: Hub, take: TakeStored, folder: Path) -> None:
        self._db = db
        self._clock = clock
        self._take = take
        self._folder = folder
        self._known: dict[str, Session] = {}
        self.hub = hub

    async def open(self, language: str = "") -> tuple[Session, str]:
        """A new session with its token, which is shown once. `language`: the page's IETF tag, until words decide."""
        at = self._clock.now()
        public_id, token = uuid.uuid4().hex, secrets.token_urlsafe(32)
        async with self._db.write() as session:
            async with conversations.held_or_new(session, self.name, public_id, at) as conversation:
                conversation.language = of_tag(language)
            session.add(
                WebSession(public_id=public_id, token_hash=_hash(token), conversation_id=conversation.id, created_at=at)
            )
        return Session(public_id, conversation.id), token

    async def session(self, token: str) -> Session:
        """The session of a token. Raises NotFound."""
        hashed = _hash(token)
        if (known := self._known.get(hashed)) is not None:
            return known
        async with self._db.read() as session:
            row = await session.scalar(select(WebSession).where(WebSession.token_hash == hashed))
        if row is None:
            raise NotFound("this chat session does not exist (any more)")
        if len(self._known) >= KEPT_TOKENS:
            self._known.clear()
        found = self._known[hashed] = Session(row.public_id, row.conversation_id)
        return found

    async def receive(
        self, session: Session, client_id: str, text: str = "", button: str = "", attachment: Attachment | None = None
    ) -> Stored:
        """Store a message or a tap. The same client_id again changes nothing. Raises Unreadable."""
        if len(text) > LONGEST_TEXT:
            raise Unreadable(f"a message may have {LONGEST_TEXT} characters; this one has {len(text)}")
        if not text.strip() and not button and attachment is None:
            raise Unreadable("a message needs text, a button or a file")
        kind, payload, words = (
            (Kind.BUTTON, button, await self._label(session, button)) if button else (Kind.MESSAGE, "", text)
        )
        if kind is Kind.MESSAGE and (command := _command(words)) is not None:
            kind, payload, words = Kind.COMMAND, command[0], command[1]
        stored = await self._take(
            Incoming(
                channel=self.name,
                chat=session.public_id,
                external_id=f"{session.public_id}:{client_id}",
                at=self._clock.now(),
                kind=kind,
                text=words,
                payload=payload,
                message_id=client_id,
                attachments=(attachment,) if attachment else (),
            )
        )
        self.hub.tell(session.conversation_id)
        return stored

    async def _label(self, session: Session, button: str) -> str:
        """The words on a button, so that the thread shows what was chosen."""
        async with self._db.read() as db:
            return await thread.label(db, session.conversation_id, button)

    def keep_file(self, name: str, content: bytes) -> Attachment:
        """Keep an uploaded file. Raises Unreadable for one that is too large or of no kind we take."""
        if len(content) > LARGEST_FILE:
            raise Unreadable("a file may have 10 MB at the most")
        kind = next((k for start, k in MAGIC.items() if content.startswith(start)), None)
        if kind is None and content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            kind = (".webp", "image/webp")
        if kind is None:
            raise Unreadable("only pictures (JPEG, PNG, GIF, WebP) and PDF files can be sent here")
        ending, mime = kind
        stored = f"{uuid.uuid4().hex}{ending}"
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / stored).write_bytes(content)
        return Attachment(
            "document" if ending == ".pdf" else "photo", stored, _clean(Path(name).name)[:120], mime, len(content)
        )

    def file(self, stored: str) -> tuple[Path, str]:
        """A kept file and its type; its name is the key to it. Raises NotFound."""
        path = self._folder / Path(stored).name
        mime = next((m for e, m in [*MAGIC.values(), (".webp", "image/webp")] if e == path.suffix), None)
        if mime is None or not path.is_file():
            raise NotFound("there is no such file")
        return path, mime

    async def lines(self, session: Session, after: int) -> News:
        """What is new behind `after`, and whether the bot is at it."""
        async with self._db.read() as db:
            ((seq, waiting),) = await NOW.rows(db, {"conversation": session.conversation_id})
            lines = list(await thread.after(db, session.conversation_id, after)) if seq > after else []
        return News(lines, waiting is not None and self._clock.now() - waiting < BELIEVABLE, (seq, waiting))

    async def wait(self, session: Session, after: int, seconds: float, until: datetime) -> News:
        """The same, but wait for something new until `until` (aware UTC), `seconds` at the most."""
        found = await self.lines(session, after)
        while not found.lines and seconds > 0 and not self.hub.is_closed:
            if (left := (until - self._clock.now()).total_seconds()) <= 0:
                break
            if await self.rest(session, found.state, min(left, LOOK_AGAIN)):  # `until` is of the program's clock
                found = await self.lines(session, after)
        return found

    async def rest(self, session: Session, seen: State, seconds: float) -> bool:
        """Wait, at most so long, until there is something new behind what was `seen`; gives whether there is."""
        return await self.hub.news(session.conversation_id, seen, seconds, self._states)

    async def _states(self, conversation_ids: Sequence[int]) -> Mapping[int, State]:
        found: dict[int, State] = {}
        try:
            async with self._db.read() as db:
                for start in range(0, len(conversation_ids), AT_ONCE):
                    some = conversation_ids[start : start + AT_ONCE]
                    for row in await db.execute(select(_its.id, *NOW_COLUMNS).where(_its.id.in_(some))):
                        found[row[0]] = (row[1], row[2])
        except Exception as error:
            if not is_gone(error):
                raise
            log.error("nobody can be told of news", **told(error))
        return found


def _clean(name: str) -> str:
    return "".join(sign for sign in name if sign.isprintable())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _command(text: str) -> tuple[str, str] | None:
    """`/help` and the like, as in other messaging apps: the name, and what stands behind it."""
    name, _, rest = text.strip().partition(" ")
    if len(name) > 1 and name[0] == "/" and name[1:].isascii() and name[1:].isalpha() and len(name) <= 20:
        return name[1:].lower(), rest.strip()
    return None
