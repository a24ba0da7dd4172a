"""What whoever runs Carebot looks at: /health/live, /health/ready, /metrics."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from bot import health, metrics
from bot.api.chat import app_of
from bot.app import App

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
        now = await health.waiting(session, at)
    for queue, age in (("turns", now.turns), ("outbox", now.outbox), ("people", now.people)):
        metrics.QUEUE_OLDEST.labels(queue=queue).set(age)
    metrics.UNKNOWN_SENDS.set(now.unknown_sends)
    metrics.RASA_UP.set(1 if await app.rasa.ready() else 0)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
