"""The language of a conversation follows the customer, unless they have fixed it. Pure."""

from bot.conversations.tables import Conversation
from bot.rasa import Decision


def of_tag(tag: str) -> str:
    """Our language (zh, zh-Hant, en) for a channel's or page's IETF tag, until the customer writes; "" for none.

    Whoever reads neither is served in English.
    """
    tag = tag.lower()
    if tag.startswith("zh"):
        return "zh-Hant" if any(t in tag for t in ("hant", "tw", "hk", "mo")) else "zh"
    return "en" if tag else ""


def follow(conversation: Conversation, decision: Decision | None) -> None:
    """Take the language of what was just understood; a text without letters of either keeps what was."""
    if decision is None or conversation.language_fixed:
        return
    spoken = "zh-Hant" if decision.script == "Hant" else decision.language
    undecided = decision.language == "zh" and decision.script is None and conversation.language.startswith("zh")
    if spoken in ("zh", "zh-Hant", "en") and not undecided:
        conversation.language = spoken
