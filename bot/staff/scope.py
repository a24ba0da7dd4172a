"""What an API token opens. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from bot.errors import Unreadable


class Scope(StrEnum):
    """One for each kind of request; every route of /api/v1 but the web chat's needs one."""

    SHOP_WRITE = "shop:write"
    """Put customers, orders and benefits."""
    SHOP_READ = "shop:read"
    """Read back what customers changed in orders."""
    LINKS = "links:create"
    """Make link codes: whoever has one can be a customer in a chat."""
    CONVERSATIONS_READ = "conversations:read"
    CASES_READ = "cases:read"


SHOP_SCOPES = frozenset(Scope)
"""What CAREBOT_API_TOKEN opens: everything the shop's own system may."""


def read_scopes(values: Iterable[str]) -> frozenset[Scope]:
    """Raises Unreadable for a scope that does not exist, and for none at all: such a token would open nothing."""
    names = list(values)
    if wrong := [v for v in names if v not in set(Scope)]:
        raise Unreadable(f"there is no scope {wrong[0]!r}; known are: {', '.join(Scope)}")
    if not names:
        raise Unreadable("a token needs at least one scope")
    return frozenset(Scope(v) for v in names)
