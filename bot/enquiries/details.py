"""What a message names: the phone numbers in it, beside order numbers. Pure."""

import re
import unicodedata

from bot.shop.customer import canonical_phone
from bot.shop.order_number import NumberForm, find_numbers

PHONE = re.compile(r"(?<![0-9A-Za-z])\+?(?:\([0-9]{1,5}\)[ -]?)?[0-9](?:[ \-().]{0,2}[0-9]){6,15}(?![0-9])")
"""Seven digits or more with the usual gaps; line ends do not count as gaps."""
DATE = re.compile(r"20[0-9]{2}[ \-.]?(?:0?[1-9]|1[0-2])[ \-.]?(?:0?[1-9]|[12][0-9]|3[01])(?![0-9])")


def phones(text: str, form: NumberForm) -> tuple[str, ...]:
    """Every phone number in a text in canonical form, in order, each once; order numbers are not taken for phones."""
    plain = unicodedata.normalize("NFKC", text)
    found: dict[str, None] = {}
    for match in PHONE.finditer(plain):
        if DATE.match(match[0]) or _is_order(plain, match, form):
            continue
        if phone := canonical_phone(match[0]):
            found[phone] = None
    return tuple(found)


def _is_order(plain: str, match: re.Match[str], form: NumberForm) -> bool:
    """Whether these digits are (the digits of) an order number, with the prefix that may stand before them."""
    before = plain[max(0, match.start() - len(form.prefix) - 2) : match.start()]
    return bool(find_numbers(before + match[0], form))
