"""When we are not sure enough to act: the policies then see `nlu_fallback`, and the ranking keeps the guesses.

Complaints are weighed together: a dented fridge is surely a complaint even where it is open whether about the goods or
the delivery. When all kinds together outweigh the best other guess, the likeliest kind is taken, with their common
confidence.

Angry customers write what looks like an enquiry ("where is my parcel??"). Inside a complaint an enquiry therefore
has to be clearer than elsewhere; below `enquiry_inside_complaint` the message counts as part of the complaint.
"""

from typing import Any

from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

from components.graph import Untrained

OUT_OF_SCOPE = "out_of_scope"
COMPLAINT = "complaint_"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Doubt(Untrained, IntentClassifier, GraphComponent):
    """Replaces `intent` by `nlu_fallback` below `act_at`, and says in `inside_complaint` what to act on in a complaint.

    A message that is surely neither Chinese nor English is out of scope. Stands after the classifier and the language.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"act_at": 0.6, "enquiry_inside_complaint": 0.75, "enquiries": []}

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get("foreign"):
                self._foreign(message)
            self._weigh_complaints_together(message)
            best = message.get(INTENT) or {"name": None, "confidence": 0.0}
            name, confidence = best["name"], best["confidence"]
            enquiry = name in self.config["enquiries"]
            inside = self.config["enquiry_inside_complaint"] if enquiry else self.config["act_at"]
            fallback = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": confidence}
            message.set("inside_complaint", name if confidence >= inside else fallback["name"], add_to_output=True)
            if confidence < self.config["act_at"]:
                message.set(INTENT, fallback, add_to_output=True)
        return messages

    def _weigh_complaints_together(self, message: Message) -> None:
        ranking = message.get(INTENT_RANKING_KEY) or []
        complaints = [guess for guess in ranking if guess["name"].startswith(COMPLAINT)]
        others = [guess["confidence"] for guess in ranking if not guess["name"].startswith(COMPLAINT)]
        together = sum(guess["confidence"] for guess in complaints)
        if complaints and together > max(others, default=0.0):
            kind = max(complaints, key=lambda guess: guess["confidence"])
            _set(message, [{**kind, "confidence": min(together, 1.0)}, *(one for one in ranking if one is not kind)])

    def _foreign(self, message: Message) -> None:
        certain = {"name": OUT_OF_SCOPE, "confidence": 1.0}
        others = [guess for guess in message.get(INTENT_RANKING_KEY) or [] if guess["name"] != OUT_OF_SCOPE]
        _set(message, [certain, *({**guess, "confidence": 0.0} for guess in others)])


def _set(message: Message, ranking: list[dict[str, Any]]) -> None:
    """The first of the ranking is the intent."""
    message.set(INTENT, dict(ranking[0]), add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
