"""Promises: open, due soon, late, kept; and how well they are kept."""

from nicegui import ui

from bot.complaints.promise import State
from bot.complaints.tables import Case, Promise
from bot.console.casework import countdown, number, remedy_name, section, team_name
from bot.console.frame import Frame, page
from bot.console.links import link
from bot.console.mount import PREFIX
from bot.console.settings import cell, moment, table
from bot.desk import case_board
from bot.desk.case_board import Which
from bot.staff.account import May

PATH = "/cases/promises"
HEADS = ("due", "promised", "customer", "owed_by", "state", "number")


def install() -> None:
    page(PATH, "cases.promises", May.ANSWER)(build)


async def build(frame: Frame) -> None:
    words, asked = frame.words, frame.request.query_params.get("which", "")
    which = Which(asked) if asked in set(Which) else Which.OPEN
    async with frame.app.db.read() as session:
        rows = await case_board.promises(session, frame.me, which, frame.app.clock.now())
        rate = await case_board.rate(session, frame.me, frame.app.clock.now())
    with section(frame, words("cases.promises")):
        with ui.element("p").props("id=rate"):
            percent = f"{rate.percent} %" if rate.percent is not None else words("cases.no_rate")
            ui.element("b")._text = f"{words('cases.rate')}: {percent}"
            ui.element("span").classes("soft")._text = " " + words(
                "cases.rate_detail", kept=rate.kept, late=rate.late, broken=rate.broken, moved=rate.moved
            )
        with ui.element("nav").classes("sections"):
            for one in Which:
                way = link(words(f"cases.which_{one}"), f"{PREFIX}{PATH}?which={one}")
                if one is which:
                    way.props["aria-current"] = "page"
        if not rows:
            ui.label(words("cases.none"))
            return
        with table(*(words(f"cases.{head}") for head in HEADS)):
            for given, case, name in rows:
                _row(frame, given, case, name)


def _row(frame: Frame, given: Promise, case: Case, name: str) -> None:
    words = frame.words
    text, urgency = countdown(frame, given.due_at)
    with ui.element("tr").props(f"data-promise={given.id}").classes("alarm" if urgency == "late" else ""):
        cell(f"{moment(frame, given.due_at)} · {text}" if given.state is State.OPEN else moment(frame, given.due_at))
        cell(remedy_name(frame, given.remedy))
        cell(name or words("cases.unnamed"))
        cell(str(given.what.get("owner_name") or "") or team_name(frame, given.owner))
        cell(words(f"cases.promise_state_{given.state}"))
        with ui.element("td"):
            link(number(case.id), f"{PREFIX}/cases/{case.id}")
