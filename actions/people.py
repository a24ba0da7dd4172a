"""How people in the shop are reached beside this chat."""

from actions.action import Action
from actions.enquiries import answer
from bot.enquiries import articles
from bot.inbox.turn import Turn
from bot.messages import Say


class ContactCustomerService(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, articles.contact)
