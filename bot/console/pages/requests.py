"""Remedies above somebody's authority that wait for a yes or no."""

from nicegui import ui

from bot.complaints import approvals
from bot.complaints.tables import Approval, Case
from bot.console.casework import asked, money, number, remedy_name, section, show_first
from bot.console.frame import Frame, page
from bot.console.links import link
from bot.console.mount import PREFIX
from bot.console.settings import cell, moment, table
from bot.staff.account import May

HEADS = ("when", "number", "remedies", "amount_asked", "why", "asked_by", "actions")


def install() -> None:
    page("/cases/requests", "cases.requests", May.ANSWER)(build)


async def build(frame: Frame) -> None:
    words = frame.words
    async with frame.app.db.read() as session:
        rows = await approvals.waiting(session)
    with section(frame, words("cases.requests")):
        if not rows:
            ui.label(words("cases.no_requests"))
            return
        with table(*(words(f"cases.{head}") for head in HEADS)):
            for approval, case in rows:
                _row(frame, approval, case)


def _row(frame: Frame, approval: Approval, case: Case) -> None:
    with ui.element("tr").props(f"data-request={approval.id}"):
        cell(moment(frame, approval.asked_at))
        with ui.element("td"):
            link(number(case.id), f"{PREFIX}/cases/{case.id}")
        cell(remedy_name(frame, approval.remedy))
        cell(money(frame, approval.cents))
        cell(approval.why)
        cell(approval.asker)
        with ui.element("td"):
            decisions(frame, approval)


def decisions(frame: Frame, approval: Approval) -> None:
    """The buttons for whoever may decide, and for who has asked."""
    words, me = frame.words, frame.me
    if me.may(May.APPROVE_REMEDY) and approval.asked_by != me.id:
        ui.button(words("cases.approve"), on_click=lambda: _decide(frame, approval.id, True)).props("flat")
        ui.button(words("cases.refuse"), on_click=lambda: _decide(frame, approval.id, False)).props("flat")
    if approval.asked_by == me.id:
        ui.button(words("cases.take_back"), on_click=lambda: _take_back(frame, approval.id)).props("flat")


def _decide(frame: Frame, approval_id: int, granted: bool) -> None:
    words = frame.words

    async def go() -> None:
        await show_first(
            frame,
            lambda session, me, now: approvals.decide(session, approval_id, me, granted, note.value or "", now),
        )

    with asked(frame, words("cases.approve" if granted else "cases.refuse"), words("cases.show_words"), go):
        note = ui.textarea(words("cases.note"))


async def _take_back(frame: Frame, approval_id: int) -> None:
    await show_first(frame, lambda session, me, now: approvals.take_back(session, approval_id, me, now))
