"""Who may use the HTTP API: whoever has a token with the scope of the route. CAREBOT_API_TOKEN has every scope."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header, HTTPException, Request

from bot.api.chat import app_of
from bot.app import App
from bot.staff import tokens
from bot.staff.scope import SHOP_SCOPES, Scope
from bot.staff.secret import hash_token

BEARER = {"WWW-Authenticate": "Bearer"}


def needs(scope: Scope) -> Callable[..., Awaitable[None]]:
    """A dependency: 401 without a good token, 403 when it lacks the scope or while there is no token at all."""

    async def authorised(request: Request, authorization: Annotated[str, Header()] = "") -> None:
        scheme, _, token = authorization.partition(" ")
        opened = await _opened_by(app_of(request), token.strip() if scheme.lower() == "bearer" else "")
        if scope not in opened:
            raise HTTPException(403, f"this token lacks the scope {scope}")

    authorised.__scope__ = scope  # type: ignore[attr-defined] # a test asks every route for it
    return authorised


async def _opened_by(app: App, token: str) -> frozenset[Scope]:
    expected = app.settings.api_token.get_secret_value()
    if expected and token and hmac.compare_digest(hash_token(token), hash_token(expected)):
        return SHOP_SCOPES
    if token and (opened := await tokens.opened_by(app.db, token, app.clock.now())) is not None:
        return opened
    if not expected and not await tokens.is_any(app.db):
        raise HTTPException(403, "the shop API is closed: set CAREBOT_API_TOKEN, or make a token in the console")
    raise HTTPException(401, "this needs the shop's token", BEARER)
