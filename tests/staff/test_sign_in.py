"""Signing in, step by step, on both databases."""

import asyncio
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from bot.errors import Unreadable
from bot.staff import accounts, audit, second_factor, secret, sessions, store, totp
from bot.staff.account import Role
from bot.staff.accounts import Profile
from bot.staff.audit import Wanted
from bot.staff.sign_in import TooBusy, WrongSignIn
from bot.staff.stage import Stage
from bot.staff.store import TERMINAL
from bot.staff.tables import Audit, RecoveryCode, SignInTry, Staff, StaffSession
from bot.staff.tries import TooManyTries, Visitor
from tests.staff.people import AT_THE_OFFICE, LIMITS, PASSWORD, Office

ELSEWHERE = Visitor("203.0.113.7", "curl")


async def test_a_given_password_opens_nothing_until_an_own_one_is_chosen(office: Office):
    given = await accounts.add(office.db, TERMINAL, "Anna", Profile("Anna"), office.clock.now())
    entered = await office.enters(" ANNA ", given)
    assert entered.stage is Stage.RENEWAL
    with pytest.raises(Unreadable):
        await office.door.renew(entered.token, given, AT_THE_OFFICE, office.clock.now())
    opened = await office.door.renew(entered.token, PASSWORD, AT_THE_OFFICE, office.clock.now())
    assert opened.stage is Stage.OPEN
    assert opened.token != entered.token
    assert await office.who(entered.token) is None
    assert (await office.who(opened.token)).login == "anna"
    with pytest.raises(WrongSignIn):
        await office.enters("anna", given)
    assert (await office.enters("anna")).stage is Stage.OPEN


async def test_who_does_not_exist_is_refused_like_who_does(office: Office):
    await office.hires("anna")
    with pytest.raises(WrongSignIn) as one:
        await office.enters("anna", "wrong password")
    with pytest.raises(WrongSignIn) as other:
        await office.enters("nobody", "wrong password")
    assert str(one.value) == str(other.value)


async def test_the_pause_after_wrong_passwords_tells_nothing_either(office: Office):
    await office.hires("anna")
    pauses = []
    for login in ("anna", "nobody"):
        office.passes(hours=1)
        for _ in range(5):
            with pytest.raises(WrongSignIn):
                await office.enters(login, "wrong password", ELSEWHERE)
        with pytest.raises(TooManyTries) as pause:
            await office.enters(login, PASSWORD, ELSEWHERE)
        pauses.append(pause.value.after)
    assert pauses == [timedelta(minutes=15)] * 2
    office.passes(minutes=15)
    assert await office.enters("anna", PASSWORD, ELSEWHERE)


async def test_nobody_locks_out_a_colleague_even_from_the_same_address(office: Office):
    await office.hires("anna")
    known = (await office.enters("anna")).known
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            await office.enters("anna", "wrong password")
    with pytest.raises(TooManyTries):
        await office.enters("anna")
    own_browser = Visitor(AT_THE_OFFICE.address, "Firefox", known)
    assert await office.enters("anna", PASSWORD, own_browser)
    await office.hires("ben")
    other = (await office.enters("ben", PASSWORD, Visitor("198.51.100.1"))).known
    with pytest.raises(TooManyTries):  # somebody else's known browser is worth nothing
        await office.enters("anna", PASSWORD, Visitor(AT_THE_OFFICE.address, "", other))


async def test_a_hundred_tries_at_once_are_no_more_than_one_after_the_other(office: Office):
    await office.hires("anna")

    async def knock() -> type[BaseException]:
        try:
            await office.enters("anna", "wrong password", ELSEWHERE)
        except (WrongSignIn, TooManyTries, TooBusy) as error:
            return type(error)
        raise AssertionError("a wrong password opened the door")

    outcomes = await asyncio.gather(*(knock() for _ in range(20)))
    assert outcomes.count(WrongSignIn) == 5


async def test_an_administrator_forgives_failed_tries_with_a_new_password(office: Office):
    anna = await office.hires("anna")
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            await office.enters("anna", "wrong password")
    given = await accounts.reset(office.db, TERMINAL, anna.id, office.clock.now())
    assert (await office.enters("anna", given)).stage is Stage.RENEWAL


async def test_of_sessions_and_tries_only_hashes_are_kept(office: Office):
    await office.hires("anna")
    entered = await office.enters("anna")
    with pytest.raises(WrongSignIn):
        await office.enters("my secret typed into the wrong field", "x")
    async with office.db.read() as session:
        rows = [*await session.scalars(select(StaffSession)), *await session.scalars(select(SignInTry))]
        rows += [*await session.scalars(select(Audit)), *await session.scalars(select(Staff))]
    kept = repr([{k: v for k, v in vars(row).items() if k != "_sa_instance_state"} for row in rows])
    for value in (entered.token, entered.known, PASSWORD, "wrong field"):
        assert value not in kept


async def test_a_session_ends_unused_and_in_any_case_after_its_longest_time(office: Office):
    await office.hires("anna")
    unused, used = await office.enters("anna"), await office.enters("anna")
    for _ in range(6):
        office.passes(minutes=110)
        assert await office.who(used.token) is not None
    assert await office.who(unused.token) is None
    office.passes(minutes=61)
    assert await office.who(used.token) is None


async def test_looking_without_use_does_not_keep_a_session_alive(office: Office):
    await office.hires("anna")
    token = (await office.enters("anna")).token
    office.passes(minutes=119)
    assert await office.door.visit(token, office.clock.now(), is_use=False)
    office.passes(minutes=2)
    assert await office.who(token) is None


async def test_signing_out_ends_this_session_only(office: Office):
    await office.hires("anna")
    one, other = await office.enters("anna"), await office.enters("anna")
    await office.door.leave(one.token, office.clock.now())
    assert await office.who(one.token) is None
    assert await office.who(other.token) is not None


async def test_i_see_and_end_my_sessions_and_nobody_elses(office: Office):
    anna, ben = await office.hires("anna"), await office.hires("ben")
    mine, his = await office.enters("anna"), await office.enters("ben")
    async with office.db.write() as session:
        (row,) = await sessions.mine(session, anna, office.clock.now(), LIMITS)
        (foreign,) = await sessions.mine(session, ben, office.clock.now(), LIMITS)
        assert (row.address, row.browser) == (AT_THE_OFFICE.address, "Firefox")
        await sessions.end_mine(session, anna, row.id, office.clock.now())
    with pytest.raises(Exception, match="no such session"):
        async with office.db.write() as session:
            await sessions.end_mine(session, anna, foreign.id, office.clock.now())
    assert await office.who(mine.token) is None
    assert await office.who(his.token) is not None


async def test_an_administrator_ends_all_sessions_of_a_person(office: Office):
    boss, anna = await office.hires("boss", Role.ADMINISTRATOR), await office.hires("anna")
    tokens = [(await office.enters("anna")).token for _ in range(3)]
    async with office.db.write() as session:
        assert await sessions.end_everybodys(session, boss, anna.id, office.clock.now()) == 3
    assert [await office.who(t) for t in tokens] == [None] * 3


async def test_a_changed_password_ends_every_other_session(office: Office):
    anna = await office.hires("anna")
    here, there = await office.enters("anna"), await office.enters("anna")
    visit = await office.door.visit(here.token, office.clock.now())
    change = office.door.change_password
    with pytest.raises(WrongSignIn):
        await change(anna, "not my password", "another long one", AT_THE_OFFICE, office.clock.now(), visit.session_id)
    with pytest.raises(Unreadable):
        await change(anna, PASSWORD, "short", AT_THE_OFFICE, office.clock.now(), visit.session_id)
    await change(anna, PASSWORD, "another long one", AT_THE_OFFICE, office.clock.now(), visit.session_id)
    assert await office.who(here.token) is not None
    assert await office.who(there.token) is None
    assert await office.enters("anna", "another long one")


async def test_a_stronger_hash_replaces_a_weaker_one_at_the_next_sign_in(office: Office, monkeypatch):
    await office.hires("anna")
    monkeypatch.setattr(secret, "HASHER", PasswordHasher(time_cost=2, memory_cost=2048, parallelism=1))
    assert await office.enters("anna")
    async with office.db.read() as session:
        assert "m=2048,t=2" in (await store.by_login(session, "anna")).password_hash
    assert await office.enters("anna")


# --- the second factor


async def with_app(office: Office, login: str) -> tuple[str, list[str]]:
    """Switch codes on. Gives the secret and the recovery codes."""
    me = await office.hires(login)
    new = totp.new_secret()
    with pytest.raises(WrongSignIn):
        await second_factor.switch_on(office.db, me, new, "000000", office.clock.now())
    codes = await second_factor.switch_on(
        office.db, me, new, pyotp.TOTP(new).at(office.clock.now()), office.clock.now()
    )
    office.passes(minutes=5)
    return new, codes


async def test_with_a_second_factor_the_password_alone_opens_nothing(office: Office):
    app, _ = await with_app(office, "anna")
    entered = await office.enters("anna")
    assert (entered.stage, entered.known) == (Stage.CODE, "")
    code = pyotp.TOTP(app).at(office.clock.now())
    opened = await office.door.give_code(entered.token, code, AT_THE_OFFICE, office.clock.now())
    assert opened.stage is Stage.OPEN
    assert await office.who(entered.token) is None


async def test_a_code_is_used_once(office: Office):
    app, _ = await with_app(office, "anna")
    code = pyotp.TOTP(app).at(office.clock.now())
    one, other = await office.enters("anna"), await office.enters("anna")
    outcomes = await asyncio.gather(
        *(office.door.give_code(e.token, code, AT_THE_OFFICE, office.clock.now()) for e in (one, other)),
        return_exceptions=True,
    )
    assert sorted(type(o).__name__ for o in outcomes) == ["Entered", "WrongSignIn"]
    office.passes(seconds=10)
    earlier = pyotp.TOTP(app).at(office.clock.now() - timedelta(seconds=30))
    with pytest.raises(WrongSignIn):  # nor is an older one
        await office.door.give_code(other.token, earlier, AT_THE_OFFICE, office.clock.now())


async def test_a_recovery_code_opens_once_and_is_kept_as_a_hash(office: Office):
    _, codes = await with_app(office, "anna")
    async with office.db.read() as session:
        kept = [r.code_hash for r in await session.scalars(select(RecoveryCode))]
    assert len(kept) == 10
    assert not set(codes) & set(kept)
    entered = await office.enters("anna")
    opened = await office.door.give_code(entered.token, codes[3].upper(), AT_THE_OFFICE, office.clock.now())
    assert opened.stage is Stage.OPEN
    again = await office.enters("anna")
    with pytest.raises(WrongSignIn):
        await office.door.give_code(again.token, codes[3], AT_THE_OFFICE, office.clock.now())


async def test_whoever_has_the_password_cannot_try_all_codes(office: Office):
    await with_app(office, "anna")
    office.passes(hours=1)

    async def tries_a_code() -> None:
        entered = await office.enters("anna", PASSWORD, ELSEWHERE)
        await office.door.give_code(entered.token, "000000", ELSEWHERE, office.clock.now())

    for _ in range(5):
        with pytest.raises(WrongSignIn):
            await tries_a_code()
    with pytest.raises(TooManyTries):
        await tries_a_code()


async def test_the_way_in_stays_open_for_ten_minutes(office: Office):
    app, _ = await with_app(office, "anna")
    entered = await office.enters("anna")
    office.passes(minutes=10)
    with pytest.raises(WrongSignIn):
        await office.door.give_code(
            entered.token, pyotp.TOTP(app).at(office.clock.now()), AT_THE_OFFICE, office.clock.now()
        )


async def test_the_second_factor_is_taken_away_with_the_password_or_by_an_administrator(office: Office):
    for login in ("anna", "ben"):
        await with_app(office, login)
    async with office.db.read() as session:
        anna, ben = [store.me_of(await store.by_login(session, login)) for login in ("anna", "ben")]
    with pytest.raises(WrongSignIn):
        await second_factor.switch_off(office.door, anna, "wrong password", AT_THE_OFFICE, office.clock.now())
    await second_factor.switch_off(office.door, anna, PASSWORD, AT_THE_OFFICE, office.clock.now())
    assert (await office.enters("anna")).stage is Stage.OPEN
    given = await accounts.reset(office.db, TERMINAL, ben.id, office.clock.now(), second_factor=True)
    assert (await office.enters("ben", given)).stage is Stage.RENEWAL
    async with office.db.read() as session:
        assert not (await session.scalars(select(RecoveryCode))).all()


# --- what is seen afterwards


async def test_every_sign_in_good_and_bad_is_in_the_audit(office: Office):
    await office.hires("anna")
    office.passes(hours=1)
    before = office.clock.now()
    with pytest.raises(WrongSignIn):
        await office.enters("anna", "wrong password", ELSEWHERE)
    with pytest.raises(WrongSignIn):
        await office.enters("nobody", "wrong password", ELSEWHERE)
    token = (await office.enters("anna")).token
    await office.door.leave(token, office.clock.now())
    async with office.db.read() as session:
        rows = await audit.look(session, TERMINAL, Wanted(since=before))
    assert [(r.deed, r.who, r.target, r.detail.get("address")) for r in reversed(rows)] == [
        ("sign_in.bad", "", "staff anna", "203.0.113.7"),
        ("sign_in.bad", "", "an unknown login", "203.0.113.7"),
        ("sign_in.good", "anna", "staff anna", "192.0.2.10"),
        ("sign_out", "anna", "staff anna", None),
    ]


def test_an_address_is_counted_as_one_place():
    assert Visitor("2001:db8:1:2:3:4:5:6").network == Visitor("2001:db8:1:2::9").network
    assert Visitor("::ffff:192.0.2.1").network == "192.0.2.1"
    assert Visitor("testclient").network == "testclient"
