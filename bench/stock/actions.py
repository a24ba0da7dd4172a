"""The actions of the stock side: one action under every name of our domain (`python -m rasa_sdk --actions actions`)."""

from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

DOMAIN = Path(__file__).resolve().parent.parent.parent / "nlu" / "domain"


class Answer(Action):
    """Says one sentence and looks nothing up, so that all the time it takes is the way there and back."""

    shown_as = "action_answer"

    def name(self) -> str:
        return self.shown_as

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        dispatcher.utter_message(text="Thank you, that is noted.")
        return []


def names() -> list[str]:
    """Every action our domain names."""
    domains = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(DOMAIN.glob("*.yml")))
    return [name for domain in domains for name in domain.get("actions", [])]


# rasa-sdk finds actions by asking for the subclasses that exist once this module is imported.
SERVED = [type(name, (Answer,), {"shown_as": name}) for name in names()]
