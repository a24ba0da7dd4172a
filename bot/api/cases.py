"""What the shop reads back: conversations and cases. A bearer token with the scope of the route."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import select

from bot.api.access import needs
from bot.api.chat import app_of
from bot.api.records import Storable
from bot.complaints import store as cases
from bot.complaints.service import number_of
from bot.complaints.tables import Case
from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.errors import NotFound
from bot.staff.scope import Scope

router = APIRouter(prefix="/api/v1", tags=["shop"])


@router.get("/conversations", dependencies=[Depends(needs(Scope.CONVERSATIONS_READ))])
async def get_conversations(
    request: Request,
    channel: Annotated[str, Storable] = "",
    external_id: Annotated[str, Storable] = "",
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Conversations, the newest first; `external_id` is the channel's own id of the chat."""
    query = select(Conversation).order_by(Conversation.id.desc()).limit(min(max(limit, 1), 1000))
    if channel:
        query = query.where(Conversation.channel == channel)
    if external_id:
        query = query.where(Conversation.chat == external_id)
    async with app_of(request).db.read() as session:
        found = (await session.scalars(query)).all()
        return [
            {
                "id": c.id,
                "channel": c.channel,
                "external_id": c.chat,
                "owner": c.owner,
                "language": c.language,
                "customer": await _shop_id(session, c.customer_id),
                "case": c.case_id,
            }
            for c in found
        ]


async def _shop_id(session: Any, customer_id: int | None) -> str | None:
    if customer_id is None:
        return None
    account = await session.get(Customer, customer_id)
    return account.shop_id if account else None


@router.get("/cases/{id}", dependencies=[Depends(needs(Scope.CASES_READ))])
async def get_case(id: Annotated[int, Path(ge=1, le=2**63 - 1)], request: Request) -> dict[str, Any]:
    """A complaint with its facts, offers, promises and history."""
    app = app_of(request)
    async with app.db.read() as session:
        if (case := await session.get(Case, id)) is None:
            raise NotFound(f"there is no case {id}")
        promises = await cases.promises(session, id)
        history = await cases.history(session, id)
    return {
        "id": case.id,
        "number": number_of(case),
        "kind": case.kind,
        "stage": case.stage,
        "severity": case.severity,
        "emotion": {"level": case.level, "peak": case.peak, "reasons": case.level_reasons},
        "facts": case.facts,
        "offers": case.offers,
        "conversation": case.conversation_id,
        "failure_count": case.failure_count,
        "repeat_of": case.repeat_of,
        "opened_at": _iso(case.opened_at),
        "closed_at": _iso(case.closed_at),
        "promises": [
            {
                "id": p.id,
                "what": p.remedy,
                "due": _iso(p.due_at),
                "state": p.state,
                "owner": p.owner,
                "done_at": _iso(p.done_at),
            }
            for p in promises
        ],
        "history": [
            {
                "at": _iso(s.at),
                "event": s.event,
                "from": s.before,
                "to": s.after,
                "by": s.by,
                "level": s.level,
                "note": s.note,
            }
            for s in history
        ],
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
