"""Signing in over real HTTP: the steps, the cookies and headers, and every way around it that is shut."""

import re

import pyotp
import pytest

from bot.console.gate import POLICY
from bot.console.sign_in import LANGUAGE
from bot.staff import accounts, second_factor, totp
from bot.staff.accounts import Profile
from bot.staff.store import TERMINAL
from tests.console.conftest import Served
from tests.fakes.browser import PATIENCE_MS, chromium, watched
from tests.staff.people import PASSWORD


async def test_with_login_and_password_one_is_in(console: Served):
    await console.office.hires("anna")
    visit = console.visitor()
    assert (await visit.opens("/console/inbox")).headers["location"] == "/console/login?next=/console/inbox"
    answer = await visit.signs_in("anna", to="/console/inbox?tab=mine")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/inbox?tab=mine")
    cookie = visit.set_cookie("carebot_staff")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/console" in cookie
    assert "Secure" not in cookie  # plain http on loopback
    assert await console.office.who(visit.cookie())


async def test_behind_https_the_cookies_are_secure(one_console: Served):
    await one_console.office.hires("anna")
    one_console.app.settings.public_url = "https://care.example.com"
    visit = one_console.visitor()
    await visit.opens("/console/login")
    answer = await visit.sends("/console/login", origin=visit.address, login="anna", password=PASSWORD)
    assert answer.status_code == 403  # only pages of the public address may ask
    visit.http.cookies.set("carebot_form", "x" * 43)  # a secure cookie does not come back over http
    await visit.opens("/console/login")
    await visit.sends("/console/login", origin="https://care.example.com", login="anna", password=PASSWORD)
    assert "Secure" in visit.set_cookie("carebot_staff")
    assert "Secure" in visit.set_cookie("carebot_known")


async def test_the_answer_does_not_tell_whether_a_login_exists(console: Served):
    await console.office.hires("anna")
    pages = []
    for login in ("anna", "nobody"):
        visit = console.visitor()
        answer = await visit.signs_in(login, "wrong password")
        pages.append((answer.status_code, re.sub(r"[0-9a-f]{64}", "", answer.text)))
        assert visit.cookie() == ""
    assert pages[0] == pages[1]
    assert pages[0][0] == 401


async def test_after_too_many_tries_one_is_told_to_wait(console: Served):
    visit = console.visitor("zh-CN")
    for _ in range(5):
        assert (await visit.signs_in("anna", "wrong password")).status_code == 401
    answer = await visit.signs_in("anna", "wrong password")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
    assert "请等待 900 秒" in answer.text


async def test_a_given_password_leads_to_choosing_an_own_one(console: Served):
    given = await accounts.add(console.app.db, TERMINAL, "anna", Profile("Anna"), console.office.clock.now())
    visit = console.visitor()
    answer = await visit.signs_in("anna", given)
    assert answer.headers["location"].startswith("/console/login/renewal")
    first = visit.cookie()
    assert (await visit.opens("/console/inbox")).headers["location"].startswith("/console/login/renewal")
    assert (await visit.opens("/console/_nicegui/x", Accept="*/*")).status_code == 401
    await visit.opens("/console/login/renewal")
    for password, again in (("short", "short"), (PASSWORD, "another"), (given, given)):
        assert (await visit.sends("/console/login/renewal", password=password, again=again)).status_code == 422
    answer = await visit.sends("/console/login/renewal", password=PASSWORD, again=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    assert visit.cookie() != first
    assert await console.office.who(first) is None


async def test_with_a_second_factor_a_code_is_asked_for(console: Served):
    me = await console.office.hires("anna")
    secret, clock = totp.new_secret(), console.office.clock
    await second_factor.switch_on(console.app.db, me, secret, pyotp.TOTP(secret).at(clock.now()), clock.now())
    clock.passes(minutes=1)
    visit = console.visitor()
    assert (await visit.signs_in("anna")).headers["location"].startswith("/console/login/code")
    await visit.opens("/console/login/code")
    assert (await visit.sends("/console/login/code", code="12345")).status_code == 401
    answer = await visit.sends("/console/login/code", code=pyotp.TOTP(secret).at(clock.now()))
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")


async def test_a_form_of_another_site_is_refused(console: Served):
    await console.office.hires("anna")
    visit = console.visitor()
    await visit.opens("/console/login")
    values = {"login": "anna", "password": PASSWORD}
    assert (await visit.sends("/console/login", origin="https://evil.example", **values)).status_code == 403
    assert (await visit.sends("/console/login", origin="null", **values)).status_code == 403
    assert (await visit.sends("/console/login", token="0" * 64, **values)).status_code == 403
    assert (await visit.sends("/console/login", token="", **values)).status_code == 403
    visit.http.cookies.clear()
    await visit.opens("/console/login")
    visit.http.cookies.clear()  # another browser's page
    assert (await visit.sends("/console/login", **values)).status_code == 403
    assert visit.cookie() == ""


async def test_signing_out_needs_the_token_of_the_session(console: Served):
    visit = await console.signed_in()
    assert (await visit.sends("/console/logout", token="0" * 64)).status_code == 403
    assert await console.office.who(visit.cookie())
    token, page = visit.cookie(), await visit.opens("/console/settings")
    assert page.status_code == 200
    (value,) = re.findall(r'"name":"token","value":"([0-9a-f]{64})"', page.text)
    answer = await visit.sends("/console/logout", token=value)
    assert answer.headers["location"] == "/console/login"
    assert await console.office.who(token) is None
    assert visit.cookie() == ""


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example", "//evil.example", "/console/..//evil.example", "/chat", "/console/\\evil", "javascript:1"],
)
async def test_signing_in_never_leads_to_another_site(one_console: Served, wanted: str):
    await one_console.office.hires("anna")
    answer = await one_console.visitor().signs_in("anna", to=wanted)
    assert answer.headers["location"] == "/console"


async def test_what_is_in_the_address_stays_text(one_console: Served):
    page = await one_console.visitor().opens('/console/login?next=/console/"><script>alert(1)</script>')
    assert "<script" not in page.text


async def test_the_pages_may_load_nothing_from_elsewhere_nor_stand_in_a_frame(one_console: Served):
    visit = one_console.visitor()
    page = await visit.opens("/console/login")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; frame-ancestors")
    inside = await (await one_console.signed_in()).opens("/console/settings")
    policy = inside.headers["content-security-policy"]
    (nonce,) = re.findall(r"'nonce-([\w-]+)'", policy)
    assert policy == POLICY.format(nonce=nonce)
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert inside.text.count("<script") == inside.text.count(f'<script nonce="{nonce}"') > 0
    for answer in (page, inside):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"


async def test_a_link_from_another_site_finds_whoever_is_signed_in(one_console: Served):
    visit = one_console.visitor()  # the browser keeps the strict cookie back
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    page = await visit.opens("/console/conversation/5", **elsewhere)
    assert page.status_code == 200
    assert page.text == '<meta http-equiv="refresh" content="0;url=/console/conversation/5">'
    again = await visit.opens("/console/conversation/5", **{"Sec-Fetch-Site": "same-origin"})
    assert again.status_code == 303


async def test_the_language_of_the_browser_and_then_the_chosen_one(one_console: Served):
    visit = one_console.visitor("zh-CN,zh;q=0.9")
    page = await visit.opens("/console/login")
    assert '<html lang="zh-CN">' in page.text
    assert "密码" in page.text
    await visit.opens("/console/login/language/en")
    assert "Password" in (await visit.opens("/console/login")).text
    from bot.console import frame

    assert frame.LANGUAGE_COOKIE == LANGUAGE


@pytest.mark.slow
async def test_in_a_browser_from_the_first_password_to_the_console_and_out(one_console: Served):
    login, given = await accounts.first_administrator(one_console.app.db, one_console.office.clock.now()) or ("", "")
    async with chromium() as browser:
        context = await browser.new_context(locale="en-GB")
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        troubles = watched(page)
        await page.goto(f"{one_console.address}/console")
        await page.get_by_label("Login").fill(login)
        await page.get_by_label("Password").fill(given)
        await page.keyboard.press("Enter")
        await page.get_by_label("New password", exact=True).fill(PASSWORD)
        await page.get_by_label("New password again").fill(PASSWORD)
        await page.get_by_role("button", name="Continue").click()
        await page.wait_for_url("**/console/inbox")
        await page.get_by_role("button", name="Sign out").click()
        await page.wait_for_url("**/console/login")
        await page.goto(f"{one_console.address}/console/inbox")
        await page.wait_for_url(re.compile(r"/console/login\?next=/console/inbox$"))
        assert not [t for t in troubles if "Failed to load resource" not in t]
