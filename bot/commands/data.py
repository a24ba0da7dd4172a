"""`carebot import` and `carebot demo`: the shop's data, from CSV files and from the demo shop."""

from pathlib import Path

from rich.console import Console

from bot import datafile
from bot.app import App
from bot.commands import setup
from bot.errors import BadContent, NotAllowed, Unreadable
from bot.shop import csv_import, csv_table
from bot.shop import demo as demo_shop
from bot.shop import store as shop

console = Console(stderr=True, highlight=False)
READERS = {
    "customers": csv_import.read_customers,
    "orders": csv_import.read_orders,
    "benefits": csv_import.read_benefits,
}
STORES = {"customers": shop.upsert_customers, "orders": shop.upsert_orders, "benefits": shop.upsert_benefits}
AT_ONCE = 1000


async def import_csv(what: str, file: Path, skip_bad: bool) -> None:
    """Raises Unreadable for an unknown kind, and BadContent with every bad row unless `skip_bad`."""
    if what not in READERS:
        raise Unreadable(f"'{what}' cannot be imported; choose one of: {', '.join(READERS)}")
    async with setup.app() as app:
        now = app.data.now
        columns = csv_table.read_columns(datafile.read(app.settings.data_dir / "policy" / "columns.yml"))
        rows, problems = READERS[what](file, csv_import.Shop(columns, now.shop, now.catalogue))
        for problem in problems:
            kind = "note" if problem.warning else "problem"
            console.print(f"{file.name}, line {problem.line}, {problem.column or 'file'}: {kind}: {problem.message.en}")
        bad = [p for p in problems if not p.warning]
        if bad and not skip_bad:
            raise BadContent(f"nothing was imported; mend {len(bad)} places, or say --skip-bad to import the rest")
        for start in range(0, len(rows), AT_ONCE):
            async with app.db.write() as session:
                await STORES[what](session, rows[start : start + AT_ONCE], app.clock.now())  # type: ignore[operator]
        console.print(f"{len(rows)} {what} imported.")


async def load_demo(app: App) -> None:
    """Write the demo shop; relative to today, so that it is always fresh."""
    at = app.clock.now()
    now = app.data.now
    folder = app.settings.data_dir / "demo"
    cast, people = datafile.read(folder / "cast.yml"), datafile.read(folder / "people.yml")
    made = demo_shop.make_demo(cast, people, now.catalogue, now.shop, at.astimezone(now.shop.zone).date())
    async with app.db.write() as session:
        await shop.upsert_customers(session, made.customers, at)
        await shop.upsert_orders(session, made.orders, at)
        await shop.upsert_benefits(session, made.benefits, at)


async def demo(replace: bool) -> None:
    from bot.commands.run import _demo

    async with setup.app() as app:
        if replace:
            await load_demo(app)
        elif not app.settings.demo:
            raise NotAllowed("CAREBOT_DEMO is 0; say --replace to load the demo shop all the same")
        else:
            await _demo(app)
        console.print("The demo shop is loaded; who is who: data/demo/README.md")
