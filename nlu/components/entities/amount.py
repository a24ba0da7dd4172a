"""Amounts of money: "¥599", "1,299.00元", "五百块", "1.2万", "$59.90", "89 euros"."""

import re
from decimal import Decimal

from components.entities.found import Found
from components.entities.numerals import CHINESE_NUMBER, ENGLISH_NUMBER, chinese_number, english_number

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?"
_SCALES = {"万": 10_000, "千": 1_000, "百": 100, "k": 1_000, "w": 10_000}
_SIGNS = {
    "CNY": ["¥", "rmb", "cny", "cn¥"],
    "USD": ["$", "us$", "usd"],
    "EUR": ["€", "eur"],
    "GBP": ["£", "gbp"],
    "HKD": ["hk$", "hkd"],
    "TWD": ["nt$", "twd"],
    "SGD": ["sgd", "s$"],
    "INR": ["₹", "rs.", "rs", "inr"],
    "MYR": ["rm", "myr"],
    "AUD": ["aud", "a$"],
    "JPY": ["jpy"],
}
_UNITS = {
    "CNY": ["块钱", "元钱", "块", "元", "圆", "人民币", "rmb", "cny", "yuan", "kuai", "¥"],
    "USD": ["美元", "美金", "刀", "dollars", "dollar", "bucks", "usd", "$"],
    "EUR": ["欧元", "euros", "euro", "eur", "€"],
    "GBP": ["英镑", "pounds", "pound", "quid", "gbp", "£"],
    "HKD": ["港币", "港元", "hkd"],
    "TWD": ["台币", "新台币", "twd"],
    "SGD": ["新币", "新加坡元", "sgd"],
    "INR": ["卢比", "rupees", "rupee", "inr", "rs"],
    "MYR": ["马币", "令吉", "ringgit", "myr"],
    "AUD": ["澳元", "澳币", "aud"],
    "JPY": ["日元", "日币", "yen", "jpy"],
}
_MARKS = "¥$€£₹"


def _currencies(words: dict[str, list[str]]) -> dict[str, str]:
    return {word: code for code, names in words.items() for word in names}


def _any(words: dict[str, str]) -> str:
    """Longest first; a word of letters must end where it ends."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word) + (r"(?![a-z])" if word.isascii() and word.isalpha() else "") for word in ordered)


_BEFORE, _AFTER = _currencies(_SIGNS), _currencies(_UNITS)
_UNIT = rf"\s?(?P<unit>{_any(_AFTER)})"
_SIGN_FIRST = rf"(?<![a-z\d{_MARKS}])(?P<sign>{_any(_BEFORE)})\s?(?P<number>{_NUMBER})(?P<scale>[kw万千]?)(?!\d)"
_UNIT_LAST = (
    rf"(?<![\da-z])(?<!\d[.,\-])(?P<number>{_NUMBER})\s?(?P<scale>[kw万千百]?)[多来]?{_UNIT}(?P<jiao>\d)?(?!\d)"
)
_CHINESE_LAST = rf"(?P<number>{CHINESE_NUMBER})[多来]?{_UNIT}(?P<jiao>[一二三四五六七八九](?![一-鿿\d]))?"
_ENGLISH_LAST = rf"(?<![a-z])(?P<number>{ENGLISH_NUMBER}){_UNIT}"
_PATTERNS = [re.compile(one, re.IGNORECASE) for one in (_SIGN_FIRST, _UNIT_LAST, _CHINESE_LAST, _ENGLISH_LAST)]


def find(text: str) -> list[Found]:
    """`text` is plain. The value has two decimals and no separators; `currency` is what the sign or unit means."""
    found: list[Found] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            one = _found(match)
            if one is not None and not any(one.overlaps(other) for other in found):
                found.append(one)
    return found


def _found(match: "re.Match[str]") -> Found | None:
    groups = match.groupdict()
    value = _value(groups["number"])
    if value is None or _is_pieces(match):
        return None
    value *= _SCALES.get((groups.get("scale") or "").lower(), 1)
    if groups.get("jiao"):
        value += Decimal(chinese_number(groups["jiao"]) or int(groups["jiao"])) / 10  # "199块9", "三块五"
    sign, unit = groups.get("sign"), groups.get("unit")
    currency = _BEFORE[sign.lower()] if sign else _AFTER[str(unit).lower()]
    return Found("amount", f"{value:.2f}", *match.span(), currency=currency)


def _value(number: str) -> Decimal | None:
    if number[0].isdecimal():
        return Decimal(number.replace(",", ""))
    whole = english_number(number) if number.isascii() else chinese_number(number)
    return None if whole is None else Decimal(whole)


def _is_pieces(match: "re.Match[str]") -> bool:
    """ "一块" is also "together" and "a piece", "两块电池" two batteries: one Chinese digit needs more than 块."""
    number, unit = match["number"], match.groupdict().get("unit")
    if unit == "刀":
        return not number[0].isdecimal()
    following = match.string[match.end() : match.end() + 1]
    return unit == "块" and len(number) == 1 and not number.isdecimal() and (number == "一" or following.isalpha())
