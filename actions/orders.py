"""Orders: where they are, cancelling, changing, placing one, the invoice."""

from actions.action import Action
from actions.enquiries import answer
from bot.enquiries import articles, cancelling, invoices, orders
from bot.inbox.turn import Turn
from bot.messages import Say


class TrackOrder(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, orders.track)


class CancelOrder(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, cancelling.cancel)


class ChangeOrder(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, orders.change)


class ChangeItems(Action):
    """Other goods in an order: a person changes them."""

    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, orders.change_items)


class PlaceOrder(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, articles.policy)


class GetInvoice(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, invoices.get_invoice)
