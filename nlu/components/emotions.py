"""How the customer feels: the same linear model as for intents, with the signs of signs.py beside the meaning.

Labels come from the examples' metadata (`metadata: {emotion: angry}` on an intent block); examples without one are
not used.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import deep_container_fingerprint

from components.graph import Trained
from components.intents import inputs_of
from components.signs import Signs
from components.softmax import Inputs, Softmax

EMOTIONS = ("calm", "annoyed", "angry", "relieved")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class EmotionClassifier(Trained, GraphComponent):
    """Sets `emotion`: {"name", "confidence"}. `words` is the file with the groups of words that show feeling."""

    FILE = "signs.json"
    _signs: Signs
    _model: Softmax | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"rounds": 4, "pace": 0.5, "temperature": 1.0, "words": "words/emotions.yml"}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa's cache of trained components must notice a changed word file."""
        return deep_container_fingerprint(Path(config["words"]).read_text(encoding="utf-8"))

    def train(self, training_data: TrainingData) -> Resource:
        """Without labelled examples of two emotions nothing is learned and every message is calm."""
        labelled = [(message, _label(message)) for message in training_data.intent_examples if message.get(TEXT)]
        examples = [(message, label) for message, label in labelled if label]
        self._signs = Signs.read(Path(self.config["words"]))
        with self._model_storage.write_to(self._resource) as folder:
            (folder / self.FILE).write_text(json.dumps(self._signs.groups), encoding="utf-8")
            if len({label for _, label in examples}) > 1:
                inputs = self._inputs([message for message, _ in examples])
                labels = [str(label) for _, label in examples]
                pace = self.config["rounds"], self.config["pace"]
                Softmax.fit(inputs, labels, *pace, self.config["temperature"]).save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "EmotionClassifier":
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._signs = Signs(json.loads((folder / cls.FILE).read_text(encoding="utf-8")))
            component._model = Softmax.load(folder) if (folder / "labels.json").exists() else None
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        for message, emotion in zip(messages, self._emotions(messages), strict=True):
            message.set("emotion", emotion, add_to_output=True)
        return messages

    def _emotions(self, messages: list[Message]) -> list[dict[str, object]]:
        if self._model is None:
            return [{"name": "calm", "confidence": 0.0} for _ in messages]
        return [self._model.ranking(row, 1)[0] for row in self._model.probabilities(self._inputs(messages))]

    def _inputs(self, messages: list[Message]) -> Inputs:
        signs = np.stack([self._signs.of(message.get(TEXT)) for message in messages])
        meaning = inputs_of(messages)
        return Inputs(np.hstack([meaning.dense, signs]), meaning.sparse)


def _label(message: Message) -> str | None:
    """The emotion an example carries. Raises ValueError for one that does not exist."""
    about = (message.get("metadata") or {}).get("intent") or {}
    label = about.get("emotion") if isinstance(about, dict) else None
    if label is not None and label not in EMOTIONS:
        raise ValueError(f"'{message.get(TEXT)}' has the emotion '{label}'; it must be one of {', '.join(EMOTIONS)}")
    return label
