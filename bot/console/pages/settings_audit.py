"""Settings: who did what. The filter is part of the address, so a look can be kept as a bookmark."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from nicegui import app as nicegui
from nicegui import ui

from bot.console import gate
from bot.console.frame import Frame, console_of, page
from bot.console.links import link
from bot.console.mount import PREFIX
from bot.console.settings import cell, moment, section, table
from bot.errors import NotAllowed
from bot.staff import audit
from bot.staff.account import May
from bot.staff.audit import Wanted

PATH = "/settings/audit"
FIELDS = ("who", "deed", "target", "from_day", "until_day")
ON_A_PAGE = 100


def install() -> None:
    page(PATH, "settings.audit", May.READ_AUDIT)(build)

    @nicegui.get(f"{PATH}.csv", include_in_schema=False)
    async def export(request: Request) -> Response:
        app = console_of(request).carebot
        me = await gate.me_of(request)
        at = app.clock.now()
        try:
            if me is None:
                raise NotAllowed("please sign in")
            async with app.db.write() as session:
                text = await audit.export(session, me, wanted(request.query_params, app.data.now.voice.zone), at)
        except NotAllowed as error:
            return Response(str(error), 403, media_type="text/plain")
        name = f"audit-{at:%Y%m%d-%H%M}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)


def wanted(query: Mapping[str, str], zone: ZoneInfo) -> Wanted:
    """What the address asks for; a day that is none restricts nothing."""
    until = _day(query.get("until_day", ""), zone)
    return Wanted(
        who=query.get("who", "").strip(),
        deed=query.get("deed", "").strip(),
        target=query.get("target", "").strip(),
        since=_day(query.get("from_day", ""), zone),
        until=until + timedelta(days=1) if until else None,
    )


def _day(written: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(written), time(), zone)
    except ValueError:
        return None


async def build(frame: Frame) -> None:
    words, query = frame.words, frame.request.query_params
    before = query.get("before", "")
    look = wanted(query, words.zone)
    async with frame.app.db.read() as session:
        before_id = int(before) if before.isdecimal() and len(before) < 19 else None
        rows = await audit.look(session, frame.me, look, ON_A_PAGE, before_id)
    kept = {key: query[key] for key in FIELDS if query.get(key)}
    with section(frame, "settings.audit"):
        _filter(frame, kept)
        link(words("settings.export"), f"{PREFIX}{PATH}.csv?{urlencode(kept)}").props("id=export download")
        if not rows:
            ui.label(words("settings.nothing"))
        with table(*(words(f"settings.{key}") for key in ("when", "who", "deed", "target", "detail"))):
            for row in rows:
                with ui.element("tr"):
                    for text in (moment(frame, row.at), row.who, row.deed, row.target, audit.told(row.detail)):
                        cell(text)
        if len(rows) == ON_A_PAGE:
            link(words("settings.older"), f"{PREFIX}{PATH}?{urlencode({**kept, 'before': rows[-1].id})}")


def _filter(frame: Frame, kept: Mapping[str, str]) -> None:
    """A plain form: the browser writes the address."""
    with ui.element("form").classes("fields row").props(f"method=get action={PREFIX}{PATH}"):
        for key in FIELDS:
            with ui.element("label"):
                ui.element("span")._text = frame.words(f"settings.{key}")
                field = ui.element("input").props(f"name={key}")
                field.props["value"] = kept.get(key, "")
                field.props["type"] = "date" if key.endswith("_day") else "text"
        ui.element("button").props("type=submit")._text = frame.words("settings.filter")
