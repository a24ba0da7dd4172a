"""Who may do what, before anything is done."""

import inspect

import pytest

from bot.errors import NotAllowed
from bot.staff.account import PERMISSIONS, May, Me, Role, needed, needs, require


def a(role: Role) -> Me:
    return Me(1, "Anna", "anna", role)


def test_every_role_has_its_permissions_and_the_administrator_all_of_them():
    assert set(PERMISSIONS) == set(Role)
    assert PERMISSIONS[Role.ADMINISTRATOR] == set(May)
    assert all(May.OWN_ACCOUNT in permitted for permitted in PERMISSIONS.values())


def test_an_agent_answers_customers_and_changes_nothing_for_the_shop():
    assert a(Role.AGENT).may(May.ANSWER)
    for deed in (May.SUPERVISE, May.APPROVE_REMEDY, May.MANAGE_STAFF, May.READ_AUDIT, May.SETTINGS, May.TRAIN):
        with pytest.raises(NotAllowed):
            require(a(Role.AGENT), deed)


def test_a_marketer_reads_no_conversations():
    assert a(Role.MARKETER).may(May.CAMPAIGNS)
    with pytest.raises(NotAllowed, match="marketer"):
        require(a(Role.MARKETER), May.ANSWER)


async def test_a_service_does_not_begin_for_who_may_not():
    begun: list[str] = []

    @needs(May.MANAGE_STAFF)
    async def dismiss(what: str, me: Me) -> str:
        begun.append(what)
        return what

    with pytest.raises(NotAllowed):
        await dismiss("x", a(Role.AGENT))
    with pytest.raises(NotAllowed):
        await dismiss("x", me=a(Role.SUPERVISOR))
    assert begun == []
    assert await dismiss("x", me=a(Role.ADMINISTRATOR)) == "x"
    assert needed(dismiss) is May.MANAGE_STAFF
    assert list(inspect.signature(dismiss).parameters) == ["what", "me"]


def test_a_service_without_me_cannot_be_marked():
    with pytest.raises(TypeError, match="me"):

        @needs(May.ANSWER)
        def nobody() -> None: ...
