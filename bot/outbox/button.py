"""How a button is named where channels carry it: b:<delivery>:<place>, or a:… for one that works anytime. Pure."""

from collections.abc import Mapping
from typing import Any

USUAL, ANYTIME = "b", "a"
"""ANYTIME: the bot takes the tap whoever speaks. It is seen in the payload, so intake needs no look at the button."""


def payload(delivery_id: int, index: int, button: Mapping[str, Any]) -> str:
    """The opaque payload of button `index` of a message."""
    return f"{ANYTIME if button.get('anytime') else USUAL}:{delivery_id}:{index}"


def button_of(payload: str) -> tuple[str, int, int] | None:
    """Kind, delivery and place of a payload of ours; None for anything else."""
    match payload.split(":"):
        case [("a" | "b") as kind, delivery, index] if delivery.isdecimal() and index.isdecimal():
            return (kind, int(delivery), int(index)) if len(delivery) < 19 and len(index) < 4 else None
    return None
