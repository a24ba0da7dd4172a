"""Numbers written in words."""

import re
from typing import Optional

_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SMALL = {word: value for value, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve thirteen "
          "fourteen fifteen sixteen seventeen eighteen nineteen".split())}  # fmt: skip
_TENS = {word: value for value, word in zip(range(20, 100, 10), "twenty thirty forty fifty sixty seventy eighty ninety".split())}


def chinese_number(text: str) -> Optional[int]:
    """`三百五` is 350, `一万二` 12000, `二零二六` 2026; None when it is no number."""
    if not text or any(character not in _DIGITS and character not in _UNITS and character != "万" for character in text):
        return None
    if len(text) > 1 and all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    if "万" in text:
        high, _, low = text.partition("万")
        return (_below_10_000(high, 1) or 1) * 10_000 + _below_10_000(low, 10_000)
    return _below_10_000(text, 1)


def _below_10_000(text: str, unit: int) -> int:
    """`unit` is what stood before: a single digit at the end counts tenths of it (两千三)."""
    total, digit = 0, 0
    for character in text:
        if character in _UNITS:
            unit = _UNITS[character]
            total += (digit or 1) * unit
            digit = 0
        else:
            digit = _DIGITS.get(character, 0)
            if character == "零":
                unit = 10
    shorthand = unit // 10 if unit >= 100 and digit else 1
    return total + digit * shorthand


def english_number(text: str) -> Optional[int]:
    """`two hundred and fifty` is 250; None when it is no number."""
    total, current = 0, 0
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _SMALL or word in _TENS:
            current += _SMALL.get(word, _TENS.get(word, 0))
        elif word == "hundred":
            current = (current or 1) * 100
        elif word == "thousand":
            total, current = total + (current or 1) * 1000, 0
        elif word not in ("a", "and"):
            return None
    return total + current
