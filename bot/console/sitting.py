"""An open page of the desk: what its person looks at, what they are told of, and its signs of life."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import App
from bot.channels.files import DOCUMENT, PICTURE
from bot.console.frame import Frame
from bot.console.shape import Shape
from bot.db import told
from bot.desk import inbox, marks, thread
from bot.desk.listing import Filter, Tab, belongs
from bot.desk.news import News
from bot.handoff import alerts, desk
from bot.handoff.presence import BEAT
from bot.messages import Attachment
from bot.staff.account import Me

log = structlog.get_logger()


@dataclass(slots=True)
class Seen:
    """How far the page has the thread of the open conversation."""

    seq: int = 0
    note: int = 0
    event: int = 0


class Sitting:
    """`tell` sends something to the page; it may be called at any time."""

    def __init__(self, frame: Frame, client: str, tell: Callable[[dict[str, Any]], None]) -> None:
        self.frame, self.client, self._tell = frame, client, tell
        self.app: App = frame.app
        self.me: Me = frame.me
        now = self.app.data.now
        self.shape = Shape(frame.words, now.voice.texts, now.shop)
        self.wanted = Filter(Tab.MINE, str(self.me.id))
        self.open = 0
        """The conversation that is looked at; 0 for none."""
        self.seen = Seen()
        self._shown: set[int] = set()
        """Conversations the page has in its list."""
        self._beating: asyncio.Task[None] | None = None
        self._work: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """The page is connected."""
        if self._beating is None:
            self.frame.console.sittings.add(self)
            self.frame.console.watch.listen(self._hear)
            self._beating = asyncio.create_task(self._beat())

    async def end(self) -> None:
        """The page is gone for good."""
        self.frame.console.sittings.discard(self)
        self.look_at(0)
        await self.frame.console.watch.unlisten(self._hear)
        for task in [self._beating, *self._work]:
            if task is not None:
                task.cancel()
        self._beating = None
        try:
            async with self.app.db.write() as session:
                await desk.leave(session, self.me, self.client)
        except Exception as error:  # noqa: BLE001 - the seat is forgotten when it gives no more signs of life
            log.warning("a seat was not given back", **told(error))

    def shows(self, ids: Sequence[int], only: bool) -> None:
        """The page has these in its list; `only`: and no others."""
        self._shown = set(ids) if only else self._shown | set(ids)

    def look_at(self, conversation_id: int) -> None:
        watch = self.frame.console.watch
        if self.open:
            watch.look_away(self.open)
        self.open, self.seen = conversation_id, Seen()
        if self.open:
            watch.look_at(self.open)

    async def beat(self, types: bool = False) -> None:
        """A sign of life; the others' pages learn who looks and types."""
        async with self.app.db.write() as session:
            await desk.beat(session, self.me, self.client, self.app.clock.now(), self.open or None, types)
        self.frame.console.watch.wake()

    async def _beat(self) -> None:
        while True:
            try:
                await self.beat()
            except Exception as error:  # noqa: BLE001 - the next sign of life comes
                log.warning("a console's sign of life was not written", **told(error))
            await asyncio.sleep(BEAT.total_seconds())

    def _hear(self, news: News) -> None:
        """Runs inside the watch: what needs a look of its own into the database is done beside it."""
        rows, gone, perhaps = [], [], False
        for row in news.rows.values():
            fits = belongs(row, self.wanted)
            if fits or row.id == self.open:
                rows.append({**self.shape.row(row), "listed": fits is True})
                if fits:
                    self._shown.add(row.id)
            elif fits is None:
                perhaps = True
            if fits is False and row.id in self._shown:
                self._shown.discard(row.id)
                gone.append(row.id)
        message: dict[str, Any] = {"rows": rows, "gone": gone, "perhaps": perhaps}
        if news.rows:
            message["counts"] = {"mine": news.loads.get(str(self.me.id), 0), "queue": news.loads.get("queue", 0)}
        if self.open in news.viewers:
            message["viewers"] = self.others(news.viewers[self.open])
        if rows or gone or perhaps or "counts" in message or "viewers" in message:
            self._send(message)
        if self.open in news.rows:
            self._do(self._tell_lines(self.open))
        if news.alerts:
            self._do(self.tell_alerts())

    def others(self, viewers: Sequence[Any]) -> list[dict[str, Any]]:
        return [self.shape.viewer(viewer) for viewer in viewers if viewer.id != self.me.id]

    async def _tell_lines(self, conversation_id: int) -> None:
        async with self.app.db.read() as session:
            new = await self.lines_after(session, conversation_id)
        if conversation_id == self.open:
            self._send({"thread": {"id": conversation_id, **new}})

    async def lines_after(self, session: AsyncSession, conversation_id: int) -> dict[str, Any]:
        """What the page has not yet of this conversation, and what is on its way."""
        seen = self.seen
        lines = await thread.after(session, self.me, conversation_id, seen.seq)
        new_marks = await marks.after(session, self.me, conversation_id, seen.note, seen.event)
        under_way = await thread.unfinished(session, self.me, conversation_id)
        self.note_seen(lines, new_marks)
        return {
            "lines": [self.shape.line(line) for line in lines],
            "marks": [self.shape.mark(mark) for mark in new_marks],
            "under_way": [self.shape.line(line) for line in under_way],
        }

    def files(self, refs: Sequence[Mapping[str, Any]]) -> list[Attachment]:
        """Files that were uploaded here before, by their names in the folder. Raises NotFound."""
        found = []
        for given in refs:
            path, mime = self.app.files.find(str(given["ref"]))
            kind = PICTURE if mime.startswith("image/") else DOCUMENT
            found.append(Attachment(kind, path.name, str(given.get("name") or "")[:120], mime, path.stat().st_size))
        return found

    def note_seen(self, lines: Sequence[thread.Line], new_marks: Sequence[marks.Mark]) -> None:
        self.seen.seq = max([self.seen.seq, *(line.seq for line in lines)])
        self.seen.note = max([self.seen.note, *(m.id for m in new_marks if m.what == marks.NOTE)])
        self.seen.event = max([self.seen.event, *(m.id for m in new_marks if m.what != marks.NOTE)])

    async def tell_alerts(self) -> None:
        """What rings for this person now."""
        async with self.app.db.read() as session:
            found = await alerts.ringing(session, self.me)
            names = {row.id: row.name for row in await inbox.rows(session, [a.conversation_id for a in found])}
        self._send({"alerts": [self.shape.alert(a, names.get(a.conversation_id, "")) for a in found]})

    def _do(self, work: Any) -> None:
        task = asyncio.create_task(self._logged(work))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _logged(self, work: Any) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - the next news bring it
            log.error("a console was not told", **told(error))

    def _send(self, message: dict[str, Any]) -> None:
        self._tell({**message, "now": self.app.clock.now().isoformat()})
