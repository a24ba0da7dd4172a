"""The pages under Settings, in a browser and over HTTP."""

import csv
import io
import re
import shutil
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Page

from bot import policies
from bot.console.settings import SECTIONS
from bot.data import DataInForce
from bot.errors import BadContent, Moved, NotFound
from bot.policies import PolicyFile
from bot.settings import ROOT
from bot.staff import audit, store
from bot.staff.account import Role
from bot.staff.audit import Wanted
from bot.staff.stage import Stage
from bot.staff.store import TERMINAL
from tests.console.conftest import Served
from tests.fakes.browser import PATIENCE_MS, chromium, watched
from tests.staff.people import PASSWORD, Office

UNNAMED = """() => [...document.querySelectorAll("input, textarea, button")]
    .filter((e) => e.type !== "hidden" && !e.labels?.length && !e.getAttribute("aria-label") && !e.innerText.trim())
    .map((e) => e.outerHTML)"""
"""What a screen reader could not name."""
pytestmark = pytest.mark.timeout(300)


async def enter(page: Page, console: Served, login: str, password: str = PASSWORD) -> None:
    await page.goto(f"{console.address}/console/login?next=/console/settings")
    await page.locator("#login").fill(login)
    await page.locator("#password").fill(password)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/settings")


@pytest.mark.slow
async def test_every_section_is_there_in_both_languages_without_a_mistake(one_console: Served):
    await one_console.office.hires("boss", Role.ADMINISTRATOR)
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": 900, "height": 800})
        page.set_default_timeout(PATIENCE_MS)
        troubles = watched(page)
        await enter(page, one_console, "boss")
        for language in ("zh", "en"):
            await page.goto(f"{one_console.address}/console/language/{language}?to=/console/settings")
            for path, title, _ in SECTIONS:
                await page.goto(f"{one_console.address}/console{path}")
                words = one_console.app.data.now.console.entry(title).variants[language][0].source
                await page.get_by_role("heading", level=1, name=words).wait_for()
                assert await page.locator(".sections a[aria-current=page]").inner_text() == words
                wide = "document.documentElement.scrollWidth - innerWidth"
                assert await page.evaluate(wide) <= 0, path
                assert await page.evaluate(UNNAMED) == [], path
        assert not troubles


@pytest.mark.slow
async def test_an_administrator_adds_a_person_and_makes_a_token_that_are_shown_once(one_console: Served):
    await one_console.office.hires("boss", Role.ADMINISTRATOR)
    async with chromium() as browser:
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        await enter(page, one_console, "boss")
        await page.goto(f"{one_console.address}/console/settings/staff")
        await page.get_by_role("button", name="Add a person").click()
        await page.get_by_label("Login").fill("anna")
        await page.get_by_label("Name (as customers see it)").fill("Anna <b>Lin</b>")
        await page.get_by_role("button", name="Save").click()
        given = await page.locator(".once code").inner_text()
        assert (await one_console.office.enters("anna", given)).stage is Stage.RENEWAL
        await page.goto(f"{one_console.address}/console/settings/staff")
        assert "Anna <b>Lin</b>" in await page.locator("tbody").inner_text()
        assert given not in await page.content()
        await page.goto(f"{one_console.address}/console/settings/tokens")
        await page.get_by_role("button", name="New token").click()
        await page.get_by_label("Name (what uses it)").fill("warehouse")
        await page.get_by_role("checkbox", name="Read cases").click()
        await page.get_by_role("button", name="Save").click()
        token = await page.locator(".once code").inner_text()
        answer = await one_console.visitor().http.get("/api/v1/cases/1", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 404
        await page.goto(f"{one_console.address}/console/settings/tokens")
        await page.get_by_text("warehouse").wait_for()
        assert token not in await page.content()


@pytest.mark.slow
async def test_i_switch_on_a_second_factor_and_change_my_password(one_console: Served):
    await one_console.office.hires("anna")
    async with chromium() as browser:
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        await enter(page, one_console, "anna")
        await page.get_by_role("button", name="Switch on").click()
        key = (await page.locator(".once code").inner_text()).removeprefix("Key: ")
        assert await page.locator(".once svg").count() == 1
        await page.get_by_label("Six digits").fill(pyotp.TOTP(key).at(one_console.office.clock.now()))
        await page.locator(".once").get_by_role("button", name="Switch on").click()
        await page.get_by_text("Keep these recovery codes").wait_for()
        codes = await page.locator(".once code").all_inner_texts()
        assert len([c for c in codes if re.fullmatch(r"(\w{4}-){3}\w{4}", c)]) == 10
        await page.get_by_role("button", name="Close").click()
        await page.goto(f"{one_console.address}/console/settings")
        await page.get_by_label("Current password").first.fill(PASSWORD)
        await page.get_by_label("New password", exact=True).fill("quite another sentence")
        await page.get_by_label("New password again").fill("quite another sentence")
        await page.get_by_role("button", name="Change").click()
        await page.get_by_text("Saved.").wait_for()
        await page.goto(f"{one_console.address}/console/settings")  # this browser stays signed in
        await page.get_by_text("This browser").wait_for()
    entered = await one_console.office.enters("anna", "quite another sentence")
    assert entered.stage is Stage.CODE


async def test_the_audit_is_filtered_and_exported_by_its_address(console: Served):
    visit = await console.signed_in("boss")
    page = await visit.opens("/console/settings/audit?who=boss&deed=sign_in&from_day=2026-11-24&until_day=2026-11-24")
    assert page.text.count("sign_in.good") >= 1
    assert "staff.added" not in page.text
    answer = await visit.opens("/console/settings/audit.csv?who=boss&deed=sign_in")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {(r["who"], r["deed"]) for r in rows} == {("boss", "sign_in.good")}
    async with console.app.db.read() as session:
        assert (await audit.look(session, TERMINAL, Wanted(deed="audit.exported")))[0].who == "boss"
    agent = await console.signed_in("anna", Role.AGENT)
    assert (await agent.opens("/console/settings/audit.csv")).status_code == 403


# --- policy files


@pytest.fixture
def in_force(tmp_path: Path) -> DataInForce:
    return DataInForce(Path(shutil.copytree(ROOT / "data", tmp_path / "data")))


async def test_hours_are_changed_for_everybody_and_it_is_known_who_did(office: Office, in_force: DataInForce):
    at = office.clock.now()
    file = await policies.read(in_force.folder, TERMINAL, "hours")
    text = file.text.replace("sunday: closed", 'sunday: ["10:00-12:00"]')
    await policies.save(office.db, in_force, TERMINAL, PolicyFile("hours", text, file.version), at)
    assert in_force.now.hours.week[6] == ((600, 720),)
    async with office.db.read() as session:
        (row,) = await audit.look(session, store.TERMINAL, Wanted(deed="policy.changed"))
    assert row.target == "data/policy/hours.yml"
    assert row.detail["lines"] == ["-   sunday: closed", '+   sunday: ["10:00-12:00"]']
    with pytest.raises(Moved):
        await policies.save(office.db, in_force, TERMINAL, file, at)


async def test_a_mistake_changes_nothing_and_is_named(office: Office, in_force: DataInForce):
    file = await policies.read(in_force.folder, TERMINAL, "hours")
    broken = PolicyFile("hours", file.text.replace("sunday: closed", "sunday: maybe"), file.version)
    with pytest.raises(BadContent, match=r"policy/hours\.yml.*sunday"):
        await policies.save(office.db, in_force, TERMINAL, broken, office.clock.now())
    assert (await policies.read(in_force.folder, TERMINAL, "hours")) == file
    async with office.db.read() as session:
        assert not await audit.look(session, TERMINAL, Wanted(deed="policy"))


@pytest.mark.parametrize("name", ["../products", "/etc/passwd", "hours.yml", ""])
async def test_only_policy_files_are_read(in_force: DataInForce, name: str):
    with pytest.raises(NotFound):
        await policies.read(in_force.folder, TERMINAL, name)
