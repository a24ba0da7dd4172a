"""What a message names beside order numbers: phone numbers. Pure."""

import re
import unicodedata

from bot.shop.customer import canonical_phone
from bot.shop.order_number import GAP, NumberForm, find_numbers

PHONE = re.compile(r"(?<![0-9A-Za-z])\+?(?:\([0-9]{1,5}\)[ -]?)?[0-9](?:[ \-().]{0,2}[0-9]){6,15}(?![0-9])")
"""Seven digits or more with the usual gaps; line ends do not count as gaps."""
DATE = re.compile(r"20[0-9]{2}[ \-.]?(?:0?[1-9]|1[0-2])[ \-.]?(?:0?[1-9]|[12][0-9]|3[01])(?![0-9])")


def phones(text: str, form: NumberForm) -> tuple[str, ...]:
    """Every phone number in a text in canonical form, in order, each once. Order numbers and dates are none.

    `form` is how the shop writes order numbers.
    """
    plain = unicodedata.normalize("NFKC", text)
    for number in find_numbers(text, form):
        plain = re.sub(GAP.join(re.findall(r"[0-9]", number)), "|", plain)
    found = (canonical_phone(match[0]) for match in PHONE.finditer(plain) if not DATE.match(match[0]))
    return tuple(dict.fromkeys(phone for phone in found if phone))
