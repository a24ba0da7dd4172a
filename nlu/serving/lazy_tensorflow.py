"""Rasa imports TensorFlow at start even where no component uses it: 4 s and 350 MB for two base classes.

`install()` puts a stand-in under its name. It holds the two classes that Rasa subclasses while it is imported; whoever
asks for anything else (only Rasa's own training components do) gets the real TensorFlow, imported at that moment.
"""

import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

NAME = "tensorflow"


class Callback:
    """What `rasa.utils.tensorflow.callback` subclasses; only TensorFlow training would use it."""


class Sequence:
    """What `rasa.utils.tensorflow.data_generator` subclasses; only TensorFlow training would use it."""


class _StandIn(ModuleType):
    """A module that hands over to the real one at the first use of something it lacks."""

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):  # asked by inspection and import machinery, not by users of TensorFlow
            raise AttributeError(attribute)
        remove()
        return getattr(importlib.import_module(self.__name__), attribute)


class _Finder:
    """Sees imports of TensorFlow's other modules ("import tensorflow.compat.v2") and lets the real ones be found."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if not name.startswith(f"{NAME}.") or not installed():
            return None
        remove()
        importlib.import_module(NAME)
        return importlib.util.find_spec(name)


def install() -> None:
    """Put the stand-in into `sys.modules`; does nothing when TensorFlow is there already."""
    if NAME in sys.modules:
        return
    root, keras = _StandIn(NAME), _StandIn(f"{NAME}.keras")
    callbacks, utilities = _StandIn(f"{NAME}.keras.callbacks"), _StandIn(f"{NAME}.keras.utils")
    callbacks.Callback, utilities.Sequence = Callback, Sequence  # type: ignore[attr-defined]
    keras.callbacks, keras.utils, root.keras = callbacks, utilities, keras  # type: ignore[attr-defined]
    for module in (root, keras, callbacks, utilities):
        module.__path__ = []  # type: ignore[attr-defined]  # a package: "from tensorflow.keras.utils import ..." works
        sys.modules[module.__name__] = module
    sys.meta_path.insert(0, _Finder())  # type: ignore[arg-type]


def remove() -> None:
    """Take the stand-in away, so that the next import finds the real TensorFlow."""
    for name in [name for name, module in sys.modules.items() if isinstance(module, _StandIn)]:
        del sys.modules[name]
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]


def installed() -> bool:
    """Whether TensorFlow has not really been imported."""
    return isinstance(sys.modules.get(NAME), _StandIn)
