"""The first component: every message gets its plain form; what the customer wrote stays as it is."""

from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.graph import Untrained
from components.text import PLAIN, plain


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Normaliser(Untrained, GraphComponent):
    """Sets the attribute `plain`: half-width, simplified, no control characters, every offset unchanged."""

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set(PLAIN, plain(message.get("text") or ""))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
