"""The record of who did what."""

import csv
import io
from datetime import timedelta

import pytest

from bot.errors import NotAllowed
from bot.staff import audit
from bot.staff.account import Me, Role
from bot.staff.audit import Wanted
from tests.staff.people import Office

BOSS = Me(1, "Boss", "boss", Role.ADMINISTRATOR)
ANNA = Me(2, "Anna", "anna", Role.AGENT)


@pytest.fixture
async def written(office: Office) -> Office:
    async with office.db.write() as session:
        for me, deed, target in (
            (ANNA, "case.moved", "case 7"),
            (BOSS, "case.approved", "case 7"),
            (BOSS, "casework.other", "100%_case"),
            (ANNA, "export.read", "customer =C1"),
        ):
            office.passes(hours=1)
            await audit.note(session, me, deed, target, office.clock.now(), {"why": "asked"})
    return office


async def found(office: Office, **wanted) -> list[str]:
    async with office.db.read() as session:
        return [row.deed for row in await audit.look(session, BOSS, Wanted(**wanted))]


async def test_the_newest_deed_comes_first_and_each_restriction_holds(written: Office):
    assert await found(written) == ["export.read", "casework.other", "case.approved", "case.moved"]
    assert await found(written, who="anna") == ["export.read", "case.moved"]
    assert await found(written, deed="case") == ["case.approved", "case.moved"]
    assert await found(written, deed="case.moved") == ["case.moved"]
    assert await found(written, target="CASE 7") == ["case.approved", "case.moved"]
    assert await found(written, target="%_c") == ["casework.other"]
    at = written.clock.now()
    assert await found(written, since=at - timedelta(hours=1)) == ["export.read", "casework.other"]
    assert await found(written, until=at - timedelta(hours=1)) == ["case.approved", "case.moved"]


async def test_one_page_follows_the_other(written: Office):
    async with written.db.read() as session:
        first = await audit.look(session, BOSS, Wanted(), limit=3)
        then = await audit.look(session, BOSS, Wanted(), limit=3, before_id=first[-1].id)
    assert [r.deed for r in then] == ["case.moved"]


async def test_reading_the_export_is_a_deed_itself(written: Office):
    async with written.db.write() as session:
        text = await audit.export(session, BOSS, Wanted(who="anna"), written.clock.now())
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(r["who"], r["deed"], r["detail"]) for r in rows] == [
        ("anna", "export.read", "why: asked"),
        ("anna", "case.moved", "why: asked"),
    ]
    async with written.db.read() as session:
        row = (await audit.look(session, BOSS, Wanted()))[0]
    assert (row.deed, row.who, row.detail) == ("audit.exported", "boss", {"rows": 2, "who": "anna"})


async def test_no_cell_of_the_export_is_a_formula(office: Office):
    async with office.db.write() as session:
        await audit.note(session, None, "sign_in.bad", '=HYPERLINK("x")', office.clock.now(), who="@evil")
        text = await audit.export(session, BOSS, Wanted(), office.clock.now())
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["who"], row["target"]) == ("'@evil", '\'=HYPERLINK("x")')


async def test_only_who_may_reads_the_audit(office: Office):
    for role in (Role.AGENT, Role.SUPERVISOR, Role.MARKETER):
        async with office.db.read() as session:
            with pytest.raises(NotAllowed):
                await audit.look(session, Me(3, "X", "x", role), Wanted())


async def test_old_rows_are_not_kept_for_ever(written: Office):
    async with written.db.write() as session:
        assert await audit.forget_old(session, written.clock.now()) == 3
    assert await found(written) == ["export.read"]
