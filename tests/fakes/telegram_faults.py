"""What can go wrong with the Bot API, scripted per method: `fake.faults.next("sendMessage", too_many(3))`."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


class When(Enum):
    """Where in the handling of a call a fault strikes."""

    INSTEAD = auto()
    """Nothing is done; the fault is the answer."""
    AFTER = auto()
    """The call is carried out, but its answer is not what the caller gets."""


@dataclass(frozen=True, slots=True)
class Fault:
    when: When = When.INSTEAD
    status: int = 0
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""
    """An answer that is no JSON; with `status`."""
    hang_up: bool = False
    seconds: float = 0.0
    """How late the right answer comes."""
    twice: bool = False
    reverse: bool = False


def too_many(retry_after: float) -> Fault:
    words = f"Too Many Requests: retry after {retry_after}"
    return Fault(status=429, description=words, parameters={"retry_after": retry_after})


def forbidden(why: str = "bot was blocked by the user") -> Fault:
    return Fault(status=403, description=f"Forbidden: {why}")


def bad_request(why: str = "message text is empty") -> Fault:
    return Fault(status=400, description=f"Bad Request: {why}")


def conflict() -> Fault:
    words = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    return Fault(status=409, description=words)


def unauthorized() -> Fault:
    return Fault(status=401, description="Unauthorized")


def server_error() -> Fault:
    return Fault(status=500, description="Internal Server Error")


def bad_gateway() -> Fault:
    """As the proxy in front of the Bot API says it: in HTML."""
    return Fault(status=502, body=b"<html><head><title>502 Bad Gateway</title></head></html>")


def garbled() -> Fault:
    """Carried out, and answered with half a JSON."""
    return Fault(When.AFTER, status=200, body=b'{"ok": true, "resu')


def late(seconds: float) -> Fault:
    """Carried out at once, answered late."""
    return Fault(When.AFTER, seconds=seconds)


def drop_before() -> Fault:
    """The connection breaks and nothing was done."""
    return Fault(hang_up=True)


def drop_after() -> Fault:
    """Carried out, but the connection breaks before the answer."""
    return Fault(When.AFTER, hang_up=True)


def repeated() -> Fault:
    """For getUpdates and for the webhook: every update twice."""
    return Fault(When.AFTER, twice=True)


def reordered() -> Fault:
    """For getUpdates and for the webhook: the newest update first."""
    return Fault(When.AFTER, reverse=True)


class Faults:
    """Faults in the order they will strike. A method without a script works."""

    def __init__(self) -> None:
        self._next: defaultdict[tuple[str, int | None], deque[Fault]] = defaultdict(deque)
        self._always: dict[tuple[str, int | None], Fault] = {}

    def next(self, method: str, fault: Fault, times: int = 1, chat: int | None = None) -> None:
        """The next `times` calls of `method` (for that chat only, where one is given) meet `fault`."""
        self._next[method, chat].extend([fault] * times)

    def always(self, method: str, fault: Fault, chat: int | None = None) -> None:
        """Every call, until `heal`."""
        self._always[method, chat] = fault

    def heal(self, method: str = "") -> None:
        """Forget what is scripted for `method`, or everything."""
        for script in (self._next, self._always):
            for key in [key for key in script if not method or key[0] == method]:
                del script[key]

    def strike(self, method: str, chat: int | None) -> Fault | None:
        """The fault of this call, used up."""
        for key in ((method, chat), (method, None)):
            if self._next.get(key):
                return self._next[key].popleft()
            if key in self._always:
                return self._always[key]
        return None
