"""Complaints: opening one, going on with it, and where it stands."""

from actions import wishes
from actions.action import Action
from bot.complaints import service as complaints
from bot.complaints.service import Said
from bot.inbox.turn import Heard, Turn
from bot.messages import Say
from bot.rasa import Decision
from bot.shop.order_number import canonical_number
from bot.wish import COMPLAINT


def said(heard: Heard, turn: Turn) -> Said:
    """The turn as a complaint needs it."""
    decision = heard.decision
    named = [e for e in decision.entities if e.entity == "product"] if decision else []
    args = heard.args  # a button that opens a complaint brings what it is about
    text = heard.text or str(args.get("text", ""))
    return Said(
        text=text,
        intent=heard.intent or str(args.get("intent", "")),
        confidence=_of_this_kind(decision) if decision else 0.0,
        reading=heard.reading,
        order=canonical_number(text, turn.data.shop.number) or args.get("order") or None,
        phone=heard.entity("phone"),
        products=tuple(dict.fromkeys(e.value for e in named)),
        product_words=heard.text[named[0].start : named[0].end] if named else "",
        photos=tuple(str(a["ref"]) for a in heard.attachments),
        args=args,
        also=wishes.second(turn),
    )


def _of_this_kind(decision: Decision) -> float:
    """nlu's confidence in a complaint is that of all kinds together; this is the share of the kind it names."""
    others = (c for name, c in decision.ranking if name.startswith(COMPLAINT) and name != decision.intent)
    return decision.confidence - sum(others)


class OpenComplaint(Action):
    """A complaint begins; with one open already this is another word in it."""

    async def run(self, turn: Turn) -> list[Say]:
        return await complaints.hear(turn.session, turn.conversation, said(turn.heard, turn), turn.at, turn.data.rules)


class ContinueComplaint(Action):
    """A word, a tap or a photo in an open complaint. A tap on a case long closed changes nothing."""

    async def run(self, turn: Turn) -> list[Say]:
        if turn.conversation.case_id is None and "choice" in turn.heard.args:
            return [Say("complaints.choice_no_longer_open")]
        return await complaints.hear(turn.session, turn.conversation, said(turn.heard, turn), turn.at, turn.data.rules)


class CaseStatus(Action):
    """ "My case": stage, owner, next date, what has been done."""

    async def run(self, turn: Turn) -> list[Say]:
        return await complaints.status(turn.session, turn.conversation, turn.at, turn.data.rules)


class PersonAtOnce(Action):
    """Words that no machine may answer: danger, a threat, a leak, grief."""

    async def run(self, turn: Turn) -> list[Say]:
        about = said(turn.heard, turn)
        return await complaints.person_at_once(turn.session, turn.conversation, about, turn.at, turn.data.rules)
