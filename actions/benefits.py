"""Points, coupons and what else a customer has coming."""

from actions.action import Action
from actions.enquiries import answer
from bot.enquiries import points
from bot.inbox.turn import Turn
from bot.messages import Say


class MembershipPoints(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, points.membership)
