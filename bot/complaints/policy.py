"""How the bot goes through a complaint, as values. Source: data/policy/complaints.yml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.complaints.complaint import Kind
from bot.datafile import Findings, Section
from bot.phrases import Phrases, fold

FILE = "data/policy/complaints.yml"
LONGEST_ANSWER = 32
"""Bytes (10 Chinese characters, some six English words) up to which an answer may name a wish by its bare word."""


class Fact(StrEnum):
    """What must be known before a solution can be offered."""

    WHAT = "what"
    ORDER = "order"
    PHOTO = "photo"
    WISH = "wish"


class Hint(StrEnum):
    """What is listened for beside the model."""

    WHAT_WILL_YOU_DO = "what_will_you_do"
    ONLY_APOLOGISE = "only_apologise"
    ALREADY_TOLD = "already_told"
    NOT_YET = "not_yet"
    NEVER_MIND = "never_mind"
    CLOSE_IT = "close_it"
    KEEP_ON = "keep_on"
    NOTHING_MORE = "nothing_more"
    FIRST = "first"
    SECOND = "second"
    SOMETHING_ELSE = "something_else"
    PARTLY = "partly"
    SOLVED = "solved"
    NOT_SOLVED = "not_solved"


@dataclass(frozen=True, slots=True)
class Limits:
    """How often is often enough; above it a person takes over."""

    listening_turns: int
    empathy_turns: int
    questions: int
    tries_per_fact: int
    summary_denials: int
    rejections: int
    chasing: int
    failures: int
    silence: timedelta
    repeat: timedelta
    check_after: timedelta


@dataclass(frozen=True, slots=True)
class Needs:
    """What a kind of complaint needs to be known, and the wishes offered as buttons."""

    facts: tuple[Fact, ...]
    wishes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """The words for a remedy that a customer asks for."""

    said: Phrases
    """Sound like a wish wherever they are said."""
    answered: Phrases
    """The same and plainer words, which are a wish in answer to the question for it."""


@dataclass(frozen=True, slots=True)
class ComplaintPolicy:
    limits: Limits
    needs: Mapping[Kind, Needs]
    story_length: Mapping[str, int]
    hints: Mapping[Hint, Phrases]
    wishes: Mapping[str, Wish]

    def hints_in(self, text: str) -> frozenset[Hint]:
        folded = fold(text)
        return frozenset(hint for hint, phrases in self.hints.items() if phrases.found(folded))

    def wish_in(self, text: str, asked: bool) -> str | None:
        """The remedy a customer asks for in so many words; the one named last counts (people correct themselves).

        `asked`: this is the answer to a question about it, where "delivery" is a wish; in a story it is none, also
        when somebody answers with a story.
        """
        folded = fold(text)
        plainly = asked and len(folded.encode()) <= LONGEST_ANSWER
        words = {name: wish.answered if plainly else wish.said for name, wish in self.wishes.items()}
        places = {name: folded.rfind(found[-1]) for name, p in words.items() if (found := p.find(folded))}
        return max(places, key=lambda wish: places[wish]) if places else None

    def is_story(self, text: str) -> bool:
        """Whether this is long enough to say what happened."""
        chinese = any("\u4e00" <= c <= "\u9fff" for c in text)
        return len(text.strip()) >= self.story_length["zh" if chinese else "en"]


def read_policy(raw: object, file: str = FILE) -> ComplaintPolicy:
    """The policy from the parsed file. Raises BadContent that names the file and every wrong key."""
    findings = Findings()
    top = Section(raw, file, findings)
    top.only("limits", "kinds", "story_length", "words")
    words = top.section("words")
    wishes = {str(n).removeprefix("wish_"): _wish(words, str(n)) for n in words.values if str(n).startswith("wish_")}
    kinds, story = top.section("kinds"), top.section("story_length")
    policy = ComplaintPolicy(
        limits=_limits(top.section("limits")),
        needs={kind: _needs(kinds.section(kind), wishes) for kind in Kind},
        story_length={language: int(story.number(language, 1, 500)) for language in ("zh", "en")},
        hints={hint: _phrases(words, hint) for hint in Hint},
        wishes=wishes,
    )
    kinds.only(*Kind)
    words.only(*Hint, *(f"wish_{w}" for w in wishes))
    findings.stop()
    return policy


def _limits(section: Section) -> Limits:
    def count(name: str) -> int:
        return int(section.number(name, 1, 1000))

    return Limits(
        listening_turns=count("listening_turns"),
        empathy_turns=count("empathy_turns"),
        questions=count("questions"),
        tries_per_fact=count("tries_per_fact"),
        summary_denials=count("summary_denials"),
        rejections=count("rejections"),
        chasing=count("chasing"),
        failures=count("failures"),
        silence=timedelta(minutes=count("silence_minutes")),
        repeat=timedelta(days=count("repeat_days")),
        check_after=timedelta(days=count("check_after_days")),
    )


def _needs(section: Section, wishes: Mapping[str, Wish]) -> Needs:
    section.only("facts", "wishes")
    facts = section.texts("facts")
    for fact in facts:
        if fact not in set(Fact):
            section.wrong("facts", f"names '{fact}'; known are: {', '.join(Fact)}")
    named = section.texts("wishes")
    for wish in named:
        if wish not in wishes:
            section.wrong("wishes", f"names '{wish}', but there is no list wish_{wish} under words")
    return Needs(tuple(Fact(f) for f in facts if f in set(Fact)), named)


def _wish(words: Section, name: str) -> Wish:
    said = _phrases(words, name, "when_asked")
    return Wish(said, Phrases.load(words.section(name), ("zh", "en", "when_asked")))


def _phrases(words: Section, name: str, *more: str) -> Phrases:
    section = words.section(name)
    section.only("zh", "en", "unless", *more)
    if not section.texts("zh") or not section.texts("en"):
        section.findings.add(section.file, f"words.{name}", "needs phrases in both languages, zh and en")
    return Phrases.load(section)
