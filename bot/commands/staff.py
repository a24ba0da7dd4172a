"""`carebot staff`: accounts from the server's terminal, for the first ones and when nobody can sign in."""

from datetime import datetime

from rich.console import Console
from rich.table import Table

from bot.commands import setup
from bot.errors import Unreadable
from bot.staff import accounts
from bot.staff.account import Role
from bot.staff.accounts import Profile
from bot.staff.store import TERMINAL

console = Console(highlight=False)


async def add(login: str, name: str, role: str, language: str) -> None:
    if role not in set(Role):
        raise Unreadable(f"there is no role {role!r}; known are: {', '.join(Role)}")
    async with setup.app() as app:
        profile = Profile(name or login, Role(role), language)
        password = await accounts.add(app.db, TERMINAL, login, profile, app.clock.now())
    console.print(f"{login} may sign in at /console as {role}.")
    _tell(password)


async def reset(login: str, second_factor: bool) -> None:
    async with setup.app() as app:
        async with app.db.read() as session:
            number = await accounts.number_of(session, login)
        password = await accounts.reset(app.db, TERMINAL, number, app.clock.now(), second_factor)
    console.print(f"{login} has a new password; all sessions have ended.")
    _tell(password)


async def listed() -> None:
    async with setup.app() as app, app.db.read() as session:
        table = Table("login", "name", "role", "state", "second factor", "since")
        for row in await accounts.everybody(session, TERMINAL):
            state = "closed" if not row.active else "open" if row.login else "signs answers only"
            factor = "yes" if row.totp_secret else "-"
            table.add_row(row.login or "-", row.name, row.role, state, factor, _day(row.created_at))
    console.print(table if table.row_count else "Nobody yet: `carebot staff add LOGIN`.")


async def set_active(login: str, active: bool) -> None:
    async with setup.app() as app, app.db.write() as session:
        number = await accounts.number_of(session, login)
        await accounts.set_active(session, TERMINAL, number, active, app.clock.now())
    console.print(f"{login} may sign in again." if active else f"{login} is closed; all sessions have ended.")


def _tell(password: str) -> None:
    """The only place where a password is ever seen."""
    console.print(
        f"Password (shown once, to be changed at the first sign-in): {password}", markup=False, soft_wrap=True
    )


def _day(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d")
