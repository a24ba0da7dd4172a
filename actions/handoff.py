"""Fetching a person."""

from actions.action import Action
from bot.handoff import service as handoff
from bot.handoff.queue import Reason
from bot.inbox.turn import Turn
from bot.messages import Say


class ContactHumanAgent(Action):
    """The customer wants a person: any wording counts, no reason is asked for."""

    async def run(self, turn: Turn) -> list[Say]:
        return await handoff.request(turn.session, turn.conversation, Reason.ASKED, turn.at, turn.data.desk)


class CommandHuman(Action):
    """/human"""

    name = "command_human"

    async def run(self, turn: Turn) -> list[Say]:
        return await handoff.request(turn.session, turn.conversation, Reason.ASKED, turn.at, turn.data.desk)
