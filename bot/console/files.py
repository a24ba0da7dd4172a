"""Files of conversations: what customers sent, shown to staff; what staff attach, kept until it is sent."""

import asyncio
from typing import Annotated
from urllib.parse import quote

from fastapi import File, HTTPException, Request, Response, UploadFile
from nicegui import app as nicegui
from starlette.responses import JSONResponse

from bot.app import App
from bot.channels.files import LARGEST_FILE, MAGIC, WEBP
from bot.console.frame import console_of
from bot.console.gate import me_of
from bot.desk import thread
from bot.desk.thread import File as Sent
from bot.errors import CarebotError, NotFound, Unreadable
from bot.staff.account import May, Me

SHOWN = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n": "image/png", b"GIF8": "image/gif"}
"""Pictures a browser may show inside the page, by what they begin with; everything else is only to be saved."""
SAFE = {
    # even if a browser took it for a page, it could do nothing
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


def install() -> None:
    """The addresses below /console."""
    nicegui.get("/file/{conversation}/{key}/{number}", include_in_schema=False)(get)
    nicegui.post("/files", include_in_schema=False)(keep)


async def get(request: Request, conversation: int, key: str, number: int) -> Response:
    """A file of a message of this conversation, for whoever may read it."""
    app, me = await _allowed(request)
    try:
        async with app.db.read() as session:
            file = await thread.file(session, me, conversation, key, number)
        content = await _content(app, file)
    except NotFound as error:
        raise HTTPException(404, str(error)) from error
    except CarebotError as error:
        raise HTTPException(502, str(error)) from error
    mime = next((mime for start, mime in SHOWN.items() if content.startswith(start)), None)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        mime = WEBP[1]
    shown = mime or "application/octet-stream"
    how = "inline" if mime else "attachment"
    name = quote(file.name or f"{file.kind or 'file'}-{number}{_ending(content)}")
    return Response(
        content, media_type=shown, headers={**SAFE, "Content-Disposition": f"{how}; filename*=UTF-8''{name}"}
    )


async def keep(request: Request, file: Annotated[UploadFile, File()]) -> Response:
    """Keep a file that is to be sent; the answer names it."""
    app, _ = await _allowed(request)
    content = await file.read(LARGEST_FILE + 1)
    try:
        kept = await asyncio.to_thread(app.files.keep, file.filename or "", content)
    except Unreadable as error:
        raise HTTPException(415, str(error)) from error
    return JSONResponse({"ref": kept.ref, "name": kept.name, "kind": kept.kind, "size": kept.size}, 201)


async def _allowed(request: Request) -> tuple[App, Me]:
    me = await me_of(request)
    if me is None:
        raise HTTPException(401, "please sign in")
    if not me.may(May.ANSWER):
        raise HTTPException(403, "your role may not see this")
    return console_of(request).carebot, me


async def _content(app: App, file: Sent) -> bytes:
    """Raises NotFound; SendingError when the channel does not give it."""
    if file.channel == "telegram" and app.telegram is not None:
        return await app.telegram.fetch(file.ref)
    path, _ = app.files.find(file.ref)
    return await asyncio.to_thread(path.read_bytes)


def _ending(content: bytes) -> str:
    return next((ending for start, (ending, _) in MAGIC.items() if content.startswith(start)), "")
