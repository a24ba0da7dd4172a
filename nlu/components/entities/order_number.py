"""Order numbers: LJ20261103-0042, and the many ways people type them."""

import re
from datetime import date

from components.entities.found import Found

_SEPARATOR = r"[\s\-_./#]{0,3}"
_CUE = re.compile(
    r"(?:(?:订单|单号|订单号|编号|单子)\s*(?:号码?|编号)?\s*(?:是|为|:|#)?|"
    r"\border\s*(?:number|num|no\.?|nr\.?|id|#)?\s*(?:is|was|:|#|=)?)\s*#?\s*"
    r"(?P<code>[a-z]{0,4}-?\d[a-z0-9\-]{5,22}[a-z0-9])(?![a-z0-9])",
    re.IGNORECASE,
)


class OrderNumbers:
    """Finds numbers of the form PREFIX, date, four digits; and any other code right after the word "order"."""

    def __init__(self, prefix: str) -> None:
        parts = [r"(?P<year>20\d\d)", r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>[0-3]\d)"]
        dated = r"[\s\-./]?".join(parts)
        self._prefix = prefix
        self._pattern = re.compile(
            rf"(?<![a-z0-9])(?:{re.escape(prefix)}{_SEPARATOR})?{dated}{_SEPARATOR}(?P<serial>\d{{4}})(?!\d)",
            re.IGNORECASE,
        )

    def find(self, text: str) -> list[Found]:
        """`text` is plain. The value is upper case with one dash before the last four digits."""
        found = []
        for match in self._pattern.finditer(text):
            if _is_date(match):
                digits = match["year"] + match["month"] + match["day"]
                found.append(Found("order_number", f"{self._prefix}{digits}-{match['serial']}", *match.span()))
        for match in _CUE.finditer(text):
            one = Found("order_number", match["code"].upper(), *match.span("code"))
            if sum(map(str.isdigit, one.value)) >= 5 and not any(one.overlaps(other) for other in found):
                found.append(one)
        return found


def _is_date(match: "re.Match[str]") -> bool:
    try:
        date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return False
    return True
