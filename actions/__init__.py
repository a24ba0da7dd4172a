"""What the bot does: one class per action of the Rasa domain, one file per subject. They translate, decide nothing."""

import importlib
import pkgutil


def register_all() -> None:
    """Import every file of this folder, so that its actions are in the register."""
    for module in pkgutil.iter_modules(__path__):
        if module.name != "executor":
            importlib.import_module(f"{__name__}.{module.name}")
