"""Finding customers."""

from nicegui import ui

from bot.console.customers import main
from bot.console.frame import Frame, page
from bot.console.links import link
from bot.console.mount import PREFIX
from bot.console.settings import cell, heading, moment, table
from bot.desk import customer_file
from bot.desk.customer_file import Found
from bot.staff.account import May

PATH = "/customers"


def install() -> None:
    page(PATH, "frame.customers", May.READ_CUSTOMERS)(build)


async def build(frame: Frame) -> None:
    words, asked = frame.words, frame.request.query_params.get("q", "").strip()
    async with frame.app.db.read() as session:
        found = await customer_file.find(session, frame.me, asked, frame.app.data.now.shop.number)
    with main(frame, words("customers.search")):
        with ui.element("form").classes("fields row").props(f"method=get action={PREFIX}{PATH} role=search"):
            with ui.element("label"):
                ui.element("span")._text = words("customers.search_help")
                field = ui.element("input").props("name=q id=q size=34 autofocus")
                field.props["value"] = asked
            ui.element("button").props("type=submit")._text = words("customers.find")
        if asked:
            _results(frame, found)


def _results(frame: Frame, found: Found) -> None:
    words = frame.words
    if not found.customers and not found.chats:
        ui.label(words("customers.nothing_found"))
    if found.customers:
        heading("h2", words("customers.accounts"))
        with table(*(words(f"customers.{head}") for head in ("name", "account", "phone", "tier", "tags"))):
            for customer in found.customers:
                with ui.element("tr").props(f"data-customer={customer.id}"):
                    with ui.element("td"):
                        link(customer.name or customer.shop_id, f"{PREFIX}{PATH}/{customer.id}")
                    cell(customer.shop_id)
                    cell(customer.phone)
                    cell(customer.tier)
                    cell(", ".join(customer.tags) + (words("customers.merged") if customer.merged_into else ""))
    if found.chats and frame.me.may(May.ANSWER):
        heading("h2", words("customers.chats_without"))
        with table(*(words(f"customers.{head}") for head in ("name", "channel", "last_word"))):
            for chat in found.chats:
                with ui.element("tr").props(f"data-chat={chat.id}"):
                    with ui.element("td"):
                        link(chat.name, f"{PREFIX}/conversation/{chat.id}")
                    cell(chat.channel)
                    cell(moment(frame, chat.last_inbound_at))
