"""Personal data in a message becomes invented data of the same form, so that it may be kept and learned from. Pure.

"My phone is 139..." with stars for the number would teach the model stars; a made-up number teaches what customers
write. The stand-ins are always the same, so that the same words about two orders are one message.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle

from bot import masking
from bot.datafile import Findings, Section

FILE = "data/policy/personal.yml"
HAN = "\u4e00-\u9fff"
DATED = re.compile(
    r"(?<!\d)20\d\d[-/. ]?(?:0[1-9]|1[0-2])[-/. ]?(?:0[1-9]|[12]\d|3[01])(?P<gap>[-_./#]{0,3})\d{4}(?!\d|:\d|[-/.年])"
)
"""A date and four digits: an order number, with or without what the shop writes before it."""
INVENTED_ORDER = "202601010001"
INVENTED_MOBILE = "13900001234"
MOBILE = re.compile(r"(?:86|0086)?(1[3-9]\d{9})")
MADE_UP = "5550123"
"""Digits that no telephone has (555-01xx is kept free for stories), over and over."""
ANY_DIGITS = "1234567890"
CARD = 15
"""From so many digits on it is a card or an identity, not a telephone."""
SHORTEST_NAME, SHORTEST_LATIN_NAME = 2, 3
SPOKEN = 7
"""From so many digits in words on it is somebody's number."""


@dataclass(frozen=True, slots=True)
class Personal:
    """What a language knows about names and addresses. Source: data/policy/personal.yml."""

    name_zh: str
    name_en: str
    address_zh: str
    address_en: str
    email: str
    names: tuple[re.Pattern[str], ...]
    """Each with a group `name`."""
    addresses_zh: re.Pattern[str]
    addresses_en: re.Pattern[str]
    spoken: re.Pattern[str]


def read_personal(raw: object) -> Personal:
    """Raises BadContent that names every wrong key."""
    findings = Findings()
    top = Section(raw, FILE, findings)
    top.only("stand_ins", "name_follows", "name_after_colon", "not_in_names", "address", "spoken_digits")
    stand_ins, follows, address = top.section("stand_ins"), top.section("name_follows"), top.section("address")
    stand_ins.only("name", "address", "email")
    follows.only("zh", "en")
    address.only("zh_places", "zh_streets", "zh_numbers", "en_streets", "en_rooms")
    name, place = stand_ins.section("name"), stand_ins.section("address")
    never, spoken = top.text("not_in_names"), top.text("spoken_digits")
    words = {key: _words(address, key) for key in ("zh_places", "zh_streets", "zh_numbers", "en_streets", "en_rooms")}
    name_zh, name_en = name.text("zh"), name.text("en")
    address_zh, address_en, email = place.text("zh"), place.text("en"), stand_ins.text("email")
    cues = _words(follows, "zh"), _words(follows, "en"), _words(top, "name_after_colon")
    findings.stop()
    never = re.escape(never)
    return Personal(
        name_zh=name_zh,
        name_en=name_en,
        address_zh=address_zh,
        address_en=address_en,
        email=email,
        names=_names(*cues, never),
        addresses_zh=_chinese_address(words, never),
        addresses_en=_english_address(words),
        spoken=re.compile(f"[{re.escape(spoken)}]{{{SPOKEN},}}"),
    )


def _words(section: Section, key: str) -> str:
    """The words as alternatives, the longest first."""
    found = section.texts(key)
    if not found:
        section.wrong(key, "is missing or empty")
    return "|".join(re.escape(word) for word in sorted(found, key=len, reverse=True))


def _names(zh: str, en: str, colon: str, never: str) -> tuple[re.Pattern[str], ...]:
    han = rf"(?P<name>(?![{never}])[{HAN}](?:(?![{never}])[{HAN}]){{1,2}})"
    capital = r"[A-Z][\w'\u2019-]*"
    return (
        re.compile(rf"(?:{zh})[\s:\uff1a]*{han}"),
        re.compile(rf"(?:{colon})\s*[:\uff1a]\s*{han}"),
        re.compile(rf"\b(?i:{en}|(?:{colon})\s*:)\s+(?P<name>{capital}(?:\s{capital}){{0,2}}|[a-z]+\b)"),
    )


def _chinese_address(words: dict[str, str], never: str) -> re.Pattern[str]:
    """A street (behind any places) with a number; a region alone is nobody's."""
    one, number = rf"(?:(?![{never}])[{HAN}])", r"[0-9\uff10-\uff19]{1,5}(?:-\d{1,4})?"
    return re.compile(
        rf"(?:{one}{{2,4}}?(?:{words['zh_places']})){{0,5}}{one}{{1,5}}?(?:{words['zh_streets']})"
        rf"\s?{number}\s?(?:{words['zh_numbers']})"
        rf"(?:\s?[0-9A-Za-z]{{1,5}}\s?(?:{words['zh_numbers']}))*(?:\s?[0-9]{{2,5}}(?![0-9{HAN}]))?"
    )


def _english_address(words: dict[str, str]) -> re.Pattern[str]:
    room = rf"(?:(?:{words['en_rooms']})\s?#?\w{{1,5}})"
    street = rf"\d{{1,5}}[a-z]?\s(?:[a-z][\w'\u2019]*\s){{1,3}}(?:{words['en_streets']})\b\.?"
    return re.compile(rf"\b(?:{room},?\s)?{street}(?:,?\s{room})?", re.IGNORECASE)


def invented(text: str, personal: Personal, known: Iterable[str] = ()) -> str:
    """The text with everything personal replaced. `known` are names (and addresses) of the customer who wrote it.

    Doing it twice changes nothing more. What no rule knows (a name without a cue, of somebody else) stays.
    """
    text = masking.SECRET.sub("X", text)
    text = masking.EMAIL.sub(lambda _: personal.email, text)
    text = personal.addresses_zh.sub(lambda _: personal.address_zh, text)
    text = personal.addresses_en.sub(lambda _: personal.address_en, text)
    for pattern in _known(known):
        text = pattern.sub(lambda match: _stand_in(match[0], personal), text)
    for pattern in personal.names:
        text = pattern.sub(lambda match: _behind_cue(match, personal), text)
    text = personal.spoken.sub(INVENTED_MOBILE, text)
    text = DATED.sub(lambda match: _filled(match[0], INVENTED_ORDER), text)
    return masking.NUMBER.sub(_number, text)


def _known(names: Iterable[str]) -> list[re.Pattern[str]]:
    """Whole names in any case; their parts only as they are written ("Will", not "will it come")."""
    found = []
    for name in {name.strip() for name in names}:
        if re.search(f"[{HAN}]", name):
            found += [re.compile(re.escape(name))] if len(name) >= SHORTEST_NAME else []
            continue
        parts = [part for part in name.split() if len(part) >= SHORTEST_LATIN_NAME and part[0].isupper()]
        if len(parts) > 1:
            found.append(re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE))
        found += [re.compile(rf"(?<![^\W_]){re.escape(part)}(?![^\W_])") for part in parts]
    return sorted(found, key=lambda pattern: len(pattern.pattern), reverse=True)


def _stand_in(name: str, personal: Personal) -> str:
    return personal.name_zh if re.search(f"[{HAN}]", name) else personal.name_en


def _behind_cue(match: re.Match[str], personal: Personal) -> str:
    """The name gives way; what was replaced already is left alone."""
    name, whole = match["name"], match[0]
    made_up = _stand_in(name, personal)
    return whole if made_up.startswith(name) else whole.removesuffix(name) + made_up


def _number(match: re.Match[str]) -> str:
    found = match[0]
    digits = "".join(c for c in found if c.isdigit())
    if match["keep"] or len(digits) < masking.LONG or digits == INVENTED_ORDER:
        return found
    if match["order"]:
        return _filled(found, ANY_DIGITS)
    if mobile := MOBILE.fullmatch(digits):
        return _filled(found, digits[: mobile.start(1)] + INVENTED_MOBILE)
    if len(digits) >= CARD:
        return _filled(found, ANY_DIGITS)
    kept = digits[:2] if "+" in found else digits[0]
    return _filled(found, kept + MADE_UP * 3)


def _filled(form: str, digits: str) -> str:
    """The form with its digits replaced one by one; spaces, dashes and letters stay."""
    source = cycle(digits)
    return "".join(next(source) if char.isdigit() else char for char in form)
