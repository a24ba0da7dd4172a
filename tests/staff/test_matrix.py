"""The permission matrix: every service that a person can call, every role."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

from bot.errors import NotAllowed
from bot.staff.account import May, Me, Role, needed

EVERY_ROLE = set(Role)
DESK = {Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR}
LEADS = {Role.SUPERVISOR, Role.ADMINISTRATOR}
WHO_MAY = {
    May.OWN_ACCOUNT: EVERY_ROLE,
    May.ANSWER: DESK,
    May.SUPERVISE: LEADS,
    May.APPROVE_REMEDY: LEADS,
    May.EDIT_KNOWLEDGE: LEADS,
    May.TRAIN: LEADS,
    May.CAMPAIGNS: {Role.MARKETER, Role.ADMINISTRATOR},
    May.SURVEYS: LEADS | {Role.MARKETER},
    May.READ_CUSTOMERS: EVERY_ROLE,
    May.EXPORT_CUSTOMER: LEADS,
    May.ERASE_CUSTOMER: {Role.ADMINISTRATOR},
    May.MANAGE_STAFF: {Role.ADMINISTRATOR},
    May.MANAGE_TOKENS: {Role.ADMINISTRATOR},
    May.READ_AUDIT: {Role.ADMINISTRATOR},
    May.SETTINGS: {Role.ADMINISTRATOR},
    May.READ_REPORTS: LEADS | {Role.MARKETER},
}
"""Written once more by hand: a change of a role must be meant."""

PAGES = ("bot.console.pages", "bot.console.shell", "bot.console.frame", "bot.console.settings")
HELPERS = {
    # pure: they are what checks, or only name the person
    "bot.staff.account.require",
    "bot.staff.audit.note",
    "bot.console.navigation.places",
    # part of a deed that has asked already
    "bot.complaints.deed.leave",
    "bot.complaints.deed.tell",
    "bot.complaints.granting.granted",
}
ALONE = ("policies", "health")
ROOMS = ("staff", "handoff", "complaints", "customers", "desk", "search", "learning", "enquiries", "console", "models")


def takes_a_person(service: Any) -> bool:
    """Whether it has an argument `me` that is more than a number or a name."""
    me = inspect.signature(service).parameters.get("me")
    return me is not None and me.annotation not in (int, str)


def with_me() -> Iterator[tuple[str, Any]]:
    """Every public function and method of the rooms that takes a person as `me`."""
    for name in (*ROOMS, *ALONE):
        try:
            room = importlib.import_module(f"bot.{name}")
        except ModuleNotFoundError:
            continue
        inside = pkgutil.walk_packages(getattr(room, "__path__", []), f"{room.__name__}.")
        for found in (room.__name__, *(module.name for module in inside)):
            if found.startswith(PAGES):
                continue  # pages call services; what they need is asked by tests/console
            module = importlib.import_module(found)
            for name, value in vars(module).items():
                if getattr(value, "__module__", "") != found or name.startswith("_"):
                    continue
                if inspect.isclass(value):
                    members = [(f"{name}.{n}", m) for n, m in vars(value).items() if not n.startswith("_")]
                else:
                    members = [(name, value)]
                for path, member in members:
                    if inspect.isfunction(member) and takes_a_person(member):
                        yield f"{found}.{path}", member


SERVICES = dict(with_me())


def test_the_roles_are_what_they_are_meant_to_be():
    granted = {deed: {role for role in Role if Me(1, "A", "a", role).may(deed)} for deed in May}
    assert granted == WHO_MAY


def test_every_service_for_people_says_what_it_needs():
    unmarked = {name for name, service in SERVICES.items() if needed(service) is None} - HELPERS
    assert not unmarked, "mark them with @needs(May.…)"
    assert len(SERVICES) > len(HELPERS) + 10, "the search for services finds too little"


@pytest.mark.parametrize("name", sorted(n for n, s in SERVICES.items() if needed(s) is not None))
def test_a_service_begins_only_for_the_roles_that_may(name):
    service, deed = SERVICES[name], needed(SERVICES[name])
    assert deed is not None
    others = {p: None for p in inspect.signature(service).parameters if p != "me"}
    for role in Role:
        me = Me(1, "Anna", "anna", role)
        if role in WHO_MAY[deed]:
            continue
        with pytest.raises(NotAllowed):
            service(**others, me=me)
