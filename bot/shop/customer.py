"""A customer as the shop knows them: the record that CSV import, the API and the demo all make."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

CHINESE_MOBILE = re.compile(r"^(?:\+|00)?86(?=1[3-9][0-9]{9}$)")


class Calendar(StrEnum):
    SOLAR = "solar"
    LUNAR = "lunar"


@dataclass(frozen=True, slots=True)
class Birthday:
    """Month and day as the customer gave them, in their own calendar; never a converted date, never the year.

    Raises ValueError for a day that no year of that calendar has.
    """

    month: int
    day: int
    calendar: Calendar = Calendar.SOLAR
    leap: bool = False
    """Lunar only: the leap month of that number."""

    def __post_init__(self) -> None:
        if self.calendar is Calendar.SOLAR:
            date(2000, self.month, self.day)
            if self.leap:
                raise ValueError("only a lunar month can be a leap month")
        elif not (1 <= self.month <= 12 and 1 <= self.day <= 30):
            raise ValueError(f"no lunar month {self.month} with a day {self.day}")


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    id: str
    """The shop's own."""
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    """In canonical form (canonical_phone)."""
    email: str = field(default="", repr=False)
    language: str = ""
    """zh, en, or "" when the shop does not know."""
    time_zone: str = ""
    """An IANA name; "" means the shop's."""
    tier: str = ""
    """A key of `tiers` in data/policy/shop.yml; "" means its first."""
    birthday: Birthday | None = field(default=None, repr=False)
    created_on: date | None = None
    tags: tuple[str, ...] = ()


def canonical_phone(text: str) -> str:
    """A phone number to compare with: half-width digits, no spaces or hyphens, no +86 before a mobile number.

    "" when the text holds no plausible number (7 to 15 digits).
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    kept = re.sub(r"[\s().\-\u2010-\u2015]", "", plain)
    if not re.fullmatch(r"\+?[0-9]{7,15}", kept):
        return ""
    return CHINESE_MOBILE.sub("", kept)
