"""One customer from all sides."""

from functools import partial

from fastapi import Request, Response
from nicegui import app as nicegui
from nicegui import ui

from bot.console import customers, gate
from bot.console.casework import money, number
from bot.console.frame import Frame, console_of, page
from bot.console.links import link
from bot.console.mount import PREFIX
from bot.console.settings import cell, heading, moment, table
from bot.customers.tables import Customer
from bot.desk import customer_file
from bot.desk.customer_file import CustomerFile
from bot.errors import NotAllowed, NotFound
from bot.privacy import export, person
from bot.staff.account import May

PATH = "/customers/{number}"


def install() -> None:
    page(PATH, "frame.customers", May.READ_CUSTOMERS)(build)

    @nicegui.get("/customers/{number}/export.json", include_in_schema=False)
    async def get_export(request: Request, number: int) -> Response:
        app = console_of(request).carebot
        me = await gate.me_of(request)
        try:
            if me is None:
                raise NotAllowed("please sign in")
            async with app.db.write() as session:
                who = await person.of_customer(session, number)
                text = await export.export(session, who, me, app.clock.now())
        except NotAllowed as error:
            return Response(str(error), 403, media_type="text/plain")
        except NotFound as error:
            return Response(str(error), 404, media_type="text/plain")
        headers = {"Content-Disposition": f'attachment; filename="customer-{number}.json"'}
        return Response(text, media_type="application/json; charset=utf-8", headers=headers)


async def build(frame: Frame) -> None:
    asked = frame.request.path_params["number"]
    try:
        async with frame.app.db.read() as session:
            id = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
            file = await customer_file.opened(session, frame.me, id)
    except NotFound as error:
        with customers.main(frame, frame.words("frame.customers")):
            ui.label(str(error))
        return
    customer = file.customer
    with customers.main(frame, customer.name or customer.shop_id):
        if file.kept is not None:
            with ui.element("p").classes("notice"):
                text = frame.words("customers.goes_on", account=file.kept.shop_id)
                link(text, f"{PREFIX}/customers/{file.kept.id}")
        if customer.erased_at is not None:
            ui.element("p").classes("notice")._text = frame.words("customers.erased")
        else:
            _deeds(frame, file)
        with ui.element("div").classes("two"):
            with ui.element("div"):
                _identity(frame, customer)
                _consents(frame, file)
            with ui.element("div"):
                _orders(frame, file)
                _benefits(frame, file)
                _chats(frame, file)
                _cases(frame, file)


def _deeds(frame: Frame, file: CustomerFile) -> None:
    words, me, customer = frame.words, frame.me, file.customer
    with ui.element("div").classes("buttons").props("id=deeds"):
        if me.may(May.ANSWER):
            ui.button(words("customers.edit"), on_click=partial(customers.edit, frame, customer)).props(
                "outline id=edit"
            )
            if file.chats:
                one = ui.button(words("customers.refuse"), on_click=partial(customers.refuse, frame, file))
                one.props("outline id=refuse")
        if me.may(May.EXPORT_CUSTOMER):
            way = link(words("customers.export"), f"{PREFIX}/customers/{customer.id}/export.json")
            way.props("id=export download")
        if me.may(May.ERASE_CUSTOMER) and customer.merged_into is None:
            one = ui.button(words("customers.merge"), on_click=partial(customers.merge, frame, customer))
            one.props("outline id=merge")
            for row, other in file.merges:
                customers.undo_button(frame, row.id, other.shop_id)
            gone = ui.button(
                words("customers.erase"), on_click=partial(customers.erase_first, frame, file), color="negative"
            )
            gone.props("outline id=erase")


def _identity(frame: Frame, customer: Customer) -> None:
    words, tiers = frame.words, frame.app.data.now.shop.tiers
    tier = tiers.get(customer.tier)
    language = {"zh": "chinese", "en": "english"}.get(customer.language, "unknown")
    heading("h2", words("customers.identity"))
    with ui.element("dl").classes("pairs"):
        for name, value in (
            ("account", customer.shop_id),
            ("phone", customer.phone),
            ("email", customer.email),
            ("tier", getattr(tier.name, frame.words.language) if tier else customer.tier),
            ("language", words(f"customers.{language}")),
            ("time_zone", customer.time_zone),
            ("birthday", _birthday(frame, customer)),
            ("customer_since", str(customer.created_on or "")),
            ("tags", ", ".join(customer.tags)),
        ):
            ui.element("dt")._text = words(f"customers.{name}")
            ui.element("dd")._text = value or "–"


def _birthday(frame: Frame, customer: Customer) -> str:
    if not (known := customer.birthday):
        return ""
    leap = f" {frame.words('customers.leap')}" if known.get("leap") else ""
    return f"{known['month']:02d}-{known['day']:02d} {frame.words('customers.' + known['calendar'])}{leap}"


def _consents(frame: Frame, file: CustomerFile) -> None:
    words = frame.words
    heading("h2", words("customers.consents"))
    if not file.consents:
        ui.label(words("customers.none"))
        return
    with table(*(words(f"customers.{head}") for head in ("purpose", "said", "when", "channel", "evidence"))):
        for chat, purpose, row in file.consents:
            with ui.element("tr").props(f"data-consent={purpose}"):
                cell(words(f"customers.purpose_{purpose}"))
                cell(words("customers.yes" if row.granted else "customers.no"))
                cell(moment(frame, row.at))
                cell(chat.channel)
                cell(row.evidence)


def _orders(frame: Frame, file: CustomerFile) -> None:
    words, language = frame.words, frame.words.language
    heading("h2", f"{words('customers.orders')} ({len(file.orders)})")
    if not file.orders:
        return
    with table(*(words(f"customers.{head}") for head in ("number", "placed", "state", "total", "items"))):
        for order in file.orders:
            with ui.element("tr").props(f"data-order={order.id}"):
                cell(order.id)
                cell(moment(frame, order.placed_at))
                cell(words(f"customers.order_{order.state}"))
                cell(money(frame, order.total_cents))
                cell(", ".join(f"{item.quantity} × {getattr(item.name, language)}" for item in order.items))


def _benefits(frame: Frame, file: CustomerFile) -> None:
    words, language = frame.words, frame.words.language
    if not file.benefits:
        return
    heading("h2", f"{words('customers.benefits')} ({len(file.benefits)})")
    with table(*(words(f"customers.{head}") for head in ("name", "amount", "expires"))):
        for benefit in file.benefits:
            with ui.element("tr"):
                cell(getattr(benefit.name, language))
                cell(str(benefit.amount))
                cell(str(benefit.expires_on or "–"))


def _chats(frame: Frame, file: CustomerFile) -> None:
    words = frame.words
    if not file.chats or not frame.me.may(May.ANSWER):
        return
    heading("h2", f"{words('customers.conversations')} ({len(file.chats)})")
    with table(*(words(f"customers.{head}") for head in ("channel", "name", "last_word", "open"))):
        for chat in file.chats:
            with ui.element("tr").props(f"data-chat={chat.id}"):
                cell(chat.channel)
                cell(chat.name)
                cell(moment(frame, chat.last_inbound_at))
                with ui.element("td"):
                    link(words("customers.open"), f"{PREFIX}/conversation/{chat.id}")
                    if chat.customer_id is not None:
                        customers.detach_button(frame, chat.id)


def _cases(frame: Frame, file: CustomerFile) -> None:
    words = frame.words
    if not file.cases or not frame.me.may(May.ANSWER):
        return
    heading("h2", f"{words('customers.cases')} ({len(file.cases)})")
    with table(*(words(f"cases.{head}") for head in ("number", "kind", "stage", "severity", "since"))):
        for case in file.cases:
            with ui.element("tr").props(f"data-case={case.id}"):
                with ui.element("td"):
                    link(number(case.id), f"{PREFIX}/cases/{case.id}")
                cell(words(f"desk.kind_{case.kind}"))
                cell(words(f"desk.stage_{case.stage}"))
                cell(words(f"cases.severity_{case.severity}"))
                cell(moment(frame, case.opened_at))
