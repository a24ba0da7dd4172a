"""API tokens: what they open, for how long, and what is kept of them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import NotFound, Unreadable
from bot.staff import tokens
from bot.staff.account import Role
from bot.staff.scope import Scope
from bot.staff.tables import ApiToken, Audit
from tests.staff.people import Office


async def made(office: Office, *scopes: str, days: int | None = None) -> str:
    boss = await office.hires("boss", Role.ADMINISTRATOR)
    at = office.clock.now()
    async with office.db.write() as session:
        return await tokens.create(session, boss, "the shop", scopes, at + timedelta(days=days) if days else None, at)


async def test_a_token_opens_its_scopes_and_only_its_hash_is_kept(office: Office):
    token = await made(office, "cases:read", "shop:read")
    assert await tokens.opened_by(office.db, token, office.clock.now()) == {Scope.CASES_READ, Scope.SHOP_READ}
    assert await tokens.opened_by(office.db, token[:-1], office.clock.now()) is None
    async with office.db.read() as session:
        row = (await session.scalars(select(ApiToken))).one()
        deeds = [(a.deed, a.target) for a in await session.scalars(select(Audit)) if a.deed.startswith("token.")]
    assert token not in repr(vars(row))
    assert token.startswith(row.hint)
    assert len(row.hint) == 8
    assert deeds == [("token.made", f"token {row.id} the shop")]


async def test_a_token_ends_at_its_time_and_when_it_is_ended(office: Office):
    token = await made(office, "cases:read", days=30)
    office.passes(days=29)
    assert await tokens.opened_by(office.db, token, office.clock.now())
    office.passes(days=1)
    assert await tokens.opened_by(office.db, token, office.clock.now()) is None


async def test_an_ended_token_opens_nothing(office: Office):
    boss = await office.hires("boss", Role.ADMINISTRATOR)
    async with office.db.write() as session:
        token = await tokens.create(session, boss, "the shop", ["cases:read"], None, office.clock.now())
        (row,) = await tokens.listed(session, boss)
        await tokens.end(session, boss, row.id, office.clock.now())
    assert await tokens.opened_by(office.db, token, office.clock.now()) is None
    with pytest.raises(NotFound):
        async with office.db.write() as session:
            await tokens.end(session, boss, row.id, office.clock.now())


async def test_the_last_use_is_kept_by_the_minute(office: Office):
    token, seen = await made(office, "cases:read"), []
    for seconds in (0, 30, 40):
        office.passes(seconds=seconds)
        await tokens.opened_by(office.db, token, office.clock.now())
        async with office.db.read() as session:
            seen.append((await session.scalars(select(ApiToken.used_at))).one())
    assert [s - seen[0] for s in seen] == [timedelta(), timedelta(), timedelta(seconds=70)]


@pytest.mark.parametrize("scopes", [[], ["everything"], ["cases:read", "shop"]])
async def test_a_scope_that_does_not_exist_is_refused(office: Office, scopes):
    with pytest.raises(Unreadable):
        await made(office, *scopes)
