"""Files of data/policy, changed by a person in the console: checked with all of data/ before, replaced at once."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot import trial
from bot.data import DataInForce
from bot.db import Database
from bot.errors import Moved, NotFound, Unreadable
from bot.staff import audit
from bot.staff.account import May, Me, needs

LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class PolicyFile:
    name: str
    text: str
    version: str
    """Changes with the text: who saves says which one was changed."""


def _version(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _path(folder: Path, name: str) -> Path:
    """Raises NotFound for what is no policy file: `name` comes from an address."""
    if name not in {path.stem for path in (folder / "policy").glob("*.yml")}:
        raise NotFound(f"there is no data/policy/{name}.yml")
    return folder / "policy" / f"{name}.yml"


@needs(May.SETTINGS)
def names(folder: Path, me: Me) -> list[str]:
    return sorted(path.stem for path in (folder / "policy").glob("*.yml"))


@needs(May.SETTINGS)
async def read(folder: Path, me: Me, name: str) -> PolicyFile:
    """Raises NotFound."""
    text = await asyncio.to_thread(_path(folder, name).read_text, encoding="utf-8")
    return PolicyFile(name, text, _version(text))


@needs(May.SETTINGS)
async def save(db: Database, in_force: DataInForce, me: Me, changed: PolicyFile, at: datetime) -> None:
    """Replace the file, if data/ as a whole is in order with it; every process takes it up within seconds.

    Raises BadContent (what is wrong, by file and key; nothing was changed), Moved when somebody saved meanwhile.
    """
    folder = in_force.folder
    path = _path(folder, changed.name)
    if len(changed.text) > LONGEST:
        raise Unreadable(f"a policy file has at most {LONGEST} characters")
    text = changed.text.replace("\r\n", "\n")
    await asyncio.to_thread(trial.check, folder, Path("policy") / path.name, text)
    async with db.write() as session:  # on SQLite writers queue here, so of two savers one sees the other
        await audit.lock(session, f"policy {changed.name}")
        if _version(before := path.read_text(encoding="utf-8")) != changed.version:
            raise Moved("somebody else has saved this file meanwhile")
        detail = {"lines": _difference(before, text)}
        await audit.note(session, me, "policy.changed", f"data/policy/{changed.name}.yml", at, detail)
        await session.flush()
        trial.replace(path, text)
    await in_force.reload()


def _difference(before: str, after: str) -> list[str]:
    """Lines that went and came, at most forty."""
    old, new = before.splitlines(), after.splitlines()
    gone = [f"- {line}" for line in old if line not in new]
    come = [f"+ {line}" for line in new if line not in old]
    return (gone + come)[:40]
