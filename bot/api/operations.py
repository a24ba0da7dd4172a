"""What whoever runs Carebot looks at: /health/live, /health/ready, /metrics."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select, text

from bot import metrics
from bot.api.chat import app_of
from bot.app import App
from bot.conversations.tables import Conversation
from bot.handoff.tables import QueueEntry
from bot.outbox.delivery import State
from bot.outbox.tables import Delivery

router = APIRouter(tags=["operations"])


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process runs."""
    return {"status": "live"}


@router.get("/health/ready")
async def ready(request: Request) -> JSONResponse:
    """Database and nlu answer; 503 with what does not."""
    app = app_of(request)
    checks = {"database": await _database(app), "nlu": await app.rasa.ready()}
    return JSONResponse(
        {"status": "ready" if all(checks.values()) else "not ready", **checks}, 200 if all(checks.values()) else 503
    )


async def _database(app: App) -> bool:
    try:
        async with app.db.read() as session:
            await session.execute(text("SELECT 1"))
    except Exception:
        app.log.exception("the database does not answer")
        return False
    return True


@router.get("/metrics")
async def get_metrics(request: Request) -> Response:
    """Prometheus. Ages are read from the database at this moment, so every process tells the same."""
    app = app_of(request)
    at = app.clock.now()
    async with app.db.read() as session:
        oldest = {
            "turns": await session.scalar(select(func.min(Conversation.ready_at))),
            "outbox": await session.scalar(select(func.min(Delivery.due_at)).where(Delivery.state == State.DUE)),
            "people": await session.scalar(
                select(func.min(QueueEntry.opened_at)).where(
                    QueueEntry.closed_at.is_(None), QueueEntry.taken_at.is_(None)
                )
            ),
        }
        unknown = await session.scalar(
            select(func.count()).select_from(Delivery).where(Delivery.state == State.UNKNOWN)
        )
    for queue, since in oldest.items():
        metrics.QUEUE_OLDEST.labels(queue=queue).set(_age(since, at))
    metrics.UNKNOWN_SENDS.set(unknown or 0)
    metrics.RASA_UP.set(1 if await app.rasa.ready() else 0)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _age(since: datetime | None, at: datetime) -> float:
    return max(0.0, (at - since).total_seconds()) if since else 0.0
