"""The web chat's HTTP API: /api/v1/chat."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Header, HTTPException, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from pydantic import AfterValidator, BaseModel, Field

from bot.app import App
from bot.channels.files import LARGEST_FILE
from bot.channels.web import Session, WebChat
from bot.db import is_gone
from bot.errors import NotFound
from bot.inbox.thread import Line
from bot.messages import Author

HEARTBEAT_SECONDS = 15
TYPING = "X-Carebot-Typing"
LONGEST_WAIT = 60

router = APIRouter(prefix="/api/v1/chat", tags=["web chat"])


class NewSession(BaseModel):
    language: str | None = Field(
        None, max_length=100, description="The page's language as an IETF tag (zh, zh-TW, en-GB); words decide later."
    )


def _plain(value: str) -> str:
    if not value.isprintable():
        raise ValueError("may hold no control characters")
    return value


Plain = Annotated[str, AfterValidator(_plain)]
"""An id of the page's own: anything a database can hold in a key."""
After = Annotated[int, Query(ge=0, le=2**63 - 1)]


class Message(BaseModel):
    client_id: Plain = Field(min_length=1, max_length=100, description="Your own id: the same again changes nothing.")
    text: str = ""
    button: Plain = Field("", max_length=100)


def app_of(request: Request) -> App:
    found: App = request.app.state.carebot
    return found


async def chat_of(request: Request) -> WebChat:  # async, or FastAPI would call it in a thread
    return app_of(request).web


async def session_of(
    chat: Annotated[WebChat, Depends(chat_of)], authorization: Annotated[str, Header()] = ""
) -> Session:
    """The session of the bearer token; 401 without a good one."""
    scheme, _, token = authorization.partition(" ")
    try:
        if scheme.lower() == "bearer" and token:
            return await chat.session(token.strip())
    except NotFound:
        pass  # told below, like a missing token
    raise HTTPException(401, "this needs the token of a chat session", {"WWW-Authenticate": "Bearer"})


Chat = Annotated[WebChat, Depends(chat_of)]
Mine = Annotated[Session, Depends(session_of)]


@router.post("/sessions", status_code=201)
async def open_session(chat: Chat, body: NewSession | None = None) -> dict[str, str]:
    """Begin a conversation. The token is shown once."""
    session, token = await chat.open((body.language if body else None) or "")
    return {"session": session.public_id, "token": token}


@router.post("/messages", status_code=202, response_model=dict[str, int])
async def post_message(body: Message, chat: Chat, mine: Mine) -> Response:
    """Store a message or a tap on a button; 202 once it is stored."""
    stored = await chat.receive(mine, body.client_id, body.text, body.button)
    return JSONResponse({"id": stored.id, "seq": stored.seq}, 202)  # made here: nothing is left to validate


@router.post("/attachments", status_code=202)
async def post_attachment(
    chat: Chat,
    mine: Mine,
    file: Annotated[UploadFile, File()],
    client_id: Annotated[Plain, Form(min_length=1, max_length=100)],
    text: Annotated[str, Form()] = "",
) -> dict[str, int]:
    """Store a picture or PDF, with words if there are any."""
    content = await file.read(LARGEST_FILE + 1)
    attachment = await asyncio.to_thread(chat.keep_file, file.filename or "", content)
    stored = await chat.receive(mine, client_id, text, attachment=attachment)
    return {"id": stored.id, "seq": stored.seq}


@router.get("/attachments/{name}", response_class=FileResponse)
async def get_attachment(name: str, chat: Chat, mine: Mine) -> FileResponse:
    path, mime = chat.file(name)
    return FileResponse(path, media_type=mime, headers={"Content-Security-Policy": "sandbox; default-src 'none'"})


@router.get("/messages", response_model=list[dict[str, Any]])
async def get_messages(
    request: Request,
    chat: Chat,
    mine: Mine,
    after: After = 0,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT)] = 0,
) -> Response:
    """What is new behind `after`; with `wait` the answer comes when there is something, or when the time is over.

    The header X-Carebot-Typing tells whether an answer is being written (1 or 0).
    """
    clock = app_of(request).clock
    lines, typing = await chat.wait(mine, after, wait, clock.now() + timedelta(seconds=wait))
    return JSONResponse([line_json(line) for line in lines], headers={TYPING: "1" if typing else "0"})


@router.get("/stream", response_class=StreamingResponse)
async def stream(request: Request, chat: Chat, mine: Mine, after: After = 0) -> StreamingResponse:
    """The same as server-sent events: `message`, `typing`, and a comment every 15 s."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _events(app_of(request), chat, mine, after), media_type="text/event-stream", headers=headers
    )


async def _events(app: App, chat: WebChat, mine: Session, after: int) -> AsyncIterator[str]:
    was_typing, last_beat = False, app.clock.now()
    yield ": hello\n\n"
    while not chat.hub.is_closed:
        try:
            lines, typing = await chat.lines(mine, after)
        except Exception as error:
            if not is_gone(error):
                raise
            yield ": the database does not answer\n\n"  # the reader stays, and misses nothing
            await chat.hub.news(mine.conversation_id, HEARTBEAT_SECONDS)
            continue
        events = [_event("message", line_json(line), f"id: {line.seq}\n") for line in lines]
        after = lines[-1].seq if lines else after
        if typing != was_typing:
            was_typing = typing
            events.append(_event("typing", {"on": typing}))
        if (app.clock.now() - last_beat).total_seconds() >= HEARTBEAT_SECONDS:
            last_beat = app.clock.now()
            events.append(": still here\n\n")
        if events:
            yield "".join(events)
        await chat.hub.news(mine.conversation_id, HEARTBEAT_SECONDS)


def _event(name: str, data: dict[str, Any], number: str = "") -> str:
    return f"{number}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def line_json(line: Line) -> dict[str, Any]:
    """One message as the chat page gets it."""
    row: dict[str, Any] = {
        "seq": line.seq,
        "author": line.author.value,
        "text": line.text,
        "buttons": list(line.buttons),
        "at": line.at.isoformat(),
    }
    if line.name:
        row["name"] = line.name
    if line.author is Author.CUSTOMER:
        row["client_id"] = line.client_id
    if line.attachments:
        row["attachments"] = [
            {"kind": a["kind"], "name": a["name"], "url": f"/api/v1/chat/attachments/{a['ref']}"}
            for a in line.attachments
        ]
    return row
