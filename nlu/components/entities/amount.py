"""Amounts of money: "¥599", "1,299.00元", "五百块", "1.2万", "$59.90", "89 euros"."""

import re
from decimal import Decimal
from typing import Optional

from components.entities.found import Found
from components.entities.numerals import chinese_number, english_number

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?"
_HAN_NUMBER = r"[零一二两三四五六七八九十百千万]+"
_BEFORE = {"¥": "CNY", "rmb": "CNY", "cny": "CNY", "cn¥": "CNY", "$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR",
           "£": "GBP", "gbp": "GBP", "hk$": "HKD", "nt$": "TWD"}  # fmt: skip
_AFTER = {"人民币": "CNY", "块钱": "CNY", "元钱": "CNY", "块": "CNY", "元": "CNY", "圆": "CNY", "rmb": "CNY", "cny": "CNY", "yuan": "CNY",
          "kuai": "CNY", "美元": "USD", "美金": "USD", "usd": "USD", "dollars": "USD", "dollar": "USD", "bucks": "USD", "欧元": "EUR",
          "euros": "EUR", "euro": "EUR", "eur": "EUR", "英镑": "GBP", "pounds": "GBP", "pound": "GBP", "quid": "GBP", "gbp": "GBP",
          "港币": "HKD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "CNY"}  # fmt: skip
_SCALE = {"万": 10_000, "千": 1_000, "百": 100, "k": 1_000, "w": 10_000}
_ENGLISH = r"(?:(?:a|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|" \
           r"eighty|ninety|hundred|thousand|and)[\s\-]+)*?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|" \
           r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand)"  # fmt: skip


def _any(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) + (r"\b" if word.isascii() and word.isalpha() else "") for word in sorted(words, key=len, reverse=True))


_SIGN_FIRST = re.compile(rf"(?<![\w$])(?P<sign>{_any(_BEFORE).replace(chr(92) + 'b', '')})\s?(?P<number>{_NUMBER})(?P<scale>[kw万千]?)(?![\d])", re.I)
_UNIT_LAST = re.compile(
    rf"(?<![\d.,\-a-z])(?P<number>{_NUMBER})\s?(?P<scale>[kw万千百]?)(?:多|来)?\s?(?P<unit>{_any(_AFTER)})(?P<jiao>\d)?(?!\d)", re.I
)
_HAN_LAST = re.compile(rf"(?P<number>{_HAN_NUMBER})(?:多|来)?(?P<unit>块钱|元钱|块|元|人民币|美元|美金|欧元|英镑)")
_ENGLISH_LAST = re.compile(rf"\b(?P<number>{_ENGLISH})\s(?P<unit>{_any(_AFTER)})", re.I)


def find(text: str) -> list[Found]:
    """`text` is plain. The value has two decimals and no separators; `currency` is guessed from the sign or the unit."""
    found: list[Found] = []
    for pattern in (_SIGN_FIRST, _UNIT_LAST, _HAN_LAST, _ENGLISH_LAST):
        for match in pattern.finditer(text):
            one = _found(match)
            if one is not None and not any(one.overlaps(other) for other in found):
                found.append(one)
    return found


def _found(match: "re.Match[str]") -> Optional[Found]:
    groups = match.groupdict()
    value = _value(groups["number"])
    if value is None or _is_pieces(match):
        return None
    value *= _SCALE.get((groups.get("scale") or "").lower(), 1)
    if groups.get("jiao"):
        value += Decimal(groups["jiao"]) / 10  # "199块9"
    sign, unit = groups.get("sign"), groups.get("unit")
    currency = _BEFORE[sign.lower()] if sign else _AFTER[str(unit).lower()]
    return Found("amount", f"{value:.2f}", *match.span(), currency=currency)


def _value(number: str) -> Optional[Decimal]:
    if number[0].isdigit():
        return Decimal(number.replace(",", ""))
    whole = chinese_number(number) if not number.isascii() else english_number(number)
    return None if whole is None else Decimal(whole)


def _is_pieces(match: "re.Match[str]") -> bool:
    """"一块" is also "together" and "a piece", "两块电池" two batteries: one Chinese digit needs more than 块."""
    number, unit = match["number"], match.groupdict().get("unit")
    following = match.string[match.end() : match.end() + 1]
    return unit == "块" and len(number) == 1 and not number.isdigit() and (number == "一" or following.isalpha())
