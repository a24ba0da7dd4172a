"""When a person takes over at once, whatever the stage. Pure."""

from collections.abc import Collection

from bot.handoff.queue import Reason

ANGRY = 2

AT_ONCE: dict[str, Reason] = {
    "safety": Reason.SAFETY,
    "self_harm": Reason.LIFE_EVENT,
    "bereavement": Reason.LIFE_EVENT,
    "minor": Reason.LIFE_EVENT,
    "privacy_leak": Reason.PRIVACY,
    "fraud": Reason.FRAUD,
    "payment_dispute": Reason.PAYMENT_DISPUTE,
    "threat_external": Reason.LEGAL,
    "abuse": Reason.ABUSE,
    "ask_human": Reason.ASKED,
    "denial": Reason.BOT_REJECTED,
}
"""The lexicon's groups (data/policy/emotion.yml) that call a person, the gravest first."""


def at_once(groups: Collection[str]) -> Reason | None:
    """Why a person is called for these groups, or None."""
    return next((reason for group, reason in AT_ONCE.items() if group in groups), None)
