"""What a customer wants to be written to for; the settings, and "stop"."""

from actions.action import Action
from actions.enquiries import answer, enquiry
from bot.enquiries import consent
from bot.inbox.turn import Turn
from bot.messages import Say


class NewsletterSubscription(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, consent.newsletter)


class StopMessages(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return await answer(turn, self.name, consent.stop)


class CommandStop(Action):
    """/stop. Works whoever speaks in the conversation, so an open question is left alone."""

    name = "command_stop"

    async def run(self, turn: Turn) -> list[Say]:
        return await consent.stop(enquiry(turn))


class CommandSettings(Action):
    """/settings"""

    name = "command_settings"

    async def run(self, turn: Turn) -> list[Say]:
        return await consent.settings(enquiry(turn))


class SetConsent(Action):
    """A tap in the settings."""

    async def run(self, turn: Turn) -> list[Say]:
        return await consent.set_one(enquiry(turn))
