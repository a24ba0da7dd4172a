"""How the HTTP API says no: one form for everything, {"error": {"message", "details"?}}, and never a trace."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from bot.db import is_gone
from bot.errors import Moved, NotAllowed, NotFound, Unreadable

log = structlog.get_logger()


def answer(status: int, message: str, details: Any = None) -> JSONResponse:
    error: dict[str, Any] = {"message": message}
    if details is not None:
        error["details"] = details
    return JSONResponse({"error": error}, status)


def install(app: FastAPI) -> None:
    """Turn every known error into its answer; anything else is a 500 without a word about the inside."""

    @app.exception_handler(RequestValidationError)
    async def _(_request: Request, error: RequestValidationError) -> JSONResponse:
        if any(e["type"] == "json_invalid" for e in error.errors()):
            return answer(400, "the body is not valid JSON")
        details = [{"where": ".".join(str(p) for p in e["loc"]), "problem": e["msg"]} for e in error.errors()]
        return answer(422, "the request does not have the form it should", details)

    @app.exception_handler(HTTPException)
    async def _(_request: Request, error: HTTPException) -> JSONResponse:
        answered = answer(error.status_code, str(error.detail))
        answered.headers.update(error.headers or {})
        return answered

    for kind, status in ((NotFound, 404), (Unreadable, 422), (NotAllowed, 403), (Moved, 409)):

        @app.exception_handler(kind)
        async def _(_request: Request, error: Exception, status: int = status) -> JSONResponse:
            return answer(status, str(error))

    async def gone(request: Request, error: Exception) -> JSONResponse:
        if not is_gone(error):
            return await failed(request, error)
        log.error("the database does not answer", error=type(error).__name__)
        answered = answer(503, "the service cannot store anything now; please send it again in a moment")
        answered.headers["Retry-After"] = "2"
        return answered

    for broken in (DBAPIError, PoolTimeout, OSError):
        app.add_exception_handler(broken, gone)
    app.add_exception_handler(Exception, failed)


async def failed(request: Request, error: Exception) -> JSONResponse:
    log.error("a request failed", path=request.url.path, exc_info=error)
    return answer(500, "something went wrong on our side; it has been logged")
