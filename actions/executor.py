"""Runs an action by name and adds what belongs to every answer: the introduction, a second wish, the way back."""

from actions import register_all, wishes
from actions.action import REGISTER, Action
from bot.complaints import besides
from bot.complaints import service as complaints
from bot.conversations.tables import BOT
from bot.handoff import service as handoff
from bot.inbox.turn import Turn
from bot.messages import Say
from bot.wish import OPEN_COMPLAINT

COMPLAINT_ACTIONS = frozenset(
    {
        OPEN_COMPLAINT,
        "action_continue_complaint",
        "action_case_status",
        "action_person_at_once",
    }
)

register_all()


async def execute(action: str, turn: Turn) -> list[Say]:
    """Run the action. An action that the domain names and nobody wrote is a bug: KeyError, and the turn apologises."""
    was_new = turn.conversation.introduced_at is None
    if turn.heard.decision is not None and turn.conversation.held:
        await handoff.engine_is_back(turn.session, turn.conversation, turn.at)
    waited = wishes.waiting(turn)
    says = await _named(action).run(turn)
    if action not in COMPLAINT_ACTIONS:
        says = wishes.add(turn, action, says, waited)
        if turn.conversation.case_id is not None and turn.conversation.owner == BOT:
            await besides.answered(turn.session, turn.conversation, action)
            says += await complaints.way_back(turn.session, turn.conversation, turn.data.rules)
    if was_new and says:
        turn.conversation.introduced_at = turn.at
        if action not in ("command_start", "action_greet"):
            says = [Say("talk.introduction", {"brand": turn.data.shop.brand}), *says]
    return says


def _named(action: str) -> Action:
    if action.startswith("command_") and action not in REGISTER:
        return REGISTER["command_unknown"]
    return REGISTER[action]
