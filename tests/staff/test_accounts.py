"""Accounts: made, changed, closed; the first one; names that the terminal's queue has made."""

import asyncio
import io
import re

import pytest
from rich.console import Console
from sqlalchemy import text

from bot import migrate
from bot.commands import run, setup
from bot.commands import staff as command
from bot.db import Database, insert_once
from bot.errors import Moved, NotAllowed, Unreadable
from bot.staff import accounts, audit, store
from bot.staff.account import Role
from bot.staff.accounts import Profile
from bot.staff.audit import Wanted
from bot.staff.sign_in import WrongSignIn
from bot.staff.stage import Stage
from bot.staff.store import TERMINAL
from bot.staff.tables import Staff
from tests.staff.people import PASSWORD, Office


async def test_the_first_start_makes_one_administrator_whose_password_must_be_changed(office: Office):
    made = await asyncio.gather(*(accounts.first_administrator(office.db, office.clock.now()) for _ in range(3)))
    ((login, password),) = [m for m in made if m is not None]
    assert (await office.enters(login, password)).stage is Stage.RENEWAL
    assert await accounts.first_administrator(office.db, office.clock.now()) is None
    async with office.db.read() as session:
        row = await store.by_login(session, login)
    assert row.role is Role.ADMINISTRATOR
    assert password not in row.password_hash


async def test_nobody_is_made_where_somebody_can_sign_in(office: Office):
    await office.hires("anna")
    assert await accounts.first_administrator(office.db, office.clock.now()) is None


async def test_a_name_of_the_terminals_queue_stays_and_can_get_a_login(office: Office):
    async with office.db.write() as session:
        await insert_once(session, Staff, {"name": "Anna", "created_at": office.clock.now()})
        anna = await store.named(session, "Anna", office.clock.now())
    assert (anna.role, anna.login) == (Role.AGENT, "")
    with pytest.raises(WrongSignIn):
        await office.enters("Anna", "")
    given = await accounts.add(office.db, TERMINAL, "anna", Profile("Anna"), office.clock.now())
    assert (await office.enters("anna", given)).stage is Stage.RENEWAL
    async with office.db.read() as session:
        assert (await store.by_login(session, "anna")).id == anna.id


async def test_people_of_the_version_before_are_still_there_after_the_migration(database_url: str):
    old = Database(database_url)
    await migrate.upgrade(old, "0002")
    async with old.engine.begin() as connection:
        at = "2026-01-02 03:04:05" + ("" if old.is_sqlite else "+00")
        await connection.execute(text(f"INSERT INTO staff (name, created_at) VALUES ('Anna', '{at}')"))
    await migrate.upgrade(old)
    async with old.read() as session:
        (row,) = await store.everybody(session)
    assert (row.name, row.role, row.login, row.active, row.languages) == ("Anna", Role.AGENT, None, True, [])
    await old.close()


async def test_two_people_never_share_a_login_or_a_name(office: Office):
    await office.hires("anna")
    for login, name in (("anna", "Other"), ("other", "Anna")):
        with pytest.raises(Moved):
            await accounts.add(office.db, TERMINAL, login, Profile(name), office.clock.now())


@pytest.mark.parametrize(
    ("login", "profile"),
    [
        ("a", Profile("Anna")),
        ("an na", Profile("Anna")),
        ("anna", Profile("")),
        ("anna", Profile("An\nna")),
        ("anna", Profile("Anna", language="fr")),
        ("anna", Profile("Anna", languages=("fr",))),
        ("anna", Profile("Anna", capacity=-1)),
        ("anna", Profile("Anna", teams=("",))),
    ],
)
async def test_what_cannot_be_an_account_is_refused(office: Office, login, profile):
    with pytest.raises(Unreadable):
        await accounts.add(office.db, TERMINAL, login, profile, office.clock.now())


async def test_another_role_is_in_force_at_once_and_asks_for_a_new_sign_in(office: Office):
    boss, anna = await office.hires("boss", Role.ADMINISTRATOR), await office.hires("anna")
    token = (await office.enters("anna")).token
    async with office.db.write() as session:
        profile = Profile("Anna", Role.SUPERVISOR, "zh", ("zh",), ("returns",), 3)
        await accounts.change(session, boss, anna.id, profile, office.clock.now())
    assert await office.who(token) is None
    me = await office.who((await office.enters("anna")).token)
    assert (me.role, me.language, me.languages, me.teams, me.capacity) == (
        Role.SUPERVISOR, "zh", ("zh",), ("returns",), 3,
    )  # fmt: skip
    async with office.db.read() as session:
        (row,) = await audit.look(session, TERMINAL, Wanted(deed="staff.changed"))
    assert (row.who, row.target, row.detail["role"]) == ("boss", "staff anna", "agent → supervisor")


async def test_a_closed_account_opens_nothing_and_can_be_opened_again(office: Office):
    boss, anna = await office.hires("boss", Role.ADMINISTRATOR), await office.hires("anna")
    token = (await office.enters("anna")).token
    async with office.db.write() as session:
        await accounts.set_active(session, boss, anna.id, False, office.clock.now())
    assert await office.who(token) is None
    with pytest.raises(WrongSignIn):
        await office.enters("anna")
    async with office.db.write() as session:
        await accounts.set_active(session, boss, anna.id, True, office.clock.now())
    assert await office.enters("anna")


async def test_the_last_administrator_stays_one(office: Office):
    boss = await office.hires("boss", Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed, match="last administrator"):
        async with office.db.write() as session:
            await accounts.set_active(session, boss, boss.id, False, office.clock.now())
    with pytest.raises(NotAllowed, match="last administrator"):
        async with office.db.write() as session:
            await accounts.change(session, boss, boss.id, Profile("Boss", Role.AGENT), office.clock.now())


async def test_two_administrators_cannot_close_each_other_at_once(office: Office):
    one, other = await office.hires("one", Role.ADMINISTRATOR), await office.hires("other", Role.ADMINISTRATOR)

    async def close(me, whom) -> None:
        async with office.db.write() as session:
            await accounts.set_active(session, me, whom.id, False, office.clock.now())

    outcomes = await asyncio.gather(close(one, other), close(other, one), return_exceptions=True)
    assert sorted(type(o).__name__ for o in outcomes) == ["NoneType", "NotAllowed"]


async def test_the_terminal_adds_lists_resets_and_closes(office: Office, monkeypatch, capsys):
    class Here:
        db, clock = office.db, office.clock

        async def __aenter__(self):
            return self

        async def __aexit__(self, *_):
            return None

    monkeypatch.setattr(setup, "app", Here)
    monkeypatch.setenv("COLUMNS", "160")
    await command.add("anna", "Anna Lin", "agent", "zh")
    given = capsys.readouterr().out.split()[-1]
    assert (await office.enters("anna", given)).stage is Stage.RENEWAL
    await command.reset("anna", False)
    again = capsys.readouterr().out.split()[-1]
    with pytest.raises(WrongSignIn):
        await office.enters("anna", given)
    assert (await office.enters("anna", again)).stage is Stage.RENEWAL
    await command.listed()
    listed = capsys.readouterr().out
    assert "Anna Lin" in listed
    assert again not in listed
    await command.set_active("anna", False)
    with pytest.raises(WrongSignIn):
        await office.enters("anna", again)
    await command.set_active("anna", True)
    with pytest.raises(Unreadable, match="known are"):
        await command.add("ben", "", "boss", "en")
    assert PASSWORD not in capsys.readouterr().out


async def test_the_first_password_is_printed_once_and_goes_to_no_log(office: Office, monkeypatch, capsys):
    class Here:
        db, clock = office.db, office.clock

    printed = io.StringIO()
    monkeypatch.setattr(run, "console", Console(file=printed, width=120))
    await run._first_administrator(Here())
    await run._first_administrator(Here())
    (given,) = re.findall(r"password  (\S+)", printed.getvalue())
    assert (await office.enters("admin", given)).stage is Stage.RENEWAL
    logged = capsys.readouterr()
    assert given not in logged.out + logged.err
