"""One case: how it stands, its history, and what may be done."""

from nicegui import ui

from bot.complaints.tables import Case
from bot.console import case_deeds, case_remedies, case_words
from bot.console.casework import countdown, money, number, remedy_name, section, team_name
from bot.console.frame import Frame, page
from bot.console.links import link
from bot.console.mount import PREFIX
from bot.console.pages.requests import decisions
from bot.console.settings import cell, heading, moment, table
from bot.desk import case_file
from bot.desk.case_file import CaseFile, Line
from bot.errors import NotFound
from bot.staff.account import May


def install() -> None:
    page("/cases/{number}", "frame.cases", May.ANSWER)(build)


async def build(frame: Frame) -> None:
    asked = frame.request.path_params["number"].lstrip("Cc0")
    try:
        async with frame.app.db.read() as session:
            id = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
            file = await case_file.opened(session, frame.me, id, frame.app.data.now.rules)
    except NotFound as error:
        with section(frame, frame.words("frame.cases")):
            ui.label(str(error))
        return
    with section(frame, frame.words("cases.case", number=number(file.case.id))):
        _notices(frame, file)
        with ui.element("div").classes("two"):
            with ui.element("div"):
                _state(frame, file)
                _facts(frame, file)
            with ui.element("div"):
                if file.case.merged_into is None:
                    case_deeds.steps(frame, file)
                    case_remedies.remedies(frame, file)
                _promises(frame, file)
                _requests(frame, file)
        _history(frame, file)
        _others(frame, file)


def _notices(frame: Frame, file: CaseFile) -> None:
    words = frame.words
    if file.case.merged_into is not None:
        with ui.element("p").classes("notice"):
            text = words("cases.merged_into", number=number(file.case.merged_into))
            link(text, f"{PREFIX}/cases/{file.case.merged_into}")
    if file.merged:
        numbers = ", ".join(number(id) for id in file.merged)
        ui.element("p").classes("notice")._text = words("cases.merged_from", numbers=numbers)
    if file.case.repeat_of is not None:
        text = words("cases.linked", number=number(file.case.repeat_of))
        link(text, f"{PREFIX}/cases/{file.case.repeat_of}")


def _pairs(*pairs: tuple[str, str]) -> None:
    with ui.element("dl").classes("pairs"):
        for name, value in pairs:
            ui.element("dt")._text = name
            ui.element("dd")._text = value or "–"


def _state(frame: Frame, file: CaseFile) -> None:
    words, case = frame.words, file.case
    severity = words(f"cases.severity_{case.severity}")
    if case.severity_by:
        severity += f" ({words('cases.set_by', name=case.severity_by)})"
    emotion = words(f"cases.level_{case.level}")
    emotion += f" · {words('cases.peak', level=words(f'cases.level_{case.peak}'))}" if case.peak > case.level else ""
    heading("h2", words("cases.state"))
    _pairs(
        (words("cases.stage"), f"{words(f'desk.stage_{case.stage}')} · {moment(frame, case.stage_since)}"),
        (words("cases.kind"), words(f"desk.kind_{case.kind}")),
        (words("cases.severity"), severity),
        (words("cases.emotion"), emotion),
        (words("cases.why_we_think_so"), "; ".join(str(reason) for reason in case.level_reasons)),
        (words("cases.owner"), file.owner or words("cases.nobody")),
        (words("cases.failures"), str(case.failure_count)),
        (words("cases.root_cause"), _cause(frame, case)),
        (words("cases.lesson"), case.lesson),
    )
    with ui.element("p"):
        link(words("cases.to_conversation"), f"{PREFIX}/conversation/{case.conversation_id}")
        ui.element("span")._text = " · "
        if file.customer is not None and frame.me.may(May.READ_CUSTOMERS):
            name = file.customer.name or words("cases.unnamed")
            link(name, f"{PREFIX}/customers/{file.customer.id}")
        else:
            ui.element("span")._text = f"{file.chat.name} {words('cases.not_linked')}".strip()
    case_deeds.corrections(frame, file)


def _cause(frame: Frame, case: Case) -> str:
    key = f"cases.cause_{case.root_cause}"
    return frame.words(key) if frame.words.has(key) else case.root_cause


def _facts(frame: Frame, file: CaseFile) -> None:
    words, facts = frame.words, file.case.facts
    heading("h2", words("cases.facts"))
    wish = str(facts.get("wish") or "")
    known = wish in frame.app.data.now.rules.remedies.remedies
    _pairs(
        (words("cases.order"), str(facts.get("order") or "")),
        (words("cases.paid"), money(frame, facts.get("paid_cents"))),
        (words("cases.wish"), remedy_name(frame, wish) if known else wish),
        (words("cases.photos"), str(len(facts.get("photos") or ()))),
    )
    if facts.get("told"):
        ui.element("h3")._text = words("cases.told")
        for told in facts["told"]:
            ui.element("blockquote")._text = str(told)


def _promises(frame: Frame, file: CaseFile) -> None:
    words = frame.words
    heading("h2", words("cases.promises"))
    if not file.promises:
        ui.label(words("cases.none"))
        return
    with table(*(words(f"cases.{head}") for head in ("promised", "due", "owed_by", "state", "actions"))):
        for given in file.promises:
            text, urgency = countdown(frame, given.due_at)
            is_open = given.state == "open"
            with (
                ui.element("tr")
                .props(f"data-promise={given.id}")
                .classes("alarm" if urgency == "late" and is_open else "")
            ):
                amount = f" {money(frame, given.what['cents'])}" if given.what.get("cents") is not None else ""
                cell(remedy_name(frame, given.remedy) + amount)
                moved = f" · {words('cases.moved_times', count=len(given.moves))}" if given.moves else ""
                cell(moment(frame, given.due_at) + (f" · {text}" if is_open else "") + moved)
                cell(str(given.what.get("owner_name") or "") or team_name(frame, given.owner))
                cell(words(f"cases.promise_state_{given.state}") + (f": {given.evidence}" if given.evidence else ""))
                with ui.element("td"):
                    if is_open:
                        case_remedies.promise_buttons(frame, file, given)


def _requests(frame: Frame, file: CaseFile) -> None:
    words = frame.words
    if not file.approvals:
        return
    heading("h2", words("cases.requests"))
    with table(*(words(f"cases.{head}") for head in ("remedies", "why", "asked_by", "state", "actions"))):
        for approval in file.approvals:
            with ui.element("tr").props(f"data-request={approval.id}"):
                cell(f"{remedy_name(frame, approval.remedy)} {money(frame, approval.cents)}")
                cell(approval.why)
                cell(approval.asker)
                decided = " · ".join(filter(None, (approval.decider, approval.note)))
                cell(words(f"cases.request_{approval.state}") + (f" · {decided}" if decided else ""))
                with ui.element("td"):
                    if approval.state == "open":
                        decisions(frame, approval)


def _history(frame: Frame, file: CaseFile) -> None:
    words = frame.words
    heading("h2", words("cases.history"))
    with table(*(words(f"cases.{head}") for head in ("when", "by", "what", "words"))):
        for line in file.lines:
            with ui.element("tr").props(f"data-line={line.event or line.what}"):
                cell(moment(frame, line.at))
                known = f"cases.by_{line.by}"
                cell(words(known) if words.has(known) else line.by)
                cell(_what(frame, line, file.case.id))
                cell(line.words)


def _what(frame: Frame, line: Line, case_id: int) -> str:
    words = frame.words
    of = f" {words('cases.of_case', number=number(line.case_id))}" if line.case_id != case_id else ""
    if line.event is not None and line.after is not None:
        return f"{words(f'brief.event_{line.event}')} → {words(f'desk.stage_{line.after}')}{of}"
    return " ".join(filter(None, (words(f"cases.what_{line.what}") + of, case_words.detail(frame, line))))


def _others(frame: Frame, file: CaseFile) -> None:
    words = frame.words
    heading("h2", words("cases.others"))
    if not file.others:
        ui.label(words("cases.none"))
        return
    with table(*(words(f"cases.{head}") for head in ("number", "kind", "stage", "since", "actions"))):
        for other in file.others:
            with ui.element("tr").props(f"data-other={other.id}"):
                with ui.element("td"):
                    link(number(other.id), f"{PREFIX}/cases/{other.id}")
                cell(words(f"desk.kind_{other.kind}"))
                cell(words(f"desk.stage_{other.stage}"))
                cell(moment(frame, other.opened_at))
                with ui.element("td"):
                    if file.case.merged_into is None and other.merged_into is None:
                        case_deeds.with_other(frame, file, other)
