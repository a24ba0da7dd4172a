"""My second factor: set up, shown to work, taken away."""

from datetime import datetime

from bot.db import Database
from bot.errors import NotAllowed
from bot.staff import accounts, audit, secret, store, totp, tries
from bot.staff.account import May, Me, needs
from bot.staff.sign_in import Door, WrongSignIn
from bot.staff.tables import RecoveryCode
from bot.staff.tries import Visitor


@needs(May.OWN_ACCOUNT)
async def switch_on(db: Database, me: Me, new_secret: str, code: str, at: datetime) -> list[str]:
    """Begin to ask for codes, once a code shows that the app has the secret. Gives the recovery codes, shown once.

    Raises WrongSignIn for a wrong code, NotAllowed when there is a second factor already.
    """
    codes = secret.new_recovery_codes()
    async with db.write() as session:
        row = await store.locked(session, me.id)
        if row.totp_secret:
            raise NotAllowed("there is a second factor already; take it away first")
        if (step := totp.matching_step(new_secret, code, at)) is None:
            raise WrongSignIn
        row.totp_secret, row.totp_step = new_secret, step
        session.add_all([RecoveryCode(staff_id=me.id, code_hash=secret.hash_recovery_code(c)) for c in codes])
        await audit.note(session, me, "staff.second_factor_on", f"staff {me.login}", at)
    return codes


@needs(May.OWN_ACCOUNT)
async def switch_off(door: Door, me: Me, password: str, visitor: Visitor, at: datetime) -> None:
    """No more codes; the password shows that it is me. Raises WrongSignIn, TooManyTries."""
    this, _ = await door.confirm(me, password, visitor, at)
    async with door.db.write() as session:
        row = await store.locked(session, me.id)
        await accounts.drop_second_factor(session, row)
        await tries.was_good(session, this)
        await audit.note(session, me, "staff.second_factor_off", f"staff {me.login}", at)
