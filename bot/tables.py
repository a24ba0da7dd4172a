"""All tables in one place, for whoever needs the whole schema (migrations, tests)."""

from bot.channels import tables as channels
from bot.complaints import tables as complaints
from bot.conversations import tables as conversations
from bot.customers import tables as customers
from bot.db import Base
from bot.handoff import alerts
from bot.handoff import tables as handoff
from bot.inbox import tables as inbox
from bot.learning import tables as learning
from bot.outbox import tables as outbox
from bot.privacy import tables as privacy
from bot.search import tables as search
from bot.shop import tables as shop
from bot.staff import tables as staff

__all__ = [
    "Base",
    "alerts",
    "channels",
    "complaints",
    "conversations",
    "customers",
    "handoff",
    "inbox",
    "learning",
    "outbox",
    "privacy",
    "search",
    "shop",
    "staff",
]
