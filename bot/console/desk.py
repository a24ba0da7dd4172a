"""The page of the desk as NiceGUI sees it: one element, drawn by the browser, that asks and is told."""

from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from bot.console import calls
from bot.console.frame import Frame
from bot.console.sitting import Sitting
from bot.handoff import desk
from bot.handoff.presence import Presence
from bot.staff.account import May


class Desk(Element, component="desk_element.js"):
    """Asks by the event `ask` {"number", "what", "args"}; is answered and told by its methods `answer` and `hear`."""

    def __init__(self, frame: Frame, props: dict[str, Any]) -> None:
        super().__init__()
        for name, value in props.items():
            self._props[name] = value
        client = ui.context.client
        self.sitting = Sitting(frame, client.id, lambda news: self._tell("hear", news))
        self.on("ask", self._asked)
        client.on_connect(self.sitting.begin)
        client.on_delete(self.sitting.end)

    async def _asked(self, event: GenericEventArguments) -> None:
        number, what, args = event.args["number"], str(event.args["what"]), event.args["args"]
        if what in calls.CALLS:
            self._tell("answer", number, await calls.answer(self.sitting, what, args))

    def _tell(self, method: str, *values: Any) -> None:
        if not self.client.is_deleted:
            self.run_method(method, *values)


async def show(frame: Frame, conversation: int = 0) -> None:
    """The whole desk; with a conversation open when there is one."""
    app, me, words = frame.app, frame.me, frame.words
    now, at = app.data.now, app.clock.now()
    async with app.db.read() as session:
        people = await desk.colleagues(session, at, now.desk.attendance.grace)
    mine = next((person.presence for person in people if person.id == me.id), Presence.OFFLINE)
    teams = sorted({*now.desk.teams.values(), *(team for person in people for team in person.teams)})
    Desk(
        frame,
        {
            "words": words.of("desk", "brief", "panel"),
            "language": words.language,
            "zone": str(words.zone),
            "now": at.isoformat(),
            "me": {"id": me.id, "name": me.name, "supervises": me.may(May.SUPERVISE)},
            "presence": mine.value if mine is not Presence.OFFLINE else Presence.AWAY.value,
            "conversation": conversation,
            "prefix": "/console",
            "choices": {
                "channel": sorted({"web", *app.channels}),
                "tier": [{"value": id, "label": getattr(t.name, words.language)} for id, t in now.shop.tiers.items()],
                "team": teams,
            },
        },
    )
