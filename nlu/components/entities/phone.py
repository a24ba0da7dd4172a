"""Telephone numbers: Chinese mobiles and landlines, and international ones."""

import re

from components.entities.found import Found

_EDGE, _END = r"(?<![a-zA-Z0-9.])", r"(?!\d)"
_GAP = r"[\s\-.]?"
_PATTERNS = (
    rf"(?:(?:\+|00)?86{_GAP})?(?P<cn>1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}})",  # mobile, with or without +86
    r"(?P<fixed>0\d{2,3}[\s\-]\d{7,8}(?:[\s\-]\d{1,5})?)",  # area code, number, extension
    r"(?P<free>[48]00[\s\-]\d{3,4}[\s\-]?\d{3,4}|[48]00\d{7})",
    r"(?P<world>(?:\+|00)[1-9]\d{0,2}[\s\-.]?(?:\(\d{1,4}\)[\s\-.]?)?\d{1,4}(?:[\s\-.]?\d{2,4}){1,4})",
    r"(?P<us>\(?[2-9]\d{2}\)?[\s\-.]\d{3}[\s\-.]\d{4})",
    r"(?P<india>[6-9]\d{4}[\s\-]\d{5})",
    r"(?P<singapore>[689]\d{3}[\s\-]\d{4})",  # eight digits: Singapore, Hong Kong
    r"(?P<uk>0\d{2,4}[\s\-]\d{3,4}[\s\-]?\d{3,4})",
)
_PHONE = re.compile(rf"{_EDGE}(?:{'|'.join(_PATTERNS)}){_END}")
_WORD = "手机号?码?|电话号?码?|号码|联系方式|phone|mobile|cell|number|tel|call me (?:on|at)"
_AFTER_WORD = re.compile(rf"(?:{_WORD})\D{{0,12}}?(?P<any>\+?\d[\d\s\-]{{6,17}}\d)(?!\d)", re.IGNORECASE)


def find(text: str) -> list[Found]:
    """`text` is plain. The value is digits only; a leading +86 is dropped, other country codes stay."""
    found = []
    for match in _PHONE.finditer(text):
        if 7 <= len(_digits(match.group())) <= 15:
            found.append(Found("phone", _digits(match["cn"] or match.group()), *match.span()))
    for match in _AFTER_WORD.finditer(text):
        one = Found("phone", _digits(match["any"]), *match.span("any"))
        if 7 <= len(one.value) <= 15 and not any(one.overlaps(other) for other in found):
            found.append(one)
    return found


def _digits(text: str) -> str:
    return re.sub(r"^00", "", re.sub(r"\D", "", text))
