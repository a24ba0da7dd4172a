"""An enquiry beside a complaint: the complaint comes first, the enquiry is offered when that is agreed."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints.complaint import Stage
from bot.complaints.dialogue import Move
from bot.complaints.tables import Case
from bot.conversations.tables import Conversation
from bot.handoff.queue import Reason
from bot.messages import Say
from bot.wish import OPEN_COMPLAINT, PERSON, SETTLED_WITH_IT, Wish, offered, read

AGREED = frozenset({Stage.COMMIT, Stage.RESTORE, Stage.CLOSED})
"""From here on there is room for something else."""


def remember(move: Move, also: Wish | None) -> Move:
    """A complaint comes first: an enquiry beside it is remembered. Asking for a person is no enquiry that may wait."""
    if also is None or also.intent in SETTLED_WITH_IT or also.action == OPEN_COMPLAINT:
        return move
    if also.intent == PERSON:
        return move if move.reason is not None else move.person(Reason.ASKED)
    return move.remember(also=also.stored())


def offer(case: Case, says: list[Say], is_over: bool) -> list[Say]:
    """What was asked for besides, once the complaint is agreed; with a person there is somebody who has read it."""
    also = read(case.memory.get("also"))
    if also is None or not (is_over or case.stage in AGREED):
        return says
    case.memory = {**case.memory, "also": None}
    return says if is_over else offered(says, also)


async def answered(session: AsyncSession, conversation: Conversation, action: str) -> None:
    """An enquiry was answered in the middle of a case: it need not be offered later."""
    case = await session.get(Case, conversation.case_id) if conversation.case_id else None
    also = read(case.memory.get("also")) if case is not None else None
    if case is not None and also is not None and also.action == action:
        case.memory = {**case.memory, "also": None}
