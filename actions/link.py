"""Linking the chat to an account of the shop, and undoing it."""

from actions.action import Action
from actions.enquiries import answer, run
from bot.enquiries import linking
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.linking import Then
from bot.inbox.turn import Turn
from bot.messages import Say


class Link(Action):
    """A one-time code, or order number and phone; then what the customer had asked for goes on."""

    async def run(self, turn: Turn) -> list[Say]:
        waiting: list[Then] = []

        async def link(e: Enquiry) -> list[Say]:
            linked = await linking.link(e)
            waiting.extend([linked.then] if linked.then is not None else [])
            return linked.says

        says = await answer(turn, self.name, link)
        for then in waiting:
            says += await run(turn, then.action, then.args)
        return says


class Unlink(Action):
    """ "Not me." """

    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, linking.unlink)
