"""Numbers written in words."""

import re

_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_SMALL = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_WORD = "|".join(sorted([*_SMALL, "hundred", "thousand"], key=len, reverse=True))

# Bounded, for what looks like a number and goes on for a thousand characters.
CHINESE_NUMBER = r"[零一二两三四五六七八九十百千万]{1,12}"
ENGLISH_NUMBER = rf"(?:a )?(?:{_WORD})(?:[\s\-]+(?:and )?(?:{_WORD})){{0,6}}"


def chinese_number(text: str) -> int | None:
    """`三百五` is 350, `一万二` 12000, `二零二六` 2026; None when it is no number."""
    if not text or any(one not in _DIGITS and one not in _POWERS and one != "万" for one in text):
        return None
    if len(text) > 1 and all(one in _DIGITS for one in text):
        return int("".join(str(_DIGITS[one]) for one in text))
    if "万" in text:
        high, _, low = text.partition("万")
        return (_below_10_000(high.replace("万", ""), 1) or 1) * 10_000 + _below_10_000(low.replace("万", ""), 10_000)
    return _below_10_000(text, 1)


def _below_10_000(text: str, unit: int) -> int:
    """`unit` is what stood before: a single digit at the end counts tenths of it (两千三)."""
    total, digit = 0, 0
    for one in text:
        if one in _POWERS:
            unit = _POWERS[one]
            total += (digit or 1) * unit
            digit = 0
        else:
            digit = _DIGITS.get(one, 0)
            if one == "零":
                unit = 10
    shorthand = unit // 10 if unit >= 100 and digit else 1
    return total + digit * shorthand


def english_number(text: str) -> int | None:
    """`two hundred and fifty` is 250; None when it is no number."""
    total, current = 0, 0
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _SMALL:
            current += _SMALL[word]
        elif word == "hundred":
            current = (current or 1) * 100
        elif word == "thousand":
            total, current = total + (current or 1) * 1000, 0
        elif word not in ("a", "and"):
            return None
    return total + current
