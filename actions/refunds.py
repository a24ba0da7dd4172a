"""Money: getting it back, where it is, paying, and a payment that failed."""

from actions.action import Action
from actions.enquiries import answer
from bot.enquiries import articles, refunds, returns
from bot.inbox.turn import Turn
from bot.messages import Say


class CheckRefundPolicy(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, articles.policy)


class GetRefund(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, returns.get_refund)


class TrackRefund(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, refunds.track)


class CheckPaymentMethods(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, articles.policy)


class PaymentIssue(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, refunds.payment_issue)
