"""Personal data and secrets are masked before they reach a log. Names and addresses are the caller's duty.

What looks like a phone number, an e-mail address, an order, card or chat number, or a token is shortened to what is
needed to find it again: ••• stands for what was there.
"""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

HIDDEN = "•••"
PLAIN_KEYS = frozenset({"timestamp", "level", "logger", "logger_name", "lineno", "func_name", "filename", "exc_info"})
"""Written by the log itself. `exc_info` is still an exception; its text is masked once it is formatted."""
LONG = 7
"""From so many digits on a number may be somebody's."""

SECRET = re.compile(r"\b(?:bot)?\d{6,}:[\w-]{20,}|(?i:(?<=bearer )[\w.~+/=-]{8,})", re.ASCII)
ADDRESS = re.compile(r"(?:://)[^/@\s]+@")
EMAIL = re.compile(r"(?<![\w.+-])([\w.+-])[\w.+-]*@([\w-]+(?:\.[\w-]+)+)", re.ASCII)
MOMENT = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?"
UUID = r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
ORDER = r"(?<![A-Za-z0-9])[A-Z]{1,4}-?\d{4,}(?:-\d+)*"
FRACTION = r"\d{1,6}\.\d+"
PHONE = r"(?<![A-Za-z0-9_.,])\+?\(?\d{1,4}\)?(?:[ -]?\(?\d{2,4}\)?){2,5}(?![A-Za-z_]|[.,]?\d)"
DIGITS = rf"\d{{{LONG},}}[Xx]?"
NUMBER = re.compile(rf"(?P<keep>{MOMENT}|{UUID}|{FRACTION})|(?P<order>{ORDER})|(?P<phone>{PHONE})|(?P<digits>{DIGITS})")


def mask(text: str) -> str:
    """The text with everything masked that looks personal or secret. Masking twice changes nothing more."""
    text = SECRET.sub(HIDDEN, text)
    text = ADDRESS.sub(f"://{HIDDEN}@", text)
    text = EMAIL.sub(rf"\1{HIDDEN}@\2", text)
    return NUMBER.sub(_number, text)


def mask_personal(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: masks every value of a log line, however deep. Put it behind what formats exceptions."""
    return {key: value if key in PLAIN_KEYS else _masked(value) for key, value in event.items()}


def _masked(value: Any) -> Any:
    match value:
        case bool() | float() | None:
            return value
        case str():
            return mask(value)
        case int():
            return mask(str(value)) if abs(value) >= 10 ** (LONG - 1) else value
        case Mapping():
            return {key: _masked(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(item) for item in value]
    return mask(str(value))


def _number(match: re.Match[str]) -> str:
    found = match[0]
    if match["keep"]:
        return found
    if match["order"]:
        return f"{found[:4]}{HIDDEN}{found[-3:]}" if sum(c.isdigit() for c in found) >= LONG else found
    if sum(c.isdigit() for c in found) < LONG:
        return found
    return f"{HIDDEN}{found[-2:]}"
