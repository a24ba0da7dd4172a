"""What consoles ask the services: lists and filters, opening a conversation, searching."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from bench import crowd
from bench.crowd import Size
from bot.clock import SystemClock
from bot.desk import inbox, marks, panel, thread
from bot.desk.listing import Filter, Tab
from bot.search import service as search
from bot.shop.order_number import NumberForm
from bot.staff.account import Me, Role

ANNA = Me(1, "Colleague 1", "anna", Role.ADMINISTRATOR)
FORM = NumberForm.of("LJ{date}-{6}")
Ask = Callable[[AsyncSession, int], Awaitable[object]]
"""One question to a service; the number makes each a little different."""


def lists(size: Size) -> dict[str, Ask]:
    """The tabs of the inbox, each filter, and a page far back."""
    asked = {
        "list mine": Filter(Tab.MINE, "1"),
        "list queue": Filter(Tab.QUEUE, "1"),
        "list all": Filter(Tab.ALL, "1"),
        "list bot": Filter(Tab.BOT, "1"),
        "filter channel": Filter(Tab.ALL, "1", channel="telegram"),
        "filter language": Filter(Tab.ALL, "1", language="en"),
        "filter stage": Filter(Tab.ALL, "1", stage="resolve"),
        "filter emotion": Filter(Tab.ALL, "1", level=2),
        "filter tier": Filter(Tab.ALL, "1", tier="tier1"),
        "filter name": Filter(Tab.ALL, "1", text="clarke 12"),
        "filter rare name": Filter(Tab.ALL, "1", text=f"guest {size.conversations - 9}"),
        "filter no such name": Filter(Tab.ALL, "1", text="nobody at all"),
        "filter order number": Filter(Tab.ALL, "1", text=crowd.number(77)),
        "filter everything": Filter(Tab.ALL, "1", channel="web", language="zh", stage="clarify", level=1, tier="tier2"),
    }
    return {
        **{name: _list(wanted) for name, wanted in asked.items()},
        "counts": lambda session, _: inbox.counts(session, ANNA),
    }


def _list(wanted: Filter) -> Ask:
    async def ask(session: AsyncSession, _: int) -> object:
        return await inbox.listed(session, ANNA, wanted)

    return ask


def opening(size: Size) -> dict[str, Ask]:
    async def opened(session: AsyncSession, n: int, id: int) -> None:
        today = SystemClock().now().date()
        await panel.panel(session, ANNA, id, today)
        lines = await thread.before(session, ANNA, id)
        await thread.unfinished(session, ANNA, id)
        await marks.between(session, ANNA, id, lines[0].seq, lines[-1].seq)

    return {
        "open, with a customer": lambda s, n: opened(s, n, 2 + n * 74 % (size.conversations // 2)),
        "open, with a complaint": lambda s, n: opened(s, n, size.conversations - n),
    }


SEARCHES = {
    "search a word of every chat": "退款",
    "search one character": "退",
    "search an English word": "refund",
    "search a beginning": "ord",
    "search two words": "冰箱 换货",
    "search a sentence": "请问还有什么可以帮您",
    "search a rare number": crowd.number(4_242),
    "search what is not there": "无人说过的话",
    "search a name": "emma clarke 123",
    "search a phone number": "13900000123",
}


def searches() -> dict[str, Ask]:
    return {name: _search(words) for name, words in SEARCHES.items()}


def _search(words: str) -> Ask:
    async def ask(session: AsyncSession, _: int) -> object:
        return await search.find(session, ANNA, words, FORM)

    return ask
