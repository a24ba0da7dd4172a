"""Days: absolute ones get their ISO date, relative ones ("上周三", "last Friday") keep their words.

No clock here: what "yesterday" means is for the caller, who knows the customer's time zone.
"""

import re
from datetime import date

from components.entities.found import Found
from components.entities.numerals import chinese_number

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|"
    r"dec(?:ember)?)\.?"
)  # fmt: skip
_DAY = r"(?P<{0}>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<{0}>20\d\d)"
_HAN = "[零一二三四五六七八九十]"
_ABSOLUTE = (
    rf"(?<![\d\-/.])(?P<y1>20\d\d)(?P<s1>[\-/.])(?P<m1>0?[1-9]|1[0-2])(?P=s1)(?P<d1>[0-3]?\d)(?![\d\-/])",
    rf"(?<!\d)(?P<y2>20\d\d)\s?年\s?(?P<m2>\d{{1,2}})\s?月\s?(?P<d2>\d{{1,2}})\s?[日号]?(?!\d)",
    rf"\b{_DAY.format('d3')}(?: of)? {_MONTH.format('m3')},? {_YEAR.format('y3')}\b",
    rf"\b{_MONTH.format('m4')} {_DAY.format('d4')},? {_YEAR.format('y4')}\b",
)
_WEEKDAY = r"(?:周|星期|礼拜)(?:[一二三四五六日天]|[1-6](?!\d))"
_HAN_COUNT = r"(?:\d{1,3}|[一二两三四五六七八九十半几]{1,3})"
_PART = r"(?:凌晨|一大早|早上|上午|中午|下午|傍晚|晚上|夜里|早|晚)?"
_CHINESE = (
    rf"\d{{1,2}}\s?月\s?\d{{1,2}}\s?[日号]?(?!\d)|(?:十[一二]|{_HAN})月(?:[一二三]?十{_HAN}?|{_HAN})[日号]|\d{{1,2}}月(?:初|中旬|底|末|份)?(?![\d个])",
    rf"(?:上上|上个?|下下|下个?|这个?|本)?{_WEEKDAY}",
    r"(?:上上|上|下下|下|这|本)个?(?:周末|周|星期|礼拜|月)(?:\d{1,2}[号日]|初|中旬|底|末)?",
    r"周末|大前天|前天|昨天|今天|明天|大后天|后天|昨日|今日|明日|(?<![一-鿿])今(?=[\s,.!?]|$)",
    r"(?:昨|今|明|当)(?:早|晚|夜)|前几天|前两天|前阵子|前段时间|这两天|这几天|过两天|过几天",
    rf"{_HAN_COUNT}(?:天|个?星期|周|个?礼拜|个?半?月|年)(?:多)?(?:以|之)?[前后](?![面续])",
    r"去年|前年|今年|明年|(?:去年|今年|明年)?(?:月初|月底|月中|年初|年底|年前|年后)",
    r"(?:去年|今年)?(?:双十一|双11|双十二|双12|618|六一八|国庆节?|春节|元旦|中秋节?|端午节?|五一|十一黄金周|圣诞节?)(?!\d)",
    r"(?<![\d一-鿿.])(?:[12]\d|3[01]|[1-9])[号日](?![楼门线码店仓库\d])",
    r"(?<=[在到是于月了约从至前改])(?:[12]\d|3[01]|[1-9])[号日](?![楼门线码店仓库\d])",
)
_WEEKDAYS = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_FULL_WEEKDAYS = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_COUNT = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|couple of|a couple of|a few|few|several)"
_ENGLISH = (
    rf"{_DAY.format('d5')}(?: of)? {_MONTH.format('m5')}(?![a-z])|{_MONTH.format('m6')} {_DAY.format('d6')}(?![a-z\d:])",
    rf"(?:last|next|this|coming|past|previous) (?:{_WEEKDAYS}|{_MONTH.format('m7')}|week(?:end)?|month|year|spring|summer|autumn|winter|christmas)(?: "
    rf"(?:{_FULL_WEEKDAYS}))?(?![a-z])",
    r"(?:the )?day (?:before yesterday|after tomorrow)",
    r"yesterday|yday|today|tonight|tomm?orr?ow|tmrw|tmr|(?:this|yesterday|tomorrow) (?:morning|afternoon|evening)|last night",
    rf"{_COUNT} (?:day|week|month|year)s? (?:ago|later|from now)|in {_COUNT} (?:day|week|month)s(?![a-z])",
    rf"(?:a )?week (?:ago|from)(?: on)?(?: {_FULL_WEEKDAYS})?",
    rf"{_FULL_WEEKDAYS}s?(?![a-z])|(?<=on )(?:mon|tue|wed|thu|fri|sat|sun)(?![a-z])",
    r"the [0-3]?\d(?:st|nd|rd|th)(?! (?:time|order|floor|one|attempt|call|email|message|person|agent|day|week|try|party))",
    r"(?:january|february|april|june|july|august|september|october|november|december)(?![a-z])",
    r"black friday|christmas|xmas|easter|new year'?s?(?: eve| day)?|the weekend",
    r"(?<![\d/.])(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|[12]\d|3[01])(?![\d/])",
)
_ISO = [re.compile(pattern, re.IGNORECASE) for pattern in _ABSOLUTE]
_WORDS = [re.compile("|".join(_CHINESE)), re.compile(rf"(?<![a-z])(?:{'|'.join(f'(?:{one})' for one in _ENGLISH)})", re.IGNORECASE)]


def find(text: str) -> list[Found]:
    """`text` is plain. With day, month and year the value is the ISO date, else the words, lower case."""
    found: list[Found] = []
    for pattern in _ISO:
        for match in pattern.finditer(text):
            if (value := _iso(match)) is not None:
                found.append(Found("date", value, *match.span()))
    for pattern in _WORDS:
        for match in pattern.finditer(text):
            one = Found("date", match.group().lower(), *match.span())
            if not any(one.overlaps(other) for other in found):
                found.append(one)
    return found


def _iso(match: "re.Match[str]") -> str | None:
    groups = {name[0]: value for name, value in match.groupdict().items() if value and name[0] in "ymd"}
    month = groups["m"]
    number = int(month) if month.isdigit() else chinese_number(month) or _MONTHS.index(month[:3].lower()) + 1
    try:
        return date(int(groups["y"]), number, int(groups["d"])).isoformat()
    except ValueError:
        return None
