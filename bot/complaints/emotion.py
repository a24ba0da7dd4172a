"""How a customer feels, and why we think so: what the model says, raised by words that leave no doubt. Pure.

The words are a list that anyone can read and change (data/policy/emotion.yml). They only ever raise the level: a list
knows what a threat looks like, but not what calm does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType

from bot.datafile import Findings, Section
from bot.phrases import Phrases, fold

FILE = "data/policy/emotion.yml"
EXAMPLES = 3
"""So many phrases of a group are kept as reasons: staff need the kind, not the count."""
HAN = re.compile(r"[\u3400-\u9fff]")


class Level(IntEnum):
    """How far a feeling has gone."""

    E0 = 0
    """calm, or relieved"""
    E1 = 1
    """annoyed"""
    E2 = 2
    """angry"""
    E3 = 3
    """a person at once"""


class Mood(StrEnum):
    """What the model says of a message."""

    CALM = "calm"
    ANNOYED = "annoyed"
    ANGRY = "angry"
    RELIEVED = "relieved"


LEVELS = {Mood.CALM: Level.E0, Mood.RELIEVED: Level.E0, Mood.ANNOYED: Level.E1, Mood.ANGRY: Level.E2}


class Group(StrEnum):
    """What a reason is about. All but MODEL and SHOUTING are lists of phrases."""

    THREAT_EXTERNAL = "threat_external"
    SAFETY = "safety"
    ABUSE = "abuse"
    SELF_HARM = "self_harm"
    BEREAVEMENT = "bereavement"
    MINOR = "minor"
    PRIVACY_LEAK = "privacy_leak"
    FRAUD = "fraud"
    PAYMENT_DISPUTE = "payment_dispute"
    ASK_HUMAN = "ask_human"
    DENIAL = "denial"
    THREAT_REVIEW = "threat_review"
    STRONG_WORDS = "strong_words"
    IMPATIENCE = "impatience"
    NEW_GRIEVANCE = "new_grievance"
    SHOUTING = "shouting"
    MODEL = "model"


LISTS: tuple[Group, ...] = tuple(group for group in Group if group not in (Group.SHOUTING, Group.MODEL))


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that was noticed, as staff read it: the group, and the customer's words (or the model's verdict)."""

    group: Group
    phrase: str


@dataclass(frozen=True, slots=True)
class Reading:
    level: Level
    reasons: tuple[Reason, ...] = ()
    """The gravest first."""

    @property
    def groups(self) -> frozenset[Group]:
        return frozenset(reason.group for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Words:
    """A list of phrases and the level they raise to."""

    level: Level
    phrases: Phrases


@dataclass(frozen=True, slots=True)
class Shouting:
    """`marks` exclamation or question marks in a row, or capitals: a share of the letters, from so many letters on."""

    marks: int
    capitals: float
    letters: int
    joy: Phrases
    """Joy is shouted too, and is no anger."""

    def heard_in(self, text: str, folded: str) -> str | None:
        """What was shouted, as a reason; None for none."""
        marks = re.search(rf"[!?]{{{self.marks},}}", folded)
        shouted = marks[0][:9] if marks else "CAPITALS" if self._in_capitals(text) else None
        return None if shouted is None or self.joy.found(folded) else shouted

    def _in_capitals(self, text: str) -> bool:
        """Not for Chinese texts: the Latin words in them are names of products."""
        words = re.findall(r"[A-Za-z]+", text)
        letters = "".join(words)
        if len(words) < 2 or len(letters) < self.letters or HAN.search(text):
            return False
        return sum(letter.isupper() for letter in letters) >= self.capitals * len(letters)


@dataclass(frozen=True, slots=True)
class Lexicon:
    lists: Mapping[Group, Words]
    shouting: Shouting

    @staticmethod
    def load(data: object, file: str = FILE) -> "Lexicon":
        """Raises BadContent that names the file and every wrong key."""
        findings = Findings()
        top = Section(data, file, findings)
        top.only(Group.SHOUTING, *LISTS)
        lists: dict[Group, Words] = {group: _words(top.section(group)) for group in LISTS}
        shouting = _shouting(top.section(Group.SHOUTING))
        findings.stop()
        return Lexicon(MappingProxyType(lists), shouting)


def read(text: str, mood: Mood, confidence: float, lexicon: Lexicon) -> Reading:
    """The higher of what the model says (`mood`, `confidence` 0 to 1) and what the words say, with all reasons.

    Words that only sound impatient raise a calm message, not one in which the model hears relief ("again" in thanks).
    """
    folded = fold(text)
    noticed: list[tuple[Level, Reason]] = [
        (words.level, Reason(group, phrase))
        for group, words in lexicon.lists.items()
        for phrase in words.phrases.find(folded)[:EXAMPLES]
    ]
    if shouted := lexicon.shouting.heard_in(text, folded):
        noticed.append((Level.E1, Reason(Group.SHOUTING, shouted)))
    if LEVELS[mood]:
        noticed.append((LEVELS[mood], Reason(Group.MODEL, f"{mood} {confidence:.0%}")))
    noticed.sort(key=lambda found: (-found[0], list(Group).index(found[1].group)))
    level = max((level for level, _ in noticed), default=Level.E0)
    if mood is Mood.RELIEVED and level is Level.E1:
        level = Level.E0
    return Reading(level, tuple(reason for _, reason in noticed))


def _words(section: Section) -> Words:
    section.only("level", "zh", "en", "unless")
    for language in ("zh", "en"):
        if language not in section.values:
            section.wrong(language, "is missing")
    return Words(Level(section.whole("level", Level.E0, Level.E3)), Phrases.load(section))


def _shouting(section: Section) -> Shouting:
    section.only("marks", "capitals", "letters", "joy")
    return Shouting(
        marks=section.whole("marks", 2, 20),
        capitals=section.number("capitals", 0.5, 1),
        letters=section.whole("letters", 4, 1000),
        joy=Phrases.load(section, ("joy",)),
    )
