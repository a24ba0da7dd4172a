"""What we add to Rasa's HTTP API: POST /decide, POST /embed, POST /activate, and two facts in GET /status."""

import json
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from serving import loading
from serving.desk import Desk
from serving.engine import Engine
from serving.question import BadQuestion, read, read_texts

AT_ONCE = 16
"""Texts embedded before the next questions get their turn."""


def add_routes(app: Sanic, first: Engine) -> None:
    """`app` is Rasa's; its `ctx.agent` may be exchanged (PUT /model) and removed (DELETE /model) at any time."""
    desk = Desk()
    engines = [first]

    def engine() -> Engine | None:
        agent: Agent = app.ctx.agent
        if agent is None or not agent.is_ready():
            return None
        if engines[0].agent is not agent:
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

    @app.post("/embed")
    async def embed(request: Request) -> HTTPResponse:
        try:
            texts = read_texts(request.body)
        except BadQuestion as error:
            return _json({"error": str(error)}, 400)
        if (thinking := engine()) is None:
            return _json({"error": "no model is loaded"}, 409)
        found: list[str] = []
        for start in range(0, len(texts), AT_ONCE):
            some = texts[start : start + AT_ONCE]
            found += await desk.think(lambda some=some: thinking.embed(some))  # type: ignore[misc]
        return _json({"embeddings": found})

    @app.post("/activate")
    async def activate(request: Request) -> HTTPResponse:
        """Another model, loaded and warmed beside the current one, which answers until then."""
        path = _model(request.body)
        if path is None:
            return _json({"error": 'the body must be {"model": "the path of a model file that exists"}'}, 400)
        try:
            # Not on the thinking thread: that one goes on answering.
            loaded = await app.loop.run_in_executor(None, loading.load, path)
        except Exception as error:  # noqa: BLE001  (whatever is wrong with the file, the current model stays)
            return _json({"error": f"{path.name} cannot be loaded: {error}"}, 422)
        engines[:] = [loaded]
        app.ctx.agent = loaded.agent
        return _json({"fingerprint": _fingerprint(loaded)})

    @app.before_server_start
    async def without_cors(app: Sanic, loop: Any) -> None:
        """Rasa's CORS (for no origin at all) ran with every answer and cost a tenth of it; browsers never ask us."""
        for chain in (app.request_middleware, app.response_middleware):
            for one in [one for one in chain if one.__module__.startswith("sanic_cors")]:
                chain.remove(one)

    @app.on_response
    async def status(request: Request, answer: HTTPResponse) -> HTTPResponse | None:
        if request.path != "/status" or request.method != "GET":
            return None
        known = json.loads(answer.body) if answer.status == 200 and answer.body else {}
        loaded = engine()
        return _json({**known, "ready": loaded is not None, "fingerprint": _fingerprint(loaded)})


def _model(body: bytes) -> Path | None:
    try:
        given = json.loads(body).get("model")
    except (ValueError, AttributeError):
        return None
    path = Path(given) if isinstance(given, str) else None
    return path if path is not None and path.is_file() else None


def _fingerprint(engine: Engine | None) -> str | None:
    """Train names a model after its ingredients."""
    name = engine.agent.processor.model_filename if engine and engine.agent.processor else None
    return Path(name).name.partition(".")[0] if name else None


def _json(content: dict[str, Any], status: int = 200) -> HTTPResponse:
    return response.json(content, status=status, dumps=_dumps)


def _dumps(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False)
