"""Who may do what: roles, permissions, and the person behind a deed. Pure.

Every service that a person can call takes that person as `me` and is marked with what it needs:

    @needs(May.ANSWER)
    async def claim(session: AsyncSession, conversation: Conversation, me: Me, at: datetime) -> None: ...

The mark is the check: it looks before the function begins, and the permission-matrix test finds every marked function.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from bot.errors import NotAllowed

P = ParamSpec("P")
R = TypeVar("R")


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MARKETER = "marketer"
    ADMINISTRATOR = "administrator"


class May(StrEnum):
    """One permission for each kind of deed."""

    OWN_ACCOUNT = "own_account"
    """What everybody may: the own password, second factor, sessions, language."""
    ANSWER = "answer"
    """Read the inbox and conversations, claim, send, note, hand back, close, work on cases."""
    SUPERVISE = "supervise"
    """Everybody's work: transfer what others have, raise limits, see and end alerts, change teams and presence."""
    APPROVE_REMEDY = "approve_remedy"
    """Grant a remedy above the authority of an agent."""
    EDIT_KNOWLEDGE = "edit_knowledge"
    """Change articles and canned answers."""
    TRAIN = "train"
    """Label messages, train, activate and roll back models."""
    CAMPAIGNS = "campaigns"
    SURVEYS = "surveys"
    READ_CUSTOMERS = "read_customers"
    """Search customers and see everything known of one."""
    EXPORT_CUSTOMER = "export_customer"
    ERASE_CUSTOMER = "erase_customer"
    """Erase a customer, or merge two into one: what cannot be taken back."""
    MANAGE_STAFF = "manage_staff"
    MANAGE_TOKENS = "manage_tokens"
    READ_AUDIT = "read_audit"
    SETTINGS = "settings"
    """Hours, holidays, policy files, and how the system is."""
    READ_REPORTS = "read_reports"


_AGENT = frozenset({May.OWN_ACCOUNT, May.ANSWER, May.READ_CUSTOMERS})

PERMISSIONS: dict[Role, frozenset[May]] = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _AGENT
    | {
        May.SUPERVISE,
        May.APPROVE_REMEDY,
        May.EDIT_KNOWLEDGE,
        May.TRAIN,
        May.SURVEYS,
        May.EXPORT_CUSTOMER,
        May.READ_REPORTS,
    },
    Role.MARKETER: frozenset({May.OWN_ACCOUNT, May.CAMPAIGNS, May.SURVEYS, May.READ_CUSTOMERS, May.READ_REPORTS}),
    Role.ADMINISTRATOR: frozenset(May),
}


@dataclass(frozen=True, slots=True)
class Me:
    """A person who works here, as far as services need to know. Who is signed in, or who types a command."""

    id: int
    """Of the row in `staff`; 0 for whoever sits at the server's terminal."""
    name: str
    """As customers see it."""
    login: str
    role: Role
    language: str = "en"
    """Of the console: "zh" or "en"."""
    languages: tuple[str, ...] = ()
    """Languages of customers whom this person serves; empty: all."""
    teams: tuple[str, ...] = ()
    capacity: int = 5
    """How many conversations at a time are given to this person."""

    def may(self, deed: May) -> bool:
        return deed in PERMISSIONS[self.role]


def require(me: Me, deed: May) -> None:
    """Raises NotAllowed unless this person's role has the permission."""
    if not me.may(deed):
        raise NotAllowed(f"the role {me.role} may not do this ({deed})")


def needs(deed: May) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Marks a service with what its argument `me` must be permitted; without it the service does not begin.

    The permission can be read back with `needed`. Raises TypeError for a function without an argument `me`.
    """

    def marked(service: Callable[P, R]) -> Callable[P, R]:
        names = list(inspect.signature(service).parameters)
        if "me" not in names:
            raise TypeError(f"{service.__qualname__} has no argument 'me', so nobody can be asked for {deed}")
        place = names.index("me")

        @wraps(service)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            me: Any = kwargs["me"] if "me" in kwargs else args[place]
            require(me, deed)
            return service(*args, **kwargs)

        checked.__needs__ = deed  # type: ignore[attr-defined]
        return checked

    return marked


def needed(service: object) -> May | None:
    """What a service is marked with; None for what is no service for people."""
    return getattr(service, "__needs__", None)
