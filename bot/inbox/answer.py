"""One turn from its messages to its committed words. `decide` runs with no transaction open; then there is one."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.conversations import language
from bot.conversations import store as conversations
from bot.conversations.tables import Conversation
from bot.data import DataInForce
from bot.db import Database, insert_once, is_gone
from bot.errors import Moved, RasaUnreachable
from bot.handoff import service as handoff
from bot.handoff.queue import Reason
from bot.inbox import route, store
from bot.inbox.service import LANE
from bot.inbox.store import Waiting
from bot.inbox.tables import TurnRow
from bot.inbox.turn import Execute, Heard, Turn
from bot.inbox.understanding import Seen, look, understand
from bot.learning import lesson
from bot.learning import service as learning
from bot.messages import Say
from bot.metrics import TURN_SECONDS, TURNS
from bot.outbox import service as outbox
from bot.rasa import Rasa

AGAIN_WHEN_DOWN = timedelta(seconds=10)
"""How long a turn waits for nlu to come back before it tries again."""

log = structlog.get_logger()


class Answering:
    """Answers conversations. Knows nothing of channels; `execute` is the door to the actions."""

    def __init__(
        self,
        db: Database,
        rasa: Rasa,
        data: DataInForce,
        execute: Execute,
        clock: Clock,
        written: Callable[[int], None],
        lease: timedelta = LANE,
    ) -> None:
        """`written` is called with the conversation's id after words for it were committed; `lease`: see Pauses."""
        self._db = db
        self._rasa = rasa
        self._data = data
        self._execute = execute
        self._clock = clock
        self._written = written
        self._lease = lease

    async def turn(self, conversation_id: int) -> datetime | None:
        """Answer the next turn of a conversation. Gives when the following one may begin, None when none waits."""
        while True:
            try:
                ready = await self._turn(conversation_id)
                self._written(conversation_id)
                return ready
            except Moved:
                TURNS.labels(outcome="moved").inc()

    async def _turn(self, conversation_id: int) -> datetime | None:
        async with self._db.read() as session:
            seen = await look(session, conversation_id, self._clock.now())
        if not seen.messages:
            await self._nothing_left(conversation_id, seen)
            return None
        if seen.for_staff:
            return await self._give_to_staff(conversation_id, seen)
        started, began = self._clock.now(), time.perf_counter()
        try:
            action, heard = await understand(self._rasa, self._data.now, seen)
        except RasaUnreachable as error:
            return await self._hold(conversation_id, seen, str(error))
        try:
            ready = await self._commit(conversation_id, seen, action, heard, started)
        except Moved:
            raise
        except Exception as error:
            if is_gone(error):
                raise  # nobody's fault but the database's: the turn runs again when it is back
            log.exception("an action failed", action=action, conversation=conversation_id)
            TURNS.labels(outcome="failed").inc()
            return await self._apologise(conversation_id, seen, action, heard, started, error)
        TURNS.labels(outcome="answered").inc()
        TURN_SECONDS.observe(time.perf_counter() - began)
        return ready

    async def _commit(
        self, conversation_id: int, seen: Seen, action: str, heard: Heard, started: datetime
    ) -> datetime | None:
        """The turn's one transaction. Raises Moved when somebody was faster, and what the action raises."""
        async with self._db.write() as session, self._held(session, conversation_id, seen) as conversation:
            at = self._clock.now()
            if action == "":
                action, heard = await self._what_was_tapped(session, conversation, heard, at)
            language.follow(conversation, heard.decision)
            turn = Turn(session, conversation, heard, at, self._data.now)
            says = await self._execute(action, turn)
            return await self._close(turn, seen, action, says, started)

    @asynccontextmanager
    async def _held(self, session: AsyncSession, conversation_id: int, seen: Seen) -> AsyncIterator[Conversation]:
        """The conversation, held and then written, unless it is not any more as it was seen: Moved."""
        async with conversations.held(session, conversation_id) as conversation:
            if conversation.fence != seen.fence:
                raise Moved(f"conversation {conversation_id} has moved on")
            yield conversation

    async def _what_was_tapped(
        self, session: AsyncSession, conversation: Conversation, heard: Heard, at: datetime
    ) -> tuple[str, Heard]:
        tap = await outbox.tapped(session, conversation, heard.args["payload"], at)
        if tap is None:
            return "action_stale_button", heard
        return tap.action, Heard("", args={**tap.args, "label": tap.label})

    async def _close(
        self, turn: Turn, seen: Seen, action: str, says: Sequence[Say], started: datetime, error: str = ""
    ) -> datetime | None:
        """Write the turn, its words, and that its messages are answered."""
        session, conversation = turn.session, turn.conversation
        conversation.fence += 1
        has_more = seen.has_more or conversation.seq != seen.seq
        turn_id = await insert_once(
            session,
            TurnRow,
            {
                "conversation_id": conversation.id,
                "fence": conversation.fence,
                "text": turn.heard.text,
                "action": action,
                "decision": dict(turn.heard.decision.raw) if turn.heard.decision else None,
                "error": error,
                "started_at": started,
                "done_at": turn.at,
            },
        )
        mine = len(seen.messages)
        if turn_id is None or await store.answered(session, conversation.id, seen.messages[-1].seq, turn_id) != mine:
            raise Moved(f"messages of conversation {conversation.id} were answered elsewhere")
        await outbox.put(session, conversation, says, f"turn:{turn_id}", turn.data.voice, turn.at)
        await self._learn(turn, seen, action, says)
        if has_more:
            return await self._release(session, conversation, turn.at)
        _leave(conversation)
        return None

    async def _learn(self, turn: Turn, seen: Seen, action: str, says: Sequence[Say]) -> None:
        """Keep what was not understood, and what the customer said of the guesses."""
        heard, keys = turn.heard, [say.key for say in says]
        met = lesson.of_turn(action, heard.text, heard.decision, heard.args, keys, seen.context)
        if met is not None:
            await learning.collect(turn.session, turn.conversation, met, turn.at, turn.data.personal)

    async def _apologise(
        self, conversation_id: int, seen: Seen, action: str, heard: Heard, started: datetime, error: Exception
    ) -> datetime | None:
        """An action raised: nothing of it is kept; the customer is told, and a person is called."""
        async with self._db.write() as session, self._held(session, conversation_id, seen) as conversation:
            turn = Turn(session, conversation, heard, self._clock.now(), self._data.now)
            detail = f"{action or 'button'}: {type(error).__name__}"
            says = await handoff.request(session, conversation, Reason.ACTION_FAILED, turn.at, turn.data.desk, detail)
            words = [Say("talk.sorry_failed"), *says]
            return await self._close(turn, seen, action or "button", words, started, error=detail)

    async def _hold(self, conversation_id: int, seen: Seen, why: str) -> datetime:
        """nlu is gone: say so once, tell the desk, keep the messages for when it is back."""
        at = self._clock.now()
        log.error("nlu does not answer; the conversation waits", conversation=conversation_id, error=why)
        async with self._db.write() as session, self._held(session, conversation_id, seen) as conversation:
            conversation.fence += 1
            conversation.held = True
            if await handoff.note_engine_down(session, conversation, at):
                key = f"hold:{seen.messages[0].id}"
                await outbox.put(session, conversation, [Say("talk.holding")], key, self._data.now.voice, at)
            conversation.ready_at = at + AGAIN_WHEN_DOWN
            conversation.lane_until = at + AGAIN_WHEN_DOWN + self._lease
        TURNS.labels(outcome="held").inc()
        return at + AGAIN_WHEN_DOWN

    async def _release(self, session: AsyncSession, conversation: Conversation, at: datetime) -> datetime | None:
        """Give the lane back, or keep it for the next turn when more has come in meanwhile.

        What came in before the turn that called a person is that person's.
        """
        waiting: list[Waiting] = []
        theirs: list[Waiting] = []
        for message in await store.waiting(session, conversation.id):
            is_theirs = route.is_for_staff(conversation.owner, message.kind, message.payload)
            (theirs if is_theirs else waiting).append(message)
        if theirs:
            await store.give_to_staff(session, theirs)
        if not waiting:
            _leave(conversation)
            return None
        conversation.waiting_since = waiting[0].at
        conversation.ready_at = max(conversation.ready_at or at, at)
        conversation.lane_until = conversation.ready_at + self._lease
        return conversation.ready_at

    async def _give_to_staff(self, conversation_id: int, seen: Seen) -> datetime | None:
        async with self._db.write() as session, self._held(session, conversation_id, seen) as conversation:
            conversation.fence += 1
            await store.give_to_staff(session, seen.messages)
            return await self._release(session, conversation, self._clock.now())

    async def _nothing_left(self, conversation_id: int, seen: Seen) -> None:
        async with self._db.write() as session, self._held(session, conversation_id, seen) as conversation:
            if await store.waiting(session, conversation_id):
                raise Moved(f"conversation {conversation_id} has moved on")
            _leave(conversation)


def _leave(conversation: Conversation) -> None:
    conversation.ready_at = conversation.waiting_since = conversation.lane_until = None
    conversation.lane_by = ""
