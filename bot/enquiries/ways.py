"""The ways on that an answer offers as buttons: a person, a complaint, another enquiry. Pure."""

from bot.messages import Button
from bot.wish import OPEN_COMPLAINT


def person(key: str = "enquiries.fetch_person") -> Button:
    return Button(key, "action_contact_human_agent")


def complain(intent: str, order: str = "", key: str = "enquiries.complain") -> Button:
    """Open a complaint; `intent` is its complaint_… and `order` the number it is about."""
    return Button(key, OPEN_COMPLAINT, {"intent": intent, "order": order})


def go(key: str, action: str, order: str = "") -> Button:
    """Another enquiry about the same order, begun anew."""
    return Button(key, action, {"order": order} if order else {})
