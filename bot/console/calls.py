"""What the page of the desk may ask for. Each call is checked by the service it goes to; refusals are told in words."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from bot.console.sitting import Sitting
from bot.db import is_gone, told
from bot.desk import canned, inbox, marks, panel, thread
from bot.desk.listing import Filter, Tab
from bot.errors import CarebotError, Moved, NotAllowed
from bot.handoff import alerts, desk
from bot.handoff.desk import Outcome, Stale
from bot.handoff.presence import Presence

Args = Mapping[str, Any]
log = structlog.get_logger()


async def answer(sitting: Sitting, what: str, args: Args) -> dict[str, Any]:
    """What `what` gives, or {"error": its name, "why": words}. Never raises: the page waits for an answer."""
    if (me := await sitting.frame.still_me()) is None:
        return {"error": "signed_out"}
    sitting.me = me
    try:
        return await CALLS[what](sitting, args)
    except Stale:
        async with sitting.app.db.read() as session:
            new = await sitting.lines_after(session, sitting.open)
            return {"error": "stale", "thread": {"id": sitting.open, **new}}
    except Moved as error:
        return {"error": "moved", "why": str(error)}
    except NotAllowed as error:
        return {"error": "not_yours" if what == "send" else "refused", "why": str(error)}
    except CarebotError as error:
        return {"error": "refused", "why": str(error)}
    except Exception as error:
        if not is_gone(error):
            log.exception("a call of the console failed", call=what)
        else:
            log.error("a call of the console failed", call=what, **told(error))
        return {"error": "no_answer"}


async def show_list(sitting: Sitting, args: Args) -> dict[str, Any]:
    """A page of a list. {"tab", filters…, "cursor"}"""
    fields = ("channel", "language", "stage", "tier", "text", "team")
    asked = {name: str(args.get(name) or "")[:100] for name in fields}
    wanted = Filter(Tab(args["tab"]), str(sitting.me.id), level=int(args.get("level") or 0), **asked)
    cursor = tuple(args["cursor"]) if args.get("cursor") else None
    async with sitting.app.db.read() as session:
        found = await inbox.listed(session, sitting.me, wanted, cursor)
        counts = await inbox.counts(session, sitting.me)
    sitting.wanted = wanted
    sitting.shows([row.id for row in found.rows], only=cursor is None)
    rows = [sitting.shape.row(row) for row in found.rows]
    return {"rows": rows, "cursor": found.cursor, "counts": counts, "now": sitting.app.clock.now().isoformat()}


async def open_conversation(sitting: Sitting, args: Args) -> dict[str, Any]:
    """The newest page of a thread with everything beside it. {"id"}"""
    id, me, app = int(args["id"]), sitting.me, sitting.app
    now = app.data.now
    today = app.clock.now().astimezone(now.voice.zone).date()
    async with app.db.read() as session:
        beside = await panel.panel(session, me, id, today)
        (row,) = await inbox.rows(session, [id])
        lines = await thread.before(session, me, id)
        low = lines[0].seq if len(lines) == thread.PAGE else 0
        found_marks = await marks.between(session, me, id, low, thread.BEFORE_ALL)
        under_way = await thread.unfinished(session, me, id)
        viewers = await desk.viewers(session, id, app.clock.now())
    sitting.look_at(id)
    sitting.note_seen(lines, found_marks)
    await sitting.beat()
    brief = beside.brief
    known = {
        "name": beside.identity.name,
        "agent": me.name,
        "order": (brief.order if brief else "") or (beside.orders[0].id if beside.orders else ""),
        "product": brief.product if brief else "",
        "case": f"C{brief.case_id:05d}" if brief else "",
    }
    return {
        "row": sitting.shape.row(row),
        "lines": [sitting.shape.line(line) for line in lines],
        "marks": [sitting.shape.mark(mark) for mark in found_marks],
        "under_way": [sitting.shape.line(line) for line in under_way],
        "is_all": len(lines) < thread.PAGE,
        "panel": sitting.shape.panel(beside),
        "viewers": sitting.others(viewers),
        "canned": [{"key": c.key, "text": c.text} for c in canned.answers(now.canned, row.language or "en", known)],
        "now": app.clock.now().isoformat(),
    }


async def look_away(sitting: Sitting, _: Args) -> dict[str, Any]:
    sitting.look_at(0)
    await sitting.beat()
    return {}


async def look_beside(sitting: Sitting, args: Args) -> dict[str, Any]:
    """The brief and the customer anew. {"id"}"""
    now = sitting.app.data.now
    async with sitting.app.db.read() as session:
        today = sitting.app.clock.now().astimezone(now.voice.zone).date()
        return {"panel": sitting.shape.panel(await panel.panel(session, sitting.me, int(args["id"]), today))}


async def earlier(sitting: Sitting, args: Args) -> dict[str, Any]:
    """A page further back. {"id", "seq": the oldest line the page has}"""
    id, seq = int(args["id"]), int(args["seq"])
    async with sitting.app.db.read() as session:
        lines = await thread.before(session, sitting.me, id, seq)
        low = lines[0].seq if len(lines) == thread.PAGE else 0
        found = await marks.between(session, sitting.me, id, low, seq)
    return {
        "lines": [sitting.shape.line(line) for line in lines],
        "marks": [sitting.shape.mark(mark) for mark in found],
        "is_all": len(lines) < thread.PAGE,
    }


async def catch_up(sitting: Sitting, args: Args) -> dict[str, Any]:
    """What came while the line was down, behind what the page has. {"id", "seq", "note", "event"}"""
    id = int(args["id"])
    if sitting.open != id:
        sitting.look_at(id)
    sitting.seen.seq, sitting.seen.note = int(args["seq"]), int(args["note"])
    sitting.seen.event = int(args["event"])
    async with sitting.app.db.read() as session:
        (row,) = await inbox.rows(session, [id])
        new = await sitting.lines_after(session, id)
    return {"row": sitting.shape.row(row), "thread": {"id": id, **new}}


async def claim(sitting: Sitting, args: Args) -> dict[str, Any]:
    """Take a conversation. {"id", "fence": as the page saw it, "over": take it from a colleague}"""
    async with sitting.app.at_desk(int(args["id"])) as (session, row):
        at = sitting.app.clock.now()
        if args.get("over"):
            await desk.take_over(session, row, sitting.me, at)
        else:
            await desk.claim(session, row, sitting.me, at, int(args["fence"]))
    return await _now(sitting, int(args["id"]))


async def send(sitting: Sitting, args: Args) -> dict[str, Any]:
    """Write to the customer. {"id", "text", "seq": newest line seen, "key", "files", "over"}"""
    text = str(args["text"])
    if names := canned.unfilled(text):
        return {"error": "unfilled", "names": list(names)}
    id, app = int(args["id"]), sitting.app
    files = sitting.files(args.get("files") or ())
    async with app.at_desk(id) as (session, row):
        await desk.send(
            *(session, row, sitting.me, text, app.clock.now()),
            data=app.data.now,
            key=str(args["key"])[:100],
            seen_seq=int(args["seq"]),
            attachments=files,
            take_over=bool(args.get("over")),
        )
    return await _now(sitting, id)


async def note(sitting: Sitting, args: Args) -> dict[str, Any]:
    """{"id", "text"}"""
    async with sitting.app.at_desk(int(args["id"])) as (session, row):
        await desk.note(session, row.id, sitting.me, str(args["text"]), sitting.app.clock.now())
    return await _now(sitting, int(args["id"]))


async def hand_back(sitting: Sitting, args: Args) -> dict[str, Any]:
    """{"id", "summary"}"""
    app = sitting.app
    async with app.at_desk(int(args["id"])) as (session, row):
        summary = str(args.get("summary") or "")
        await desk.hand_back(session, row, sitting.me, app.clock.now(), data=app.data.now, summary=summary)
    return await _now(sitting, int(args["id"]))


async def transfer(sitting: Sitting, args: Args) -> dict[str, Any]:
    """{"id", "to": a colleague's id or 0, "team", "text"}"""
    app = sitting.app
    async with app.at_desk(int(args["id"])) as (session, row):
        await desk.transfer(
            *(session, row, sitting.me, app.clock.now()),
            data=app.data.now,
            to=int(args.get("to") or 0) or None,
            team=str(args.get("team") or ""),
            text=str(args.get("text") or ""),
        )
    return await _now(sitting, int(args["id"]))


async def close(sitting: Sitting, args: Args) -> dict[str, Any]:
    """{"id", "outcome", "summary"}"""
    app, outcome = sitting.app, Outcome(args["outcome"])
    async with app.at_desk(int(args["id"])) as (session, row):
        summary = str(args.get("summary") or "")
        at = app.clock.now()
        await desk.close(session, row, sitting.me, at, data=app.data.now, outcome=outcome, summary=summary)
    return await _now(sitting, int(args["id"]))


async def send_again(sitting: Sitting, args: Args) -> dict[str, Any]:
    """{"id", "delivery"}"""
    async with sitting.app.at_desk(int(args["id"])) as (session, _):
        await desk.send_again(session, int(args["delivery"]), sitting.me, sitting.app.clock.now())
    return await _now(sitting, int(args["id"]))


async def _now(sitting: Sitting, id: int) -> dict[str, Any]:
    """How the conversation stands after a deed, with what the page has not seen."""
    async with sitting.app.db.read() as session:
        (row,) = await inbox.rows(session, [id])
        found: dict[str, Any] = {"row": sitting.shape.row(row)}
        if sitting.open == id:
            found["thread"] = {"id": id, **await sitting.lines_after(session, id)}
    return found


async def typing(sitting: Sitting, _: Args) -> dict[str, Any]:
    await sitting.beat(types=True)
    return {}


async def colleagues(sitting: Sitting, _: Args) -> dict[str, Any]:
    """Who is at the desk, and the teams: for passing on."""
    now, at = sitting.app.data.now.desk, sitting.app.clock.now()
    async with sitting.app.db.read() as session:
        people = await desk.colleagues(session, at, now.attendance.grace)
    teams = sorted({*now.teams.values(), *(team for person in people for team in person.teams)})
    return {"colleagues": [sitting.shape.colleague(person) for person in people], "teams": teams}


async def be(sitting: Sitting, args: Args) -> dict[str, Any]:
    """Come online or go away. {"presence"}"""
    chosen = Presence(args["presence"])
    async with sitting.app.db.write() as session:
        await desk.set_presence(session, sitting.me, chosen, sitting.app.clock.now())
    await sitting.app.hand_out()
    return {"presence": chosen.value}


async def see_alert(sitting: Sitting, args: Args) -> dict[str, Any]:
    """{"alert"}"""
    async with sitting.app.db.write() as session:
        await alerts.see(session, int(args["alert"]), sitting.me, sitting.app.clock.now())
    await sitting.tell_alerts()
    return {}


async def hear_alerts(sitting: Sitting, _: Args) -> dict[str, Any]:
    await sitting.tell_alerts()
    return {}


CALLS: dict[str, Callable[[Sitting, Args], Awaitable[dict[str, Any]]]] = {
    "list": show_list,
    "open": open_conversation,
    "away": look_away,
    "beside": look_beside,
    "earlier": earlier,
    "catch_up": catch_up,
    "claim": claim,
    "send": send,
    "note": note,
    "hand_back": hand_back,
    "transfer": transfer,
    "close": close,
    "send_again": send_again,
    "typing": typing,
    "colleagues": colleagues,
    "be": be,
    "see_alert": see_alert,
    "alerts": hear_alerts,
}
