"""The web server: the chat page, the staff console, the HTTP API, the Telegram webhook, health and metrics."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import __version__
from bot.api import cases, chat, errors, operations, shop
from bot.app import App
from bot.console import sign_in
from bot.console.gate import Gate
from bot.console.mount import PREFIX, Console

PAGE = Path(__file__).resolve().parent.parent / "channels" / "web_page"
LARGEST_BODY = 12 * 1024 * 1024
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
}


def build(carebot: App, manage: bool = True) -> FastAPI:
    """The ASGI application. `manage`: start and stop the app with the server."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if manage:
            await carebot.start()
        yield
        await console.close()
        if manage:
            await carebot.stop()

    web = FastAPI(
        title="Carebot",
        version=__version__,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    web.state.carebot = carebot
    errors.install(web)
    web.add_middleware(Guard)
    for router in (chat.router, shop.router, cases.router, operations.router):
        web.include_router(router)
    _pages(web)
    console = Console(carebot)
    web.mount(PREFIX, Gate(carebot, sign_in.pages(), console))
    return web


class Guard:
    """Sets the headers of every answer, and cuts off a body that is too large, whether it says so in advance or not.

    Plain ASGI: Starlette's BaseHTTPMiddleware runs every request in a task of its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        left = LARGEST_BODY

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, "that is too large")
            return message

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/chat"):
                    headers["Cache-Control"] = "no-cache"  # or an update would mix old and new modules in a browser
            await send(message)

        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return await errors.answer(413, "that is too large")(scope, receive, headed)
        return await self.app(scope, counted, headed)


def _pages(web: FastAPI) -> None:
    @web.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse("/chat")

    @web.get("/chat", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(PAGE / "index.html")

    web.mount("/chat", StaticFiles(directory=PAGE))

    @web.post("/telegram/webhook", include_in_schema=False)
    async def webhook(
        request: Request, x_telegram_bot_api_secret_token: Annotated[str | None, Header()] = None
    ) -> Response:
        telegram = request.app.state.carebot.telegram
        if telegram is None:
            return errors.answer(404, "Telegram is not set up here")
        return Response(status_code=await telegram.receive(await request.body(), x_telegram_bot_api_secret_token))
