"""The staff put right how a case was judged. What the model can learn of it is kept by bot/inbox/corrections.py."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.complaints import deed
from bot.complaints.casework import What
from bot.complaints.complaint import Kind, Stage
from bot.complaints.deed import Present
from bot.complaints.emotion import Level
from bot.complaints.severity import Severity
from bot.complaints.tables import Case
from bot.errors import NotAllowed
from bot.staff.account import May, Me, needs

BY_STAFF = "staff"
"""The group of a reason that a person gave (beside those of the lexicon)."""


@needs(May.ANSWER)
async def set_level(session: AsyncSession, case_id: int, me: Me, level: int, why: str, present: Present) -> Case:
    """How the customer feels, in a person's judgement; `why` stands among the reasons. Raises NotAllowed."""
    if level not in set(Level):
        raise NotAllowed(f"there is no level {level} of emotion")
    _, case = await deed.opened(session, case_id)
    before = case.level
    case.level, case.peak = int(level), max(case.peak, int(level))
    case.level_reasons = [f"{BY_STAFF}: {me.name}{': ' if why.strip() else ''}{why.strip()}"]
    await deed.leave(
        session, case, me, What.EMOTION, present.at, words=why.strip(), **{"from": int(before), "to": int(level)}
    )
    return case


@needs(May.ANSWER)
async def set_severity(session: AsyncSession, case_id: int, me: Me, severity: int, why: str, present: Present) -> Case:
    """How grave it is. From now on only graver words change it; what is owed when follows. Raises NotAllowed."""
    if severity not in set(Severity):
        raise NotAllowed(f"there is no severity {severity}")
    if not why.strip():
        raise NotAllowed("another severity needs a reason")
    _, case = await deed.opened(session, case_id)
    before, case.severity, case.severity_by = case.severity, int(severity), me.name
    if case.stage is Stage.COMMIT and case.progress_at is not None:
        case.progress_at = present.rules.severities.next_progress(severity, present.at, present.rules.hours)
    await deed.leave(
        session, case, me, What.SEVERITY, present.at, words=why.strip(), **{"from": before, "to": int(severity)}
    )
    return case


@needs(May.ANSWER)
async def set_kind(session: AsyncSession, case_id: int, me: Me, kind: Kind, present: Present) -> Case:
    """What the complaint is about. Facts, stage and promises stay."""
    _, case = await deed.opened(session, case_id)
    before, case.kind = case.kind, Kind(kind)
    await deed.leave(session, case, me, What.KIND, present.at, **{"from": before, "to": case.kind})
    return case
