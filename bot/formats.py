"""How money, days and moments are written in each language. Pure; what was written once is remembered.

`language` is "zh", "zh-Hant" or "en". Chinese names of months and weekdays come from the CLDR (babel).
"""

from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision

from bot.hanzi import to_traditional
from bot.messages import Money

ENGLISH, TRADITIONAL = "en", "zh-Hant"


@lru_cache(maxsize=1024)
def money(value: Money, language: str) -> str:
    """zh ¥599, en ¥599.00; with a fraction ¥599.50 in both. `cents` is the currency's smallest unit (yen for JPY)."""
    digits = get_currency_precision(value.currency)
    amount = Decimal(value.cents).scaleb(-digits)
    if language == ENGLISH:
        # CLDR writes CN¥ to tell it from the yen; the customers of one shop do not need that
        return format_currency(amount, value.currency, locale=_locale(language)).replace("CN¥", "¥")
    whole = "¤#,##0" if amount == amount.to_integral_value() else None
    return format_currency(amount, value.currency, whole, locale=_locale(language), currency_digits=whole is None)


@lru_cache(maxsize=2048)
def day(value: date, language: str, with_year: bool) -> str:
    """zh 11月24日（周二）, en Tue 24 Nov; with the year 2026年11月24日（周二）, Tue 24 Nov 2026."""
    written = format_date(value, _day_pattern(language == ENGLISH, with_year), locale=_locale(language))
    return to_traditional(written) if language == TRADITIONAL else written


def moment(value: datetime, language: str, zone: tzinfo, today: date | None) -> str:
    """The moment on the wall clock of `zone`: zh 11月24日（周二）18:00, en Tue 24 Nov, 18:00.

    The year is left out only when it is that of `today`.
    """
    local = value.astimezone(zone)
    comma = ", " if language == ENGLISH else ""
    written = day(local.date(), language, today is None or today.year != local.year)
    return f"{written}{comma}{local.hour:02}:{local.minute:02}"


@cache
def _day_pattern(english: bool, with_year: bool) -> str:
    if english:
        return "EEE d MMM y" if with_year else "EEE d MMM"
    skeletons = _locale("zh").datetime_skeletons
    return f"{skeletons['yMMMd' if with_year else 'MMMd'].pattern}（EEE）"


@cache
def _locale(language: str) -> Locale:
    return Locale.parse("en" if language == ENGLISH else "zh")
