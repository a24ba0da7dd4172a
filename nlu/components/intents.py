"""What the customer wants: logistic regression over the embedding and the n-grams side by side."""

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
    """Sets `intent` and `intent_ranking`. `strength` is scikit-learn's C; `temperature` sharpens the confidence."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"strength": 10.0, "temperature": 1.0, "ranking_length": 10}

    def train(self, training_data: TrainingData) -> Resource:
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        model = Softmax.fit(
            inputs_of(examples),
            [message.get(INTENT) for message in examples],
            self.config["strength"],
            self.config["temperature"],
        )
        with self._model_storage.write_to(self._resource) as folder:
            model.save(folder)
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
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        for message, row in zip(messages, self._model.probabilities(inputs_of(messages)), strict=True):
            ranking = self._model.ranking(row, self.config["ranking_length"])
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
