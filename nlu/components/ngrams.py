"""Character n-grams, weighted by TF-IDF: what the embedding smooths away (typos, exact words, signs).

Letters are folded to lower case and digits to 0, so that numbers differ only in length.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, vstack

from components.embedding import readable
from components.text import HAN, plain_of

_PIECE = re.compile(rf"{HAN.pattern}+|[a-z']+|0+|[^\w\s]|[^\W\d_]+")
_DIGITS = re.compile(r"\d")
_HAN_SIZES = range(1, 5)
_LATIN_SIZES = range(2, 6)


def grams(text: str) -> Iterator[str]:
    """The n-grams of a plain text: 1 to 4 Chinese characters, 2 to 5 letters of a word, words and pairs of words."""
    previous = "^"
    for piece in _PIECE.findall(_DIGITS.sub("0", readable(text).lower())):
        if HAN.match(piece):
            yield from _slices(piece, _HAN_SIZES)
        else:
            word = f"<{piece}>"
            yield word
            yield f"{previous} {word}"
            if piece[0].isalpha():
                yield from _slices(word, _LATIN_SIZES)
        previous = f"<{piece}>" if not HAN.match(piece) else piece[-1]


def _slices(text: str, sizes: range) -> Iterator[str]:
    for size in sizes:
        for start in range(len(text) - size + 1):
            yield text[start : start + size]


class Vocabulary:
    """Which n-grams are known, and the weight of each."""

    def __init__(self, index: dict[str, int], weights: np.ndarray) -> None:
        self._index = index
        self._weights = weights

    @classmethod
    def of(cls, texts: list[str], at_least: int) -> "Vocabulary":
        """The n-grams that are in at least so many of the texts; weight = smoothed inverse document frequency."""
        documents = Counter(gram for text in texts for gram in set(grams(text)))
        known = sorted(gram for gram, count in documents.items() if count >= at_least)
        counts = np.array([documents[gram] for gram in known], dtype=np.float64)
        weights = np.log((1 + len(texts)) / (1 + counts)) + 1
        return cls({gram: place for place, gram in enumerate(known)}, weights.astype(np.float32))

    def row(self, text: str) -> csr_matrix:
        """One row of unit length: (1 + log count) x weight for each known n-gram."""
        found = Counter(map(self._index.get, grams(text)))
        found.pop(None, None)  # those that are not known
        known = sorted(found)
        places = np.array(known, dtype=np.int32)
        values = (1 + np.log(np.array([found[place] for place in known], dtype=np.float32))) * self._weights[places]
        length = float(np.sqrt(values @ values)) or 1.0
        pointers = np.array([0, len(places)], dtype=np.int32)
        return csr_matrix((values / length, places, pointers), shape=(1, len(self._weights)))

    def to_json(self) -> str:
        return json.dumps({"grams": list(self._index), "weights": [round(float(w), 5) for w in self._weights]})

    @classmethod
    def from_json(cls, text: str) -> "Vocabulary":
        kept = json.loads(text)
        index = {gram: place for place, gram in enumerate(kept["grams"])}
        return cls(index, np.array(kept["weights"], dtype=np.float32))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(SparseFeaturizer, GraphComponent):
    """Adds one sparse sentence feature, the TF-IDF row of the plain text.

    `at_least`: in how many examples an n-gram must be.
    """

    FILE = "vocabulary.json"

    def __init__(self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._vocabulary = Vocabulary({}, np.zeros(0, dtype=np.float32))

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**SparseFeaturizer.get_default_config(), "at_least": 2}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Any `at_least` from 1 on will do."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "NgramFeaturizer":
        return cls(config, execution_context.node_name or cls.__name__, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "NgramFeaturizer":
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            component._vocabulary = Vocabulary.from_json((folder / cls.FILE).read_text(encoding="utf-8"))
        return component

    def train(self, training_data: TrainingData) -> Resource:
        texts = [plain_of(message) for message in training_data.intent_examples if message.get(TEXT)]
        self._vocabulary = Vocabulary.of(texts, self._config["at_least"])
        with self._model_storage.write_to(self._resource) as folder:
            (folder / self.FILE).write_text(self._vocabulary.to_json(), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            row = self._vocabulary.row(plain_of(message))
            message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process([message for message in training_data.training_examples if message.get(TEXT)])
        return training_data


def ngrams_of(messages: list[Message]) -> csr_matrix:
    """The TF-IDF rows of messages, one below the other; every message must have one."""
    rows = [_ngrams(message) for message in messages]
    return rows[0] if len(rows) == 1 else vstack(rows, format="csr")


def _ngrams(message: Message) -> csr_matrix:
    for features in message.features:
        if features.is_sparse() and features.type == FEATURE_TYPE_SENTENCE and features.attribute == TEXT:
            return features.features
    raise ValueError("the n-gram featurizer must stand before this component in config.yml")
