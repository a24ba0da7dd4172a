"""Remedies and promises of a case: what may be offered, accepted, promised, asked for; kept, moved, withdrawn."""

from datetime import datetime
from functools import partial

from nicegui import ui
from nicegui.events import GenericEventArguments

from bot.complaints import approvals, granting, ledger
from bot.complaints.casework import ApprovalState
from bot.complaints.complaint import Stage
from bot.complaints.grant import Choice, Ruling
from bot.complaints.granting import Pick
from bot.complaints.tables import Promise
from bot.console.casework import asked, money, present, refused, remedy_name, show_first, team_name
from bot.console.frame import Frame
from bot.console.settings import cell, heading, table
from bot.desk.case_file import CaseFile
from bot.errors import NotAllowed
from bot.staff import store as staff
from bot.staff.account import May


def remedies(frame: Frame, file: CaseFile) -> None:
    """What the policy has for this case, and whether this person may grant it."""
    words = frame.words
    if file.case.stage is Stage.CLOSED:
        return
    heading("h2", words("cases.remedies"))
    if file.purse.given:
        ui.label(words("cases.given_so_far", amount=money(frame, file.purse.given)))
    chosen: list[str] = []
    offers = file.case.stage is Stage.RESOLVE
    with table("", *(words(f"cases.{head}") for head in ("remedies", "usual", "at_most", "may_i", "actions"))):
        for choice in file.choices:
            _row(frame, file, choice, chosen, offers)
    if offers:

        async def offer() -> None:
            picks = [Pick(remedy) for remedy in chosen]
            await show_first(
                frame,
                lambda session, me, now: granting.offer(session, file.case.id, me, picks, file.seen, now),
            )

        ui.button(words("cases.offer_selected"), on_click=offer).props("id=offer")
        _on_the_table(frame, file)


def _row(frame: Frame, file: CaseFile, choice: Choice, chosen: list[str], offers: bool) -> None:
    words, id = frame.words, choice.remedy.id
    mine = choice.ruling is Ruling.MINE or _is_approved(file, id)
    with ui.element("tr").props(f"data-remedy={id}"):
        with ui.element("td"):
            if offers and mine:
                _tick(frame, id, chosen)
        cell(remedy_name(frame, id))
        cell(money(frame, choice.usual_cents))
        cell(money(frame, choice.most_cents))
        approved = words("cases.approved_for_me") if _is_approved(file, id) else ""
        cell(approved or words(f"cases.ruling_{choice.ruling}"))
        with ui.element("td"):
            give = ui.button(words("cases.promise"), on_click=partial(_promise, frame, file, choice))
            give.props("flat dense data-promise-it")
            needs_nobody = choice.ruling is Ruling.MINE and frame.me.may(May.APPROVE_REMEDY)
            if choice.remedy.costs_money and choice.ruling is not Ruling.NO_ORDER and not needs_nobody:
                one = ui.button(words("cases.ask"), on_click=partial(_ask, frame, file, choice))
                one.props("flat dense data-ask")


def _tick(frame: Frame, remedy: str, chosen: list[str]) -> None:
    """A plain box with the remedy's name for who cannot see it; what is ticked stands in `chosen`, in that order."""

    def changed(event: GenericEventArguments) -> None:
        if remedy in chosen:
            chosen.remove(remedy)
        if event.args:
            chosen.append(remedy)

    box = ui.element("input").props(f"type=checkbox data-tick={remedy}")
    box.props["aria-label"] = remedy_name(frame, remedy)
    box.on("change", changed, js_handler="(event) => emit(event.target.checked)")


def _is_approved(file: CaseFile, remedy: str) -> bool:
    return any(a.remedy == remedy and a.state is ApprovalState.APPROVED and not a.used_at for a in file.approvals)


def _on_the_table(frame: Frame, file: CaseFile) -> None:
    """A button for each option that the customer may accept."""
    last = file.case.offers[-1] if file.case.offers else {"options": [], "answer": None}
    if last["answer"]:
        return
    with ui.element("div").classes("buttons").props("id=accept"):
        for one in last["options"]:
            if not one.get("to_approve"):
                name = remedy_name(frame, one["id"])
                ui.button(
                    frame.words("cases.accept", remedy=name), on_click=partial(_accept, frame, file, one["id"])
                ).props(f"outline data-accept={one['id']}")


async def _accept(frame: Frame, file: CaseFile, remedy: str) -> None:
    await show_first(frame, lambda session, me, now: granting.accept(session, file.case.id, me, remedy, file.seen, now))


def _amount(frame: Frame, choice: Choice) -> ui.number | None:
    """A field for money in whole units; None for a remedy without it."""
    if not choice.remedy.costs_money:
        return None
    label = frame.words("cases.amount", currency=frame.app.data.now.shop.currency)
    usual = choice.usual_cents / 100 if choice.usual_cents is not None else None
    return ui.number(label, value=usual, min=0, precision=2)


def _pick(choice: Choice, amount: ui.number | None) -> Pick:
    cents = round(float(amount.value) * 100) if amount is not None and amount.value is not None else None
    return Pick(choice.remedy.id, cents)


def _promise(frame: Frame, file: CaseFile, choice: Choice) -> None:
    words = frame.words

    async def go() -> None:
        try:
            date = moment_of(frame, due.value)
        except NotAllowed as error:
            return refused(frame, error)
        pick = _pick(choice, amount)
        await show_first(
            frame,
            lambda session, me, now: granting.promise(session, file.case.id, me, pick, date, file.seen, now),
        )
        return None

    title = f"{words('cases.promise')}: {remedy_name(frame, choice.remedy.id)}"
    with asked(frame, title, words("cases.show_words"), go):
        amount = _amount(frame, choice)
        due = _moment_field(frame)
        ui.label(words("cases.due_help")).classes("soft")


def _ask(frame: Frame, file: CaseFile, choice: Choice) -> None:
    words = frame.words

    async def go() -> None:
        pick = _pick(choice, amount)
        await show_first(
            frame,
            lambda session, me, now: approvals.ask(session, file.case.id, me, pick, why.value or "", file.seen, now),
        )

    title = f"{words('cases.ask')}: {remedy_name(frame, choice.remedy.id)}"
    with asked(frame, title, words("cases.show_words"), go):
        amount = _amount(frame, choice)
        why = ui.textarea(words("cases.why"))


def _moment_field(frame: Frame) -> ui.input:
    """A date and a time on the shop's wall clock."""
    return ui.input(frame.words("cases.due")).props("type=datetime-local stack-label")


def moment_of(frame: Frame, written: str | None) -> datetime | None:
    """What such a field holds, aware; None when it is empty. Raises NotAllowed."""
    if not written:
        return None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=frame.words.zone)
    except ValueError:
        raise NotAllowed(f"'{written}' is no date") from None


def promise_buttons(frame: Frame, file: CaseFile, given: Promise) -> None:
    """What may be done with an open promise."""
    for key, clicked in (("keep", _keep), ("move", _move), ("withdraw", _withdraw), ("hand_over", _hand_over)):
        one = ui.button(frame.words(f"cases.{key}"), on_click=partial(clicked, frame, file, given))
        one.props(f"flat dense data-deed={key}")


def _keep(frame: Frame, file: CaseFile, given: Promise) -> None:
    words = frame.words

    async def go() -> None:
        await show_first(frame, lambda session, me, now: ledger.keep(session, given.id, me, evidence.value or "", now))

    with asked(frame, words("cases.keep"), words("cases.show_words"), go):
        evidence = ui.textarea(words("cases.evidence"))


def _reason_fields(frame: Frame) -> tuple[ui.select, ui.textarea]:
    words = frame.words
    reasons = {reason: words(f"cases.reason_{reason}") for reason in ledger.REASONS}
    return ui.select(reasons, label=words("cases.why"), clearable=True), ui.textarea(words("cases.own_words"))


def _move(frame: Frame, file: CaseFile, given: Promise) -> None:
    words = frame.words

    async def go() -> None:
        try:
            date = moment_of(frame, due.value)
        except NotAllowed as error:
            return refused(frame, error)
        reason = own.value or why.value or ""
        how = told.value or "" if told is not None else ""
        await show_first(
            frame,
            lambda session, me, now: ledger.move(session, given.id, me, date or given.due_at, reason, now, how),
        )
        return None

    with asked(frame, words("cases.move"), words("cases.show_words"), go):
        due = _moment_field(frame)
        why, own = _reason_fields(frame)
        told = ui.input(words("cases.told_otherwise")) if file.chat.unreachable_at is not None else None


def _withdraw(frame: Frame, file: CaseFile, given: Promise) -> None:
    words = frame.words

    async def go() -> None:
        reason = own.value or why.value or ""
        await show_first(frame, lambda session, me, now: ledger.withdraw(session, given.id, me, reason, now))

    with asked(frame, words("cases.withdraw"), words("cases.show_words"), go):
        why, own = _reason_fields(frame)


async def _hand_over(frame: Frame, file: CaseFile, given: Promise) -> None:
    words = frame.words
    async with frame.app.db.read() as session:
        people = {str(row.id): row.name for row in await staff.everybody(session, active_only=True)}

    async def go() -> None:
        await show_first(
            frame, lambda session, me, now: ledger.hand_over(session, given.id, me, str(to.value or ""), now)
        )

    with asked(frame, words("cases.hand_over"), words("cases.show_words"), go):
        teams = {team: team_name(frame, team) for team in ledger.teams(present(frame))}
        to = ui.select({**teams, **people}, label=words("cases.new_owner"), value=given.owner)
