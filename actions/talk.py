"""Small talk, commands, and files without words."""

from actions.action import Action
from actions.enquiries import enquiry, run
from bot.enquiries import talk
from bot.inbox.route import link_code
from bot.inbox.turn import Turn
from bot.messages import Say


class Greet(Action):
    async def run(self, turn: Turn) -> list[Say]:
        turn.conversation.misunderstood = 0
        return talk.greet(enquiry(turn))


class Goodbye(Action):
    async def run(self, turn: Turn) -> list[Say]:
        turn.conversation.misunderstood = 0
        return [Say("talk.goodbye")]


class Thank(Action):
    async def run(self, turn: Turn) -> list[Say]:
        turn.conversation.misunderstood = 0
        return [Say("talk.thank")]


class Praise(Action):
    async def run(self, turn: Turn) -> list[Say]:
        turn.conversation.misunderstood = 0
        return [Say("talk.praise")]


class OutOfScope(Action):
    async def run(self, turn: Turn) -> list[Say]:
        return talk.out_of_scope(enquiry(turn))


class Attachment(Action):
    """A photo, a voice message or another file without words, outside a complaint."""

    async def run(self, turn: Turn) -> list[Say]:
        kinds = frozenset(str(attachment["kind"]) for attachment in turn.heard.attachments)
        return talk.attachment(enquiry(turn), kinds)


class CommandStart(Action):
    """/start, perhaps with a one-time code behind it."""

    name = "command_start"

    async def run(self, turn: Turn) -> list[Say]:
        greeting = talk.greet(enquiry(turn))
        if (code := link_code(turn.heard.text)) is not None:
            return [*greeting, *await run(turn, "action_link", {"code": code})]
        return greeting


class CommandHelp(Action):
    """/help"""

    name = "command_help"

    async def run(self, turn: Turn) -> list[Say]:
        return talk.help_()


class CommandLanguage(Action):
    """/language, with or without a tag behind it; also the buttons under it."""

    name = "command_language"

    async def run(self, turn: Turn) -> list[Say]:
        return talk.language(enquiry(turn))


class CommandPrivacy(Action):
    """/privacy"""

    name = "command_privacy"

    async def run(self, turn: Turn) -> list[Say]:
        return talk.privacy(enquiry(turn))


class CommandUnknown(Action):
    """A command that does not exist."""

    name = "command_unknown"

    async def run(self, turn: Turn) -> list[Say]:
        return [Say("talk.unknown_command")]
