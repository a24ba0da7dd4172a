"""Recognising an order number however it is typed: small letters, full-width or Chinese digits, spaces, no prefix."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.shop.order import Order

# Seen in real typing and OCR: a letter in the place of a digit.
LOOK_ALIKE = {"o": "0", "i": "1", "l": "1"}
GAP = r"[\s\-_./#:]*"
TOKEN = re.compile(r"\{(date|\d{1,2})\}")


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How the shop writes order numbers, as in "LJ{date}-{4}". Source: data/policy/shop.yml, `order_number`."""

    template: str
    prefix: str
    groups: tuple[int, ...]
    """How many digits stand in each pair of braces."""
    date_group: int | None
    """Which of the groups is a date."""

    @classmethod
    def of(cls, template: str) -> "NumberForm":
        """Raises ValueError for a template without digits."""
        tokens = [match[1] for match in TOKEN.finditer(template)]
        if not tokens:
            raise ValueError(f"needs {{date}} or digits in braces, as in LJ{{date}}-{{4}}; it is {template!r}")
        groups = tuple(8 if token == "date" else int(token) for token in tokens)
        prefix = re.sub(r"[^A-Z]", "", template[: template.index("{")].upper())
        return cls(template, prefix, groups, tokens.index("date") if "date" in tokens else None)

    def write(self, digits: str) -> str:
        """The canonical form of exactly as many digits as the form has."""
        parts = iter(self.groups)
        start = 0

        def take(_: re.Match[str]) -> str:
            nonlocal start
            start, before = start + next(parts), start
            return digits[before:start]

        return TOKEN.sub(take, self.template)

    def fits(self, digits: str) -> bool:
        """Whether the date group is a day that exists, so that a phone or tracking number is not taken for an order."""
        if self.date_group is None:
            return True
        start = sum(self.groups[: self.date_group])
        try:
            date.fromisoformat(digits[start : start + 8])
        except ValueError:
            return False
        return True


def _plain(text: str) -> str:
    """Half-width, small letters, one kind of hyphen; invisible characters gone."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = ("-" if unicodedata.category(c) == "Pd" else c for c in folded if unicodedata.category(c) != "Cf")
    return "".join(kept)


def _ascii_digit(char: str) -> str:
    """The digit a character of any script stands for, Chinese ones included; other characters as they are."""
    value = unicodedata.numeric(char, -1)
    return str(int(value)) if value in range(10) else char


def _pattern(form: NumberForm) -> str:
    """With the whole prefix, gaps may stand anywhere; without it only between the groups, or a date with a time
    ("2026-11-03 14:05") would be an order.
    """
    digit = r"[0-9oil]"
    loose = rf"(?:{digit}{GAP}){{{sum(form.groups) - 1}}}{digit}"
    strict = GAP.join(rf"[0-9]{{{size}}}" for size in form.groups)
    edge, end = r"(?<![a-z0-9])", r"(?![a-z0-9])"
    prefix = form.prefix.lower()
    if not prefix:
        return rf"{edge}(?P<bare>{strict}){end}"
    return rf"{edge}{GAP.join(prefix)}{GAP}(?P<named>{loose}){end}|{edge}[{prefix}]?{GAP}(?P<bare>{strict}){end}"


def _numbers(plain: str, form: NumberForm) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for match in re.finditer(_pattern(form), plain):
        typed = "".join(LOOK_ALIKE.get(char, char) for char in match[match.lastgroup or 0])
        digits = re.sub(r"[^0-9]", "", typed)
        if form.fits(digits):
            found[form.write(digits)] = None
    return tuple(found)


def find_numbers(text: str, form: NumberForm) -> tuple[str, ...]:
    """Every order number in a text, in canonical form, in order, each once.

    Chinese digits are tried only when there are no others: right behind a number they are usually the next word.
    """
    plain = _plain(text)
    return _numbers(plain, form) or _numbers("".join(map(_ascii_digit, plain)), form)


def canonical_number(text: str, form: NumberForm) -> str | None:
    """The order number a text holds, in canonical form; None when it holds none or several."""
    found = find_numbers(text, form)
    return found[0] if len(found) == 1 else None


def meant_orders(text: str, orders: Iterable[Order], form: NumberForm) -> tuple[Order, ...]:
    """The customer's own orders a text may mean: by a whole number, else by its last digits (at least four)."""
    own = tuple(orders)
    if numbers := find_numbers(text, form):
        return tuple(order for order in own if order.id in numbers)
    tails = re.findall(r"(?<![a-z0-9])[0-9]{4,}(?![a-z0-9])", _plain(text))
    return tuple(order for order in own if any(re.sub(r"[^0-9]", "", order.id).endswith(tail) for tail in tails))
