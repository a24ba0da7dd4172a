"""The account in the shop: registering, password, details, deleting it."""

from actions.action import Action
from actions.enquiries import answer
from bot.enquiries import accounts, articles
from bot.inbox.turn import Turn
from bot.messages import Say


class RegistrationProblems(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, articles.policy)


class RecoverPassword(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, articles.policy)


class EditAccount(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, articles.policy)


class DeleteAccount(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, accounts.delete)
