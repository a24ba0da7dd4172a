"""The language of a conversation follows the customer, unless they have fixed it. Pure."""

from bot.conversations.tables import Conversation
from bot.rasa import Decision


def follow(conversation: Conversation, decision: Decision | None) -> None:
    """Take the language of what was just understood; a text without letters of either keeps what was."""
    if decision is None or conversation.language_fixed:
        return
    spoken = "zh-Hant" if decision.script == "Hant" else decision.language
    undecided = decision.language == "zh" and decision.script is None and conversation.language.startswith("zh")
    if spoken in ("zh", "zh-Hant", "en") and not undecided:
        conversation.language = spoken
