"""The shop's HTTP API over real HTTP: its contract, every kind of no, and what whoever runs it looks at."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.complaints.complaint import Stage
from bot.customers.tables import Customer
from bot.shop.tables import BenefitRow, OrderRow
from tests.clock import FakeClock
from tests.conftest import free_port
from tests.openshop import API_TOKEN, Shop, open_shop
from tests.ways.complaining import LINES, ONE_DATABASE, complaining, newest
from tests.ways.serving import gone, served, visitor

API = "/api/v1"
LIN = {
    "name": "林小雨",
    "phone": "138 1111 2222",
    "email": "lin@example.com",
    "language": "zh",
    "time_zone": "Asia/Shanghai",
    "tier": "gold",
    "birthday": {"calendar": "lunar", "month": 8, "day": 15},
    "created_on": "2024-03-01",
    "tags": ["vip"],
}
ORDER = {
    "customer_id": "C1",
    "state": "shipped",
    "placed_at": "2026-11-20T02:00:00Z",
    "items": [{"product_id": "washer-10", "name": {"zh": "洗衣机", "en": "Washing machine"}, "price_cents": 299900}],
    "total_cents": 299900,
    "promised_on": "2026-11-26",
    "phone": "13811112222",
    "carrier": "SF",
    "tracking_number": "SF123",
}
BENEFIT = {
    "customer_id": "C1",
    "kind": "coupon",
    "name": {"zh": "满减券", "en": "Coupon"},
    "value_cents": 5000,
    "expires_on": "2026-12-01",
    "lost_if": ["cancel"],
}
NUMBER = "LJ20261120-0001"


@pytest.fixture
async def api(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    """The shop's own system, with its token."""
    async with served(shop.app) as address, visitor(address, API_TOKEN) as client:
        yield client


@pytest.fixture
async def filled(api: httpx.AsyncClient) -> httpx.AsyncClient:
    """The same after it has told of Lin and her order."""
    assert (await api.put(f"{API}/customers/C1", json=LIN)).status_code == 200
    assert (await api.put(f"{API}/orders/{NUMBER}", json=ORDER)).status_code == 200
    return api


# --- who may


ROUTES = [
    ("PUT", "/customers/C1"),
    ("PUT", "/customers"),
    ("PUT", "/orders/1"),
    ("PUT", "/orders"),
    ("PUT", "/benefits/1"),
    ("PUT", "/benefits"),
    ("POST", "/customers/C1/link-codes"),
    ("GET", "/conversations"),
    ("GET", "/cases/1"),
]


@ONE_DATABASE
@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", f"Basic {API_TOKEN}", API_TOKEN, "Bearer ünïcode"])
async def test_without_the_shops_token_there_is_nothing(api: httpx.AsyncClient, shop: Shop, token: str) -> None:
    for method, path in ROUTES:
        answer = await api.request(method, API + path, json={}, headers={"Authorization": token.encode()})
        assert answer.status_code == 401, (method, path, answer.text)
        assert answer.headers["www-authenticate"] == "Bearer"
    assert await shop.rows(Customer) == []


@ONE_DATABASE
async def test_while_no_token_is_set_the_api_is_closed_for_everybody(
    database_url: str, rasa_url: str, tmp_path: Path, clock: FakeClock
) -> None:
    async with open_shop(database_url, rasa_url, tmp_path, clock, is_migrated=True, api_token="") as shop:
        for token in ("", "Bearer ", "Bearer x"):
            answer = await shop.http.get(f"{API}/conversations", headers={"Authorization": token})
            assert answer.status_code == 403
            assert "CAREBOT_API_TOKEN" in answer.json()["error"]["message"]


# --- upserts


async def test_what_the_shop_tells_twice_is_there_once_and_the_last_word_holds(
    filled: httpx.AsyncClient, shop: Shop
) -> None:
    for state in ("shipped", "delivered"):
        assert (await filled.put(f"{API}/customers/C1", json=LIN)).json() == {"id": "C1"}
        assert (await filled.put(f"{API}/orders/{NUMBER}", json=ORDER | {"state": state})).json() == {"id": NUMBER}
        assert (await filled.put(f"{API}/benefits/B1", json=BENEFIT)).json() == {"id": "B1"}
    (customer,), (order,), (benefit,) = [await shop.rows(table) for table in (Customer, OrderRow, BenefitRow)]
    assert (customer.shop_id, customer.phone, customer.tier) == ("C1", "13811112222", "gold")
    assert (order.shop_id, order.state, order.total_cents) == (NUMBER, "delivered", 299900)
    assert (benefit.shop_id, benefit.record["value_cents"]) == ("B1", 5000)


async def test_batches_do_the_same(api: httpx.AsyncClient, shop: Shop) -> None:
    customers = [LIN | {"id": f"C{n}", "phone": f"1381111{n:04d}"} for n in range(300)]
    orders = [ORDER | {"id": f"LJ20261120-{n:04d}", "customer_id": f"C{n}"} for n in range(300)]
    benefits = [BENEFIT | {"id": f"B{n}", "customer_id": f"C{n}"} for n in range(300)]
    for _ in range(2):
        assert (await api.put(f"{API}/customers", json=customers)).json() == {"stored": 300}
        assert (await api.put(f"{API}/orders", json=orders)).json() == {"stored": 300}
        assert (await api.put(f"{API}/benefits", json=benefits)).json() == {"stored": 300}
    assert [len(await shop.rows(table)) for table in (Customer, OrderRow, BenefitRow)] == [300] * 3


async def test_a_batch_with_one_bad_row_changes_nothing_and_names_the_row(
    filled: httpx.AsyncClient, shop: Shop
) -> None:
    good = ORDER | {"id": "LJ20261120-0002"}
    unknown = await filled.put(f"{API}/orders", json=[good, ORDER | {"id": "LJ20261120-0003", "customer_id": "C9"}])
    assert unknown.status_code == 404
    assert "LJ20261120-0003" in unknown.json()["error"]["message"]
    misspelt = await filled.put(f"{API}/orders", json=[good, ORDER | {"id": "LJ20261120-0003", "state": "lost"}])
    assert misspelt.status_code == 422
    assert misspelt.json()["error"]["details"][0]["where"] == "body.1.state"
    assert [row.shop_id for row in await shop.rows(OrderRow)] == [NUMBER]


@ONE_DATABASE
@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/customers/C1", LIN | {"nickname": "Lin"}, "body.nickname"),
        ("/customers/C1", LIN | {"language": "fr"}, "body.language"),
        ("/customers/C1", LIN | {"created_on": "2026-02-31"}, "body.created_on"),
        ("/customers/C1", LIN | {"tags": "vip"}, "body.tags"),
        ("/customers/C1", LIN | {"name": "L\0n"}, "body.name"),
        ("/customers/C1", LIN | {"tags": ["v\0p"]}, "body.tags"),
        ("/customers/C%001", LIN, "path.id"),
        ("/customers/C1", [], "body"),
        (f"/orders/{NUMBER}", ORDER | {"state": "lost"}, "body.state"),
        (f"/orders/{NUMBER}", ORDER | {"total_cents": -1}, "body.total_cents"),
        (f"/orders/{NUMBER}", ORDER | {"total_cents": 10**30}, "body.total_cents"),
        (f"/orders/{NUMBER}", ORDER | {"placed_at": "2026-11-20T02:00:00"}, "body.placed_at"),
        (f"/orders/{NUMBER}", ORDER | {"items": [{"name": "x", "quantity": 0}]}, "body.items.0.quantity"),
        (f"/orders/{NUMBER}", {k: v for k, v in ORDER.items() if k != "customer_id"}, "body.customer_id"),
        ("/benefits/B1", BENEFIT | {"kind": "kiss"}, "body.kind"),
        ("/benefits/B1", BENEFIT | {"lost_if": ["rain"]}, "body.lost_if.0"),
        ("/benefits/B1", BENEFIT | {"name": {"zh": "券"}}, "body.name"),
        ("/customers", [LIN], "body.0.id"),
        ("/customers", LIN, "body"),
    ],
)
async def test_what_has_not_the_form_it_should_is_refused_with_the_place(
    filled: httpx.AsyncClient, path: str, body: Any, where: str
) -> None:
    answer = await filled.put(API + path, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["details"][0]["where"].startswith(where), answer.text


@ONE_DATABASE
@pytest.mark.parametrize("birthday", [{"month": 2, "day": 31}, {"month": 13, "day": 1}])
async def test_a_day_that_does_not_exist_is_no_birthday(api: httpx.AsyncClient, birthday: dict[str, int]) -> None:
    answer = await api.put(f"{API}/customers/C1", json=LIN | {"birthday": birthday})
    assert answer.status_code == 422
    assert "C1" in answer.json()["error"]["message"]


@ONE_DATABASE
@pytest.mark.parametrize(("body", "status"), [("{", 400), ("", 422), ("[" * 100_000, 400), ("x" * (13 << 20), 413)])
async def test_what_is_no_json_or_huge_is_refused(api: httpx.AsyncClient, body: str, status: int) -> None:
    for path in ("/customers/C1", "/orders"):
        answer = await api.put(API + path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, answer.text[:200]
        assert answer.json()["error"]["message"]


@ONE_DATABASE
async def test_a_batch_has_an_end(api: httpx.AsyncClient) -> None:
    answer = await api.put(f"{API}/customers", json=[{"id": str(n)} for n in range(10_001)])
    assert answer.status_code == 422


# --- link codes


async def test_a_one_time_code_links_the_chat_to_the_account_once(filled: httpx.AsyncClient, shop: Shop) -> None:
    answer = await filled.post(f"{API}/customers/C1/link-codes")
    assert answer.status_code == 201
    assert set(answer.json()) == {"code", "expires_at"}
    assert datetime.fromisoformat(answer.json()["expires_at"]) > shop.clock.now()
    guest, thief = await shop.customer("zh"), await shop.customer("zh")
    await guest.says(f"我的绑定码是 {answer.json()['code'].lower()}")
    assert await newest(guest) == ["link.done"]
    await thief.says(answer.json()["code"])
    assert await newest(thief) != ["link.done"]
    assert [await customer_of(filled, g.chat) for g in (guest, thief)] == ["C1", None]
    assert NUMBER in (await guest.says("我的订单到哪了"))[-1]


async def customer_of(api: httpx.AsyncClient, chat: str) -> str | None:
    (found,) = (await api.get(f"{API}/conversations", params={"channel": "web", "external_id": chat})).json()
    return found["customer"]  # type: ignore[no-any-return]


@ONE_DATABASE
async def test_a_code_that_is_too_old_links_nothing(filled: httpx.AsyncClient, shop: Shop) -> None:
    code = (await filled.post(f"{API}/customers/C1/link-codes")).json()
    shop.clock.at = datetime.fromisoformat(code["expires_at"]) + timedelta(seconds=1)
    guest = await shop.customer("en")
    await guest.says(code["code"])
    assert await customer_of(filled, guest.chat) is None


@ONE_DATABASE
async def test_there_is_no_code_for_a_customer_nobody_knows(api: httpx.AsyncClient) -> None:
    answer = await api.post(f"{API}/customers/nobody/link-codes")
    assert answer.status_code == 404
    assert "nobody" in answer.json()["error"]["message"]


# --- what has become of it


async def test_a_conversation_shows_who_speaks_in_it_in_which_language_and_about_which_case(
    filled: httpx.AsyncClient, shop: Shop
) -> None:
    guest = await complaining(shop, "zh", Stage.VENT)

    async def seen() -> dict[str, Any]:
        (found,) = (await filled.get(f"{API}/conversations?channel=web&external_id={guest.chat}")).json()
        return {k: found[k] for k in ("id", "owner", "language", "customer", "case")}

    case, conversation = await guest.case(), await guest.conversation()
    about = {"id": conversation.id, "language": "zh", "customer": guest.account, "case": case.id}
    assert await seen() == about | {"owner": "bot"}
    await guest.says("转人工")
    assert await seen() == about | {"owner": "queue"}
    await shop.colleague().takes(guest)
    assert (await seen())["owner"].isdecimal()
    assert (await filled.get(f"{API}/conversations?channel=telegram&external_id={guest.chat}")).json() == []
    assert (await filled.get(f"{API}/conversations?external_id=nobody")).json() == []


@ONE_DATABASE
async def test_a_case_shows_its_facts_offers_promises_and_history(api: httpx.AsyncClient, shop: Shop) -> None:
    guest = await complaining(shop, "en", Stage.COMMIT)
    case = await guest.case()
    found = (await api.get(f"{API}/cases/{case.id}")).json()
    wanted = {"id", "kind", "stage", "severity", "emotion", "facts", "offers", "promises", "history"}
    assert wanted <= set(found)
    assert (found["id"], found["kind"], found["stage"], found["severity"]) == (case.id, "product", "commit", 3)
    assert found["facts"]["told"] == [LINES["en"].opening]
    assert found["offers"][0]["answer"] == "accepted:exchange"
    ((what, due, state),) = [(p["what"], p["due"], p["state"]) for p in found["promises"]]
    assert (what, datetime.fromisoformat(due), state) == ("exchange", (await guest.promises())[0].due_at, "open")
    assert [step["event"] for step in found["history"]] == [
        "opened",
        "heard",
        "felt_understood",
        "facts_agreed",
        "accepted",
    ]
    assert found["emotion"]["peak"] == 2
    assert any("unacceptable" in reason or "fed up" in reason for reason in found["emotion"]["reasons"])


@ONE_DATABASE
@pytest.mark.parametrize(("id", "status"), [("999", 404), ("x", 422), ("9" * 30, 422), ("-1", 422)])
async def test_a_case_that_does_not_exist(api: httpx.AsyncClient, id: str, status: int) -> None:
    assert (await api.get(f"{API}/cases/{id}")).status_code == status


@ONE_DATABASE
async def test_the_description_of_the_api_names_every_way(api: httpx.AsyncClient) -> None:
    paths = (await api.get("/api/openapi.json", headers={"Authorization": ""})).json()["paths"]
    wanted = {
        f"{API}/chat/sessions": {"post"},
        f"{API}/chat/messages": {"post", "get"},
        f"{API}/chat/stream": {"get"},
        f"{API}/customers": {"put"},
        f"{API}/customers/{{id}}": {"put"},
        f"{API}/orders": {"put"},
        f"{API}/orders/{{id}}": {"put"},
        f"{API}/benefits": {"put"},
        f"{API}/benefits/{{id}}": {"put"},
        f"{API}/customers/{{id}}/link-codes": {"post"},
        f"{API}/conversations": {"get"},
        f"{API}/cases/{{id}}": {"get"},
        "/health/live": {"get"},
        "/health/ready": {"get"},
        "/metrics": {"get"},
    }
    assert {path: set(paths[path]) for path in wanted} == wanted


# --- operations


async def test_health_tells_what_does_not_answer(api: httpx.AsyncClient, shop: Shop) -> None:
    assert (await api.get("/health/live")).status_code == 200
    assert (await api.get("/health/ready")).json() == {"status": "ready", "database": True, "nlu": True}
    with gone(shop.app.db):
        down = await api.get("/health/ready")
        assert (down.status_code, down.json()["database"], down.json()["nlu"]) == (503, False, True)
        assert (await api.get("/health/live")).status_code == 200
    shop.app.rasa.url = f"http://127.0.0.1:{free_port()}"
    down = await api.get("/health/ready")
    assert (down.status_code, down.json()["database"], down.json()["nlu"]) == (503, True, False)


@ONE_DATABASE
async def test_the_metrics_have_the_names_that_dashboards_are_built_on(api: httpx.AsyncClient, shop: Shop) -> None:
    guest = await shop.customer("en")
    await guest.says("I want a human")
    shop.clock.passes(minutes=3)
    answer = await api.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    figures = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert float(figures['carebot_inbound_total{channel="web",kind="message"}']) >= 1
    assert float(figures['carebot_turns_total{outcome="answered"}']) >= 1
    assert 179 <= float(figures['carebot_queue_oldest_seconds{queue="people"}']) <= 182
    assert figures['carebot_queue_oldest_seconds{queue="outbox"}'] == "0.0"
    assert figures["carebot_rasa_up"] == "1.0"
    assert "# TYPE carebot_sends_total counter" in answer.text
    assert "carebot_turn_seconds_bucket" in answer.text


async def test_while_the_database_is_gone_the_shop_is_told_to_try_again(filled: httpx.AsyncClient, shop: Shop) -> None:
    later = ORDER | {"state": "delivered"}
    with gone(shop.app.db):
        for answer in (
            await filled.put(f"{API}/orders/{NUMBER}", json=later),
            await filled.post(f"{API}/customers/C1/link-codes"),
            await filled.get(f"{API}/conversations"),
        ):
            assert answer.status_code == 503, answer.text
            assert answer.headers["retry-after"]
    assert [row.state for row in await shop.rows(OrderRow)] == ["shipped"]
    assert (await filled.put(f"{API}/orders/{NUMBER}", json=later)).status_code == 200
    assert [row.state for row in await shop.rows(OrderRow)] == ["delivered"]


@ONE_DATABASE
async def test_what_does_not_exist_says_so_in_the_same_form(api: httpx.AsyncClient) -> None:
    for method, path, status in (("GET", "/nowhere", 404), ("DELETE", f"{API}/orders", 405), ("GET", API, 404)):
        answer = await api.request(method, path)
        assert (answer.status_code, list(answer.json())) == (status, ["error"])
