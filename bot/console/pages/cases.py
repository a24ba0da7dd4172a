"""The cases by stage, with what is due first."""

from nicegui import ui

from bot.complaints.complaint import Kind
from bot.complaints.severity import Severity
from bot.console.casework import countdown, number, section
from bot.console.frame import Frame, page
from bot.console.mount import PREFIX
from bot.desk import case_board
from bot.desk.case_board import Card, Column, Wanted
from bot.staff import store as staff
from bot.staff.account import May

PATH = "/cases"


def install() -> None:
    page(PATH, "frame.cases", May.ANSWER)(build)


async def build(frame: Frame) -> None:
    query = frame.request.query_params
    severity = query.get("severity", "")
    wanted = Wanted(
        kind=query.get("kind", ""),
        severity=int(severity) if severity in ("1", "2", "3", "4") else 0,
        owner=query.get("owner", ""),
        late=bool(query.get("late")),
    )
    async with frame.app.db.read() as session:
        columns = await case_board.board(session, frame.me, wanted, frame.app.clock.now())
        people = {str(row.id): row.name for row in await staff.everybody(session, active_only=True)}
    with section(frame, frame.words("frame.cases")):
        _filter(frame, wanted, people)
        with ui.element("div").classes("board"):
            for column in columns:
                _column(frame, column)


def _filter(frame: Frame, wanted: Wanted, people: dict[str, str]) -> None:
    """A plain form: the address says what is shown, so a look can be kept as a bookmark."""
    words = frame.words
    kinds = {kind.value: words(f"desk.kind_{kind}") for kind in Kind}
    severities = {str(int(one)): words(f"cases.severity_{int(one)}") for one in Severity}
    owners = {"me": words("cases.me"), "nobody": words("cases.nobody")} | people
    with ui.element("form").classes("fields row").props(f"method=get action={PREFIX}{PATH}"):
        _select(frame, "kind", kinds, wanted.kind)
        _select(frame, "severity", severities, str(wanted.severity or ""))
        _select(frame, "owner", owners, wanted.owner)
        with ui.element("label").classes("tick"):
            box = ui.element("input").props("type=checkbox name=late value=1")
            if wanted.late:
                box.props["checked"] = True
            ui.element("span")._text = words("cases.late_only")
        ui.element("button").props("type=submit")._text = words("cases.filter")


def _select(frame: Frame, name: str, choices: dict[str, str], chosen: str) -> None:
    with ui.element("label"):
        ui.element("span")._text = frame.words(f"cases.{name}")
        with ui.element("select").props(f"name={name}"):
            for value, label in {"": frame.words("cases.all"), **choices}.items():
                one = ui.element("option")
                one.props["value"] = value
                one._text = label
                if value == chosen:
                    one.props["selected"] = True


def _column(frame: Frame, column: Column) -> None:
    title = f"{frame.words(f'desk.stage_{column.stage}')} ({column.count})"
    with ui.element("section").props(f"data-stage={column.stage}") as one:
        one.props["aria-label"] = title
        ui.element("h2")._text = title
        for card in column.cards:
            _card(frame, card)
        if column.count > len(column.cards):
            ui.label(frame.words("cases.more", count=column.count - len(column.cards)))


def _card(frame: Frame, card: Card) -> None:
    words = frame.words
    with ui.element("a").classes(f"case-card severity-{card.severity}").props(f"data-case={card.id}") as way:
        way.props["href"] = f"{PREFIX}/cases/{card.id}"
        with ui.element("div").classes("top"):
            ui.element("b")._text = number(card.id)
            ui.element("span")._text = words(f"cases.severity_{card.severity}")
        ui.element("div")._text = card.name or words("cases.unnamed")
        mood = f" · {words(f'cases.level_{card.level}')}" if card.level else ""
        ui.element("div").classes("soft")._text = words(f"desk.kind_{card.kind}") + mood
        if card.owner:
            ui.element("div").classes("soft")._text = card.owner
        if card.due_at is not None:
            text, urgency = countdown(frame, card.due_at)
            ui.element("div").classes(f"due {urgency}")._text = text
