"""What the customer wants: a linear model over the embedding and the n-grams side by side, and a second opinion.

The second opinion is a linear model that knows one question only, whether a message complains at all. Asked beside the
first, it errs at other messages; the two together miss fewer complaints and see fewer where there are none.
"""

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.embedding import embedding_of
from components.graph import Trained
from components.ngrams import ngrams_of
from components.softmax import Inputs, Softmax

COMPLAINT = "complaint_"


def inputs_of(messages: list[Message]) -> Inputs:
    """Embedding (dense) and n-grams (sparse) of messages, one row a message."""
    return Inputs(np.stack([_embedding(message) for message in messages]), ngrams_of(messages))


def _embedding(message: Message) -> np.ndarray:
    row = embedding_of(message)
    if row is None:
        raise ValueError("the embedding featurizer must stand before this component in config.yml")
    return row


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FusedIntentClassifier(Trained, IntentClassifier, GraphComponent):
    """Sets `intent` and `intent_ranking`.

    `rounds`, `pace` and `temperature` are those of the linear model (softmax.py); `second_opinion`, from 0 to 1, is how
    much the question whether it is a complaint is left to the second one.
    """

    OPINION = "complaint"
    """The folder of the second model inside the component's own."""
    _model: Softmax
    _opinion: Softmax | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"rounds": 6, "pace": 0.6, "temperature": 1.0, "second_opinion": 0.5, "ranking_length": 10}

    def train(self, training_data: TrainingData) -> Resource:
        """Without examples of complaints, or with nothing else, there is no second opinion."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        inputs, intents = inputs_of(examples), [str(message.get(INTENT)) for message in examples]
        complains = [str(name.startswith(COMPLAINT)) for name in intents]
        pace = self.config["rounds"], self.config["pace"]
        with self._model_storage.write_to(self._resource) as folder:
            Softmax.fit(inputs, intents, *pace, self.config["temperature"]).save(folder)
            if len(set(complains)) > 1:
                (folder / self.OPINION).mkdir()
                Softmax.fit(inputs, complains, *pace, temperature=1.0).save(folder / self.OPINION)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "FusedIntentClassifier":
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = Softmax.load(folder)
            second = folder / cls.OPINION
            component._opinion = Softmax.load(second) if second.exists() else None
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        for message, row in zip(messages, self._probabilities(inputs_of(messages)), strict=True):
            ranking = self._model.ranking(row, self.config["ranking_length"])
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _probabilities(self, inputs: Inputs) -> np.ndarray:
        found = self._model.probabilities(inputs)
        if self._opinion is None:
            return found
        opinion = self._opinion.probabilities(inputs)[:, self._opinion.labels.index("True")]
        complaints = np.array([name.startswith(COMPLAINT) for name in self._model.labels])
        return agreed(found, complaints, opinion, self.config["second_opinion"])


def agreed(found: np.ndarray, complaints: np.ndarray, opinion: np.ndarray, weight: float) -> np.ndarray:
    """The probabilities, with as much on the complaints as both models make of it.

    `found`: one row a message, one column an intent · `complaints`: which columns are complaints · `opinion`: what
    the second model takes for the probability that the message complains · `weight`: of the second. The log odds of
    both are averaged.
    """
    first = found[:, complaints].sum(axis=1)
    both = 1 / (1 + np.exp((weight - 1) * _log_odds(first) - weight * _log_odds(opinion)))
    scale = np.where(complaints, (both / _inside(first))[:, None], ((1 - both) / _inside(1 - first))[:, None])
    scaled = found * scale
    return np.asarray(scaled / scaled.sum(axis=1, keepdims=True))


def _log_odds(shares: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(_inside(shares)) - np.log(_inside(1 - shares)))


def _inside(shares: np.ndarray) -> np.ndarray:
    """Kept a little above 0, so that nothing is divided by it."""
    return np.maximum(shares, 1e-12)
