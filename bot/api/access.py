"""Who may use the shop's API: whoever has CAREBOT_API_TOKEN."""

import hmac
from typing import Annotated

from fastapi import Header, HTTPException, Request

from bot.api.chat import app_of


async def authorised(request: Request, authorization: Annotated[str, Header()] = "") -> None:
    """401 without the right token; 403 while no token is set, because then nobody could be told apart."""
    expected = app_of(request).settings.api_token.get_secret_value()
    if not expected:
        raise HTTPException(403, "the shop API is closed: set CAREBOT_API_TOKEN")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), expected.encode()):
        raise HTTPException(401, "this needs the shop's token", {"WWW-Authenticate": "Bearer"})
