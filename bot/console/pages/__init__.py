"""One page a file. Each has `install()`, which names its address with `bot.console.frame.page`."""

PAGES = (
    "inbox",
    "conversation",
    "knowledge",
    "knowledge_article",
    "search",
    "cases",
    "promises",
    "requests",
    "case",
    "customers",
    "customer",
    "training",
    "training_models",
    "settings",
    "settings_staff",
    "settings_tokens",
    "settings_audit",
    "settings_policies",
    "settings_health",
)
"""The files of this folder that are pages. A new page: add its name, and in bot/console/navigation.py its way there."""
