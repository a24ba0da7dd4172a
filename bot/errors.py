"""Every error of Carebot; the docstring of a class is the message people see when there is no better one.

CarebotError
├── Unreadable            input that does not have the form it should: says what and where
│   └── BadContent        a file in data/ is broken: names file and key
├── NotFound              nothing of that name
├── NotAllowed            this person or this state does not permit it
├── Moved                 somebody was faster
├── RasaUnreachable       the engine that understands messages does not answer
└── SendingError          a message did not leave as it should, classed by what to do next
    ├── TryLater(after)   provably not sent; again after so many seconds
    ├── Stopped           never again: the customer cannot be reached
    ├── OurFault          refused for its form: a bug of ours, logged
    └── Unknown           it may or may not have arrived
"""


class CarebotError(Exception):
    """Something went wrong."""

    def __str__(self) -> str:
        return super().__str__() or (self.__doc__ or "")


class Unreadable(CarebotError):
    """This input cannot be read."""


class BadContent(Unreadable):
    """A file in data/ is broken."""


class NotFound(CarebotError):
    """There is nothing of that name."""


class NotAllowed(CarebotError):
    """That is not permitted here."""


class Moved(CarebotError):
    """Somebody was faster. Look again before you go on."""


class RasaUnreachable(CarebotError):
    """The engine that understands messages does not answer. Is `carebot nlu serve` running?"""


class SendingError(CarebotError):
    """A message did not leave as it should."""


class TryLater(SendingError):
    """Provably not sent; try again after `after` seconds.

    `everyone` says that the whole channel has to pause (a rate limit), not only this message.
    """

    def __init__(self, message: str = "", after: float = 1.0, everyone: bool = False) -> None:
        super().__init__(message)
        self.after = after
        self.everyone = everyone


class Stopped(SendingError):
    """The customer cannot be reached any more (has blocked the bot, or the chat is gone)."""


class OurFault(SendingError):
    """The messaging service refused the form of the message: a bug of ours."""


class Unknown(SendingError):
    """The request left and no answer came: the message may or may not have arrived."""
