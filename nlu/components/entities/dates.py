"""Days: absolute ones get their ISO date, relative ones ("上周三", "last Friday") keep their words.

No clock here: what "yesterday" means is for the caller, who knows the customer's time zone.
"""

import re
from datetime import date

from components.entities.found import Found

_MONTH_NUMBERS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?:\.(?=\s?\d))?"
)
_CLEAR_MONTH = "(?:january|february|april|june|july|august|september|october|november|december)"
_DAY = r"[0-3]?\d(?:st|nd|rd|th)?"
_ABSOLUTE = (
    r"(?<![\d\-/.])(?P<year>20\d\d)(?P<sign>[\-/.])(?P<month>0?[1-9]|1[0-2])(?P=sign)(?P<day>[0-3]?\d)(?![\d\-/])",
    r"(?<!\d)(?P<year>20\d\d)\s?年\s?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?[日号]?(?!\d)",
    rf"(?<!\w)(?P<day>{_DAY})(?: of)? (?P<month>{_MONTH}),? (?P<year>20\d\d)(?!\w)",
    rf"(?<!\w)(?P<month>{_MONTH}) (?P<day>{_DAY}),? (?P<year>20\d\d)(?!\w)",
)

_WHICH_YEAR = "(?:大前年|前年|去年|今年|明年)?的?"
_HAN_DIGIT = "[零一二三四五六七八九十]"
_HAN_COUNT = r"(?:\d{1,3}|[一二两三四五六七八九十半几]{1,3})"
_NOT_A_DAY = "[楼门线码店仓库机位桌\\d]"
_FEAST = "双十一|双11|双十二|双12|618|六一八|国庆节?|春节|过年|黑五|元旦|中秋节?|端午节?|五一|圣诞节?"
_CHINESE = (
    rf"{_WHICH_YEAR}\d{{1,2}}\s?月\s?\d{{1,2}}\s?[日号]?(?!\d)",
    rf"{_WHICH_YEAR}(?:十[一二]|{_HAN_DIGIT})月(?:[一二三]?十{_HAN_DIGIT}?|{_HAN_DIGIT})[日号]",
    rf"{_WHICH_YEAR}(?<![一-鿿])(?:十[一二]|{_HAN_DIGIT})月(?:初|中旬|底|末|份)?(?![一-九])|{_WHICH_YEAR}(?:十[一二]|{_HAN_DIGIT})月(?:初|中旬|底|末|份)",
    rf"(?:大前年|前年|去年|今年|明年)(?:十[一二]|{_HAN_DIGIT})月|(?<!\d)(?:19|20)\d\d年",
    rf"{_WHICH_YEAR}\d{{1,2}}月(?:初|中旬|底|末|份)?(?![\d个])",
    r"(?:上上|上个?|下下|下个?|这个?|本)?(?:周|星期|礼拜)(?:[一二三四五六日天]|[1-6](?!\d))",
    r"(?:上上|上|下下|下|这|本)个?(?:周末|周|星期|礼拜|月)(?:\d{1,2}[号日]|初|中旬|底|末)?",
    "周末|大前天|今儿|明儿|昨儿|前天|昨天|今天|明天|大后天|后天|昨日|今日|明日|(?<![一-鿿])今(?=[ ,.!?]|$)",
    "[昨今明当][早晚夜]|前几天|前两天|前阵子|前段时间|这两天|这几天|过两天|过几天",
    rf"{_HAN_COUNT}(?:天|个?星期|周|个?礼拜|个?半?月|年)多?[以之]?[前后](?![面续])",
    "(?:去年|今年|明年)?(?:月初|月底|月中|年初|年底|年前|年后)|去年|前年|今年|明年",
    rf"(?:前年|去年|今年|明年)?(?:{_FEAST})(?!\d)",
    rf"(?<![\d.a-zA-Z第路街道弄巷院村{_HAN_DIGIT[1:-1]}])(?:[12]\d|3[01]|[1-9])[号日](?!{_NOT_A_DAY})",
)

_WEEKDAY = "(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_FULL_WEEKDAY = "(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_SPAN = "week(?:end)?|month|year|spring|summer|autumn|winter|christmas"
_COUNT = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|couple of|a couple of|a few|few|several)"
_NOT_THE_TH = "time|order|floor|one|attempt|call|email|message|person|agent|day|week|try|party"
_ENGLISH = (
    rf"(?:{_FULL_WEEKDAY},? )?(?:{_DAY}(?: of)? {_MONTH}(?![a-z])|{_MONTH} {_DAY}(?![a-z\d:]))",
    rf"(?:last|next|this|coming|past|previous) (?:{_WEEKDAY}|{_MONTH}|{_SPAN})(?: {_FULL_WEEKDAY})?(?![a-z])",
    "(?:the )?day (?:before yesterday|after tomorrow)",
    "(?:this|yesterday|tomorrow) (?:morning|afternoon|evening)",
    "yesterday|yday|today|tonight|tomm?orr?ow|tmrw|tmr|last night",
    rf"{_COUNT} (?:day|week|month|year)s? (?:ago|later|from now)|in {_COUNT} (?:day|week|month)s(?![a-z])",
    rf"(?:a )?week (?:ago|from)(?: on)?(?: {_FULL_WEEKDAY})?",
    rf"{_FULL_WEEKDAY}(?![a-z])|(?<=on )(?:mon|tue|wed|thu|fri|sat|sun)(?![a-z])",
    rf"the [0-3]?\d(?:st|nd|rd|th)(?! (?:{_NOT_THE_TH}))(?! (?:of )?{_MONTH}(?![a-z]))",
    rf"{_CLEAR_MONTH}(?![a-z])|(?:(?<=in )|(?<=from )|(?<=since )|(?<=until ))(?:march|may)(?![a-z])",
    rf"(?:mid[ \-]|end of |early |late ){_CLEAR_MONTH}(?![a-z])|(?:the )?end of the month|{_MONTH} 20\d\d(?!\d)",
    "black friday|christmas eve|boxing day|chinese new year|lunar new year|diwali",
    "christmas|xmas|easter|new year'?s?(?: eve| day)?|the weekend",
    r"(?<![\d/.])(?!24/7|10/10)(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|[12]\d|3[01])(?:/(?:20)?\d\d)?(?![\d/])",
)
_ISO = [re.compile(one, re.IGNORECASE) for one in _ABSOLUTE]
_WORDS = [
    re.compile("|".join(_CHINESE)),
    re.compile(rf"(?<![a-z])(?:{'|'.join(f'(?:{one})' for one in _ENGLISH)})", re.IGNORECASE),
]


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
    month, day = match["month"], re.sub(r"\D", "", match["day"])
    number = int(month) if month.isdecimal() else _MONTH_NUMBERS.index(month[:3].lower()) + 1
    try:
        return date(int(match["year"]), number, int(day)).isoformat()
    except ValueError:
        return None
