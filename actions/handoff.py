"""Fetching a person."""

from datetime import datetime

from actions.action import Action
from bot.handoff import service as handoff
from bot.handoff.queue import Reason
from bot.inbox.turn import Turn
from bot.messages import Say


class ContactHumanAgent(Action):
    """The customer wants a person: any wording counts, no reason is asked for."""

    async def run(self, turn: Turn) -> list[Say]:
        level = int(turn.heard.reading.level) if turn.heard.reading else 0
        return await handoff.request(
            turn.session, turn.conversation, Reason.ASKED, turn.at, turn.data.desk, level=level
        )


class CommandHuman(Action):
    """/human"""

    name = "command_human"

    async def run(self, turn: Turn) -> list[Say]:
        return await handoff.request(turn.session, turn.conversation, Reason.ASKED, turn.at, turn.data.desk)


class CallBack(Action):
    """A button with a working time: when the customer wants to be written to."""

    async def run(self, turn: Turn) -> list[Say]:
        slot = datetime.fromisoformat(turn.heard.args["at"])
        return await handoff.choose_call_back(turn.session, turn.conversation, slot, turn.at, turn.data.desk)
