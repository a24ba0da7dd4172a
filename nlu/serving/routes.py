"""What we add to Rasa's HTTP API: POST /decide, and two facts in GET /status."""

import json
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from serving.desk import Desk
from serving.engine import Engine
from serving.question import BadQuestion, read


def add_routes(app: Sanic) -> None:
    """`app` is Rasa's; its `ctx.agent` may be exchanged (PUT /model) and removed (DELETE /model) at any time."""
    desk = Desk()
    engines: list[Engine] = []

    def engine() -> Engine | None:
        agent: Agent = app.ctx.agent
        if agent is None or not agent.is_ready():
            return None
        if not engines or engines[0].agent is not agent:
            engines[:] = [Engine(agent)]
        return engines[0]

    @app.post("/decide")
    async def decide(request: Request) -> HTTPResponse:
        try:
            question = read(request.body)
        except BadQuestion as error:
            return _json({"error": str(error)}, 400)
        if (thinking := engine()) is None:
            return _json({"error": "no model is loaded"}, 409)
        return _json(await desk.ask(thinking, question))

    @app.on_response
    async def status(request: Request, answer: HTTPResponse) -> HTTPResponse | None:
        if request.path != "/status" or request.method != "GET":
            return None
        known = json.loads(answer.body) if answer.status == 200 and answer.body else {}
        loaded = engine()
        return _json({**known, "ready": loaded is not None, "fingerprint": _fingerprint(loaded)})


def _fingerprint(engine: Engine | None) -> str | None:
    """Train names a model after its ingredients."""
    name = engine.agent.processor.model_filename if engine and engine.agent.processor else None
    return Path(name).name.partition(".")[0] if name else None


def _json(content: dict[str, Any], status: int = 200) -> HTTPResponse:
    return response.json(content, status=status, dumps=_dumps)


def _dumps(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False)
