"""The shop's HTTP API: customers, orders, benefits, link codes. A bearer token with the scope of the route."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Body, Depends, Path, Request
from pydantic import AwareDatetime

from bot.api.access import needs
from bot.api.chat import app_of
from bot.api.records import BenefitIn, BenefitWithId, CustomerIn, CustomerWithId, OrderIn, OrderWithId, Storable
from bot.customers import service as customers
from bot.errors import Unreadable
from bot.shop import store as shop
from bot.shop.benefit import Benefit
from bot.shop.customer import CustomerRecord
from bot.shop.order import Order
from bot.shop.record import write_order
from bot.staff.scope import Scope

MOST_IN_A_BATCH = 1000

Id = Annotated[str, Path(min_length=1, max_length=100), Storable]
router = APIRouter(prefix="/api/v1", tags=["shop"])
WRITE, READ, LINK = ([Depends(needs(scope))] for scope in (Scope.SHOP_WRITE, Scope.SHOP_READ, Scope.LINKS))
R = TypeVar("R")


def _record(make: Callable[[str], R], id: str) -> R:
    """The plain record. Raises Unreadable where a value cannot be (a 31 February)."""
    try:
        return make(id)
    except ValueError as error:
        raise Unreadable(f"{id}: {error}") from error


@router.put("/customers/{id}", dependencies=WRITE)
async def put_customer(id: Id, body: CustomerIn, request: Request) -> dict[str, str]:
    await _put_customers(request, [_record(body.record, id)])
    return {"id": id}


@router.put("/customers", dependencies=WRITE)
async def put_customers(
    body: Annotated[list[CustomerWithId], Body(max_length=MOST_IN_A_BATCH)], request: Request
) -> dict[str, int]:
    """A batch: all or nothing."""
    await _put_customers(request, [_record(row.record, row.id) for row in body])
    return {"stored": len(body)}


async def _put_customers(request: Request, records: Sequence[CustomerRecord]) -> None:
    app = app_of(request)
    async with app.db.write() as session:
        await shop.upsert_customers(session, records, app.clock.now())


@router.put("/orders/{id}", dependencies=WRITE)
async def put_order(id: Id, body: OrderIn, request: Request) -> dict[str, str]:
    await _put_orders(request, [_record(body.record, id)])
    return {"id": id}


@router.put("/orders", dependencies=WRITE)
async def put_orders(
    body: Annotated[list[OrderWithId], Body(max_length=MOST_IN_A_BATCH)], request: Request
) -> dict[str, int]:
    """A batch: all or nothing."""
    await _put_orders(request, [_record(row.record, row.id) for row in body])
    return {"stored": len(body)}


@router.get("/orders/changes", dependencies=READ)
async def get_order_changes(since: AwareDatetime, request: Request) -> list[dict[str, Any]]:
    """What customers have changed in the chat since then (cancelled, a new address, a return, an invoice).

    For the shop's own system, which is where an order really lives; at most 500 at a time, the oldest first.
    """
    async with app_of(request).db.read() as session:
        found = await shop.changed_orders(session, since)
    return [
        {
            "id": c.order.id,
            "updated_at": c.updated_at.isoformat(),
            "changes": list(c.changes),
            "order": write_order(c.order),
        }
        for c in found
    ]


async def _put_orders(request: Request, orders: Sequence[Order]) -> None:
    app = app_of(request)
    async with app.db.write() as session:
        await shop.upsert_orders(session, orders, app.clock.now())
    await app.orders_changed(orders)


@router.put("/benefits/{id}", dependencies=WRITE)
async def put_benefit(id: Id, body: BenefitIn, request: Request) -> dict[str, str]:
    await _put_benefits(request, [_record(body.record, id)])
    return {"id": id}


@router.put("/benefits", dependencies=WRITE)
async def put_benefits(
    body: Annotated[list[BenefitWithId], Body(max_length=MOST_IN_A_BATCH)], request: Request
) -> dict[str, int]:
    """A batch: all or nothing."""
    await _put_benefits(request, [_record(row.record, row.id) for row in body])
    return {"stored": len(body)}


async def _put_benefits(request: Request, benefits: Sequence[Benefit]) -> None:
    app = app_of(request)
    async with app.db.write() as session:
        await shop.upsert_benefits(session, benefits, app.clock.now())


@router.post("/customers/{id}/link-codes", status_code=201, dependencies=LINK)
async def post_link_code(id: Id, request: Request) -> dict[str, str]:
    """A one-time code for a customer who is signed in at the shop; typed in a chat it links the chat to the account."""
    app = app_of(request)
    async with app.db.write() as session:
        code, expires_at = await customers.create_link_code(session, id, app.clock.now())
    return {"code": code, "expires_at": expires_at.isoformat()}
