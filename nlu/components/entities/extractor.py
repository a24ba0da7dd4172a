"""The component that asks all the rules and adds what they find to the message."""

import json
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import deep_container_fingerprint

from components.entities import amount, dates, phone
from components.entities.found import Found, without_overlaps
from components.entities.order_number import OrderNumbers
from components.entities.products import Catalogue
from components.graph import Trained
from components.text import plain_of


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class RuleEntityExtractor(Trained, GraphComponent):
    """Adds order_number, phone, amount, date and product.

    `catalogue`: the file of the products; `appliances`: names of kinds besides; `order_prefix`: what order numbers
    begin with.
    """

    FILE = "products.json"

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, model_storage, resource)
        self._orders = OrderNumbers(config["order_prefix"])
        self._catalogue = Catalogue({})

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"order_prefix": "LJ", "catalogue": "../data/products.yml", "appliances": "words/appliances.yml"}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa's cache of trained components must notice a changed catalogue."""
        paths = [Path(config.get(name, cls.get_default_config()[name])) for name in ("catalogue", "appliances")]
        return deep_container_fingerprint([p.read_text(encoding="utf-8") if p.exists() else "" for p in paths])

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing is learned from examples; the catalogue is copied into the model."""
        self._catalogue = Catalogue.read(Path(self.config["catalogue"]), Path(self.config["appliances"]))
        with self._model_storage.write_to(self._resource) as folder:
            (folder / self.FILE).write_text(json.dumps(self._catalogue.names), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "RuleEntityExtractor":
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._catalogue = Catalogue(json.loads((folder / cls.FILE).read_text(encoding="utf-8")))
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            found = [_written(one) for one in self.find(plain_of(message))] if message.get(TEXT) else []
            message.set(ENTITIES, [*(message.get(ENTITIES) or []), *found], add_to_output=True)
        return messages

    def find(self, text: str) -> list[Found]:
        """Everything in a plain text. Of two that overlap the first of this order stays: see `rules`."""
        rules = self._orders.find, phone.find, amount.find, self._catalogue.find, dates.find
        return without_overlaps(rule(text) for rule in rules)


def _written(one: Found) -> dict[str, Any]:
    entity = {
        "entity": one.entity,
        "value": one.value,
        "start": one.start,
        "end": one.end,
        "extractor": "RuleEntityExtractor",
    }
    return {**entity, "currency": one.currency} if one.currency else entity
