"""Loads a model so that it is ready to answer: quickly, quietly, on one thread."""

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from serving import lazy_tensorflow

if TYPE_CHECKING:
    from serving.engine import Engine  # imports Rasa

# One thread is fastest for one short message, and the second core belongs to the app.
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}


def prepare() -> None:
    """Before the first import of Rasa or NumPy."""
    os.environ |= THREADS | QUIET
    logging.captureWarnings(True)  # packages of that age warn about themselves, some after resetting the filters
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    if "rasa" not in sys.modules:
        lazy_tensorflow.install()
    import rasa.utils.log_utils

    rasa.utils.log_utils.configure_structlog(logging.WARNING)
    logging.getLogger().setLevel(logging.WARNING)


def load(model: Path) -> "Engine":
    """The model, warm. Raises what Rasa raises for a file that is none (its ModelNotFound, tarfile's errors)."""
    from rasa.core.agent import Agent

    from serving.engine import Engine

    engine = Engine(Agent.load(model))
    engine.warm()
    return engine
