"""Words that a shop must not say to a customer, and what to say instead. Pure. Source: data/policy/never_say.yml."""

from dataclasses import dataclass

from bot.content import FOLDER, Texts
from bot.datafile import Findings, Section
from bot.phrases import Phrases, fold

FILE = "data/policy/never_say.yml"


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    instead: str
    """What to say or do instead, for the writer of the text."""
    phrases: dict[str, Phrases]
    """By language (zh, en)."""


@dataclass(frozen=True, slots=True)
class NeverSay:
    rules: tuple[Rule, ...]

    @staticmethod
    def load(data: object, file: str = FILE) -> "NeverSay":
        """Raises BadContent that names the file and every wrong key."""
        findings = Findings()
        top = Section(data, file, findings)
        rules = tuple(_rule(top.section(str(name)), str(name)) for name in top.values)
        findings.stop()
        return NeverSay(rules)

    def found_in(self, text: str, language: str) -> list[tuple[str, Rule]]:
        """Each phrase of a text ("zh" or "en") that must not be said, with its rule."""
        folded = fold(text)
        return [(phrase, rule) for rule in self.rules for phrase in rule.phrases[language].find(folded)]


def check_never_say(texts: Texts, rules: NeverSay, folder: str = FOLDER) -> list[str]:
    """One line for every phrase in the texts of `folder` that must not be said; empty when all is well."""
    problems = []
    for key, entry in sorted(texts.entries.items()):
        file, _, name = key.partition(".")
        for language, variants in entry.variants.items():
            for template in variants:
                problems += [
                    f"{folder}/{file}.yml: '{name}' ({language}) says “{phrase}”; instead: {rule.instead}"
                    for phrase, rule in rules.found_in(template.source, language)
                ]
    return problems


def _rule(section: Section, name: str) -> Rule:
    section.only("instead", "zh", "en", "unless")
    if not section.values.get("zh") and not section.values.get("en"):
        section.wrong("zh", "and 'en' are both empty")
    return Rule(name, section.text("instead"), {lang: Phrases.load(section, (lang,)) for lang in ("zh", "en")})
