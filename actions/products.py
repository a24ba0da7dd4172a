"""Products: questions about them, their warranty, a repair."""

from actions.action import Action
from actions.enquiries import answer
from bot.enquiries import articles, warranty
from bot.inbox.turn import Turn
from bot.messages import Say


class ProductQuestion(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, articles.ask)


class WarrantyRepair(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, warranty.warranty)


class RequestRepair(Action):
    """The button under a warranty."""

    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, warranty.repair)
