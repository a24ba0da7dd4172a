"""What can be reached, and by whom: every route of the program, websockets, and pages whose session has ended."""

import re
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount

from bot.api import server
from bot.staff import sessions, tokens
from bot.staff.account import Role
from bot.staff.scope import Scope
from bot.staff.store import TERMINAL
from tests.console.conftest import Served
from tests.openshop import API_TOKEN

OPEN_TO_ALL = re.compile(
    r"/|/chat.*|/api/v1/chat/.*|/api/openapi\.json|/health/(live|ready)|/metrics|/telegram/webhook|/console(/.*)?"
)
"""The customers' side, what operates the server, and the console, whose gate is tested below."""
SOCKET = "/console/_nicegui_ws/socket.io/?EIO=4&transport=websocket"


def every_route(routes: Any) -> Iterator[Any]:
    """Included routers are kept as they are: their routes are one level deeper."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        yield from every_route(inner.routes) if inner is not None else [route]


def api_routes(web: Any) -> Iterator[tuple[str, str, set[Scope]]]:
    for route in every_route(web.routes):
        if isinstance(route, APIRoute):
            calls = [d.dependency for d in route.dependencies]
            scopes = {s for c in calls if (s := getattr(c, "__scope__", None)) is not None}
            for method in route.methods:
                yield method, route.path, scopes


async def test_every_route_is_for_customers_or_operators_or_needs_a_scope(one_console: Served):
    web = server.build(one_console.app, manage=False)
    flat = list(api_routes(web))
    assert len(flat) > 15
    unguarded = [path for _, path, scopes in flat if not scopes and not OPEN_TO_ALL.fullmatch(path)]
    assert not unguarded
    others = [
        r.path for r in every_route(web.routes) if not isinstance(r, APIRoute) and not OPEN_TO_ALL.fullmatch(r.path)
    ]
    assert not others
    assert {s for _, _, scopes in flat for s in scopes} == set(Scope)


async def test_each_api_route_opens_with_its_scope_and_with_no_other(console: Served):
    at = console.office.clock.now()
    bearers = {}
    async with console.app.db.write() as session:
        for scope in Scope:
            bearers[scope] = await tokens.create(session, TERMINAL, scope, [scope], None, at)
    http = console.visitor().http
    for method, path, scopes in api_routes(server.build(console.app, manage=False)):
        if not scopes:
            continue
        way = path.replace("{id}", "1")
        assert (await http.request(method, way)).status_code == 401
        for scope, bearer in bearers.items():
            answer = await http.request(method, way, headers={"Authorization": f"Bearer {bearer}"})
            assert (answer.status_code == 403) == (scope not in scopes), (method, path, scope, answer.text)
            assert answer.status_code != 401
        everything = await http.request(method, way, headers={"Authorization": f"Bearer {API_TOKEN}"})
        assert everything.status_code not in (401, 403)


async def test_an_ended_token_and_a_wrong_one_open_nothing(console: Served):
    at, http = console.office.clock.now(), console.visitor().http
    async with console.app.db.write() as session:
        token = await tokens.create(session, TERMINAL, "shop", ["conversations:read"], None, at)
        (row,) = await tokens.listed(session, TERMINAL)
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await http.get("/api/v1/conversations", headers=bearer)).status_code == 200
    async with console.app.db.write() as session:
        await tokens.end(session, TERMINAL, row.id, at)
    for wrong in (token, API_TOKEN[:-1], f"{API_TOKEN}x"):
        answer = await http.get("/api/v1/conversations", headers={"Authorization": f"Bearer {wrong}"})
        assert answer.status_code == 401


async def test_nothing_of_the_console_is_reached_without_signing_in(one_console: Served):
    await (await one_console.signed_in()).opens("/console/settings")  # the pages are loaded now
    from nicegui import app as nicegui

    def paths(routes: Any, prefix: str) -> Iterator[str]:
        for route in routes:
            path = prefix + re.sub(r"\{[^}]*\}", "1", getattr(route, "path", ""))
            yield path
            if isinstance(route, Mount) and getattr(route, "routes", None):
                yield from paths(route.routes, path.rstrip("/"))

    found = {*paths(nicegui.routes, "/console"), "/console", "/console/", "/console/loginx", "/console/login/../inbox"}
    assert {"/console/inbox", "/console/settings"} <= found
    visit = one_console.visitor()
    for path in sorted(found):
        answer = await visit.opens(path)
        assert answer.status_code in (303, 404, 307), path
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/console/login?next="), path
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = await visit.http.request(method, path, headers={"Accept": "*/*"})
            assert answer.status_code in (401, 404, 307), (method, path)


async def knock(address: str, **headers: str) -> int:
    """The status with which a websocket is refused; 101 when it is not."""
    async with aiohttp.ClientSession() as http:
        try:
            await (await http.ws_connect(address + SOCKET, headers=headers)).close()
        except aiohttp.WSServerHandshakeError as error:
            return error.status
    return 101


async def test_a_page_of_another_site_gets_no_websocket_in_anybodys_name(console: Served):
    visit = await console.signed_in()
    cookie = f"carebot_staff={visit.cookie()}"
    for headers in (
        {"Cookie": cookie, "Origin": "https://evil.example"},
        {"Cookie": cookie, "Origin": "null"},
        {"Cookie": cookie, "Origin": visit.address.replace("127.0.0.1", "127.0.0.1.evil.example")},
        {"Cookie": cookie},
        {"Cookie": "carebot_staff=x", "Origin": visit.address},
        {"Origin": visit.address},
    ):
        assert await knock(console.address, **headers) == 403, headers


async def test_an_open_page_ends_with_its_session(console: Served):
    visit = await console.signed_in()
    headers = {"Cookie": f"carebot_staff={visit.cookie()}", "Origin": visit.address}
    me = await console.office.who(visit.cookie())
    assert me is not None
    async with aiohttp.ClientSession() as http, http.ws_connect(console.address + SOCKET, headers=headers) as socket:
        assert (await socket.receive()).data.startswith("0{")
        await socket.send_str("40")
        assert (await socket.receive()).data.startswith("40")
        async with console.app.db.write() as session:
            await sessions.end_everybodys(session, TERMINAL, me.id, console.office.clock.now())
        await socket.send_str('42["event",{"client_id":"x"}]')
        message = await socket.receive()
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1008)


@pytest.mark.parametrize("role", [Role.AGENT, Role.MARKETER, Role.SUPERVISOR])
async def test_a_page_that_the_role_may_not_see_says_so_and_shows_nothing(one_console: Served, role: Role):
    visit = await one_console.signed_in(role=role)
    for path in ("/console/settings/staff", "/console/settings/tokens", "/console/settings/audit"):
        page = await visit.opens(path)
        assert "Your role may not see this page" in page.text, path
