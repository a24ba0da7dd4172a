"""Delivery: ways, times, and another address."""

from actions.action import Action
from actions.enquiries import answer
from bot.enquiries import address, articles
from bot.inbox.turn import Turn
from bot.messages import Say


class DeliveryOptions(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, articles.policy)


class DeliveryPeriod(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, articles.policy)


class ChangeShippingAddress(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, address.change)
