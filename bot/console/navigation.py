"""Where one can go in the console, and what one needs to be allowed for it. Pure."""

from dataclasses import dataclass

from bot.staff.account import May, Me


@dataclass(frozen=True, slots=True)
class Place:
    path: str
    """Below /console; what begins with it belongs to it, too."""
    label: str
    """Key of a text in data/console."""
    icon: str
    """Name of a Material icon."""
    needs: May
    also: str = ""
    """Another address that is part of it."""

    def holds(self, path: str) -> bool:
        """Whether this address is there."""
        return path.startswith(self.path) or bool(self.also and path.startswith(self.also))


PLACES = (
    Place("/inbox", "frame.inbox", "forum", May.ANSWER, "/conversation"),
    Place("/cases", "frame.cases", "assignment", May.ANSWER),
    Place("/customers", "frame.customers", "people", May.READ_CUSTOMERS),
    Place("/knowledge", "frame.knowledge", "menu_book", May.EDIT_KNOWLEDGE),
    Place("/training", "frame.training", "school", May.TRAIN),
    Place("/settings", "frame.settings", "settings", May.OWN_ACCOUNT),
)


def places(me: Me, built: frozenset[str]) -> tuple[Place, ...]:
    """The places of `built` (paths that exist) this person may go to, in order."""
    return tuple(place for place in PLACES if place.path in built and me.may(place.needs))
